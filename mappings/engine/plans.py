"""A whole plan by the tables of a book: which records of the standard it becomes.

A plan is a dict in the JSON form of `ilp.json`. What an entry needs besides itself stands under
`$student` and `$plan`: the keys by which the standard knows the student, and the plan's header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.account import Account, count
from mappings.engine.book import Book
from mappings.engine.codecs import canonical_json
from mappings.engine.fragments import Missed, Written
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.engine.outward import Attempt, attempted
from mappings.engine.paths import Tree, parse_path, read_at, resolve
from mappings.engine.reasons import ROUTINE
from mappings.engine.records import read_record
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import Shape, StandardRecord

__all__ = [
    "WHOLE",
    "Context",
    "Records",
    "Writer",
    "element_of",
    "entries_of",
    "entry_id",
    "key_of",
    "places_of",
    "read_record",
    "write_entry",
    "write_into",
    "write_plan",
]

WHOLE = "plan"
"""The subject of a table that is about the plan as a whole."""

Context = Mapping[str, Any]
Records = dict[tuple[str, ...], tuple[str, Tree]]
"""Records under way: entity and values by entity and key."""


def entries_of(plan: Tree, subject: str) -> list[Tree]:
    """The entries of an element in a plan, or the plan itself."""
    return [entry for _, entry in places_of(plan, subject)]


def places_of(plan: Tree, subject: str) -> Iterator[tuple[str, Tree]]:
    """The entries of an element with their places in the plan, or the plan itself."""
    if subject == WHOLE:
        yield "", plan
        return
    place = ELEMENTS[subject]
    held = plan.get(place.area, {}).get(place.field)
    if place.many:
        listed = held if isinstance(held, list | tuple) else [held] if held else ()
        yield from ((f"{place.path}[{number}]", each) for number, each in enumerate(listed))
    elif held is not None:
        yield place.path, held


def write_plan(
    book: Book,
    plan: Tree,
    context: Context,
    losses: Losses,
    switched: frozenset[str] = frozenset(),
    beside: Callable[[Tree], Context] | None = None,
) -> list[StandardRecord]:
    """The records that a plan becomes, in the order in which its elements call for them.

    `switched` are the carriers that the tenant has turned on (`edfi.md` §7.2, rule 4), `beside`
    gives the context of a single entry (`$entry`). What no record carries is counted in `losses`,
    every value once.
    """
    writer = Writer(book, switched)
    write_into(writer, plan, context, losses, beside)
    return writer.made()


def write_into(
    writer: Writer,
    plan: Tree,
    context: Context,
    losses: Losses,
    beside: Callable[[Tree], Context] | None = None,
) -> None:
    """Lay a plan into records that are under way; its account is the writer's."""
    book = writer.book
    elements = [element for element in ELEMENTS if element not in book.elements]
    for subject in (WHOLE, *elements):
        for place, entry in places_of(plan, subject):
            own = beside(entry) if beside and subject != WHOLE else {}
            writer.take(subject, {**entry, **context, **own}, place)
    for missed in _missed(book, plan, writer.account):
        count(losses, missed, element_of)


def write_entry(
    book: Book, subject: str, ours: Tree, losses: Losses, switched: frozenset[str] = frozenset()
) -> list[StandardRecord]:
    """The records that one record of ours (a roster entity, a view) becomes."""
    writer = Writer(book, switched)
    writer.alone(subject, ours, losses)
    return writer.made()


def _missed(book: Book, plan: Tree, account: Account) -> Iterator[Missed]:
    """Every loss of a plan: entries, their bookkeeping, and what stands beside the elements."""
    areas = {place.area for place in ELEMENTS.values()}
    for element in ELEMENTS:
        for place, entry in places_of(plan, element):
            _note_known(book, element, entry, account, place)
            yield from account.losses_of(entry, place)
    beside = {key: plan[key] for key in plan if key not in areas}
    yield from (each for each in account.values_of(beside) if not each.blurred)


def _note_known(book: Book, subject: str, entry: Tree, account: Account, place: str) -> None:
    """Note what is known of an entry without trying: its element never leaves, its bookkeeping."""
    if subject in book.never:
        account.miss(Missed(place, book.never[subject]), whole=True)
    stem = f"{place}." if place else ""
    for name, reason in ROUTINE.items():
        if entry.get(name):
            account.miss(Missed(f"{stem}{name}", reason, entry[name]))


def element_of(path: str) -> tuple[str, str]:
    """The element that a path of a plan lies in, and the path within its entry."""
    area, _, rest = path.partition(".")
    field_name, _, inner = rest.partition(".")
    name = field_name.removesuffix("[]")
    found = (id_ for id_, place in ELEMENTS.items() if (place.area, place.field) == (area, name))
    element = next(found, None)
    return (element, inner) if element else (WHOLE, path)


@dataclass(slots=True)
class Writer:
    """The way out of one plan or record: records under way by entity and key, and the account.

    `makers` are the tables that made a record of their own there, each with the record's key.
    """

    book: Book
    switched: frozenset[str] = frozenset()
    records: Records = field(default_factory=dict)
    makers: set[tuple[str, ...]] = field(default_factory=set)
    account: Account = field(default_factory=Account)

    def take(self, subject: str, ours: Tree, place: str = "") -> None:
        """Write one record of ours by every table for it. `place` is where it stands in a plan."""
        tables = self.book.by_subject.get(subject, ())
        applying = [table for table in tables if table.writes and table.applies(ours)]
        for table in applying:
            self.account.add(self._attempt(table, ours), place)
        if tables and not applying and subject != WHOLE:
            self.account.add(Attempt(None, (Missed("", _no_carrier(tables)),)), place)

    def alone(self, subject: str, ours: Tree, losses: Losses) -> None:
        """Write one record of ours and count at once what of it no table carries."""
        for missed in self.apart(subject, ours):
            count(losses, missed, lambda path: (subject, path))

    def apart(self, subject: str, ours: Tree) -> Iterator[Missed]:
        """Write one record of ours, on its own account, and tell what of it no table carries."""
        self.account = Account()
        self.take(subject, ours)
        if subject in ELEMENTS:
            _note_known(self.book, subject, ours, self.account, "")
        return self.account.losses_of(ours)

    def made(self) -> list[StandardRecord]:
        """The records, whole."""
        return [StandardRecord(entity, tree) for entity, tree in self.records.values()]

    def _attempt(self, table: Table, ours: Tree) -> Attempt:
        """What a table makes, laid into its record; what is refused there counts as missed."""
        if table.switch and table.switch not in self.switched:
            closed = f"leaves only where the carrier {table.switch} is turned on"
            return Attempt(None, (Missed("", closed),))
        attempt = attempted(table, ours)
        written = attempt.written
        if written is None:
            return attempt
        refused = self._lay(table, written)
        if any(not each.place for each in refused):
            return Attempt(None, tuple(refused))
        gone = {each.place for each in refused}
        kept = {place: to for place, to in written.carried.items() if place not in gone}
        made = Written(table, written.root, written.item, written.done, kept)
        return Attempt(made, (*attempt.missed, *refused))

    def _lay(self, table: Table, written: Written) -> list[Missed]:
        shape = self.book.shapes[table.entity]
        lacking = [path for path in shape.key if read_at(written.root, parse_path(path)) is None]
        if lacking:
            return [Missed("", f"{table.entity} needs {lacking[0]}")]
        key = key_of(shape, written)
        _, record = self.records.get(key, (table.entity, {}))
        if self._is_taken(table, written, key, record):
            what = f"item of {table.within}" if table.within.steps else table.entity
            return [Missed("", f"another entry is the {what} with the same key already")]
        refused = written.into(record)
        if all(each.place for each in refused):
            self.records[key] = (table.entity, record)
            self.makers.add((table.name, *key))
        return refused

    def _is_taken(self, table: Table, written: Written, key: tuple[str, ...], record: Tree) -> bool:
        """Whether another entry stands there, which reading could not tell from this one."""
        if table.is_at_root():
            return bool(key[1:]) and (table.name, *key) in self.makers
        if not table.unique:
            return False
        mine = [read_at(written.item, path) for path in table.unique]
        return any(
            [read_at(item, path) for path in table.unique] == mine
            for _, item in resolve(record, table.within)
        )


def _no_carrier(tables: tuple[Table, ...]) -> str:
    """Why no table takes an entry."""
    asked = [
        " and ".join(str(condition) for condition in table.when)
        for table in tables
        if table.writes and table.when
    ]
    if asked:
        return f"leaves only where {', or where '.join(dict.fromkeys(asked))}"
    return next((table.reason for table in tables if table.reason), "nothing there corresponds")


def key_of(shape: Shape, written: Written) -> tuple[str, ...]:
    """What tells a record of the standard from others: its entity and key."""
    parts = (read_at(written.root, parse_path(path)) for path in shape.key)
    return (shape.entity, *(str(part) for part in parts))


def entry_id(subject: str, content: Tree) -> str:
    """A lasting id for an entry that came without one: the same content has the same id."""
    text = canonical_json([subject, content])
    return f"{subject.lower()}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
