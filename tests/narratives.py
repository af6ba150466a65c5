"""A short narrative of the study that synthetic.py makes, for tests to spoil."""

from __future__ import annotations

NARRATIVE = """\
# Encrypting in **Python**: a study of {study:variants} variants

Upstream's cipher takes {time:pyaes_clean} on {study:cpu}. The best rung is {speedup:pyaes_vaes}
{faster:pyaes_vaes:release} than that, see {see:ladder} and {see:Conclusion}.
{see:Optimizations} climbs.

## Overview

The verdict is in {see:performance:release}, and the method in {cite:kj2013}.

{figure:ladder}
{table:performance | rows 3 | columns variant, speedup}

- one item of *ten* rounds,
  going on
  - an item in it, with `code {speedup:nobody} 5 ms`
1. first
2. second

> A quotation.

### Threats

On the debug build it is {speedup:pyaes_vaes:dbg:value}, in {processes:pyaes_vaes:dbg} processes.

## Initial Analysis

AES has 10 rounds for 16 bytes of a block (FIPS-197). {cell:ideas:pyaes_vaes|IN_FLIGHT|without it} without the idea.

```python The loop of everything
for x in {1, 2}:
    pass  # 5 ms
```

## Optimizations

{table:ideas:pyaes_vaes:release}

Others {cited:gained 5–7 %} in a course {cite:course}.

## Performance Comparison

{table:series | columns variant, 64 B, 1 MiB into a buffer}

pyaes_numpy was {faster:pyaes_numpy}: {speedup:pyaes_numpy}. Noise floor: {study:floor}.

## Hardware Acceleration

There is none yet.

{figure:flame:pyaes_numpy:dbg}

## Conclusion

It is over, as {see:machine} and {see:behind:release} show.

```slide
# It is {speedup:pyaes_vaes:release:value}
minutes: 2.5

- {faster:pyaes_vaes} it is
```

```slide
# The ladder
{figure:ladder}
```

## References

- kj2013: Kalibera, T., Jones, R.: Rigorous *Benchmarking* in Reasonable Time.
  ISMM, 2013. <https://doi.org/10.1145/2464157.2464160>
- course: A teacher: A course. Somewhere, 2026.
"""
