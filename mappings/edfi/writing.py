"""The way out: a roster's views and plans as Ed-Fi records, each key once.

A student, a member of staff and a plan are put together from several views, so their fragments are
laid into one another before anything is handed on. All else is written row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeVar

import polars as pl

from mappings.edfi import views
from mappings.edfi.context import context_of, own_identifier, parts_of, unique_id
from mappings.edfi.distinct import distinct
from mappings.edfi.left import count_left
from mappings.engine.account import Account
from mappings.engine.book import Book
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree, leaves, parse_path, read_at
from mappings.engine.plans import Writer, write_into
from mappings.hub import Choice, Hub
from mappings.withheld import without_withheld
from schemas.standards.shape import StandardRecord

_Item = TypeVar("_Item")
_BATCH = 500
"""Students that are put together at once."""

_SPARE = frozenset(
    {
        "studentEducationOrganizationAssociations",
        "studentDemographics",
        "studentDirectories",
        "staffDirectories",
    }
)
"""Resources that a student or a member of staff can be without."""

Rows = Mapping[str, Mapping[str, list[Tree]]]
"""Rows of views by view and person."""


@dataclass(slots=True)
class Out:
    """One run of the way out."""

    book: Book
    hub: Hub
    losses: Losses
    choice: Choice
    _done: set[str] = field(default_factory=set)
    _told: dict[tuple[str, ...], Tree] = field(default_factory=dict)

    @property
    def switched(self) -> frozenset[str]:
        """The carriers turned on, extensions that the receiver offers among them."""
        return self.choice.switched | self.choice.extensions

    def records(self) -> Iterator[StandardRecord]:
        """Everything: what stands alone, plans with their students, then all other people."""
        count_left(self.hub, self.losses)
        for subject, view in views.PLACES.items():
            yield from self._each_wanted(subject, view)
        students = People(self.book, self.hub, views.STUDENTS)
        yield from self._plans(students)
        yield from self._people(students)
        yield from self._people(People(self.book, self.hub, views.STAFF_VIEWS))
        for subject, view in views.LINKS.items():
            yield from self._each_wanted(subject, view)

    def _wants(self, subject: str) -> bool:
        """Whether a view says something of records that are wanted."""
        tables = self.book.by_subject.get(subject, ())
        return any(self.choice.wants(table.entity) for table in tables)

    def _each_wanted(self, subject: str, view: views.View) -> Iterator[StandardRecord]:
        if self._wants(subject):
            yield from self._each(
                subject, distinct(self.book, subject, view(self.hub), self.losses)
            )

    def _once(self, records: Iterable[StandardRecord], keep: bool) -> Iterator[StandardRecord]:
        """Records whose key no plan has told before; `keep` notes what plans tell.

        Two plans share advisers, contacts and instruments; what the second says otherwise is lost.
        """
        for record in records:
            key = _key(self.book, record)
            told = self._told.get(key)
            if told is None:
                if keep:
                    self._told[key] = record.values
                yield record
            elif told != record.values:
                self.losses.add(
                    LossKey(Side.OURS, record.entity, "", "told already, and otherwise")
                )

    def _each(self, subject: str, frame: pl.DataFrame) -> Iterator[StandardRecord]:
        for row in plain_rows(self.book, subject, frame):
            writer = Writer(self.book, self.switched)
            writer.alone(subject, row, self.losses)
            yield from self._once(writer.made(), keep=False)

    def _people(self, people: People) -> Iterator[StandardRecord]:
        left = (person for person in people.keys.values() if person not in self._done)
        for batch in _batches(left):
            rows = people.rows(batch)
            for person in batch:
                writer = Writer(self.book, self.switched)
                self._lay(writer, rows, person)
                yield from _telling(self.book, writer)

    def _lay(self, writer: Writer, rows: Rows, person: str) -> None:
        for subject, held in rows.items():
            for row in held.get(person, ()):
                writer.alone(subject, row, self.losses)

    def _plans(self, students: People) -> Iterator[StandardRecord]:
        for batch in _batches(self.hub.plans):
            persons = [students.keys.get(unique_id(plan) or "", "") for plan in batch]
            rows = students.rows(persons) if students.keys else {}
            for plan, person in zip(batch, persons, strict=True):
                self._done.add(person)
                yield from self._plan(plan, person, rows)

    def _plan(self, plan: Tree, person: str, rows: Rows) -> Iterator[StandardRecord]:
        shown = without_withheld(plan, self.choice.switched, self.losses)
        writer = Writer(self.book, self.switched)
        self._lay(writer, rows, person)
        born = next(
            (row.get("birth_date") for row in rows.get("edfi.student", {}).get(person, ())), None
        )
        year = shown.get("profile", {}).get("header", {}).get("school_year")
        context = context_of(shown, born, grading_period(self.hub, year))
        writer.account = Account()
        for view, place, part in parts_of(shown, context):
            writer.take(view, part, place)
        writer.account.carried.update(own_identifier(shown))
        write_into(writer, shown, context, self.losses)
        yield from self._once(_telling(self.book, writer), keep=True)


@dataclass
class People:
    """The views that people of one kind are put together from."""

    book: Book
    hub: Hub
    of: Mapping[str, views.View]
    known: views.View | None = None
    """The view that says who there is; the first of `of` where it is left out."""

    @cached_property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        return {subject: view(self.hub) for subject, view in self.of.items()}

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The persons by their unique ids; of two with the same the first stands."""
        known = self.known(self.hub) if self.known else next(iter(self.frames.values()))
        first = known.unique("unique_id", keep="first", maintain_order=True)
        return dict(zip(first["unique_id"], first["person_id"], strict=True))

    def rows(self, persons: Iterable[str]) -> Rows:
        """The rows of these persons."""
        wanted = pl.DataFrame({"person_id": list(persons)}, schema={"person_id": pl.String()})
        return {subject: self._of(subject, frame, wanted) for subject, frame in self.frames.items()}

    def _of(
        self, subject: str, frame: pl.DataFrame, wanted: pl.DataFrame
    ) -> Mapping[str, list[Tree]]:
        mine = frame.join(wanted, on="person_id", how="semi", maintain_order="left")
        found: dict[str, list[Tree]] = {}
        for person, row in zip(
            mine["person_id"], plain_rows(self.book, subject, mine), strict=True
        ):
            found.setdefault(person, []).append(row)
        return found


def _batches(items: Iterable[_Item], size: int = _BATCH) -> Iterator[tuple[_Item, ...]]:
    walking = iter(items)
    while batch := tuple(islice(walking, size)):
        yield batch


def grading_period(hub: Hub, school_year: int | None) -> str | None:
    """The name of the first grading period of a school year that a roster knows."""
    known = hub.frame("academic_session").filter(
        (pl.col("type") == "gradingPeriod") & (pl.col("school_year") == (school_year or 0))
    )
    return next(iter(known.sort("start_date")["title"]), None)


def plain_rows(book: Book, subject: str, frame: pl.DataFrame) -> Iterator[Tree]:
    """The rows of a view in JSON form: what its tables name, absent values left out."""
    tables = book.by_subject.get(subject, ())
    named = {row.ours.steps[0].name for table in tables for row in table.rows}
    kept = frame.select([name for name in frame.columns if name in named])
    days = [name for name, kind in kept.schema.items() if kind == pl.Date]
    ready = kept.with_columns(pl.col(days).dt.to_string("%Y-%m-%d")) if days else kept
    for row in ready.iter_rows(named=True):
        yield {name: value for name, value in row.items() if value is not None and value != []}


def _key(book: Book, record: StandardRecord) -> tuple[str, ...]:
    parts = (read_at(record.values, parse_path(path)) for path in book.shapes[record.entity].key)
    return (record.entity, *(str(part) for part in parts))


def _telling(book: Book, writer: Writer) -> Iterator[StandardRecord]:
    """Records without those that would say no more of a student than that there is one."""
    for record in writer.made():
        key = set(book.shapes[record.entity].key)
        bare = record.entity in _SPARE and all(at in key for at, _ in leaves(record.values))
        if not bare:
            yield record
