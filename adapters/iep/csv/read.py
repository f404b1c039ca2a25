"""Files of the CSV layout as records, each fault named by file, row, column and fix."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from adapters.formats import Unreadable
from adapters.iep.csv.cells import STUDENT, plain_cell, refined
from adapters.iep.csv.profile import Profile
from adapters.iep.pieces import ROWS, WHOLE, Piece, Refined
from adapters.shelf import ends_whole
from schemas.finding import Finding, Severity
from schemas.standards.iep_csv import HEAD, layout
from schemas.standards.shape import StandardRecord

_LONGEST: Final = 100_000
"""Characters of one cell; a statement of an IEP has at most 20,000."""


@dataclass(frozen=True)
class IepCsvReader:
    """Reads the layout as one system spells it. Implements `adapters.iep.pieces.IepReader`."""

    profile: Profile = field(default_factory=Profile)
    standard: str = "csv-1"
    endings: tuple[str, ...] = (".csv", ".txt", ".tsv")

    def columns(self, files: Mapping[str, Path]) -> dict[str, list[str]]:
        """The header of each file of the layout, with `ROWS` if any row follows it, and `WHOLE`.

        Nothing of one that cannot be read.
        """
        known = {self.profile.name_of(file).lower() for file in layout()}
        plain = {PurePosixPath(name).name.lower(): path for name, path in files.items()}
        return {name: self._header(name, path) for name, path in plain.items() if name in known}

    def _header(self, name: str, path: Path) -> list[str]:
        try:
            rows = _Sheet(self.profile, path, name).rows()
            whole = [WHOLE] if ends_whole(path) else []
            return [*next(rows)[1], *(ROWS for _ in islice(rows, 1)), *whole]
        except (Unreadable, StopIteration):
            return []

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

    def refine(self, record: StandardRecord) -> Refined:
        """A row with its cells as the layout spells them, or what is wrong with them."""
        return refined(self.profile, record)


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
    sent = header[1]
    places = list(_places(profile, file, path.name, sent).items())
    yield from _unread(profile, file, path.name, sent)
    for number, cells in rows:
        if len(cells) != len(sent):
            yield _ragged(path.name, number, len(cells), len(sent))
            continue
        values = {name: cell for name, place in places if (cell := plain_cell(cells[place]))}
        student = values.get(STUDENT)
        if student is None:
            yield _nameless(path.name, number)
        else:
            yield Piece(student, StandardRecord(file, values, f"{path.name}, row {number}"))


def _ragged(name: str, row: int, cells: int, columns: int) -> Finding:
    problem = f"the row has {cells} cells, the header {columns}: nobody can tell whose it is"
    fix = "Put cells that hold the separator or line breaks in quotes."
    return Finding(Severity.HOLD, "row.ragged", problem, fix, name, row)


def _nameless(name: str, row: int) -> Finding:
    problem, fix = "the row names no student: nobody can tell whose it is", "Fill the cell."
    return Finding(Severity.HOLD, "row.nameless", problem, fix, name, row, STUDENT)


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
