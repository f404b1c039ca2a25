"""The OneRoster CSV package as a source of the nightly sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.errors import SourceMisconfigured
from adapters.oneroster.csv.collect import (
    Collected,
    collect_folder,
    collect_zip,
    lying,
)
from adapters.oneroster.csv.deliver import STANDARD, deliver
from adapters.oneroster.csv.limits import DEFAULT_LIMITS, Limits
from adapters.oneroster.csv.package import Place, locate
from adapters.oneroster.csv.refusal import Refused
from adapters.port import ROW, Capabilities, Delivery, Progress, Reading, RowCheck, silent
from adapters.shelf import Shelf

if TYPE_CHECKING:
    import polars as pl

    from adapters.oneroster.csv.read import CsvFile


@dataclass(frozen=True, slots=True)
class OneRosterCsvSource:
    """Reads the package at `path`: a zip, a folder of CSV files, or a folder that holds one zip.

    With `latest`, a folder may hold several zips and the one written last counts. With `complete`,
    files are whole although every row has a status and date, as many 1.1 senders fill them; only
    a manifest that says delta makes a delta. `limits` bound what is taken from a zip. Implements
    `adapters.port.Source`.
    """

    path: Path
    limits: Limits = DEFAULT_LIMITS
    latest: bool = False
    complete: bool = False

    @property
    def capabilities(self) -> Capabilities:
        """Bulk and delta files, and rows marked `tobedeleted`."""
        return Capabilities(full=True, delta=True, tombstones=True)

    def fetch(
        self, shelf: Shelf, memory: Mapping[str, str], progress: Progress = silent
    ) -> Delivery:
        """Copy the package to the shelf; an unchanged one costs a single pass of hashing.

        Raises SourceUnavailable when there is no package yet or somebody is still writing it,
        SourceMisconfigured when the path cannot be meant. `memory` spares unpacking the same zip.
        """
        return self._delivery(lambda place: self._collect(place, shelf, memory, progress))

    @contextmanager
    def opened(self, shelf: Shelf, progress: Progress = silent) -> Iterator[Delivery]:
        """The package for as long as it is read: the files of a folder where they lie.

        Raises what `fetch` raises, and SourceUnavailable for a folder of which a file changed,
        came or went meanwhile, whatever else is wrong with the files.
        """
        with ExitStack() as reading:

            def collect(place: Place) -> Collected:
                if place.is_zip:
                    return self._collect(place, shelf, {}, progress)
                return reading.enter_context(lying(place, self.limits))

            yield self._delivery(collect)

    def _collect(
        self, place: Place, shelf: Shelf, memory: Mapping[str, str], progress: Progress
    ) -> Collected:
        if place.is_zip:
            return collect_zip(place, shelf, self.limits, memory, progress)
        return collect_folder(place, shelf, self.limits, progress)

    def _delivery(self, collect: Callable[[Place], Collected]) -> Delivery:
        try:
            place = locate(self.path, latest=self.latest)
            return deliver(collect(place), place.path.name, complete=self.complete)
        except Refused as refused:
            return Delivery(STANDARD, "", {}, findings=(refused.finding,))
        except PermissionError as error:
            fix = "Allow the account that runs the sync to read it."
            raise SourceMisconfigured(f"{error.filename} may not be read", fix) from error

    def read(self, delivery: Delivery, name: str) -> Reading:
        """Read one file; a file that cannot be read gives REFUSE findings and no rows."""
        from adapters.oneroster.csv.read import read_csv

        return read_csv(self._file(delivery, name), self.limits)

    def read_parts(self, delivery: Delivery, name: str) -> Iterator[Reading]:
        """The same some rows at a time; a part that gives REFUSE findings is the last."""
        from adapters.oneroster.csv.read import read_parts

        return read_parts(self._file(delivery, name), self.limits)

    def is_long(self, delivery: Delivery, name: str) -> bool:
        """Whether a file has several parts."""
        return delivery.files[name].path.stat().st_size > self.limits.part_bytes

    @staticmethod
    def _file(delivery: Delivery, name: str) -> CsvFile:
        from adapters.oneroster.csv.read import CsvFile

        file = delivery.files[name]
        return CsvFile(file.path, name, delivery.version, file.mode)

    def check(self, delivery: Delivery, name: str, rows: pl.DataFrame) -> RowCheck:
        """Check rows of one file against the standard's types and vocabularies.

        Rows without a number stem from an earlier night: they owe nothing to tonight's mode.
        """
        import polars as pl

        from adapters.oneroster.check import check_rows
        from adapters.oneroster.listing import joined

        mode = delivery.files[name].mode if name in delivery.files else None
        tonight = pl.col(ROW).is_not_null()
        new, earlier = rows.filter(tonight), rows.filter(~tonight)
        checks = [check_rows(new, name, delivery.version, mode=mode)]
        if earlier.height:
            checks.append(check_rows(earlier, name, delivery.version))
        return joined(checks)
