"""REST records as tables under the CSV binding's column names.

Nothing is left out silently: what no column stands for gets a column of its own, named
`unmapped.` and the field, with a warning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from adapters.oneroster.check import label
from adapters.oneroster.csv.headers import SECRET
from adapters.oneroster.csv.repair import Repair, repair
from adapters.oneroster.listing import shorten
from adapters.oneroster.rest.columns import BESIDE, METADATA, Table, tables
from adapters.oneroster.rest.derive import derived
from adapters.oneroster.rest.values import KINDS, SHAPE, TIME, Note, Read, as_json, plain
from adapters.port import ROW, DeliveredFile, Reading
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import column_map, files

_CHUNK = 5_000
"""Records turned into columns at a time, so that a million of them need not be held as objects."""
_BLANKS = " \t\n\r\u00a0"

Record = Mapping[str, Any]


def read_collection(file: DeliveredFile, version: str) -> Reading:
    """The collection `file.name` of a delivery as a table.

    Raises KeyError for a collection that this version does not have.
    """
    table = tables(version)[file.name]
    flat = _Flattener(table)
    frame = flat.frame(derived(table, _records(file.path)) if table.each else _records(file.path))
    repaired = Repair(label(table.name, rest=True), _in_order(frame, table.name, version))
    known = column_map(version, table.name).values() if table.name in files(version) else ()
    repair(repaired, known, _BLANKS)
    return Reading(repaired.frame, (*flat.findings(), *repaired.findings))


def _records(path: Path) -> Iterator[Record]:
    with path.open("rb") as stream:
        for line in stream:
            yield json.loads(line)


@dataclass(slots=True)
class _Seen:
    """How often something odd was seen in one column, and where first."""

    row: int
    sample: str
    count: int = 0


@dataclass(slots=True)
class _Flattener:
    """Turns records of one table into columns and remembers what did not fit."""

    table: Table
    _seen: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    _start: int = 0

    def frame(self, records: Iterable[Record]) -> pl.DataFrame:
        """All records as one frame, numbered from 1."""
        chunks = [self._chunk([])]
        walk = iter(records)
        while batch := list(islice(walk, _CHUNK)):
            chunks.append(self._chunk(batch))
        frame = pl.concat(chunks, how="diagonal")
        spare = [name for name in frame.columns if name.startswith(BESIDE)]
        unused = [name for name in spare if frame[name].null_count() == frame.height]
        return frame.drop(unused).with_row_index(ROW, offset=1)

    def findings(self) -> list[Finding]:
        """One finding for each column in which something was odd."""
        return [self._finding(code, column, seen) for (code, column), seen in self._seen.items()]

    def _chunk(self, batch: list[Record]) -> pl.DataFrame:
        columns = {
            column.name: plain(batch, column)
            or self._column(batch, column.name, column.keys, KINDS[column.kind])
            for column in self.table.readers
        }
        for name in sorted({key for record in batch for key in record.keys() - self.table.known}):
            columns[_beside(name)] = self._column(batch, _beside(name), (name,), self._spare(name))
        self._start += len(batch)
        return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))

    def _column(
        self, batch: list[Record], name: str, keys: tuple[str, ...], read: Read
    ) -> list[str | None]:
        values: list[str | None] = []

        def note(code: str, sample: str) -> None:
            row = self._start + len(values) + 1
            self._seen.setdefault((code, name), _Seen(row, sample)).count += 1

        for record in batch:
            value = read(record.get(keys[0]), note)
            for key in keys[1:] if value is None else ():
                value = value or read(record.get(key), note)
            values.append(value)
        return values

    def _spare(self, name: str) -> Read:
        """Reads a field that no column stands for."""

        def read(value: Any, note: Note) -> str | None:
            written = as_json(value, note)
            if written is not None and name != METADATA:
                note(UNMAPPED, written)
            return written

        return read

    def _finding(self, code: str, column: str, seen: _Seen) -> Finding:
        severity, problem, fix = ODD[code]
        return Finding(
            severity,
            f"rest.{code}",
            problem.format(column.removeprefix(BESIDE)),
            fix,
            label(self.table.name, rest=True),
            seen.row,
            column,
            shorten(seen.sample),
            seen.count,
        )


def _beside(name: str) -> str:
    return name if name == METADATA else BESIDE + name


def _in_order(frame: pl.DataFrame, name: str, version: str) -> pl.DataFrame:
    """The same columns as a CSV file of this name has: the standard's, in order, then others."""
    standard = [column.name for column in files(version).get(name, ()) if column.name != SECRET]
    absent = [column for column in standard if column not in frame.columns]
    whole = frame.with_columns(pl.lit(None, pl.String).alias(column) for column in absent)
    others = [column for column in whole.columns if column not in {ROW, *standard}]
    return whole.select(pl.col(ROW).cast(pl.UInt32), *standard, *others)


UNMAPPED = "unmapped"
ODD = {
    UNMAPPED: (
        Severity.WARNING,
        "the records have a field {!r} that OneRoster does not define; it is kept as it came",
        "nothing to do here; the provider should send such fields under metadata",
    ),
    SHAPE: (
        Severity.WARNING,
        "{} has another form than the standard's; it is kept as JSON",
        "report it to the provider",
    ),
    TIME: (
        Severity.REPAIR,
        "{} carries a time of day, where the column holds a date; the time is left out",
        "nothing to do: OneRoster itself has dates here in one binding and times in the other",
    ),
}
