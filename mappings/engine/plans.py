"""A whole plan by the tables of a book: which records of the standard it becomes, and back.

A plan is a dict in the JSON form of `ilp.json`. What an entry needs besides itself stands under
`$student` and `$plan`: the keys by which the standard knows the student, and the plan's header.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.book import Book
from mappings.engine.codecs import canonical_json
from mappings.engine.coverage import ROUTINE
from mappings.engine.interpret import Read, Written, combine, read, write
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Table
from mappings.engine.paths import Tree, items_at, leaves, read_at
from mappings.engine.paths import parse_path as path_of
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import Shape, StandardRecord

WHOLE = "plan"
"""The subject of a table that is about the plan as a whole."""

Context = Mapping[str, Any]


def entries_of(plan: Tree, subject: str) -> list[Tree]:
    """The entries of an element in a plan, or the plan itself."""
    if subject == WHOLE:
        return [plan]
    place = ELEMENTS[subject]
    held = plan.get(place.area, {}).get(place.field)
    if held is None:
        return []
    return list(held) if place.many else [held]


def write_plan(
    book: Book, plan: Tree, context: Context, losses: Losses, switched: frozenset[str] = frozenset()
) -> list[StandardRecord]:
    """The records that a plan becomes, in the order of the book.

    `switched` are the carriers that the tenant has turned on (`edfi.md` §7.2, rule 4).
    """
    writer = _Writer(book, losses, switched)
    for subject in (WHOLE, *ELEMENTS):
        for entry in entries_of(plan, subject):
            writer.entry(subject, {**entry, **context})
    return [StandardRecord(entity, tree) for entity, tree in writer.records.values()]


@dataclass(slots=True)
class _Writer:
    """The way out of one plan: records under way, by entity and key."""

    book: Book
    losses: Losses
    switched: frozenset[str]
    records: dict[tuple[str, ...], tuple[str, Tree]] = field(default_factory=dict)

    def entry(self, subject: str, ours: Tree) -> None:
        if subject != WHOLE:
            _routine(subject, ours, self.losses)
        tables = self.book.of(subject)
        if not tables:
            if subject in self.book.elements:
                self._lose(subject, self.book.elements[subject])
            return
        missed: list[Losses] = []
        made = [self._made(table, ours, missed) for table in tables]
        carried = {path for written in made if written for path in written.done}
        if not any(made) and not any(missed):
            self._lose(subject, "no carrier takes an entry like this")
        _merge(missed, carried, self.losses)

    def _lose(self, subject: str, reason: str) -> None:
        self.losses.add(LossKey(Side.OURS, subject, "", reason))

    def _made(self, table: Table, ours: Tree, missed: list[Losses]) -> Written | None:
        if table.switch and table.switch not in self.switched:
            closed = f"leaves only where the carrier {table.switch} is turned on"
            missed.append(_one(LossKey(Side.OURS, table.subject, "", closed)))
            return None
        own = Losses()
        missed.append(own)
        written = write(table, ours, own)
        if written:
            key = key_of(self.book.shapes[table.entity], written)
            _, record = self.records.setdefault(key, (table.entity, {}))
            written.into(record)
        return written


def _one(key: LossKey) -> Losses:
    losses = Losses()
    losses.add(key)
    return losses


def _merge(missed: list[Losses], done: set[str], losses: Losses) -> None:
    """Count once what no table of an entry carried."""
    told: set[tuple[str, str]] = set()
    for each in missed:
        for key in each:
            if key.path not in done and (key.subject, key.path) not in told:
                losses.absorb(each, key)
        told |= {(key.subject, key.path) for key in each}


def _routine(subject: str, ours: Tree, losses: Losses) -> None:
    for name, reason in ROUTINE.items():
        if ours.get(name):
            losses.add(LossKey(Side.OURS, subject, name, reason))


def key_of(shape: Shape, written: Written) -> tuple[str, ...]:
    """What tells a record of the standard from others: its entity and key."""
    parts = (read_at(written.root, path_of(path)) for path in shape.key)
    return (shape.entity, *(str(part) for part in parts))


@dataclass(slots=True)
class PlanParts:
    """What the records of one student say of the plan: entries by element, in order."""

    student: Tree = field(default_factory=dict)
    header: Tree = field(default_factory=dict)
    whole: Tree = field(default_factory=dict)
    entries: dict[str, list[Tree]] = field(default_factory=lambda: defaultdict(list))

    def take(self, table: Table, ours: Tree) -> None:
        """Add what one table read."""
        combine(self.student, ours.pop("$student", {}))
        combine(self.header, ours.pop("$plan", {}))
        if table.subject == WHOLE:
            combine(self.whole, ours)
            return
        known = self.entries[table.subject]
        same = next((each for each in known if _is_same(each, ours)), None)
        if same is None:
            known.append(ours)
        else:
            combine(same, ours)


def _is_same(one: Tree, other: Tree) -> bool:
    return one.get("id") is not None and one.get("id") == other.get("id")


def read_record(book: Book, record: StandardRecord, losses: Losses) -> Iterator[Read]:
    """What the tables of a book read in one record; what none of them takes is a loss."""
    tables = [table for table in book.by_entity.get(record.entity, ()) if table.reads]
    taken: list[Read] = []
    for table in tables:
        taken += read(table, record.values, losses)
    _leftovers(book, tables, record, taken, losses)
    yield from taken


def _leftovers(
    book: Book,
    tables: list[Table],
    record: StandardRecord,
    taken: list[Read],
    losses: Losses,
) -> None:
    if not tables:
        reason = book.entities.get(record.entity, "nothing of ours corresponds to it")
        losses.add(LossKey(Side.THEIRS, record.entity, "", reason))
        return
    consumed = {theirs.shape for table in tables for theirs in consumed_by(table)}
    reasons = {path: why for table in tables for path, why in table.theirs_only.items()}
    for path, value in leaves(record.values):
        if not _under(path, consumed):
            reason = _reason(path, reasons)
            losses.add(LossKey(Side.THEIRS, record.entity, path, reason), value)
    _untaken(tables, record, taken, losses)


def consumed_by(table: Table) -> Iterator[Any]:
    """The paths that a table reads or fixes."""
    yield from (theirs for _, theirs, _ in table.all_rows())
    for constant in table.constants:
        base = () if constant.target.root else table.within.steps
        yield type(table.within)((*base, *constant.target.path.steps))


def _under(path: str, consumed: set[str]) -> bool:
    parts = path.replace("[]", "").split(".")
    known = {each.replace("[]", "") for each in consumed}
    return any(".".join(parts[:end]) in known for end in range(1, len(parts) + 1))


def _reason(path: str, reasons: Mapping[str, str]) -> str:
    bare = path.replace("[]", "")
    for told, why in reasons.items():
        stem = told.replace("[]", "")
        if bare == stem or bare.startswith(f"{stem}."):
            return why
    return "not known to our tables"


def _untaken(
    tables: list[Table], record: StandardRecord, taken: list[Read], losses: Losses
) -> None:
    """Count items of a list that no table recognized as its own."""
    ids = {id(each.item) for each in taken}
    for within in {table.within for table in tables}:
        items = items_at(record.values, within) if within.steps else [record.values]
        for item in items:
            if id(item) not in ids:
                path = within.shape
                losses.add(LossKey(Side.THEIRS, record.entity, path, "of a kind we do not map"))


def entry_id(subject: str, content: Tree) -> str:
    """A lasting id for an entry that came without one: the same content has the same id."""
    text = canonical_json([subject, content])
    return f"{subject.lower()}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
