"""Write a synthetic district, night after night, and what each night changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters.port import Progress, silent
from service.synth.changes import next_night
from service.synth.compare import Changes, compare
from service.synth.options import SynthOptions, SynthRefused
from service.synth.state import first_night
from service.synth.write import Package, write_package, zip_package

EXPECTED = "expected.json"
_LISTED_UP_TO = 5000
"""A district with more students is told in counts: lists would be larger than the packages."""


@dataclass(frozen=True, slots=True)
class NightReport:
    """One night: where it lies, its rows by file, and what it changed against the one before."""

    name: str
    path: Path
    rows: Mapping[str, int]
    changes: Mapping[str, Changes] | None


@dataclass(frozen=True, slots=True)
class SynthReport:
    """What was written."""

    options: SynthOptions
    nights: tuple[NightReport, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values; ids are listed for districts of up to 5000 students."""
        nights = {night.name: self._night(place) for place, night in enumerate(self.nights)}
        return {"options": asdict(self.options), "nights": nights}

    def _night(self, place: int) -> dict[str, Any]:
        night = self.nights[place]
        if night.changes is None:
            return {"rows": dict(night.rows)}
        ids = self.options.students <= _LISTED_UP_TO
        changes = {file: found.as_json(ids=ids) for file, found in night.changes.items()}
        against = self.nights[place - 1].name
        return {"rows": dict(night.rows), "against": against, "changes": changes}


def write_district(out: Path, options: SynthOptions, progress: Progress = silent) -> SynthReport:
    """Write `night1`, `night2`, ... and `expected.json` into a folder.

    Equal options give equal bytes. Raises `SynthRefused` where a night lies there already:
    nothing is written over.
    """
    _refuse_to_overwrite(out, options)
    report = SynthReport(options, tuple(_write_nights(out, options, progress)))
    text = json.dumps(report.as_json(), indent=1)
    (out / EXPECTED).write_text(text + "\n", encoding="utf-8")
    return report


def _refuse_to_overwrite(out: Path, options: SynthOptions) -> None:
    if out.exists() and not out.is_dir():
        raise SynthRefused(f"{out} is a file; name a folder")
    nights = [f"night{number}" for number in range(1, options.days + 1)]
    names = [EXPECTED, *nights, *(f"{night}.zip" for night in nights)]
    taken = next((name for name in names if (out / name).exists()), None)
    if taken:
        raise SynthRefused(f"{out / taken} exists already; name an empty folder")


def _write_nights(out: Path, options: SynthOptions, progress: Progress) -> Iterator[NightReport]:
    district = first_night(options)
    before: Package | None = None
    for number in range(1, options.days + 1):
        progress("nights", number - 1, options.days)
        district = district if number == 1 else next_night(district, number)
        tonight = district.package()
        path = _write_night(out / f"night{number}", tonight, options)
        rows = {file: table.height for file, table in tonight.items()}
        changes = None if before is None else compare(before, tonight)
        yield NightReport(f"night{number}", path, rows, changes)
        before = tonight
    progress("nights", options.days, options.days)


def _write_night(folder: Path, package: Package, options: SynthOptions) -> Path:
    write_package(folder, package)
    return zip_package(folder) if options.zip else folder
