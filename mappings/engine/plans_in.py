"""The way in for whole plans: records of a standard become valid plans, one for each student."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mappings.engine.assemble import Assembly, Student
from mappings.engine.book import Book
from mappings.engine.errors import MappingTableError
from mappings.engine.fragments import Written, combine
from mappings.engine.inward import Read, Sighting
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE, Table
from mappings.engine.outward import attempted
from mappings.engine.paths import Path, Tree, parse_path, read_at
from mappings.engine.plans import places_of
from mappings.engine.records import read_record
from mappings.engine.writer import key_of
from schemas.ilp.entry import Origin
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

Olds = Mapping[str, Tree]
"""The plans that we hold, by the key by which the standard knows their students."""


def read_plans(
    book: Book,
    records: Iterable[StandardRecord],
    origin: Origin,
    losses: Losses,
    olds: Olds | None = None,
    switched: frozenset[str] = frozenset(),
) -> Iterator[Tree]:
    """A valid plan for every student that the records speak of, in the order of appearance.

    `origin` is the source that said so and when. With `olds`, a plan that we hold is revised: what
    the standard cannot say stays, entries that did not change keep their bookkeeping, those that
    changed get their next version, and those that the source could have said and does not are left
    out, each a loss. `switched` are the carriers that were turned on when we last wrote.

    Raises MappingTableError for a book that does not say how it knows a student.
    """
    if book.student is None:
        raise MappingTableError(f"{book.name}: standard.toml names no `student`")
    reading = _Reading(book, book.student, losses, olds or {}, switched)
    for record in records:
        reading.record(record)
    assembly = Assembly(origin, losses)
    for key, student in reading.students.items():
        yield assembly.plan(student, reading.kept(key))


@dataclass(slots=True)
class _Reading:
    """All records on their way in; of a record only what it says of plans is kept."""

    book: Book
    student: Path
    losses: Losses
    olds: Olds
    switched: frozenset[str]
    students: dict[str, Student] = field(default_factory=dict)
    _contexts: dict[str, Tree] = field(default_factory=dict)
    _held: dict[str, _Held] = field(default_factory=dict)

    def record(self, record: StandardRecord) -> None:
        for read in read_record(self.book, record, self.losses, self.old_of):
            self._take(read, record.entity)

    def _take(self, read: Read, entity: str) -> None:
        key = read_at(read.ours, self.student)
        if key is None:
            shared = entity in self.book.shared
            reason = "belongs to no single student" if shared else "does not say whose it is"
            self.losses.add(LossKey(Side.THEIRS, entity, "", reason))
            return
        own = {name: value for name, value in read.ours.items() if not name.startswith("$")}
        context = {name: value for name, value in read.ours.items() if name.startswith("$")}
        combine(self._contexts.setdefault(str(key), {}), context)
        student = self.students.setdefault(str(key), Student(self.olds.get(str(key))))
        if read.table.subject == WHOLE or read.table.subject in ELEMENTS:
            student.take(read.table.name, read.table.subject, own)

    def old_of(self, sighting: Sighting) -> Tree | None:
        """What we held of the entry that an object of theirs is about."""
        if not self.olds:
            return None
        glance = sighting.glance()
        key = str(read_at(glance, self.student))
        plan = self.olds.get(key)
        if plan is None:
            return None
        return self._held.setdefault(key, _Held(self.book, plan)).match(sighting, glance)

    def kept(self, key: str) -> dict[str, list[Tree]]:
        """Old entries that are not among those read: kept where the source had no say."""
        kept: dict[str, list[Tree]] = {}
        read = {
            entry.get("id") for found in self.students[key].entries.values() for _, entry in found
        }
        for element in ELEMENTS:
            for place, entry in places_of(self.olds.get(key, {}), element):
                if entry["id"] in read:
                    continue
                if self._had_a_say(element, place, {**entry, **self._contexts[key]}):
                    why = "the source has it no longer"
                    self.losses.add(LossKey(Side.OURS, element, "", why), entry["id"])
                else:
                    kept.setdefault(element, []).append(entry)
        return kept

    def _had_a_say(self, element: str, place: str, entry: Tree) -> bool:
        """Whether a table that is read would have carried the entry."""
        tables = (*self.book.of(element), *self.book.of(WHOLE))
        asked = [each for each in tables if each.reads]
        return any(self._carries(table, place, entry) for table in asked)

    def _carries(self, table: Table, place: str, entry: Tree) -> bool:
        if table.switch and table.switch not in self.switched:
            return False
        if table.subject != WHOLE:
            return table.applies(entry) and _says(attempted(table, entry).written)
        stem = place.partition("[")[0]
        paths = {str(ours).replace("[]", "") for ours, _, _ in table.value_rows()}
        return any(path == stem or path.startswith(f"{stem}.") for path in paths)


def _says(written: Written | None) -> bool:
    """Whether anything of the entry itself was written."""
    return written is not None and any(not place.startswith("$") for place in written.carried)


@dataclass(slots=True)
class _Held:
    """A plan that we hold, and which of its entries were found again."""

    book: Book
    plan: Tree
    _found: set[tuple[str, str]] = field(default_factory=set)

    def match(self, sighting: Sighting, glance: Tree) -> Tree | None:
        """The old entry by its id, or by the key of what it would be written as."""
        table = sighting.table
        if table.subject == WHOLE:
            return self.plan
        if table.subject not in ELEMENTS:
            return None
        entries = [entry for _, entry in places_of(self.plan, table.subject)]
        if not ELEMENTS[table.subject].many:
            return next(iter(entries), None)
        stated = glance.get("id")
        if stated is not None:
            return next((entry for entry in entries if entry["id"] == stated), None)
        context = {name: value for name, value in glance.items() if name.startswith("$")}
        left = [entry for entry in entries if (table.name, entry["id"]) not in self._found]
        for entry in left:
            if self._is_written_there(table, {**entry, **context}, sighting):
                self._found.add((table.name, entry["id"]))
                return entry
        return None

    def _is_written_there(self, table: Table, ours: Tree, sighting: Sighting) -> bool:
        written = attempted(table, ours).written if table.applies(ours) else None
        if written is None:
            return False
        shape = self.book.shapes[table.entity]
        theirs = tuple(str(read_at(sighting.root, parse_path(path))) for path in shape.key)
        if key_of(shape, written)[1:] != theirs:
            return False
        if table.is_at_root():
            return bool(shape.key)
        if not table.unique:
            return written.item == sighting.item
        return all(
            read_at(written.item, path) == read_at(sighting.item, path) for path in table.unique
        )
