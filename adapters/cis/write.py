"""A set of files for a career system: all of them whole, or none there at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Final

from adapters.cis.table import TableWriter
from adapters.shelf import copy_digested, digest_file
from adapters.whole import whole_package
from mappings.cis.account import Accountant
from mappings.cis.catalogue import Catalogue
from mappings.cis.facts import Pupil, digest_in
from mappings.cis.layout import Layout, LayoutFile
from mappings.cis.rows import Rows, Told
from schemas.finding import Finding, Severity

MANY: Final = 0.10
"""The share of students from which a set with so many left out waits for a person."""

Records = Iterable[Mapping[str, str]]
_NOBODY: Final = Pupil({})


@dataclass(frozen=True, slots=True)
class Written:
    """One file as it was written."""

    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(slots=True)
class SetReport:
    """What a set holds and what it does not: files, students, losses, rows left out.

    `attached` are files of plans that rows name, beside the `files` of the layout; `holders` has
    the keys of the students of whom each is, by its name.
    """

    layout: str
    students: int = 0
    files: list[Written] = field(default_factory=list)
    attached: list[Written] = field(default_factory=list)
    holders: dict[str, set[str]] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    @property
    def findings(self) -> list[Finding]:
        """What a person should look at; of gravity HOLD where the set should not go out so."""
        return self.told.findings


@dataclass(frozen=True, slots=True)
class Asked:
    """How a set is wanted: as of which day, students known by which identifier."""

    on: date
    identifier: str | None = None


def write_set(
    layout: Layout, out: Path, pupils: Iterable[Pupil], asked: Asked, district: District
) -> SetReport:
    """Write every file of the layout into the folder `out`, or into one zip called so.

    Students are taken one at a time. Raises FileExistsError where something stands at `out`; a
    set that was cut short leaves nothing there.
    """
    with whole_package(out, _pack) as draft:
        return _write_files(layout, draft, pupils, asked, district)


@dataclass(frozen=True, slots=True)
class District:
    """What a set says of the district besides its students: schools and the course catalogue."""

    schools: tuple[Mapping[str, str], ...] = ()
    courses: tuple[Mapping[str, str], ...] = ()


def _write_files(
    layout: Layout, folder: Path, pupils: Iterable[Pupil], asked: Asked, district: District
) -> SetReport:
    report = SetReport(layout.name)
    rows = Rows(layout, asked.on, asked.identifier or layout.identifier, report.told)
    accountant, catalogue = Accountant.of(layout, report.told), Catalogue()
    catalogue.take_roster(district.courses)
    with ExitStack() as stack:
        tables = [
            stack.enter_context(_table(folder, layout, file, report)) for file in layout.written
        ]
        for pupil in pupils:
            report.students += 1
            accountant.account_for(pupil)
            catalogue.take_pupil(pupil)
            for table in tables:
                table.write(rows.of_pupil(table.file, pupil), pupil)
        records: dict[str, Records] = {"schools": district.schools, "courses": catalogue.records()}
        for table in tables:
            listed = records.get(table.file.rows, ()) if isinstance(table.file.rows, str) else ()
            table.write(rows.of_records(table.file, listed))
    return report


@dataclass(slots=True)
class _Table:
    """One file being written; rows that repeat what tells rows apart are counted."""

    file: LayoutFile
    writer: TableWriter
    report: SetReport
    is_full: bool
    attaches: int | None
    folder: Path
    seen: set[tuple[str, ...]] = field(default_factory=set)
    twice: list[str] = field(default_factory=list)

    def write(self, rows: Iterator[list[str]], pupil: Pupil = _NOBODY) -> None:
        """Write rows, with the files that they name."""
        for cells in rows:
            self._note_key(cells)
            path = self._sound(cells, pupil.files)
            if not self.writer.write(cells):
                self.report.told.leave(self.file, cells[0], "a value", "holds the delimiter")
            elif path is not None:
                self._attach(path, cells[self.attaches or 0], pupil.key)

    def _sound(self, cells: list[str], held: Mapping[str, Path]) -> Path | None:
        """The file that a row names; a damaged one is taken out of the row."""
        at = self.attaches
        if at is None or not cells[at]:
            return None
        digest = digest_in(cells[at])
        if digest_file(held[digest]) == digest:
            return held[digest]
        cells[at] = ""
        self.report.told.lost(self.file.elements[0], "file", "the stored file is damaged")
        return None

    def _attach(self, path: Path, name: str, key: str) -> None:
        """Let a file go along, once."""
        self.report.holders.setdefault(name, set()).add(key)
        if (self.folder / name).exists():
            return
        with (self.folder / name).open("xb") as stream:
            digest = copy_digested(path, stream)
            size = stream.tell()
            stream.flush()
            os.fsync(stream.fileno())
        self.report.attached.append(Written(name, 0, size, digest))

    def _note_key(self, cells: list[str]) -> None:
        if self.file.unique:
            columns = list(self.file.columns)
            key = tuple(cells[columns.index(name)] for name in self.file.unique)
            if key in self.seen:
                self.twice.append(" ".join(key))
            self.seen.add(key)

    def findings(self, size: int) -> Iterator[Finding]:
        """What is wrong with the file as a whole."""
        if self.twice:
            yield Finding(
                Severity.HOLD,
                "cis.identifier-twice",
                f"{len(self.twice):,} rows repeat an identifier: the target would take two for one",
                "Correct the identifiers in the roster, or choose another kind with --identifier.",
                self.file.name,
                column=self.file.unique[0],
                value=self.twice[0],
                count=len(self.twice),
            )
        limits = self.file.limits
        if self.writer.rows > (limits.rows or self.writer.rows) or size > (limits.bytes or size):
            yield Finding(
                Severity.WARNING,
                "cis.too-big",
                f"{self.writer.rows:,} rows, {size:,} bytes: more than the target says it takes",
                "Export school by school.",
                self.file.name,
            )
        left = self.report.told.left.get(self.file.name, 0)
        if left:
            yield self._left_out(left, left + self.writer.rows)

    def _left_out(self, left: int, total: int) -> Finding:
        many = self.is_full and left >= MANY * total
        return Finding(
            Severity.HOLD if many else Severity.WARNING,
            "cis.left-out",
            f"{left:,} of {total:,} rows stay out for want of a value",
            "See the rows listed: a target that takes full sets archives who is missing.",
            self.file.name,
            count=left,
        )


@contextmanager
def _table(folder: Path, layout: Layout, file: LayoutFile, report: SetReport) -> Iterator[_Table]:
    path = folder / file.name
    with path.open("w", encoding="utf-8", newline="") as stream:
        full = layout.full_set and file.rows == "students"
        writer = TableWriter(stream, layout, list(file.columns))
        table = _Table(file, writer, report, full, file.attaches, folder)
        yield table
        stream.flush()
        os.fsync(stream.fileno())
    size = path.stat().st_size
    with path.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    report.files.append(Written(file.name, table.writer.rows, size, digest))
    report.told.findings.extend(table.findings(size))


def _pack(files: list[Path], stream: IO[bytes]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # No clock: the same content is the same zip.
            with archive.open(zipfile.ZipInfo(file.name), "w") as entry, file.open("rb") as data:
                shutil.copyfileobj(data, entry)
