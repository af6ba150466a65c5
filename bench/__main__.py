"""`PYTHON -m bench FAMILY/VARIANT@SIZE ...`: the only command that runs measured code.

    python -m bench aes/pyaes_opt --check           run the oracle, print what was found as JSON
    python -m bench aes/pyaes_opt@small             measure with pyperf, as any pyperf script
    python -m bench aes/pyaes_opt --worker -w 1 -n 3 -l 2 -o out.json     one measured process, as the suite runs it
    python -m bench aes/pyaes_clean --ablate pyaes.aes:AES.encrypt ...    the same job with one function played back
    python -m bench aes/mine --file fast.py [--wrapper w.py] ...          a variant from any file
    python -m bench aes/pyaes_opt@small --exact out.json                  counted, not timed; also --memory, --calltree

Everything after the known words goes to pyperf. The last line that a measured process prints is the digest of its
answer; a plain pyperf script has no answer to print.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import runpy
import sys
import traceback
from pathlib import Path
from types import ModuleType

from bench import ablation, discover
from bench.errors import SuiteError, UsageError, VariantFailed, WrongAnswer
from bench.model import Family, Target, Variant, Workload

REUSE_FACTOR = 4.0  #: far above noise, far below what keeping a result brings
REUSE_ROUNDS = range(3, 31)  #: as many again, up to the last, as it takes a busy machine to let an honest variant pass
SLOW = 1.0  #: seconds; an iteration this long is not repeated just to learn its pace
OBSERVERS = ("exact", "memory", "calltree")  #: modules of bench that watch a workload from inside: observe(run, out)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", add_help=False, allow_abbrev=False)
    parser.add_argument("target")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--wrapper", type=Path)
    parser.add_argument("--ablate", default="")
    for observer in OBSERVERS:
        parser.add_argument(f"--{observer}", type=Path)
    chosen, rest = parser.parse_known_args(argv)
    target = parse_target(chosen.target)
    variant = find(target, chosen.file, chosen.wrapper)
    if variant.script:
        run_script(variant, rest)
        return
    family = discover.family(target.family)
    module = load(variant, target.family, family.entry)
    workload = family.prepare(module, family.sizes[target.size])
    if chosen.ablate:
        workload = ablation.without(workload, chosen.ablate)
    if chosen.check:
        family.check(module)
        refuse_reuse(workload, variant)
        found = pace(workload, family, target) | {"sources": sources(variant), "jit": "numba" in sys.modules}
        print(f"checked {json.dumps(found)}")
    elif asked := [name for name in OBSERVERS if getattr(chosen, name)]:
        family.check(module)  # the size may be one that nobody has checked yet
        importlib.import_module(f"bench.{asked[0]}").observe(workload.run, getattr(chosen, asked[0]))
        say_answer(workload, family, target)
    else:
        measure(workload, family, target, rest, program=argv[: len(argv) - len(rest)])


def parse_target(text: str) -> Target:
    """Read FAMILY/VARIANT[@SIZE]."""
    path, _, size = text.partition("@")
    name, _, variant = path.partition("/")
    family = discover.family(name)
    size = size or family.full_size
    if size not in family.sizes:
        raise UsageError(f"{name} has no size {size!r}", f"Known sizes: {', '.join(family.sizes)}.")
    return Target(name, variant, size)


def find(target: Target, file: Path | None, wrapper: Path | None) -> Variant:
    if file is not None:
        return discover.describe(target.variant, file, wrapper)
    known = discover.variants(target.family)
    if target.variant not in known:
        raise UsageError(f"{target.family} has no variant {target.variant!r}", f"Known variants: {', '.join(known)}.")
    return known[target.variant]


def load(variant: Variant, family: str, entry: str) -> ModuleType:
    """Import a variant's module; whatever it raises becomes one clear sentence."""
    try:
        if variant.path.parent == discover.HERE / family:
            module = importlib.import_module(f"bench.{family}.{variant.name}")
        else:
            sys.path.insert(0, str(variant.path.resolve().parent))  # so that it can import its neighbours
            spec = importlib.util.spec_from_file_location(f"variant_{variant.path.stem}", variant.path)
            if spec is None or spec.loader is None:
                raise VariantFailed(f"{variant.path} is not a Python file")
            module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
    except SuiteError:
        raise
    except BaseException as error:
        traceback.print_exc()
        raise VariantFailed(f"{variant.name} cannot be imported: {said(error)}") from error
    if not hasattr(module, entry):
        raise VariantFailed(
            f"{variant.path.name} defines no {entry}, which a variant of {family} must",
            "Give a module with that name in it, or a pyperf script.",
        )
    return module


def pace(workload: Workload, family: Family, target: Target) -> dict[str, object]:
    """Return the answer's digest and how long one iteration takes: of the second call, unless the first was slow."""
    seconds = workload.run(1)
    if seconds < SLOW:
        seconds = workload.run(1)  # the first one warmed up
    answer = workload.answer()
    family.accept(answer, family.sizes[target.size])
    return {"digest": family.digest(answer), "seconds": seconds}


def refuse_reuse(workload: Workload, variant: Variant) -> None:
    """Raise WrongAnswer if a repeated input is answered much faster than a new one: results are kept between calls."""
    if workload.vary is None:
        return
    new, same = [], []
    workload.run(1)
    for number in range(REUSE_ROUNDS[-1]):
        same.append(workload.run(1))
        workload.vary(number + 1)
        new.append(workload.run(1))
        workload.vary(0)
        workload.run(1)
        if number + 1 >= REUSE_ROUNDS[0] and min(new) <= REUSE_FACTOR * min(same):
            return
    raise WrongAnswer(
        f"{variant.name} answers a repeated input {min(new) / min(same):.0f} times faster than a new one: it keeps "
        "results between calls, and every call must do the whole job"
    )


def sources(variant: Variant) -> list[str]:
    """Return the files that this variant executed, its own first: variants build on one another."""
    place = variant.path.resolve().parent
    loaded = {Path(file).resolve() for m in list(sys.modules.values()) if (file := getattr(m, "__file__", None))}
    near = {
        path
        for path in loaded
        if path.parent == place and path.name != "__init__.py" and path.stem not in discover.HELPERS
    }
    return [str(path) for path in sorted(near, key=lambda path: (path != variant.path.resolve(), path))]


def measure(workload: Workload, family: Family, target: Target, args: list[str], program: list[str]) -> None:
    """Hand the workload to pyperf; then check the answer of the last timed call and print its digest."""
    import pyperf

    runner = pyperf.Runner(program_args=("-m", "bench", *program))
    runner.metadata["bench_target"] = str(target)
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

    runner.bench_time_func(family.upstream, timed)
    if runner.args.worker:
        say_answer(workload, family, target)


def say_answer(workload: Workload, family: Family, target: Target) -> None:
    """Check the answer of the last call, and print its digest."""
    answer = workload.answer()
    family.accept(answer, family.sizes[target.size])
    print(f"answer {family.digest(answer)}")


def run_script(variant: Variant, args: list[str]) -> None:
    """Run a plain pyperf script as it is. With a wrapper, the wrapper runs and can import the variant by its name."""
    sys.path[:0] = [str(path.resolve().parent) for path in (variant.command, variant.path)]
    sys.argv = [str(variant.command), *args]
    try:
        runpy.run_path(str(variant.command), run_name="__main__")
    except Exception as error:
        traceback.print_exc()
        raise VariantFailed(f"{variant.command.name} raised {said(error)}") from error


def said(error: BaseException) -> str:
    """Return an error as one line, with the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}{'' if isinstance(error, SyntaxError) else place}"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SuiteError as error:
        print(error.explained(), file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:  # the variant's own failure: its last words in one line, the rest above them
        traceback.print_exc()
        print(f"error: {said(error)}", file=sys.stderr)
        sys.exit(VariantFailed.exit_code)
