"""Records of the standard on their way out, each put together by all tables that write into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.engine.account import Account, count
from mappings.engine.book import Book
from mappings.engine.fragments import Missed, Written
from mappings.engine.loss import Losses
from mappings.engine.model import WHOLE, Table
from mappings.engine.outward import Attempt, attempted
from mappings.engine.paths import Tree, parse_path, read_at, resolve
from schemas.standards.shape import Shape, StandardRecord

Records = dict[tuple[str, ...], tuple[str, Tree]]
"""Records under way: entity and values by entity and key."""


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
