"""The way out for a whole district at once: the large resources as JSON text, made in columns.

Records and losses are those of `writing`; of a record that is missed for two reasons each may tell
another. Where there are plans, which share records with the roster, `writing` does all of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from mappings.edfi.arrival import count_lost
from mappings.edfi.distinct import distinct_parts
from mappings.edfi.ledger import ROW
from mappings.edfi.needs import needs
from mappings.edfi.views import LINKS, PLACES, STAFF_VIEWS, STUDENTS, View, sections_of_students
from mappings.edfi.writing import Out, People
from mappings.engine.abreast import abreast
from mappings.engine.compile_frames import UNFIT
from mappings.engine.compile_polars import encode_json
from mappings.hub import Lines
from schemas.standards.shape import StandardRecord

STUDENT, SECTION = "edfi.student", "edfi.student_section"
"""The views that are written in columns: students, and their sections."""

_LAID_OUT = 200_000
"""Enrollments that are joined at a time, at most: each time costs a look at all people."""

_SLICE = 80_000
"""Rows that become text at a time, at most; two such slices are in work."""


@dataclass(slots=True)
class BulkOut(Out):
    """One run of the way out, with lines instead of records where there are many."""

    def pieces(self) -> Iterator[StandardRecord | Lines]:
        """Everything, in the order of `records`."""
        if self.hub.plans:
            yield from self.records()
            return
        for subject, view in PLACES.items():
            yield from self._each_wanted(subject, view)
        yield from self._students()
        if any(self._ledger.wants(subject) for subject in STAFF_VIEWS):
            yield from self._people(People(self._ledger, self.hub, STAFF_VIEWS))
        for subject, view in LINKS.items():
            if subject != SECTION:
                yield from self._each_wanted(subject, view)
            elif self._ledger.wants(subject):
                yield from self._sections() if self.choice.only else self._whole(subject, view)
        count_lost(self.hub, self._ledger, self.losses)

    def _students(self) -> Iterator[StandardRecord | Lines]:
        """The rows of students themselves as lines; what else is said of them as records."""
        if self._ledger.wants(STUDENT):
            found = STUDENTS[STUDENT](self.hub)
            yield from self._lines(STUDENT, self._ledger.standing(STUDENT, found))
        beside = {subject: view for subject, view in STUDENTS.items() if subject != STUDENT}
        if any(self._ledger.wants(subject) for subject in beside):
            yield from self._people(People(self._ledger, self.hub, beside, STUDENTS[STUDENT]))

    def _whole(self, subject: str, view: View) -> Iterator[Lines]:
        yield from self._lines(subject, self._ledger.standing(subject, view(self.hub)))

    def _sections(self) -> Iterator[Lines]:
        """Students in sections, some enrollments at a time: they are most of a district.

        Where all is laid beside ours in the end, and where a key stands twice, they go whole.
        """
        laid_out = sections_of_students(self.hub)
        if needs(self.book, self.choice) is not None:
            self.hub.keep_only("enrollment")
        done, held = 0, self.hub.parts("enrollment")
        slices = (part for each in held for part in each.iter_slices(_LAID_OUT))
        for part in distinct_parts(self.book, SECTION, map(laid_out, slices)):
            if part is None:
                rows = self._ledger.standing(SECTION, laid_out(self.hub.frame("enrollment")))
                yield from self._lines(SECTION, rows.slice(done))
            else:
                rows = self._ledger.standing(SECTION, part, is_distinct=True)
                done += rows.height
                yield from self._lines(SECTION, rows)

    def _lines(self, subject: str, rows: pl.DataFrame) -> Iterator[Lines]:
        table = self._ledger.table(subject)
        named = {row.ours.steps[0].name for row in table.rows}
        kept = rows.select(
            *(name for name in rows.columns if name in named), id=pl.col(ROW).cast(pl.String)
        )
        missed = []
        for encoded in abreast(partial(encode_json, table), kept.iter_slices(_even(kept.height))):
            missed.append(encoded.losses)
            yield Lines(table.entity, encoded.frame["json"])
        self._ledger.close(subject, rows, _by_row(missed))


def _even(rows: int) -> int:
    """The rows of slices of like size."""
    return math.ceil(rows / math.ceil(rows / _SLICE)) if rows else 1


def _by_row(missed: list[pl.DataFrame]) -> pl.DataFrame:
    """What is missed by the numbers of rows."""
    found = pl.concat([UNFIT.to_frame(), *missed])
    return found.select(
        pl.col("id").cast(pl.UInt32).alias(ROW), pl.col("path").alias("column"), "reason", "value"
    )
