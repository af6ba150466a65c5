"""What is derived from the measurements of a study: arithmetic on evidence, no words.

    verdicts      faster, slower, equivalent, inconclusive, invalid; steadiness and the equivalence band
    quality       what speaks against a timing
    ladder        rungs by measured speed, start-up costs, the limit above
    series, ideas values at several points of a job; what each idea of a variant is worth
    derived       numbers that follow from counters
    gains         where a gain came from, function by function
    interpreter   what the interpreter takes for itself; cpython_symbols says which C function does what

compare.py puts speedups and profiles on top of these; intervals and tests, which know no measurement, are in statistics.py.
"""
