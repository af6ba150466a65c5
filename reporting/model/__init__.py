"""The co-design model: what an accelerator would bring to a baseline. Arithmetic and documented assumptions, no words.

    formulas        the published models as functions: Amdahl, LogCA, Accelerometer
    inputs          what is known of one candidate, and what the same work asks of it in other numbers of calls
    iteration       how long an iteration takes with it, term by term, and where that is as long as without
    uncertain       inputs that are not known exactly, and how each is drawn
    interfaces      how a host reaches an accelerator: presets with sources
    cards           what a user says of one instead; quantities reads how it is written
    acceleration    the share that was measured by ablation
    candidates      what could be accelerated: the model's inputs, from a hardware study or from a profile alone
    kernels         which function of a profile is taken over
    sweeps          curves of projections, for charts
    accelerators    a family's accelerators beside a study of its software, each projected
    credential      what the model predicts of an accelerator that is really there, beside the measurement

What joins them is reporting/codesign.py: `project` and `Projection`. The words are in words/hardware*.py,
words/credential.py and words/whatif.py; reporting/whatif.py is the stage of `invoke whatif`.
"""
