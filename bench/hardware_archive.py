"""Where the hardware studies of a family are, and whether one is intact: the part of the contract in rundir.py that is theirs.

    results/<bench>/hardware/<YYYYMMDD_HHMMSS>/<design>/...   what the tools found, small
    results/<bench>/hardware/<YYYYMMDD_HHMMSS>.json           the study: its results, every file's sha256; written last

What a record holds is in hardware_record.py, what its nouns mean in hardware.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import hardware_merits, hardware_record
from bench.errors import SuiteError, Tampered
from bench.files import files_below, read_json, seal, sha256, write_json
from bench.hardware import HardwareStudy

RESULTS = Path("results")
STAMP = re.compile(r"\d{8}_\d{6}")
HARDWARE = "hardware"  #: the folder of hardware studies, which is no variant


@dataclass(frozen=True)
class HardwareArchive:
    """All hardware studies of one family. Those of its software are beside them: rundir.Archive has both."""

    family: str
    root: Path = RESULTS

    @property
    def home(self) -> Path:
        return self.root / self.family

    @property
    def hardware(self) -> Path:
        return self.home / HARDWARE

    def hardware_folder(self, timestamp: str) -> Path:
        """Return where the raw files of a hardware study are."""
        return self.hardware / timestamp

    def hardware_record(self, timestamp: str) -> Path:
        return self.hardware / f"{timestamp}.json"

    def hardware_timestamps(self) -> list[str]:
        """Return the timestamps of all finished hardware studies, oldest first."""
        return sorted(p.stem for p in self.hardware.glob("*.json") if STAMP.fullmatch(p.stem))

    def hardware_strays(self) -> list[Path]:
        """Return the folders of hardware studies that have no record."""
        studied = set(self.hardware_timestamps())
        return sorted(p for p in self.hardware.glob("*") if STAMP.fullmatch(p.name) and p.name not in studied)

    def hardware_study(self, timestamp: str = "") -> HardwareStudy:
        """Return a hardware study, or the newest; says what there is otherwise. Its record is intact, or Tampered is raised."""
        known = self.hardware_timestamps()
        if not known or (timestamp and timestamp not in known):
            what = f" with timestamp {timestamp!r}" if timestamp else ""
            raise SuiteError(
                f"{self.hardware} holds no hardware study{what}", f"Make one: invoke hardware --bench {self.family}"
            )
        path = self.hardware_record(timestamp or known[-1])
        record = read_json(path)
        try:
            if record.pop("seal", None) != seal(record):
                raise ValueError("it was changed since it was written")
            return hardware_record.study(record)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Tampered(f"{path} is damaged: {error}") from error

    def newest_hardware(self, size: str, design: str = "") -> HardwareStudy | None:
        """Return the hardware study of a size that is to be used: the newest without shortcomings; None without any study.

        Where each has some (hardware_merits.py), one that leaves no design out goes before one that has only right
        answers, that before one timed by enough processes, and of equal ones the newest. design: as far as this one goes.
        """
        best, against = None, ("", "", "")
        for timestamp in reversed(self.hardware_timestamps()):
            study = self.hardware_study(timestamp)
            if study.size != size:
                continue
            found = hardware_merits.shortcomings(study, design)
            if best is None or [not each for each in found] > [not each for each in against]:
                best, against = study, found
            if not any(against):
                break
        return best

    def passed_over(self, used: HardwareStudy) -> str:
        """Return in a sentence that a newer hardware study of the same size is not used, and why; empty without any."""
        newer = [self.hardware_study(stamp) for stamp in self.hardware_timestamps() if stamp > used.timestamp]
        same = [study for study in newer if study.size == used.size]
        if not same:
            return ""
        why = next(filter(None, hardware_merits.shortcomings(same[-1])), "it is another's")
        return f"Hardware study {same[-1].timestamp} is newer and is not used: {why}."

    def write_hardware(self, study: HardwareStudy) -> None:
        record = hardware_record.record(study)
        write_json(self.hardware_record(study.timestamp), record | {"seal": seal(record)})

    def hardware_differences(self, study: HardwareStudy) -> Iterator[tuple[Path, str]]:
        """Yield (file, what happened to it) for every raw file of a hardware study that is not as it was recorded."""
        folder = self.hardware_folder(study.timestamp)
        now = {path.relative_to(folder).as_posix(): sha256(path) for path in files_below(folder)}
        then = dict(study.files) | {path: digest for result in study.results for path, digest in result.files}
        for name in sorted(now.keys() | then.keys()):
            if now.get(name) != then.get(name):
                what = "is missing" if name not in now else "was changed" if name in then else "was added"
                yield folder / name, f"{what} since it was measured"
