"""Roster records as CEDS: organizations, sessions, courses and sections, and people with all of it.

A person is one tree: what their roles, sections, family and demographics say stands within. Days on
which something ends are the last day in CEDS, and the day after it in our records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Any, Final

import polars as pl

from mappings.ceds.addresses import Marks, complete
from mappings.ceds.guard import SSN, is_ssn
from mappings.ceds.references import References
from mappings.engine.book import Book
from mappings.engine.compile_python import write_function
from mappings.engine.fragments import combine
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Table
from mappings.engine.paths import Tree
from mappings.engine.writer import Writer
from mappings.hub import Hub, rows_of
from mappings.ilp.profile import LOCAL, SOURCED_ID, STATE
from schemas.standards.shape import StandardRecord

SHARED: Final = ("organization", "academic_session", "course", "class")
PERSONAL: Final = {
    "person": "id",
    "role": "person_id",
    "relation": "person_id",
    "demographics": "person_id",
    "enrollment": "person_id",
}
"""The entities of which a person's tree is made, and the field that names the person."""

ROSTER_STATE: Final = "State"
"""How rosters name the state's identifiers, which plans call `state` (`mappings.ilp.profile`)."""

OWN: Final = {
    LOCAL: "identifier",
    SOURCED_ID: "id",
    "userMasterIdentifier": "user_master_identifier",
}
"""Identifiers that a roster's person has a field for, by their systems."""

_ADDRESS: Final = frozenset({"@id", "@type"})
_SAYS_NOTHING: Final = "CEDS has a place for nothing that it says"
_NOBODYS: Final = "does not say whose it is"
_UNTOLD: Final = "CEDS has no place for it that we write"
Row = tuple[str, int, str, Tree]
Write = Callable[[Tree, Losses], Tree | None]


@dataclass(slots=True)
class RosterTrees:
    """Writes the roster of a hub; people in the order of their ids."""

    book: Book
    hub: Hub
    losses: Losses
    marks: Marks
    _writes: dict[str, list[tuple[Table, Write]]] = field(default_factory=dict)
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    _spans: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    _references: References = field(init=False)

    def __post_init__(self) -> None:
        self._references = References(self.hub, self.losses, (*SHARED, "person"), self._fits)

    def _fits(self, entity: str, row: Tree) -> bool:
        """Whether a table can write a record."""
        ways = self._tables(entity)
        return any(table.applies(row) and write(row, Losses()) is not None for table, write in ways)

    def shared(self) -> Iterator[StandardRecord]:
        """Records that belong to nobody in particular; entities without a place are counted."""
        for entity in SHARED:
            for row in rows_of(entity, _last_days(self.hub.frame(entity))):
                made = list(self._made(entity, row))
                if not made:
                    self._references.drop(entity, row["id"])
                for table, tree in made:
                    complete(tree, self.marks)
                    yield StandardRecord(table.entity, tree)
        for entity, frame in self.hub.frames.items():
            if entity not in SHARED and entity not in PERSONAL and frame.height:
                self.losses.add(LossKey(Side.OURS, entity, "", _UNTOLD), count=frame.height)

    def people(self, besides: set[str]) -> Iterator[StandardRecord]:
        """Everybody but those who were written with their plan, each as one tree."""
        streams = [self._stream(rank, entity) for rank, entity in enumerate(PERSONAL)]
        for person, rows in groupby(merge(*streams, key=_order), key=lambda row: row[0]):
            if person not in besides:
                yield StandardRecord("Person", self._tree((row[2], row[3]) for row in rows))

    def of(self, person: str) -> Tree | None:
        """What the roster knows of one person, or None."""
        rows = [(entity, row) for entity in PERSONAL for row in self._rows_of(entity, person)]
        return self._tree(iter(rows)) if rows else None

    def _tree(self, rows: Iterator[tuple[str, Tree]]) -> Tree:
        tree: Tree = {}
        for entity, row in rows:
            for _, part in self._made(entity, row):
                combine(tree, part)
        complete(tree, self.marks)
        return tree

    def _made(self, entity: str, row: Tree) -> Iterator[tuple[Table, Tree]]:
        """What the tables of an entity make of a record."""
        if self._references.hold(entity, row):
            yield from self._fragments(entity, row)

    def _fragments(self, entity: str, row: Tree) -> Iterator[tuple[Table, Tree]]:
        extras = row.pop("extras", None) or ()
        self._prepare(entity, row)
        written, made = False, 0
        for table, write in self._tables(entity):
            if table.applies(row):
                written = True
                missed = Losses() if entity == "demographics" else self.losses
                tree = write(row, missed)
                if missed is not self.losses:
                    if tree is not None and tree.keys() <= _ADDRESS:
                        self.losses.add(LossKey(Side.OURS, entity, "", _SAYS_NOTHING))
                        continue
                    self.losses.merge(missed)
                if tree is not None:
                    made += 1
                    yield table, tree
        for name in extras if made else ():
            self.losses.add(LossKey(Side.OURS, entity, f"extras.{name}", _UNTOLD))
        if not written:  # the interpreter says which conditions no table found met
            Writer(self.book).alone(entity, row, self.losses)

    def _tables(self, entity: str) -> list[tuple[Table, Write]]:
        if entity not in self._writes:
            tables = self.book.of(entity)
            self._writes[entity] = [(table, write_function(table)) for table in tables]
        return self._writes[entity]

    def _prepare(self, entity: str, row: Tree) -> None:
        """Count what no table sees, and spell systems of identifiers as plans do."""
        if entity == "demographics" and row["id"] == row["person_id"]:
            del row["id"]  # reading gives it back
        if "user_ids" not in row:
            return
        kept = [each for each in row["user_ids"] if not is_ssn(each["type"])]
        if lost := len(row["user_ids"]) - len(kept):
            self.losses.add(LossKey(Side.OURS, entity, "user_ids", SSN), count=lost)
        for each in (each for each in kept if each["type"] in OWN):
            told = f"CEDS has one identifier of this system, the {OWN[each['type']]}"
            self.losses.add(LossKey(Side.OURS, entity, "user_ids[]", told), each["type"])
        kept = [each for each in kept if each["type"] not in OWN]
        for each in kept:
            if each["type"] == STATE:
                told = f"reads back as {ROSTER_STATE}"
                self.losses.add(LossKey(Side.OURS, entity, "user_ids[].type", told), STATE)
        row["user_ids"] = [
            {**each, "type": STATE} if each["type"] == ROSTER_STATE else each for each in kept
        ]

    def _sorted(self, entity: str) -> pl.DataFrame:
        if entity not in self._frames:
            frame, key = _last_days(self.hub.frame(entity)), PERSONAL[entity]
            if lost := frame[key].null_count():
                self.losses.add(LossKey(Side.OURS, entity, "", _NOBODYS), count=lost)
            self._frames[entity] = frame.drop_nulls(key).sort(key, maintain_order=True)
        return self._frames[entity]

    def _stream(self, rank: int, entity: str) -> Iterator[Row]:
        key = PERSONAL[entity]
        for row in rows_of(entity, self._sorted(entity)):
            yield row[key], rank, entity, row

    def _rows_of(self, entity: str, person: str) -> Iterator[Tree]:
        frame = self._sorted(entity)
        if entity not in self._spans:
            self._spans[entity] = _spans(frame, PERSONAL[entity])
        start, length = self._spans[entity].get(person, (0, 0))
        return rows_of(entity, frame.slice(start, length)) if length else iter(())


def _order(row: Row) -> tuple[str, int]:
    return row[0], row[1]


def _spans(frame: pl.DataFrame, key: str) -> dict[str, tuple[int, int]]:
    """Where in a sorted table the rows of each person stand."""
    if frame.is_empty():
        return {}
    grouped = frame.with_row_index("at").group_by(key).agg(pl.col("at").min(), pl.len())
    return {person: (at, length) for person, at, length in grouped.iter_rows()}


def _last_days(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with the last day in the place of the day after it."""
    if "end_date" not in frame.columns or frame.is_empty():
        return frame
    return frame.with_columns(pl.col("end_date").dt.offset_by("-1d"))


ONE_OF_A_KIND: Final[Mapping[str, str]] = {
    "hasPersonName": "@type",
    "hasPersonOtherName": "hasOtherNameType",
    "hasPersonIdentification": "PersonIdentifier",
}
_PLAN_SAYS = "the student's plan says it, and stands"
_ENROLLMENT = "K12StudentEnrollment"


def joined(plan: Tree, roster: Tree, losses: Losses) -> Tree:
    """A student's tree with what the roster knows besides.

    Names, identifiers and school enrollments that the plan has stand; a roster that says otherwise
    there is counted.
    """
    own = roster.get("hasMembership", [])
    if any(each["@type"] == _ENROLLMENT for each in plan.get("hasMembership", ())):
        roster["hasMembership"] = [each for each in own if each["@type"] != _ENROLLMENT]
        lost = len(own) - len(roster["hasMembership"])
        if lost:
            losses.add(LossKey(Side.OURS, "role", "", _PLAN_SAYS), count=lost)
    for name, key in ONE_OF_A_KIND.items():
        held = {each.get(key): each for each in plan.get(name, ())}
        fresh = [each for each in roster.get(name, ()) if each.get(key) not in held]
        for each in roster.get(name, ()):
            if each.get(key) in held and _says_more(each, held[each.get(key)]):
                losses.add(LossKey(Side.OURS, "person", "", _PLAN_SAYS))
        roster[name] = fresh
    combine(plan, {name: value for name, value in roster.items() if value != []})
    return plan


def _says_more(node: Tree, other: Mapping[str, Any]) -> bool:
    return any(other.get(name) != value for name, value in node.items())
