"""Reading one record of a standard by all tables of a book, with an account of every value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mappings.engine.book import Book
from mappings.engine.inward import Read, Sighting, sightings
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.outward import nearest
from mappings.engine.paths import Tree, bare, is_under, leaves, resolve, shape_of_place
from schemas.standards.shape import StandardRecord

OldOf = Callable[[Sighting], Tree | None]
"""What we held before of the thing that an object of theirs is about."""


def _nothing(sighting: Sighting) -> None:
    return None


def read_record(
    book: Book, record: StandardRecord, losses: Losses, old_of: OldOf = _nothing
) -> Iterator[Read]:
    """What the tables of a book read in one record; what none of them takes is a loss."""
    return iter(_Record(book, record, losses).readings(old_of))


@dataclass(frozen=True, slots=True)
class _Record:
    """One record on its way in."""

    book: Book
    record: StandardRecord
    losses: Losses

    def readings(self, old_of: OldOf) -> list[Read]:
        tables = [t for t in self.book.by_entity.get(self.record.entity, ()) if t.reads]
        found = [
            reading
            for table in tables
            for sighting in sightings(table, self.record.values)
            if (reading := sighting.read(self.losses, old_of(sighting)))
        ]
        if found:
            self._leftovers(found)
        else:
            self.lose("", self._untouched(bool(tables)))
        return found

    def lose(self, place: str, reason: str, value: object = None) -> None:
        path = shape_of_place(place)
        self.losses.add(LossKey(Side.THEIRS, self.record.entity, path, reason), value)

    def _untouched(self, readable: bool) -> str:
        """Why nothing was read of the whole record."""
        if readable:
            return "of a kind we do not map"
        writing = self.book.by_entity.get(self.record.entity, ())
        told = next((table.reason for table in writing), "nothing of ours corresponds to it")
        return self.book.entities.get(self.record.entity, told)

    def _leftovers(self, found: Sequence[Read]) -> None:
        taken = {place for reading in found for place in reading.taken}
        strange = self._strange(found)
        for place in sorted(strange):
            self.lose(place, self._reason(place, "of a kind we do not map"))
        for place, value in leaves(self.record.values):
            if not is_under(place, taken) and not is_under(place, strange):
                self.lose(place, self._reason(place, "not known to our tables"), value)

    def _reason(self, place: str, default: str) -> str:
        reasons = self.book.unread.get(self.record.entity, {})
        return nearest(bare(place), reasons) or default

    def _strange(self, found: Sequence[Read]) -> set[str]:
        """The items of lists that no table recognized as its own."""
        ours = {reading.place for reading in found}
        tables = self.book.by_entity[self.record.entity]
        items = {
            place
            for within in {table.within for table in tables if table.reads and table.within.steps}
            for place, item in resolve(self.record.values, within)
            if isinstance(item, dict)
        }
        taken = {place for reading in found for place in reading.taken}
        return {
            place
            for place in items - ours
            if not any(each.startswith(f"{place}.") or each == place for each in taken)
        }
