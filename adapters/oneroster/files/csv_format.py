"""`oneroster-csv-1.1` and `oneroster-csv-1.2`: a package as a zip or a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.formats import Unreadable
from adapters.oneroster.csv.limits import DEFAULT_LIMITS, Limits
from adapters.oneroster.files.loss import (
    OnFinding,
    OnLoss,
    counting,
    dropping,
    ignore,
    refuse,
)
from adapters.oneroster.files.sniff import csv_version
from adapters.port import Delivery, FileMode, Progress, silent
from mappings.engine.loss import Losses
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import column_map, files
from schemas.standards.shape import StandardRecord

if TYPE_CHECKING:
    import polars as pl

    from adapters.oneroster.csv import OneRosterCsvSource
    from adapters.oneroster.files.csv_write import Packing
    from mappings.hub import CellFile


@dataclass(frozen=True, slots=True)
class OneRosterCsv:
    """The CSV binding of one version. Implements `adapters.formats.Format`.

    `on_loss` is told what a file cannot say, by default an error; `on_finding` what the reader
    had to repair or what is odd. In a `mode` of DELTA records keep status and dateLastModified,
    which bulk files leave blank. `system` and `code` name the sending system in the manifest;
    `limits` bound what is read, and say how much of a file is read at a time.
    """

    version: str
    mode: FileMode = FileMode.BULK
    system: str | None = None
    code: str | None = None
    on_loss: OnLoss = refuse
    on_finding: OnFinding = ignore
    limits: Limits = DEFAULT_LIMITS

    @property
    def name(self) -> str:
        """The format's name on the command line."""
        return f"oneroster-csv-{self.version}"

    def reporting(self, losses: Losses) -> OneRosterCsv:
        """The same format, counting what its files cannot say and what reading drops."""
        return replace(self, on_loss=counting(losses), on_finding=dropping(losses))

    def claims(self, path: Path) -> bool:
        """Whether the zip or folder holds CSV files of this version."""
        return csv_version(path) == self.version

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every row, file by file; a part of one file is held in memory at a time.

        Rows that the standard's rules would reject are read as well. Raises Unreadable.
        """
        from adapters.oneroster.files.sheets import to_records

        with self.open_frames(path, progress) as opened:
            for entity, file in opened.items():
                columns = column_map(self.version, entity)
                for frame in file.parts():
                    yield from to_records(entity, frame, columns, f"{entity}.csv")

    @contextmanager
    def open_frames(
        self, path: Path, progress: Progress = silent
    ) -> Iterator[Mapping[str, CellFile]]:
        """The files of a package as frames of text: cells as they stand, blanks null.

        They can be read as long as the context is open. The column `_row` numbers rows as findings
        do; there are no frames without rows. Opening and reading raise Unreadable.
        """
        from mappings.hub import CellFile

        with _fetched(path, self.limits, progress) as (source, delivery):
            self._accept(delivery.findings)
            self._same_version(delivery)
            present = [name for name in files(self.version) if name in delivery.files]
            done = count(1)

            def parts(entity: str) -> Iterator[pl.DataFrame]:
                for reading in source.read_parts(delivery, entity):
                    self._accept(reading.findings)
                    if not reading.frame.is_empty():
                        yield reading.frame
                progress(f"Reading {entity}.csv", min(next(done), len(present)), len(present))

            yield {
                entity: CellFile(partial(parts, entity), source.is_long(delivery, entity))
                for entity in present
            }

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write a zip where the name ends in `.zip`, else a folder. Raises FileExistsError.

        Raises Unrepresentable at the first loss unless `on_loss` says otherwise.
        """
        from adapters.oneroster.files.csv_write import write_records

        write_records(path, records, self._packing(), progress)

    def write_frames(
        self, path: Path, frames: Mapping[str, pl.DataFrame], progress: Progress = silent
    ) -> None:
        """Write whole collections, columns of text under the binding's names; as `write` does."""
        from adapters.oneroster.files.csv_write import write_tables

        write_tables(path, frames, self._packing(), progress)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """Everything that the nightly sync would find. `schemas` is not used: CSV has none."""
        from adapters.oneroster.validate import validate_package

        yield from validate_package(path, progress)

    def _packing(self) -> Packing:
        from adapters.oneroster.files.csv_write import Packing

        return Packing(self.version, self.mode, self.system, self.code, self.on_loss)

    def _accept(self, findings: Iterable[Finding]) -> None:
        """Tell findings; raises Unreadable for those that make a file unreadable."""
        told = sorted(findings, key=_gravity, reverse=True)
        refused = [finding for finding in told if finding.severity is Severity.REFUSE]
        if refused:
            raise Unreadable(*refused)
        for finding in told:
            self.on_finding(finding)

    def _same_version(self, delivery: Delivery) -> None:
        if delivery.version != self.version:
            problem = f"the package is OneRoster {delivery.version}, not {self.version}"
            fix = f"Read it as oneroster-csv-{delivery.version}."
            finding = Finding(Severity.REFUSE, "package.version", problem, fix, "manifest.csv")
            raise Unreadable(finding)


def _gravity(finding: Finding) -> int:
    return finding.severity


@contextmanager
def _fetched(
    path: Path, limits: Limits, progress: Progress
) -> Iterator[tuple[OneRosterCsvSource, Delivery]]:
    """The package, a zip taken apart in a folder of its own. Raises Unreadable without one."""
    from adapters.errors import AdapterError
    from adapters.oneroster.csv import OneRosterCsvSource
    from adapters.shelf import passing_shelf

    source = OneRosterCsvSource(path, limits)
    try:
        with passing_shelf() as shelf, source.opened(shelf, progress) as delivery:
            yield source, delivery
    except AdapterError as error:
        finding = Finding(Severity.REFUSE, error.code, error.problem, error.fix)
        raise Unreadable(finding) from None
