"""Everything that can be said about a OneRoster CSV package without knowing last night's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from adapters.oneroster.check import Known, check_references, check_semantics
from adapters.oneroster.csv import OneRosterCsvSource
from adapters.oneroster.suspicions import check_lost_zeros, check_year
from adapters.port import Delivery, FileMode, Progress, silent
from adapters.shelf import passing_shelf
from schemas.finding import Finding, Severity


@dataclass(slots=True)
class _Package:
    """A delivery with the files that have rows to look at, and all findings so far."""

    delivery: Delivery
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def validate_package(
    path: Path, progress: Progress = silent, *, today: date | None = None
) -> list[Finding]:
    """Check a zip or folder for everything that the nightly sync would find, and more.

    `today` decides whether the school year is over. Raises `adapters.errors.AdapterError` when
    there is no package at `path`.
    """
    source = OneRosterCsvSource(path)
    with passing_shelf() as shelf, source.opened(shelf, progress) as delivery:
        package = _read(source, delivery, progress)
    if not package.delivery.files and not _is_refused(package):
        package.findings.append(_empty(path))
    package.findings.extend(_check_together(package))
    package.findings.extend(check_year(package.frames, today or datetime.now(UTC).date()))
    return package.findings


def _read(source: OneRosterCsvSource, delivery: Delivery, progress: Progress) -> _Package:
    package = _Package(delivery, findings=list(delivery.findings))
    for done, name in enumerate(delivery.files, start=1):
        reading = source.read(delivery, name)
        package.findings.extend(reading.findings)
        if not reading.frame.is_empty():
            package.frames[name] = reading.frame
            package.findings.extend(source.check(delivery, name, reading.frame).findings)
        progress(f"Checking {name}.csv", done, len(delivery.files))
    return package


def _check_together(package: _Package) -> Iterator[Finding]:
    if not package.delivery.version:
        return
    zeros = check_lost_zeros(package.frames, package.delivery.version)
    yield from zeros
    # Ids without their zeros lead nowhere: one finding says so, not one for each row.
    if zeros:
        return
    checks = check_references(package.frames, package.delivery.version, _beyond(package))
    for check in checks.values():
        yield from check.findings
    partial = _refused(package)
    sound = {name: frame for name, frame in package.frames.items() if name not in partial}
    yield from check_semantics(sound)


def _is_refused(package: _Package) -> bool:
    return any(finding.severity is Severity.REFUSE for finding in package.findings)


def _empty(path: Path) -> Finding:
    problem = "the package holds no file of OneRoster"
    fix = "Point to the zip or folder with users.csv, orgs.csv and the others."
    return Finding(Severity.REFUSE, "package.empty", problem, fix, path.name)


def _refused(package: _Package) -> set[str]:
    """The collections that some finding says cannot be used."""
    files = {f.file for f in package.findings if f.severity is Severity.REFUSE}
    return {name for name in package.delivery.files if f"{name}.csv" in files}


def _beyond(package: _Package) -> Known | None:
    """Who to ask for records that this package need not hold, or holds where nobody can read.

    None for a package of sound bulk files only: it must hold all it refers to.
    """
    files = package.delivery.files
    partial = _refused(package) | (files.keys() - package.frames.keys())
    partial |= {name for name, file in files.items() if file.mode is FileMode.DELTA}
    if not partial:
        return None

    def presumed(target: str, ids: pl.Series) -> pl.Series:
        return ids if target in partial or target not in files else ids.clear()

    return presumed
