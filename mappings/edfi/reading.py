"""The way in: records of Ed-Fi as roster tables, and a plan for those of whom a plan is told.

Records are read one by one; of the roster's only the values of its views are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from mappings.edfi.collected import Collected, collected, subjects_of
from mappings.edfi.profiles import Profiles
from mappings.edfi.roster import roster_of
from mappings.engine.assemble import Assembly, Student
from mappings.engine.book import Book
from mappings.engine.inward import Read
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree, read_at
from mappings.engine.records import read_record
from mappings.hub import Hub
from schemas.ilp.entry import Origin
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

SOURCE = "ed-fi"
ROSTERED = frozenset({"SUP.01", "SUP.03", "FIN.03"})
"""Elements that a host tells of students without a plan as well."""
Views = dict[str, pl.DataFrame]


@dataclass(slots=True)
class Into:
    """One run of the way in."""

    book: Book
    losses: Losses
    _students: dict[str, Student] = field(default_factory=dict)
    _views: dict[str, Collected] = field(default_factory=dict)

    def hub(self, records: Iterator[StandardRecord]) -> Hub:
        """Everything that the records say, in our terms."""
        for record in records:
            for read in read_record(self.book, record, self.losses):
                self._take(read, record.entity)
        views = {subject: held.frame() for subject, held in self._collected().items()}
        return Hub(roster_of(views, self.losses), self._plans(views))

    def _collected(self) -> dict[str, Collected]:
        """The views, empty ones included."""
        subjects = subjects_of(self.book)
        return {each: self._views.get(each) or collected(self.book, each) for each in subjects}

    def _take(self, read: Read, entity: str) -> None:
        subject = read.table.subject
        if subject != WHOLE and subject not in ELEMENTS:
            held = self._views.get(subject)
            if held is None:
                held = self._views.setdefault(subject, collected(self.book, subject))
            held.add(read.ours)
            return
        assert self.book.student is not None  # noqa: S101 - standard.toml names it
        key = read_at(read.ours, self.book.student)
        if key is None:
            self.losses.add(LossKey(Side.THEIRS, entity, "", "does not say whose it is"))
            return
        own = {name: value for name, value in read.ours.items() if not name.startswith("$")}
        self._students.setdefault(str(key), Student()).take(read.table.name, subject, own)

    def _plans(self, views: Views) -> Iterator[Tree]:
        """A plan for each student of whom more was read than the profile."""
        origin = Origin(source=SOURCE, at=datetime.now(UTC).replace(microsecond=0))
        profiles = Profiles.of(views, self._students, self.losses)
        for key, student in self._students.items():
            if student.entries.keys() <= ROSTERED:
                self._unplanned(student)
                continue
            join_activities(student)
            for _, adult in student.entries.get("SUP.01", ()):
                profiles.complete(adult)
            for element, entry in profiles.entries(key):
                student.take("profile", element, entry)
            yield Assembly(origin, self.losses).plan(student, {})

    def _unplanned(self, student: Student) -> None:
        """A host says so of students who have no plan; that makes none."""
        for element in student.entries.keys() - {"SUP.01"}:  # the roster has contacts anyway
            key = LossKey(Side.THEIRS, element, "", "no plan of this student is told of")
            self.losses.add(key, count=len(student.entries[element]))


def join_activities(student: Student) -> None:
    """One activity out of two: the extension's, with its id, and the status of its milestone.

    They are told to be one by phase, type and title; a milestone has no id of an entry.
    """
    for element in ("ACT.01", "ACT.02", "ACT.03"):
        told = student.entries.get(element, [])
        named = {_what(entry): entry for _, entry in told if "id" in entry}
        for _, entry in told:
            if "id" not in entry and _what(entry) in named and "status" in entry:
                named[_what(entry)]["status"] = entry["status"]
        left = [each for each in told if "id" in each[1] or _what(each[1]) not in named]
        if left:
            student.entries[element] = left


def _what(entry: Tree) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in ("phase", "type", "title"))
