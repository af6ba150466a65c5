"""The co-design model: what an accelerator would bring to a baseline. Arithmetic and documented assumptions, no words.

    formulas        the published models as functions: Amdahl, LogCA, Accelerometer
    uncertain       inputs that are not known exactly, and how each is drawn
    interfaces      how a host reaches an accelerator: presets with sources; quantities reads what a user sets instead
    acceleration    the share that was measured by ablation
    candidates      what could be accelerated: the model's inputs, from a hardware study or from a profile alone
    kernels         which function of a profile is taken over
    sweeps          curves of projections, for charts
    accelerators    a family's accelerators beside a study of its software, each projected
    credential      what the model predicts of an accelerator that is really there, beside the measurement

What joins them is reporting/codesign.py: `Inputs`, `project` and `Projection`. The words are in words/hardware*.py,
words/credential.py and words/whatif.py; reporting/whatif.py is the stage of `invoke whatif`.
"""
