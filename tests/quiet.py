"""invoke on a machine that counts as quiet: `python -m tests.quiet verify ...` judges the small studies of the tests as
they are judged inside the tests (busy_machine in conftest.py), whatever else runs here."""

from __future__ import annotations

from invoke.main import program

from reporting.measures import quality

LIMITS = ("WAITED_TOO_LONG", "STOLEN_TOO_MUCH")  #: shares of 1: never reached

if __name__ == "__main__":
    for name in LIMITS:
        setattr(quality, name, 1.0)
    program.run()
