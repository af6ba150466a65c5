"""The script that redoes a study: sound shell, the study's own commands, and results at its end."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import SuiteError
from bench.rundir import Archive
from reporting import script
from tests.conftest import ROOT, lacking

FAMILIES = ("aes", "mdp")


def archive(family: str) -> Archive:
    return Archive(family, ROOT / "results")


def written(family: str, folder: Path) -> Path:
    return script.write(archive(family), archive(family).choose(), folder)


def shell(path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | settings
    return subprocess.run(["bash", str(path)], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_sound_shell_and_the_same_every_time(family: str, tmp_path: Path) -> None:
    path = written(family, tmp_path)
    assert path.name == f"script_{family}.sh" and os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert "@@" not in path.read_text()
    assert path.read_text() == script.text(archive(family), archive(family).choose())
    assert str(ROOT) not in path.read_text()


@pytest.mark.needs("shellcheck")
@pytest.mark.parametrize("family", FAMILIES)
def test_shellcheck_finds_nothing(family: str, tmp_path: Path) -> None:
    tool = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or "shellcheck"
    done = subprocess.run([tool, str(written(family, tmp_path))], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def plan(text: str, name: str) -> list[str]:
    found = re.search(rf"^{name}='\n(.*?)'$", text, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[1].split("\n")[:-1]


@pytest.mark.parametrize("family", FAMILIES)
def test_plans_are_those_of_the_log(family: str) -> None:
    stamp = archive(family).choose()
    study, text = archive(family).study(stamp), script.text(archive(family), stamp)
    log = archive(family).log(stamp).read_text()
    raws = [
        archive(family).run(v, stamp).raw("timing") / b / "pyperf.json" for v in study.variants for b in study.builds
    ]
    assert len(plan(text, "TIMED")) == sum(raw.is_file() for raw in raws) > 0  # some peers have a series only
    varied = False
    for line in plan(text, "TIMED"):
        build, variant, warm_ups, values, loops = line.split()
        ran = f".venv_{build}/bin/python -m bench {family}/{variant}@full --worker"
        told = f"{ran} -w 0 -n {int(warm_ups) + int(values)} -l {loops} -q"  # warm-ups are values to pyperf
        assert told in log or f"{ran} -w {warm_ups} -n {values} -l {loops} -q" in log
        raw = json.loads((archive(family).run(variant, stamp).raw("timing") / build / "pyperf.json").read_text())
        assert all(len(run["values"]) == int(values) for run in raw["benchmarks"][0]["runs"])
        had = {len(run.get("warmups", ())) for run in raw["benchmarks"][0]["runs"]}
        assert int(warm_ups) == min(had)  # and no number that one process had by chance
        varied |= len(had) > 1
    assert f"\nSPREAD={100 if varied else 0}\n" in text
    for name, tool in (("COUNTED", "perf stat"), ("SAMPLED", "py-spy record"), ("RECORDED", "perf record")):
        assert plan(text, name)
        for line in plan(text, name):
            build, variant, warm_ups, values, loops = line.split()
            words = f".venv_{build}/bin/python -m bench {family}/{variant}@full --worker -w {warm_ups} -n {values} -l {loops} -q"
            assert re.search(rf"{tool} .*{re.escape(words)}", log), line
    for pin in ("pyperf==2.10.0", "pyperformance==1.14.0"):
        assert text.count(f"\n{pin}\n") == len(study.builds)
    assert "codesign-bench==" not in text and f"\nCOMMIT={study.commit}\n" in text


def test_it_measures_and_ends_with_a_table(tmp_path: Path) -> None:
    settings = {
        "PYTHON_RELEASE": sys.executable, "BUILDS": "release", "VARIANTS": "pyaes_clean pyaes_opt", "SIZE": "small",
        "PROCESSES": "2", "COUNTER_RUNS": "1", "RESULTS": str(tmp_path / "results"),
    }  # fmt: skip
    done = shell(written("aes", tmp_path), **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    stamp = re.match(r"time stamp for this run: (\d{8}_\d{6})\n", done.stdout)
    assert stamp is not None
    home = tmp_path / "results" / "aes"
    for variant in ("pyaes_clean", "pyaes_opt"):
        timing = home / variant / stamp[1] / "timing" / "release" / f"{variant}.json"
        (found,) = json.loads(timing.read_text())["benchmarks"]
        assert sum("values" in run for run in found["runs"]) == 2  # a process per block, in one file
        assert len({run["metadata"]["python_hash_seed"] for run in found["runs"] if "values" in run}) == 2
        if not lacking("perf"):
            counted = home / variant / stamp[1] / "perf" / "release" / "perf_run_1.json"
            assert "task-clock" in counted.read_text()
    assert re.search(r"\[pyaes_clean\] .* -> \[pyaes_opt\] .*(faster|slower|no change)", done.stdout), done.stdout
    log = (home / "python_script_log.log").read_text()
    assert log.startswith(f"time stamp for this run: {stamp[1]}\n")
    ends = re.findall(r"exit (\d+) +\S+ -m bench aes/\w+@small (?:--check|-q -p 1)", log)
    assert ends == ["0"] * 6  # a check of each, and two blocks


def test_a_variant_that_fails_is_left_out_and_the_end_says_so(tmp_path: Path) -> None:
    path = written("aes", tmp_path)
    path.write_text(path.read_text().replace("release pyaes_opt ", "release pyaes_nope "))
    settings = {
        "PYTHON_RELEASE": sys.executable, "BUILDS": "release", "VARIANTS": "pyaes_clean pyaes_nope", "SIZE": "small",
        "PROCESSES": "1", "STAGES": "check time table", "RESULTS": str(tmp_path / "results"),
    }  # fmt: skip
    done = shell(path, **settings)
    assert done.returncode == 1
    assert "FAILED: pyaes_nope (release)" in done.stdout and "has no variant 'pyaes_nope'" in done.stdout
    assert done.stdout.rstrip().endswith("failed: release/pyaes_nope")
    assert "[pyaes_nope]" not in done.stdout and "Mean +- std dev" in done.stdout


def test_what_is_missing_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in (
        "bash",
        "date",
        "mkdir",
        "tee",
        "mktemp",
        "rm",
        "cat",
        "grep",
        "sed",
        "git",
        "tail",
        "cut",
        "true",
        "ln",
        "uname",
    ):
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    settings = {"PATH": str(tools), "RESULTS": str(tmp_path / "results"), "STAGES": "table"}
    path = written("aes", tmp_path)
    done = shell(path, **settings, PYTHON_RELEASE=sys.executable, BUILDS="release")
    assert "left out: counters and C functions: perf is missing (sudo apt install linux-" in done.stdout
    assert "nothing was timed" in done.stdout and done.returncode == 0, done.stderr
    elsewhere = subprocess.run(
        [str(tools / "bash"), str(path)], cwd=tmp_path, env=settings, capture_output=True, text=True, check=False
    )
    assert elsewhere.returncode == 1 and "set REPOSITORY=<url>" in elsewhere.stderr


def test_facts_of_a_hostile_archive_stay_words(tmp_path: Path) -> None:
    found = archive("aes")
    stamp = found.choose()
    study, about = found.study(stamp), found.run("pyaes_clean", stamp).manifest()
    evil = f"x'; touch {tmp_path}/evil #\n$(touch {tmp_path}/evil)"
    interpreters = {
        b: dict(i) | {"version": evil, "distributions": [evil, "a==1; rm", "b==2"]}
        for b, i in about.interpreters.items()
    }
    facts = script._facts(
        replace(study, commit=evil, size=evil), replace(about, job=evil, interpreters=interpreters), {}, []
    )
    assert (
        facts["REQUIREMENTS"].count("\n") == 9
        and "touch" not in facts["REQUIREMENTS"]
        and "rm" not in facts["REQUIREMENTS"]
    )
    assert "\n" not in facts["JOB"] and facts["SIZE"] == "unknown"
    done = subprocess.run(["bash", "-c", f"printf %s {facts['COMMIT_Q']}"], capture_output=True, text=True, check=True)
    assert done.stdout == evil and not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "command",
    [
        ".venv_release/bin/python -m bench aes/x;rm@full --worker -w 1 -n 1 -l 1",
        ".venv_release/bin/python -m bench aes/-x@full --worker -w 1 -n 1 -l 1",
        ".venv_release/bin/python -m bench aes/x@full --file 'a b.py' --worker -w 1 -n 1 -l 1",
        ".venv_release/bin/python -m bench aes/x@full --worker -w 1 -n 1 -l $(id)",
        "/usr/bin/python -m bench aes/x@full --worker -w 1 -n 1 -l 1",
        ".venv_release/bin/python -m bench mdp/x@full --worker -w 1 -n 1 -l 1",
        "'",
    ],
)
def test_a_command_with_other_words_than_plain_ones_is_left_out(command: str) -> None:
    good = "09:27:20      0.79 s  exit 0     .venv_dbg/bin/python -m bench aes/y@full --worker -w 1 -n 2 -l 3 -q"
    ran = list(script._ran([good, f"09:27:20      0.79 s  exit 0     {command}"], "aes"))
    assert [each.line for each in ran] == ["dbg y 1 2 3"]


def test_a_study_that_was_adopted_cannot_be_redone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = archive("aes")
    study = replace(found.study(found.choose()), adopted="elsewhere")
    monkeypatch.setattr(Archive, "study", lambda self, timestamp: study)
    with pytest.raises(SuiteError, match="was adopted"):
        script.text(found, found.choose())
