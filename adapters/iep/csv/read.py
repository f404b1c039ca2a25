"""Files of the CSV layout as records, each fault named by file, row, column and fix."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from adapters.formats import Unreadable
from adapters.iep.csv.profile import Profile, Words
from adapters.iep.pieces import Piece
from schemas.finding import Finding, Severity
from schemas.standards.iep_csv import HEAD, Column, layout
from schemas.standards.shape import Kind, StandardRecord

_LONGEST: Final = 100_000
"""Characters of one cell; a statement of an IEP has at most 20,000."""

_WRAPPED: Final = re.compile(r'="([^"]*)"')
_SAFE: Final = re.compile(r"'[=+\-@\t\r]")
_LISTS: Final = frozenset(
    {"noticeAgencyIds", "goalIds", "inviteConsentParts", "releaseConsentParts"}
)


@dataclass(frozen=True)
class IepCsvReader:
    """Reads the layout as one system spells it. Implements `adapters.iep.pieces.IepReader`."""

    profile: Profile = field(default_factory=Profile)
    standard: str = "csv-1"
    endings: tuple[str, ...] = (".csv", ".txt", ".tsv")

    def columns(self, files: Mapping[str, Path]) -> dict[str, list[str]]:
        """The header of each file; none of one that cannot be read."""
        found = {}
        for name, path in files.items():
            try:
                found[name] = next(_Sheet(self.profile, path, name).rows())[1]
            except (Unreadable, StopIteration):
                found[name] = []
        return found

    def read(self, folder: Path) -> Iterator[Piece | Finding]:
        """Every row of every file of the layout; other files are named. Raises Unreadable."""
        known = {self.profile.name_of(file).lower(): file for file in layout()}
        found: dict[str, Path] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            file = known.get(path.name.lower())
            if file is None:
                yield _strange(path.name, known)
            elif file in found:
                raise _refused("file.twice", f"{path.name} came twice", "Send it once.", path.name)
            else:
                found[file] = path
        if HEAD not in found:
            name = self.profile.name_of(HEAD)
            raise _refused(
                "file.absent", f"{name} is missing", "Send it; it names every IEP.", name
            )
        for file, path in found.items():
            yield from _pieces(self.profile, file, path)


def _strange(name: str, known: Mapping[str, str]) -> Finding:
    fix = f"Name it as the layout or the profile does ({', '.join(known)}), or leave it out."
    return Finding(Severity.WARNING, "file.unknown", f"{name} is not read", fix, name)


def _refused(
    code: str, problem: str, fix: str, file: str, row: int | None = None, column: str | None = None
) -> Unreadable:
    return Unreadable(Finding(Severity.REFUSE, code, problem, fix, file, row, column))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One file as rows of cells, with the number of each row."""

    profile: Profile
    path: Path
    name: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank, the header first, as row 1. Raises Unreadable."""
        csv.field_size_limit(_LONGEST)
        number = 0
        try:
            with self.path.open(encoding=self.profile.encoding, newline="") as stream:
                reader = csv.reader(stream, delimiter=self.profile.delimiter, strict=True)
                for number, cells in enumerate(reader, start=1):
                    if any(cell.strip() for cell in cells):
                        yield number, cells
        except UnicodeError:
            problem = f"the file is not {self.profile.encoding}, from about row {number + 1}"
            fix = "Export it as UTF-8, or name its encoding in the profile."
            raise _refused("file.encoding", problem, fix, self.name, number + 1) from None
        except csv.Error as error:
            problem = f"row {number + 1} is no CSV: {error}"
            fix = "Export the file again; a cell with quotes or line breaks stands in quotes."
            raise _refused("file.csv", problem, fix, self.name, number + 1) from None


def _pieces(profile: Profile, file: str, path: Path) -> Iterator[Piece | Finding]:
    rows = _Sheet(profile, path, path.name).rows()
    header = next(rows, None)
    if header is None:
        fix = "Export it again, with its header at least."
        raise _refused("file.empty", "the file is empty", fix, path.name)
    places = _places(profile, file, path.name, header[1])
    yield from _unread(profile, file, path.name, header[1])
    table = _Table(profile, file, path.name, places, len(header[1]))
    for number, cells in rows:
        yield from table.piece(number, cells)


def _places(profile: Profile, file: str, name: str, header: list[str]) -> dict[str, int]:
    """Where each column of the layout stands. Raises Unreadable where a required one is absent."""
    sent = [cell.strip() for cell in header]
    twice = next((cell for cell in sent if cell and sent.count(cell) > 1), None)
    if twice:
        problem, fix = f"the header has {twice} twice", "Give each column one name."
        raise _refused("header.twice", problem, fix, name, 1, twice)
    theirs = profile.of(file).columns
    places = {}
    for column in layout()[file]:
        called = theirs.get(column.name, column.name)
        if called in sent:
            places[column.name] = sent.index(called)
        elif column.required:
            problem = f"the column {called} is missing"
            fix = "Add it, or say in the profile what it is called there."
            raise _refused("header.missing", problem, fix, name, 1, called)
    return places


def _unread(profile: Profile, file: str, name: str, header: list[str]) -> Iterator[Finding]:
    theirs = profile.of(file).columns
    known = {theirs.get(column.name, column.name) for column in layout()[file]}
    for cell in header:
        if cell.strip() and cell.strip() not in known:
            problem, fix = f"the column {cell.strip()} is not read", "Nothing, if that is right."
            yield Finding(Severity.NOTE, "header.unknown", problem, fix, name, 1, cell.strip())


@dataclass(frozen=True)
class _Table:
    """Rows of one file as records."""

    profile: Profile
    file: str
    name: str
    places: Mapping[str, int]
    width: int

    @property
    def words(self) -> Words:
        return Words(self.profile, self.profile.of(self.file))

    def piece(self, number: int, cells: list[str]) -> Iterator[Piece | Finding]:
        """The record of a row, or what is wrong with it."""
        student = self._cell(cells, "studentId")
        faults = list(self._faults(number, cells))
        values = {} if faults else dict(self._values(number, cells, faults))
        if student is None or len(cells) != self.width:
            yield from (_holding(fault) for fault in faults)
        elif faults:
            yield from (Piece(student, finding=fault) for fault in faults)
        else:
            where = f"{self.name}, row {number}"
            yield Piece(student, StandardRecord(self.file, values, where))

    def _faults(self, number: int, cells: list[str]) -> Iterator[Finding]:
        if len(cells) != self.width:
            problem = f"the row has {len(cells)} cells, the header {self.width}"
            fix = "Put cells that hold the separator or line breaks in quotes."
            yield self._fault(number, None, "row.ragged", problem, fix)
            return
        for column in layout()[self.file]:
            if column.required and self._cell(cells, column.name) is None:
                yield self._fault(
                    number, column.name, "cell.empty", "the cell is empty", "Fill it."
                )

    def _values(
        self, number: int, cells: list[str], faults: list[Finding]
    ) -> Iterator[tuple[str, str]]:
        for column in layout()[self.file]:
            cell = self._cell(cells, column.name)
            if cell is None:
                continue
            try:
                yield column.name, self._value(column, cell)
            except ValueError as error:
                fix = str(error)[0].upper() + str(error)[1:] + "."
                problem = "the cell cannot be read"
                faults.append(self._fault(number, column.name, "cell.value", problem, fix, cell))

    def _value(self, column: Column, cell: str) -> str:
        if cell.startswith("="):
            raise ValueError("export values, not formulas")
        plain = self.words.plain(column.name, column.kind, cell)
        if column.name in _LISTS and not plain.startswith("["):
            parts = (part.strip() for part in plain.split(self.profile.list_separator))
            return json.dumps([part for part in parts if part], ensure_ascii=False)
        return plain

    def _cell(self, cells: list[str], column: str) -> str | None:
        """A cell without what spreadsheets put around it; None for a blank one."""
        place = self.places.get(column)
        if place is None or place >= len(cells):
            return None
        cell = cells[place].strip()
        wrapped = _WRAPPED.fullmatch(cell)
        cell = wrapped[1] if wrapped else cell
        return (cell[1:] if _SAFE.match(cell) else cell) or None

    def _fault(
        self,
        row: int,
        column: str | None,
        code: str,
        problem: str,
        fix: str,
        cell: str | None = None,
    ) -> Finding:
        theirs = self.profile.of(self.file).columns
        called = theirs.get(column, column) if column else None
        shown = cell[:40] if cell is not None and column in _SHOWN else None
        return Finding(Severity.ROW, code, problem, fix, self.name, row, called, shown)


_SHOWN: Final = frozenset(
    column.name
    for columns in layout().values()
    for column in columns
    if column.kind in (Kind.DATE, Kind.BOOLEAN, Kind.INTEGER)
)
"""Columns whose cells a finding may show: words of an IEP stay out of reports."""


def _holding(fault: Finding) -> Finding:
    """A fault of a row that names no student: nobody knows whose IEP would be cut."""
    return Finding(
        Severity.HOLD, fault.code, fault.problem, fault.fix, fault.file, fault.row, fault.column
    )
