"""`PYTHON -m bench FAMILY/VARIANT@SIZE ...`: the only command that runs measured code.

    python -m bench aes/pyaes_opt --check           run the oracle, print what was found as JSON
    python -m bench aes/pyaes_opt@small             measure with pyperf, as any pyperf script
    python -m bench aes/pyaes_opt --worker -w 1 -n 3 -l 2 -o out.json     one measured process, as the suite runs it
    python -m bench aes/pyaes_clean --ablate pyaes.aes:AES.encrypt ...    the same job with one function played back
    python -m bench aes/pyaes_clean --limit ...                           the least time for this work on this CPU
    python -m bench aes/mine --file fast.py [--wrapper w.py] ...          a variant from any file
    python -m bench aes/pyaes_opt@small --exact out.json                  watched from inside; also --memory, --calltree,
                                                                          --startup, --series [--point NAME], --ideas

Everything after the known words goes to pyperf. The last line that a measured process prints is the digest of its
answer, and `path` before it which way it went; a plain pyperf script has no answer to print, nor has a limit.
"""

from __future__ import annotations

import argparse
import importlib
import json
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from bench import ablation, admission, discover
from bench.errors import UsageError, VariantFailed
from bench.model import Family, Target, Variant, Workload
from bench.subject import Subject, find, parse_target, run_command, said

#: modules of bench that look at a variant from inside its process: observe(subject, out). Each checks what it runs
OBSERVERS = ("exact", "memory", "calltree", "startup", "series", "ideas")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", add_help=False, allow_abbrev=False)
    parser.add_argument("target")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--wrapper", type=Path)
    parser.add_argument("--ablate", default="")
    parser.add_argument("--limit", action="store_true")
    parser.add_argument("--point", action="append", default=[])
    for observer in OBSERVERS:
        parser.add_argument(f"--{observer}", type=Path)
    chosen, rest = parser.parse_known_args(argv)
    target = parse_target(chosen.target)
    variant = find(target, chosen.file, chosen.wrapper)
    if variant.script:
        run_script(variant, rest)
        return
    subject = Subject(discover.family(target.family), target, variant, tuple(chosen.point))
    program = argv[: len(argv) - len(rest)]
    if chosen.check:
        print(f"checked {json.dumps(admission.examine(subject))}")
    elif asked := [name for name in OBSERVERS if getattr(chosen, name)]:
        importlib.import_module(f"bench.{asked[0]}").observe(subject, getattr(chosen, asked[0]))
    elif chosen.limit:
        measure(limit(subject.family, target), subject, rest, program)
    else:
        workload = subject.workload
        if chosen.ablate:
            workload = ablation.without(workload, chosen.ablate)
        measure(workload, subject, rest, program, answer=workload.answer)


def limit(family: Family, target: Target) -> Workload:
    """Return the least that this CPU must do for the work of this size, whatever the software."""
    if family.limit is None or target.size not in family.work:
        raise UsageError(f"{target.family} has no limit for size {target.size}", "Define Family.limit and Family.work.")
    amount, _ = family.work[target.size]
    return family.limit.prepare(amount)


def measure(
    workload: Workload,
    subject: Subject,
    args: list[str],
    program: list[str],
    answer: Callable[[], object] | None = None,
    module: str = "bench",
) -> None:
    """Hand the workload to pyperf; then check the answer of the last timed call, if it has one, and print its digest.

    module: what pyperf starts again, where it is not only a worker.
    """
    import pyperf

    runner = pyperf.Runner(program_args=("-m", module, *program))
    runner.metadata["bench_target"] = str(subject.target)
    sys.argv = ["bench", *args]
    warm_ups = runner.parse_args().warmups
    calls = 0

    def warm_up(loops: int) -> float:
        return workload.run(loops)

    def measured(loops: int) -> float:  # a sampling profiler tells the region by this frame
        return workload.run(loops)

    def timed(loops: int) -> float:
        nonlocal calls
        calls += 1
        return warm_up(loops) if calls <= warm_ups else measured(loops)

    runner.bench_time_func(subject.family.upstream, timed)
    if runner.args.worker and answer:
        subject.say_answer(answer())


def run_script(variant: Variant, args: list[str]) -> None:
    """Run a plain pyperf script as it is. With a wrapper, the wrapper runs and can import the variant by its name."""
    sys.path[:0] = [str(path.resolve().parent) for path in (variant.command, variant.path)]
    sys.argv = [str(variant.command), *args]
    try:
        runpy.run_path(str(variant.command), run_name="__main__")
    except Exception as error:
        traceback.print_exc()
        raise VariantFailed(f"{variant.command.name} raised {said(error)}") from error


if __name__ == "__main__":
    run_command(main)
