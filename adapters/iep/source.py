"""A delivery of IEPs as a source of the nightly job: whole files, one row for each student."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from adapters.errors import SourceMisconfigured
from adapters.formats import Unreadable
from adapters.iep.collect import contents, laid_out, listed, shelved
from adapters.iep.pieces import ROWS, WHOLE, IepReader, Piece
from adapters.port import Capabilities, DeliveredFile, Delivery, Progress, Reading, RowCheck, silent
from adapters.shelf import Shelf, passing_shelf
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

STUDENTS: Final = "students"
"""The one table of a delivery: all records of a student in a row."""

SCHEMA: Final = {"student": pl.String, "fingerprint": pl.String, "records": pl.String}
"""`student` is the source's id, `records` the student's records as JSON (`IepSource.records_of`
reads it), `fingerprint` the digest of what they say."""

_COLUMNS = "columns"
_FILES = "files"
MOST: Final = 20
"""Findings of one kind that are listed one by one."""


@dataclass(frozen=True, slots=True)
class IepSource:
    """IEPs in files at `path`, read by `reader`. Implements `adapters.port.Source`."""

    path: Path
    reader: IepReader

    @property
    def capabilities(self) -> Capabilities:
        """Every delivery is whole."""
        return Capabilities(full=True)

    def fetch(
        self, shelf: Shelf, memory: Mapping[str, str], progress: Progress = silent
    ) -> Delivery:
        """Copy the files to the shelf; a file or column that was there last night is missed."""
        try:
            found = listed(self.path, self.reader.endings)
            files = shelved(found, shelf, progress)
        except PermissionError as error:
            fix = "Allow the account that runs the sync to read it."
            raise SourceMisconfigured(f"{error.filename} may not be read", fix) from error
        before: dict[str, list[str]] = json.loads(memory.get(_COLUMNS, "{}"))
        same = _digest(files)
        held = before if memory.get(_FILES) == same else self._columns(files)
        return Delivery(
            self.reader.standard,
            self.reader.standard.rpartition("-")[2],
            files,
            memory={_COLUMNS: json.dumps(held, sort_keys=True), _FILES: same},
            findings=tuple(_missed(before, held)),
        )

    def _columns(self, files: Mapping[str, DeliveredFile]) -> dict[str, list[str]]:
        """What the files hold; nothing of an archive that is not safe, which is told when read."""
        try:
            with laid_out(files, self.reader.endings) as folder:
                return self.reader.columns(contents(files, folder))
        except Unreadable:
            return {}

    def read(self, delivery: Delivery, name: str) -> Reading:
        """The students of a delivery; a file that cannot be read gives REFUSE and no rows."""
        try:
            with laid_out(delivery.files, self.reader.endings) as folder:
                return _tabled(self.reader.read(folder))
        except Unreadable as error:
            return Reading(pl.DataFrame(schema=SCHEMA), error.findings)

    def records_of(self, text: str) -> tuple[list[StandardRecord], list[Finding]]:
        """The records of a cell of `records`, looked into, and what is wrong with them."""
        records: list[StandardRecord] = []
        findings: list[Finding] = []
        for (entity, values), where in json.loads(text):
            record, found = self.reader.refine(StandardRecord(entity, values, where))
            findings += found
            if record is not None:
                records.append(record)
        return records, findings

    def test(self) -> list[Finding]:
        """What there is tonight, tried aside. Raises as `fetch` does."""
        with passing_shelf() as shelf:
            delivery = self.fetch(shelf, {})
            table = self.read(delivery, STUDENTS)
        faults = (one for text in table.frame["records"] for one in self.records_of(text)[1])
        count = f"{table.frame.height:,} students in {len(delivery.files)} files"
        note = Finding(Severity.NOTE, "file.read", count, "Nothing to do.")
        return [*table.findings, *shortened(faults), note]

    def check(self, delivery: Delivery, name: str, rows: pl.DataFrame) -> RowCheck:
        """Nothing to add: rows were checked while they were read."""
        return RowCheck((), pl.Series(dtype=pl.String))


def _digest(files: Mapping[str, DeliveredFile]) -> str:
    """The digest of the files' names and bytes."""
    told = "\n".join(f"{name} {file.digest}" for name, file in sorted(files.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def _tabled(pieces: Iterable[Piece | Finding]) -> Reading:
    students: dict[str, list[tuple[str, str]]] = {}
    findings = []
    for piece in pieces:
        if isinstance(piece, Finding):
            findings.append(piece)
            continue
        student, record = piece
        if not student.isprintable():
            findings.append(_unprintable(record.where))
            continue
        said = json.dumps([record.entity, record.values], ensure_ascii=False, sort_keys=True)
        students.setdefault(student, []).append((said, record.where))
    rows = [_row(student, records) for student, records in sorted(students.items())]
    return Reading(pl.DataFrame(rows, schema=SCHEMA, orient="row"), tuple(shortened(findings)))


def _unprintable(where: str) -> Finding:
    problem = f"a student's id holds a control character ({where})"
    fix = "Correct it; what the record tells would be missed in some student's IEP."
    return Finding(Severity.HOLD, "iep.no-student", problem, fix, where.partition(",")[0])


def _row(student: str, records: list[tuple[str, str]]) -> tuple[str, str, str]:
    """A student's row; where records stood, and in which order, is no part of what they say."""
    digest = hashlib.sha256("\n".join(sorted(said for said, _ in records)).encode()).hexdigest()
    told = ",".join(f"[{said},{json.dumps(where)}]" for said, where in records)
    return student, digest, f"[{told}]"


def shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first `MOST` findings of each kind and file; a last one counts the rest."""
    kinds: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.code, finding.file), []).append(finding)
    for (code, file), found in kinds.items():
        yield from found[:MOST]
        if len(found) > MOST:
            rest = len(found) - MOST
            problem = f"{rest:,} more of the kind above"
            yield Finding(found[0].severity, code, problem, found[0].fix, file, count=rest)


def _missed(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> Iterator[Finding]:
    fix = "Ask the sender; accept with --allow-held and a reason if it is gone for good."
    for file, columns in before.items():
        if file not in now:
            problem = f"{file} is missing: it came with the last delivery"
            yield Finding(Severity.HOLD, "file.missed", problem, fix, file)
            continue
        gone = set(columns) - set(now[file]) if now[file] else set()  # empty: not known yet
        if ROWS in gone:
            problem = f"{file} holds no row: it did with the last delivery"
            yield Finding(Severity.HOLD, "file.emptied", problem, fix, file)
        if WHOLE in gone:
            problem = f"{file} ends within a row: it did not with the last delivery"
            yield Finding(Severity.HOLD, "file.cut", problem, fix, file)
        for column in sorted(gone - {ROWS, WHOLE}):
            problem = f"the column {column} is missing: it came with the last delivery"
            yield Finding(Severity.HOLD, "column.missed", problem, fix, file, row=1, column=column)
