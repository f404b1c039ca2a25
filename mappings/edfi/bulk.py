"""The way out for a whole district at once: the large resources as JSON text, made in columns.

Records and losses are those of `writing`; where there are plans, which share records with the
roster, `writing` does all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from mappings.edfi.distinct import distinct, distinct_parts
from mappings.edfi.left import count_left
from mappings.edfi.views import LINKS, PLACES, STAFF_VIEWS, STUDENTS, sections_of_students
from mappings.edfi.writing import Out, People
from mappings.engine.compile_polars import encode_json
from mappings.engine.model import Table
from mappings.hub import Lines
from schemas.standards.shape import StandardRecord

STUDENT, SECTION = "edfi.student", "edfi.student_section"
"""The views that are written in columns: students, and their sections."""

_SLICE = 100_000
"""Rows that are text at the same time."""


@dataclass(slots=True)
class BulkOut(Out):
    """One run of the way out, with lines instead of records where there are many."""

    def pieces(self) -> Iterator[StandardRecord | Lines]:
        """Everything, in the order of `records`."""
        if self.hub.plans:
            yield from self.records()
            return
        count_left(self.hub, self.losses)
        for subject, view in PLACES.items():
            yield from self._each_wanted(subject, view)
        yield from self._students()
        if any(self._wants(subject) for subject in STAFF_VIEWS):
            yield from self._people(People(self.book, self.hub, STAFF_VIEWS))
        for subject, view in LINKS.items():
            if subject != SECTION:
                yield from self._each_wanted(subject, view)
            elif self._wants(subject):
                yield from self._sections()

    def _students(self) -> Iterator[StandardRecord | Lines]:
        """The rows of students themselves as lines; what else is said of them as records."""
        if self._wants(STUDENT):
            found = STUDENTS[STUDENT](self.hub)
            yield from self._lines(STUDENT, distinct(self.book, STUDENT, found, self.losses))
        beside = {subject: view for subject, view in STUDENTS.items() if subject != STUDENT}
        if any(self._wants(subject) for subject in beside):
            yield from self._people(People(self.book, self.hub, beside, STUDENTS[STUDENT]))

    def _sections(self) -> Iterator[Lines]:
        """Students in sections, some enrollments at a time: they are most of a district."""
        slices = self.hub.frame("enrollment").iter_slices(_SLICE)
        parts = (sections_of_students(self.hub, part) for part in slices)
        whole = partial(LINKS[SECTION], self.hub)
        for part in distinct_parts(self.book, SECTION, parts, whole, self.losses):
            yield from self._lines(SECTION, part)

    def _lines(self, subject: str, rows: pl.DataFrame) -> Iterator[Lines]:
        table = self._table(subject)
        named = {row.ours.steps[0].name for row in table.rows}
        kept = rows.select([name for name in rows.columns if name in named])
        for part in kept.iter_slices(_SLICE):
            encoded = encode_json(table, part)
            self.losses.merge(encoded.all_losses(subject))
            yield Lines(table.entity, encoded.frame["json"])

    def _table(self, subject: str) -> Table:
        return next(table for table in self.book.by_subject[subject] if table.writes)
