"""What a book does with every field of ours and every property of theirs, told by its tables alone.

A field's fate is the same for all plans: where it goes, only when what is turned on, or that it
stays, and why. What depends on a plan's values is the run's account (`loss`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mappings.engine.book import Book
from mappings.engine.coverage import ours_paths
from mappings.engine.model import WHOLE, Condition, Direction, Row, Table
from mappings.engine.outward import nearest
from mappings.engine.paths import bare
from mappings.engine.reasons import ROUTINE
from schemas.gradebook.entities import FIELDS as GRADEBOOK
from schemas.ilp.plan import ELEMENTS
from schemas.roster.entities import FIELDS as ROSTER


class Fate(StrEnum):
    """What becomes of a field."""

    CARRIED = "carried"
    SWITCHED = "switched"
    WRITTEN = "written"
    READ = "read"
    TOLD = "told"
    ASSUMED = "assumed"
    LOST = "lost"


MEANING = {
    Fate.CARRIED: "goes there and comes back",
    Fate.SWITCHED: "goes only where its carrier is turned on",
    Fate.WRITTEN: "goes there, and is not read back",
    Fate.READ: "is read there, and not written",
    Fate.TOLD: "is told by where the entry goes",
    Fate.ASSUMED: "is not said there; reading takes one value",
    Fate.LOST: "stays with us",
}
"""What each fate means, for readers."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way that a field goes, or the reason why it goes none.

    `path` is theirs, from the record's root; `codec` how the value is written; `condition` what
    has to hold; `carrier` the switch that has to be on and `protection` how the receiving side
    guards the record by default (`edfi.md` §2.8).
    """

    fate: Fate
    table: str = ""
    entity: str = ""
    path: str = ""
    codec: str = ""
    condition: str = ""
    carrier: str = ""
    protection: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        """The way as plain JSON values, empty ones left out."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class FieldFate:
    """A field of a subject of ours and the ways it goes."""

    subject: str
    path: str
    ways: tuple[Way, ...]

    @property
    def leaves(self) -> bool:
        """Whether it can leave at all, switched off or not."""
        out = {Fate.CARRIED, Fate.SWITCHED, Fate.WRITTEN, Fate.TOLD}
        return any(way.fate in out for way in self.ways)


def fates(book: Book) -> list[FieldFate]:
    """The fate of every field of all elements, then of the other entities that the book has."""
    return [fate for subject in (*ELEMENTS, *others(book)) for fate in fates_of(book, subject)]


def others(book: Book) -> tuple[str, ...]:
    """The roster and gradebook entities that a book has tables for, in their own order."""
    return tuple(name for name in (*ROSTER, *GRADEBOOK) if name in book.by_subject)


def fates_of(book: Book, subject: str) -> Iterator[FieldFate]:
    """The fate of every field of one element or other entity, bookkeeping last."""
    if subject in book.never:
        yield FieldFate(subject, "", (Way(Fate.LOST, reason=book.never[subject]),))
        return
    for path in (*ours_paths(subject), *(ROUTINE if subject in ELEMENTS else ())):
        ways = tuple(dict.fromkeys(_ways(book, subject, path)))
        gone = tuple(way for way in ways if way.fate is not Fate.LOST)
        stays = () if path in ROUTINE else ways[:1]
        reason = ROUTINE.get(path, "no row takes it")
        yield FieldFate(subject, path, gone or stays or (Way(Fate.LOST, reason=reason),))


def _ways(book: Book, subject: str, path: str) -> Iterator[Way]:
    for table in book.by_subject.get(subject, ()):
        yield from _in_table(table, path)
    if subject in ELEMENTS:
        for table in book.by_subject.get(WHOLE, ()):
            yield from _in_table(table, f"{ELEMENTS[subject].path}.{path}")


def _in_table(table: Table, path: str) -> Iterator[Way]:
    for ours, theirs, row in table.value_rows():
        if _reaches(bare(str(ours)), row, path):
            yield _way(table, str(theirs), row)
        above = bare(str(ours)[: -len(str(row.ours))])
        told = (f"{above}{each.path}" for each in row.when if each.tells)
        if path in told:
            yield _told(table, row.when, row)
    if any(str(each.path) == path and each.tells for each in table.when):
        yield _told(table, table.when)
    for assumed in table.assumed:
        if str(assumed.path) == path:
            reason = f"taken as {assumed.value}: {assumed.reason}"
            yield Way(Fate.ASSUMED, table.name, table.entity, reason=reason)
    why = nearest(path, {bare(each): reason for each, reason in table.ours_only.items()})
    if why is not None:
        yield Way(Fate.LOST, table.name, table.entity, reason=why)


def _reaches(ours: str, row: Row, path: str) -> bool:
    """Whether a row takes a field: itself, or all that it is part of."""
    if path != ours and not path.startswith(f"{ours}."):
        return False
    return not set(row.params.get("without", ())) & set(path.split("."))


def _way(table: Table, theirs: str, row: Row) -> Way:
    return Way(
        _fate(table, row),
        table.name,
        table.entity,
        theirs,
        row.codec_name,
        " and ".join(str(each) for each in (*table.when, *row.when)),
        table.switch or "",
        table.protection or "",
        row.reason or table.reason,
    )


def _fate(table: Table, row: Row) -> Fate:
    if row.direction is Direction.OUT or not table.returns:
        return Fate.WRITTEN
    if Direction.IN in {table.direction, row.direction}:
        return Fate.READ
    return Fate.SWITCHED if table.switch else Fate.CARRIED


def _told(table: Table, conditions: tuple[Condition, ...], row: Row | None = None) -> Way:
    asked = " and ".join(str(each) for each in conditions)
    returns = table.returns and (row is None or row.direction is not Direction.OUT)
    return Way(
        Fate.TOLD if returns else Fate.WRITTEN,
        table.name,
        table.entity,
        condition=asked,
        carrier=table.switch or "",
        reason="" if returns else (row and row.reason) or table.reason,
    )


@dataclass(frozen=True, slots=True)
class PropertyFate:
    """A property of theirs and what becomes of it when a record is read."""

    entity: str
    path: str
    ours: str
    reason: str


def properties(book: Book, entity: str) -> Iterator[PropertyFate]:
    """What is read of an entity, in the order of its shape, and what is not, with the reason."""
    read: dict[str, str] = {}
    for table in book.by_entity.get(entity, ()):
        for ours, theirs, row in table.value_rows():
            if table.reads and row.direction is not Direction.OUT:
                read.setdefault(bare(theirs.shape), f"{table.subject} {ours}")
        for constant in table.constants:
            read.setdefault(bare(table.full(constant.target).shape), f"always {constant.value}")
    unread = book.unread.get(entity, {})
    told = [path for path, _ in book.shapes[entity].leaves()]
    known = {bare(path) for path in told}
    for spelled in [*told, *sorted((read.keys() | unread.keys()) - known)]:
        mine = nearest(bare(spelled), read) or ""
        reason = "" if mine else nearest(bare(spelled), unread) or ""
        if mine or reason:
            yield PropertyFate(entity, spelled, mine, reason)


def as_json(book: Book) -> dict[str, Any]:
    """The whole account as plain JSON values, in an order that does not change by itself."""
    return {
        "standard": book.standard,
        "version": book.version,
        "elements": {
            subject: {fate.path: [way.as_json() for way in fate.ways] for fate in found}
            for subject in (*ELEMENTS, *others(book))
            if (found := list(fates_of(book, subject)))
        },
        "entities": {
            entity: {each.path: each.ours or each.reason for each in properties(book, entity)}
            for entity in sorted(book.by_entity)
        },
        "unfilled": dict(sorted(book.entities.items())),
    }
