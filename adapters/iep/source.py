"""A delivery of IEPs as a source of the nightly job: whole files, one row for each student."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from adapters.errors import SourceMisconfigured
from adapters.formats import Unreadable
from adapters.iep.collect import laid_out, listed, shelved
from adapters.iep.pieces import IepReader, Piece
from adapters.port import Capabilities, Delivery, Progress, Reading, RowCheck, silent
from adapters.shelf import Shelf
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

STUDENTS: Final = "students"
"""The one table of a delivery: all records of a student in a row."""

SCHEMA: Final = {
    "student": pl.String,
    "fingerprint": pl.String,
    "records": pl.String,
    "broken": pl.Boolean,
}
"""`student` is the source's id, `records` the student's records as JSON (`records_of` reads it),
`fingerprint` their digest, `broken` tells that some of them cannot be used."""

_COLUMNS = "columns"
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
        held = self.reader.columns({name: file.path for name, file in files.items()})
        before: dict[str, list[str]] = json.loads(memory.get(_COLUMNS, "{}"))
        return Delivery(
            self.reader.standard,
            self.reader.standard.rpartition("-")[2],
            files,
            memory={_COLUMNS: json.dumps(held, sort_keys=True)},
            findings=tuple(_missed(before, held)),
        )

    def read(self, delivery: Delivery, name: str) -> Reading:
        """The students of a delivery; a file that cannot be read gives REFUSE and no rows."""
        try:
            with laid_out(delivery.files, self.reader.endings) as folder:
                return _tabled(self.reader.read(folder))
        except Unreadable as error:
            return Reading(pl.DataFrame(schema=SCHEMA), error.findings)

    def test(self) -> list[Finding]:
        """What there is tonight, tried aside. Raises as `fetch` does."""
        with tempfile.TemporaryDirectory(prefix="planbridge-") as folder:
            delivery = self.fetch(Shelf(Path(folder)), {})
            table = self.read(delivery, STUDENTS)
        count = f"{table.frame.height:,} students in {len(delivery.files)} files"
        return [*table.findings, Finding(Severity.NOTE, "file.read", count, "Nothing to do.")]

    def check(self, delivery: Delivery, name: str, rows: pl.DataFrame) -> RowCheck:
        """Nothing to add: rows were checked while they were read."""
        return RowCheck((), pl.Series(dtype=pl.String))


@dataclass(slots=True)
class _Student:
    """The records of one student as they come in."""

    records: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    broken: bool = False

    def row(self, student: str) -> tuple[str, str, str, bool]:
        said = sorted(
            json.dumps([entity, values], sort_keys=True) for entity, values, _ in self.records
        )
        digest = hashlib.sha256("\n".join(said).encode()).hexdigest()
        return student, digest, json.dumps(self.records, ensure_ascii=False), self.broken


def _tabled(pieces: Iterable[Piece | Finding]) -> Reading:
    students: dict[str, _Student] = {}
    findings = []
    for piece in pieces:
        if isinstance(piece, Finding):
            findings.append(piece)
            continue
        student = students.setdefault(piece.student, _Student())
        if piece.finding is not None:
            findings.append(piece.finding)
            student.broken = True
        if piece.record is not None:
            record = piece.record
            student.records.append((record.entity, record.values, record.where))
    rows = [each.row(student) for student, each in sorted(students.items())]
    return Reading(pl.DataFrame(rows, schema=SCHEMA, orient="row"), tuple(shortened(findings)))


def records_of(text: str) -> Iterator[StandardRecord]:
    """The records of a cell of `records`."""
    return (StandardRecord(*record) for record in json.loads(text))


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
        for column in sorted(set(columns) - set(now[file])):
            problem = f"the column {column} is missing: it came with the last delivery"
            yield Finding(Severity.HOLD, "column.missed", problem, fix, file, row=1, column=column)
