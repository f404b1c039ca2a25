"""Results of a career system as a source of the nightly job: picked up, read, checked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import polars as pl

from adapters.cis.places import Place, collect
from adapters.cis.table import Line, count_lines, header_of, read_table
from adapters.errors import SourceUnavailable
from adapters.formats import Unreadable
from adapters.port import (
    ROW,
    Capabilities,
    DeliveredFile,
    Delivery,
    FileMode,
    Progress,
    Reading,
    RowCheck,
    silent,
)
from adapters.shelf import Shelf, ends_whole
from mappings.cis.inward import RowRefused, Said, gathered, said_by, typed
from mappings.cis.layout import Layout, LayoutFile
from schemas.finding import Finding, Severity

STANDARD: Final = "cis"
LINES: Final = "lines:"
"""What the memory of a night calls the lines of a file of the layout."""

_COLUMNS: Final = "columns:"
_WHOLE: Final = "(whole)"

MOST: Final = 50
"""Rows of one file that are listed one by one."""

COLUMNS: Final = ("account", "ids", "about", "element", "entry", "key", "everywhere", "values")
"""The columns of a reading, all text; `ids`, `about` and `values` are JSON objects."""


@dataclass(frozen=True, slots=True)
class CisSource:
    """A place with results, and the layout of its files. `name` is what the district calls it."""

    name: str
    place: Place
    layout: Layout

    @property
    def capabilities(self) -> Capabilities:
        """Whole files; what is not in them any more was not taken back."""
        return Capabilities()

    def fetch(
        self, shelf: Shelf, memory: Mapping[str, str], progress: Progress = silent
    ) -> Delivery:
        """Pick up every file that the layout knows.

        Raises SourceUnavailable where there is none, or where the place breaks off.
        """
        found = collect(self.place, [one.name for one in self.layout.file], shelf, progress)
        if not found:
            names = ", ".join(one.name for one in self.layout.file)
            problem = f"There is no file of results at {self.place.words}."
            raise SourceUnavailable(problem, f"Put one of these there: {names}.")
        files = {
            one.name: DeliveredFile(
                one.name, FileMode.BULK, one.path, one.digest, "text/csv", one.name
            )
            for one in found
        }
        columns = self._columns(files)
        gone = tuple(_missed(memory, columns))
        told = {**self._rows(files), **columns}
        return Delivery(STANDARD, self.layout.name, files, memory=told, findings=gone)

    def _columns(self, files: Mapping[str, DeliveredFile]) -> dict[str, str]:
        """The columns of the layout that every file of its kind has: others told nothing."""
        held: dict[str, set[str]] = {}
        for name, file in files.items():
            header = header_of(file.path)
            if header:
                one = self.layout_of(name)
                known = held.setdefault(one.name, {*one.columns, _WHOLE})
                known.intersection_update([*header, _WHOLE])
                if not ends_whole(file.path):
                    held[one.name].discard(_WHOLE)
        return {f"{_COLUMNS}{name}": "\n".join(sorted(held[name])) for name in held}

    def _rows(self, files: Mapping[str, DeliveredFile]) -> dict[str, str]:
        """How many lines came for each file of the layout: less than last time is suspicious."""
        lines: Counter[str] = Counter()
        for name, file in files.items():
            lines[self.layout_of(name).name] += count_lines(file.path)
        return {f"{LINES}{name}": str(count) for name, count in lines.items()}

    def read(self, delivery: Delivery, name: str) -> Reading:
        """One file as a table of entries; rows that cannot be used are findings."""
        file = self.layout_of(name)
        findings: list[Finding] = []
        try:
            lines = list(read_table(delivery.files[name].path, name))
            _check_columns(file, name, lines)
            findings += _unread(file, name, lines)
            said, otherwise = gathered(_each(file, name, lines, findings), file.within)
        except Unreadable as error:
            return Reading(_frame([]), tuple(error.findings))
        rows = [self._row(file, one) for one in said if _is_sound(one, name, findings)]
        return Reading(_frame(rows), (*_fewer(findings, name), *_twice(otherwise, name)))

    def check(self, delivery: Delivery, name: str, rows: pl.DataFrame) -> RowCheck:
        """Nothing more: every row was checked when it was read."""
        return RowCheck((), pl.Series("sourcedId", [], pl.String))

    def layout_of(self, name: str) -> LayoutFile:
        """The file of the layout that a file's name fits."""
        return next(one for one in self.layout.file if fnmatchcase(name.lower(), one.name.lower()))

    def _row(self, file: LayoutFile, one: Said) -> tuple[Any, ...]:
        entry = one.entry_id(self.name, everywhere=file.global_key)
        everywhere = "1" if file.global_key else None
        texts = (_json(one.ids), _json(one.about), one.element, entry, one.key, everywhere)
        return (one.account, *texts, _json(one.values), one.row)


def _missed(memory: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Finding]:
    """Columns that came with the last delivery: without them their fields would be emptied."""
    for key, before in memory.items():
        if not key.startswith(_COLUMNS) or key not in now:
            continue
        gone = set(before.split("\n")) - set(now[key].split("\n"))
        if _WHOLE in gone:
            problem = "the file ends within a row: it did not with the last delivery"
            fix = "Export it again; accept with --allow-held and a reason if it is right."
            file = key.removeprefix(_COLUMNS)
            yield Finding(Severity.HOLD, "cis.cut", problem, fix, file)
        for column in sorted(gone - {_WHOLE}):
            problem = f"the column {column} is missing: it came with the last delivery"
            fix = "Ask the sender; accept with --allow-held and a reason if it is gone for good."
            file = key.removeprefix(_COLUMNS)
            yield Finding(Severity.HOLD, "cis.column-missed", problem, fix, file, 1, column)


def _unread(file: LayoutFile, name: str, lines: list[Line]) -> Iterator[Finding]:
    """Columns that the layout does not know: what they say stays out."""
    unknown = [column for column in lines[0].cells if column not in file.columns]
    if unknown:
        shown = ", ".join(unknown[:MOST])
        problem, fix = (
            f"columns are not read: {shown}",
            "Name them in a copy of the layout, if need be.",
        )
        yield Finding(
            Severity.WARNING, "cis.column-unread", problem, fix, name, 1, count=len(unknown)
        )


def _check_columns(file: LayoutFile, name: str, lines: list[Line]) -> None:
    if not lines:
        problem, fix = f"{name} has a header and no rows", "Export it again, with its rows."
        raise Unreadable(Finding(Severity.HOLD, "cis.no-rows", problem, fix, name))
    needed = [column for column, one in file.columns.items() if one.need]
    missing = [column for column in needed if column not in lines[0].cells]
    if missing:
        problem = f"{name} lacks the columns {', '.join(missing)}"
        fix = "Export them too, or set the names of your columns in a copy of the layout."
        raise Unreadable(Finding(Severity.REFUSE, "cis.columns", problem, fix, name, row=1))


def _each(
    file: LayoutFile, name: str, lines: list[Line], findings: list[Finding]
) -> Iterator[Said]:
    for line in lines:
        try:
            yield said_by(file, line.number, line.cells)
        except RowRefused as error:
            findings.append(_refused(name, line.number, error))


def _is_sound(one: Said, name: str, findings: list[Finding]) -> bool:
    try:
        typed(one.element, one.values)
    except RowRefused as error:
        findings.append(_refused(name, one.row, error))
        return False
    return True


def _twice(otherwise: list[Said], name: str) -> Iterator[Finding]:
    if otherwise:
        problem = f"{len(otherwise):,} rows say an entry otherwise than a row before; that counts"
        fix = "Give each entry an id of its own, or send it once."
        row, count = otherwise[0].row, len(otherwise)
        yield Finding(Severity.WARNING, "cis.twice", problem, fix, name, row, count=count)


def _refused(name: str, row: int, error: RowRefused) -> Finding:
    fix = "Correct the row where it comes from; what it said before stays."
    return Finding(Severity.ROW, "cis.row", str(error), fix, name, row, error.column)


def _fewer(findings: list[Finding], name: str) -> Iterator[Finding]:
    yield from findings[:MOST]
    if len(findings) > MOST:
        rest = len(findings) - MOST
        problem, fix = f"{rest:,} more rows cannot be used", "Correct those listed first."
        yield Finding(Severity.ROW, "cis.row", problem, fix, name, count=rest)


def _frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {**dict.fromkeys(COLUMNS, pl.String), ROW: pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
