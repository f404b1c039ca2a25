"""From a standard's records about one student to versions of that student's IEPs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Final

from pydantic import ValidationError

from mappings.books import BookAt
from mappings.engine.book import Book, Options
from mappings.engine.interpret import read
from mappings.engine.loss import Losses
from mappings.engine.paths import Path, Tree, read_at
from mappings.iep import ceds
from mappings.iep.items import completed, with_student
from schemas.finding import Finding, Severity
from schemas.iep.iep import Iep
from schemas.ilp.faults import findings_of
from schemas.standards.shape import StandardRecord

IEP_BOOKS: Final = {
    "edfi-5.2": BookAt("mappings.iep.edfi_v5p2", "schemas.standards.edfi"),
    "edfi-6.1": BookAt("mappings.iep.edfi_v6p1", "schemas.standards.edfi"),
    "csv-1": BookAt("mappings.iep.csv_v1", "schemas.standards.iep_csv"),
    "ceds-14": BookAt("mappings.iep.ceds_v14", "schemas.standards.ceds"),
}
"""The books of IEPs: tables whose subject is `iep` or a part of it, such as `annual_goals`.

`$iep` says whose part a record is: the source's student, the IEP's id, the version's label.
`$item` is what an item's id is made of where the standard has none.
"""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a student's records say: versions, oldest first, and what could not be taken."""

    ieps: tuple[Iep, ...]
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every version was taken."""
        return all(finding.severity < Severity.ROW for finding in self.findings)


@dataclass(slots=True)
class _Whole:
    """A version in the making: its parts, and where its own record was read, if one came.

    `again` is where a second one was read.
    """

    id: str
    version: str
    tree: Tree = field(default_factory=dict)
    where: str | None = None
    first: str = ""
    again: str | None = None

    def take(self, subject: str, ours: Tree, where: str) -> None:
        self.first = self.first or where
        if subject == "iep" and self.where is not None:
            self.again = where
        elif subject == "iep":
            _merge(self.tree, ours)
            self.where = where
        else:
            self.tree.setdefault(subject, []).append(ours)


@dataclass(frozen=True)
class IepBridge:
    """The way in by one book. `system` is what the source's student ids are: `local` or `state`.

    `overlay` is a folder of a district's revisions of the book.
    """

    book_name: str
    system: str = "local"
    overlay: FilePath | None = None

    @cached_property
    def book(self) -> Book:
        """The tables. Raises MappingTableError for an overlay that does not hold."""
        return IEP_BOOKS[self.book_name].open(Options(overlay=self.overlay))

    @cached_property
    def digest(self) -> str:
        """Another digest means that the same records may read otherwise."""
        parts = [self.book_name, self.system, *(f"{t.name}={t.digest}" for t in self.book.tables)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def is_about(self, record: StandardRecord) -> bool:
        """Whether a record may tell something of an IEP."""
        return record.entity in self.book.by_entity

    def student_of(self, record: StandardRecord) -> str | None:
        """The source's id of the student whom a record is about."""
        if record.entity == ceds.PERSON:
            return ceds.student_of(record.values, self.system)
        found = read_at(record.values, self._students[record.entity])
        return str(found) if found is not None and str(found).strip() else None

    @cached_property
    def _students(self) -> Mapping[str, Path]:
        """Where each entity names its student."""
        return {
            table.entity: row.targets[0].path
            for table in self.book.tables
            for row in table.rows
            if str(row.ours) == "$iep.student"
        }

    def understand(
        self, student: str, records: Iterable[StandardRecord], losses: Losses
    ) -> Understood:
        """The versions that one student's records tell.

        A version that does not hold is left out whole, with a finding for each of its faults.
        """
        wholes, loose = self._sorted(records, losses)
        built: list[Iep] = []
        findings = [_headless(one) for one in wholes if one.where is None]
        findings += [_repeated(one) for one in wholes if one.again is not None]
        trees = [one for one in wholes if one.where is not None]
        for subject, ours in loose:
            if not _lay_down(trees, subject, ours):
                findings.append(_without_iep(student))
        for one in trees:
            head = {"id": one.id, "version": one.version or None}
            whole = completed(ceds.settled({**one.tree, **head}))
            tree = with_student(whole, student, self.system)
            try:
                built.append(Iep.model_validate_json(json.dumps(tree), strict=True))
            except ValidationError as error:
                findings += [_placed(each, one.where) for each in findings_of(error, "iep")]
        return Understood(tuple(sorted(built, key=_age)), tuple(findings))

    def _sorted(
        self, records: Iterable[StandardRecord], losses: Losses
    ) -> tuple[list[_Whole], list[tuple[str, Tree]]]:
        """The records by version, and events, which may name only the student."""
        wholes: dict[tuple[str, str], _Whole] = {}
        loose: list[tuple[str, Tree]] = []
        cut = (
            part
            for record in records
            for part in (ceds.ieps_of(record) if record.entity == ceds.PERSON else (record,))
        )
        for record in cut:
            for subject, ours in self._read(record, losses):
                about = ours.pop("$iep", {})
                if subject == "events" and "id" not in about:
                    loose.append((subject, ours))
                    continue
                if subject == "iep" and "district" in about:
                    ours.setdefault("student", {})["district"] = str(about["district"])
                key = (_id(about), str(about.get("version", "")))
                wholes.setdefault(key, _Whole(*key)).take(subject, ours, record.where)
        return list(wholes.values()), loose

    def _read(self, record: StandardRecord, losses: Losses) -> Iterator[tuple[str, Tree]]:
        for table in self.book.by_entity.get(record.entity, ()):
            for each in read(table, record.values, losses):
                yield table.subject, each.ours


def _id(about: Tree) -> str:
    """The IEP's id; that of a program association is made of what identifies it.

    Empty where a record names none: its version does not hold, and says so.
    """
    if "program" in about:
        return "/".join(str(about.get(name, "")) for name in ("organization", "program", "begin"))
    return str(about.get("id", ""))


def _merge(into: Tree, more: Tree) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into.setdefault(name, value)


def _without_iep(student: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "iep.no-iep",
        "events came of a student of whom no IEP came; they are not kept",
        "Nothing, if the student has no IEP in this system.",
        value=student,
    )


def _lay_down(wholes: list[_Whole], subject: str, ours: Tree) -> bool:
    """Put what names only the student to the version that was in force on its first day.

    So it stays where it is when a newer version comes; what is older than all goes to the first.
    """
    day = str(ours.get("begin", ""))
    aged = sorted(wholes, key=_decided)
    before = [one for one in aged if _decided(one) <= day]
    if aged:
        (before or aged[:1])[-1].tree.setdefault(subject, []).append(ours)
    return bool(aged)


def _decided(whole: _Whole) -> str:
    head = whole.tree.get("header", {})
    return str(head.get("finalized") or head.get("start") or "")


def _age(iep: Iep) -> tuple[Any, ...]:
    head = iep.header
    day = head.finalized or head.start or date.min
    return day, head.amended or date.min, iep.version or "", iep.id


def _headless(whole: _Whole) -> Finding:
    return _placed(
        Finding(
            Severity.ROW,
            "iep.no-head",
            f"parts of an IEP came without the IEP itself (version {whole.version or 'unnamed'})",
            "deliver the IEP's own record too, with the same student, id and version",
            value=whole.id,
        ),
        whole.first,
    )


def _placed(finding: Finding, where: str | None) -> Finding:
    """A finding with the place of the record in question: `goals.csv, row 7`."""
    file, _, place = (where or "").rpartition(", ")
    number = place.rpartition(" ")[2].replace(",", "")
    row = int(number) if number.isdigit() else None
    return replace(
        finding, severity=Severity.ROW, file=file or finding.file, row=row, value=finding.value
    )


def _repeated(whole: _Whole) -> Finding:
    return _placed(
        Finding(
            Severity.ROW,
            "iep.twice",
            f"the same version of an IEP came twice (version {whole.version or 'unnamed'})",
            "deliver each version once, with a label of its own if there are several",
            value=whole.id,
        ),
        whole.again,
    )
