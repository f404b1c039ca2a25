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
from mappings.edfi.arrival import count_lost
from mappings.edfi.context import context_of, own_identifier, parts_of, unique_id
from mappings.edfi.keys import numbers_of_several
from mappings.edfi.ledger import ROW, Ledger
from mappings.engine.account import Account
from mappings.engine.book import Book
from mappings.engine.fragments import Missed
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree, leaves, parse_path, read_at
from mappings.engine.writer import Writer
from mappings.hub import Choice, Hub
from schemas.standards.shape import StandardRecord

_Item = TypeVar("_Item")
_SEVERAL = "withheld: several students of the roster have its number"
_OTHERWISE = "told already, and otherwise"
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

Numbered = tuple[int, Tree]
Rows = Mapping[str, Mapping[str, list[Numbered]]]
"""Rows of views, numbered, by view and person."""


@dataclass(slots=True)
class Out:
    """One run of the way out."""

    book: Book
    hub: Hub
    losses: Losses
    choice: Choice
    _ledger: Ledger = field(init=False)
    _done: set[str] = field(default_factory=set)
    _told: dict[tuple[str, ...], Tree] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.book, self.choice)

    @property
    def switched(self) -> frozenset[str]:
        """The carriers turned on, extensions that the receiver offers among them."""
        return self.choice.switched | self.choice.extensions

    def records(self) -> Iterator[StandardRecord]:
        """Everything: what stands alone, plans with their students, then all other people."""
        for subject, view in views.PLACES.items():
            yield from self._each_wanted(subject, view)
        students = People(self._ledger, self.hub, views.STUDENTS)
        yield from self._plans(students)
        yield from self._people(students)
        yield from self._people(People(self._ledger, self.hub, views.STAFF_VIEWS))
        for subject, view in views.LINKS.items():
            yield from self._each_wanted(subject, view)
        count_lost(self.hub, self._ledger, self.losses)

    def _each_wanted(self, subject: str, view: views.View) -> Iterator[StandardRecord]:
        if self._ledger.wants(subject):
            yield from self._each(subject, self._ledger.standing(subject, view(self.hub)))

    def _once(self, records: Iterable[StandardRecord]) -> Iterator[StandardRecord]:
        """Records of plans whose key no plan has told before.

        Two plans share advisers, contacts and instruments; what the second says otherwise is lost.
        """
        for record in records:
            told = self._told.setdefault(_key(self.book, record), record.values)
            if told is record.values:
                yield record
            elif told != record.values:
                self.losses.add(LossKey(Side.OURS, record.entity, "", _OTHERWISE))

    def _each(self, subject: str, frame: pl.DataFrame) -> Iterator[StandardRecord]:
        for number, row in numbered_rows(self.book, subject, frame):
            writer = Writer(self.book, self.switched)
            self._ledger.miss(subject, number, writer.apart(subject, row))
            for record in writer.made():
                told = self._told.get(_key(self.book, record))
                if told is None:
                    yield record
                elif told != record.values:
                    self._ledger.miss(subject, number, [Missed("", _OTHERWISE)])
        self._ledger.done(subject, frame)

    def _people(self, people: People) -> Iterator[StandardRecord]:
        left = (person for person in people.keys.values() if person not in self._done)
        for batch in _batches(left):
            rows = people.rows(batch)
            for person in batch:
                writer = Writer(self.book, self.switched)
                self._lay(writer, rows, person)
                yield from _telling(self.book, writer)
        for subject, frame in people.frames.items():
            self._ledger.done(subject, frame)

    def _lay(self, writer: Writer, rows: Rows, person: str) -> None:
        for subject, held in rows.items():
            for number, row in held.get(person, ()):
                self._ledger.miss(subject, number, writer.apart(subject, row))

    def _plans(self, students: People) -> Iterator[StandardRecord]:
        shared = numbers_of_several(self.hub)
        sent = (plan for plan in self.hub.plans if self._is_ones(plan, shared))
        for batch in _batches(sent):
            persons = [students.keys.get(unique_id(plan) or "", "") for plan in batch]
            rows = students.rows(persons) if students.keys else {}
            for plan, person in zip(batch, persons, strict=True):
                self._done.add(person)
                yield from self._plan(plan, person, rows)

    def _is_ones(self, plan: Tree, shared: frozenset[str]) -> bool:
        """Whether the plan's number is one student's alone; another's is never written."""
        if unique_id(plan) not in shared:
            return True
        self.losses.add(LossKey(Side.OURS, WHOLE, "", _SEVERAL), plan.get("id"))
        return False

    def _plan(self, plan: Tree, person: str, rows: Rows) -> Iterator[StandardRecord]:
        from mappings.engine.plans import write_into
        from mappings.withheld import without_withheld

        shown = without_withheld(plan, self.choice.switched, self.losses)
        writer = Writer(self.book, self.switched)
        self._lay(writer, rows, person)
        born = next(
            (row.get("birth_date") for _, row in rows.get("edfi.student", {}).get(person, ())), None
        )
        year = shown.get("profile", {}).get("header", {}).get("school_year")
        context = context_of(shown, born, grading_period(self.hub, year))
        writer.account = Account()
        for view, place, part in parts_of(shown, context):
            writer.take(view, part, place)
        writer.account.carried.update(own_identifier(shown))
        write_into(writer, shown, context, self.losses)
        yield from self._once(_telling(self.book, writer))


@dataclass
class People:
    """The views that people of one kind are put together from."""

    ledger: Ledger
    hub: Hub
    of: Mapping[str, views.View]
    known: views.View | None = None
    """The view that says who there is, if it is written apart; else the first of `of` does."""

    @cached_property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """The views, without rows that cannot be written. The first says who can be referred to."""
        found: dict[str, pl.DataFrame] = {}
        for subject, view in self.of.items():
            found[subject] = self.ledger.standing(subject, view(self.hub))
            if len(found) == 1 and self.known is None:
                self.ledger.expect(subject, found[subject])
        return found

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
    ) -> Mapping[str, list[Numbered]]:
        mine = frame.join(wanted, on="person_id", how="semi", maintain_order="left")
        found: dict[str, list[Numbered]] = {}
        rows = numbered_rows(self.ledger.book, subject, mine)
        for person, row in zip(mine["person_id"], rows, strict=True):
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


def numbered_rows(book: Book, subject: str, frame: pl.DataFrame) -> Iterator[Numbered]:
    """The rows of a view in JSON form with their numbers: what its tables name and is there."""
    tables = book.by_subject.get(subject, ())
    named = {row.ours.steps[0].name for table in tables for row in table.rows}
    kept = frame.select([name for name in frame.columns if name in named])
    days = [name for name, kind in kept.schema.items() if kind == pl.Date]
    ready = kept.with_columns(pl.col(days).dt.to_string("%Y-%m-%d")) if days else kept
    for number, row in zip(frame[ROW], ready.iter_rows(named=True), strict=True):
        told = {name: value for name, value in row.items() if value is not None and value != []}
        yield number, told


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
