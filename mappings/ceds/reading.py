"""Trees of CEDS as our records: the roster as tables, and plans one at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import polars as pl

from mappings.ceds.addresses import Marks, localize
from mappings.ceds.roster_out import OWN, ROSTER_STATE
from mappings.ceds.settle import has_plan, settle, settle_shared
from mappings.engine.assemble import Assembly, Student
from mappings.engine.book import Book
from mappings.engine.fragments import combine
from mappings.engine.inward import Read
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree, is_under
from mappings.engine.records import read_record
from mappings.hub import Hub, Records, frame_of
from mappings.ilp.profile import STATE, day_after
from schemas.ilp.entry import Origin
from schemas.ilp.plan import ELEMENTS
from schemas.roster.entities import FIELDS
from schemas.standards.shape import StandardRecord

SOURCE: Final = "CEDS"
PERSON: Final = "Person"
_BATCH: Final = 10_000
ENDLESS: Final = "a roster names the day after, and there is none"
_NUMBER: Final = "hasPersonIdentification[].PersonIdentifier"
_TOLD_BY: Final = ("person_id", "org_id", "class_id", "agent_id", "role", "begin_date")
"""What tells a record that goes by no address from others."""


@dataclass(slots=True)
class Reading:
    """Reads records twice: for the roster and the losses, then for the plans as they are asked."""

    book: Book
    marks: Marks
    losses: Losses
    _rows: dict[str, list[Tree]] = field(default_factory=lambda: defaultdict(list))
    _frames: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def hub(self, records: Records) -> Hub:
        """The roster, and the plans still to be read."""
        for record in records():
            self._roster(record)
        for entity in list(self._rows):
            self._flush(entity)
        frames = {entity: pl.concat(parts) for entity, parts in self._frames.items()}
        return Hub(frames, self._plans(records))

    def _roster(self, record: StandardRecord) -> None:
        settled = self._settled(record, self.losses)
        reads = list(read_record(self.book, settled, self.losses))
        told = [read for read in reads if _is_of_plan(read)] if has_plan(settled.values) else []
        planned = {place for read in told for place in read.taken}
        rows: dict[tuple[str, str], Tree] = {}
        for read in reads:
            if not _is_of_plan(read) and not _is_told(read.taken, planned):
                entity, row = read.table.subject, self._row(read)
                combine(rows.setdefault((entity, row.get("id", "")), {}), row)
        for (entity, _), row in rows.items():
            self._add(entity, _without_own(row))

    def _row(self, read: Read) -> Tree:
        """A record of ours; one that goes by no address has an id of what it says."""
        entity = read.table.subject
        row = {name: value for name, value in read.ours.items() if name[0] != "$"}
        if entity == "demographics" and "person_id" in row:
            row["id"] = row["person_id"]
        if "id" not in row and (told := [str(row[key]) for key in _TOLD_BY if key in row]):
            row["id"] = "|".join(told)
        if "end_date" in row:
            self._end(entity, row)
        if "user_ids" in row:
            row["user_ids"] = [_named(each) for each in row["user_ids"] if self._is_named(each)]
        return {name: value for name, value in row.items() if value != []}

    def _end(self, entity: str, row: Tree) -> None:
        """Put the day after the last day of a record in the place of that day."""
        last = row.pop("end_date")
        after = day_after(last)
        if after is None:
            self.losses.add(LossKey(Side.OURS, entity, "end_date", ENDLESS), last)
        else:
            row["end_date"] = after

    def _is_named(self, user_id: Tree) -> bool:
        """Whether an identifier says of which system it is, and what it is."""
        if "type" in user_id and "identifier" in user_id:
            return True
        key = LossKey(Side.THEIRS, PERSON, _NUMBER, "of a system that is not named")
        self.losses.add(key, user_id.get("identifier"))
        return False

    def _settled(self, record: StandardRecord, losses: Losses) -> StandardRecord:
        tree = localize(record.values, self.marks)
        ready = settle(tree, losses) if record.entity == PERSON else settle_shared(tree)
        return StandardRecord(record.entity, ready)

    def _add(self, entity: str, row: Tree) -> None:
        if not _is_whole(entity, row):
            reason = "lacks what a roster record needs"
            self.losses.add(LossKey(Side.THEIRS, entity, "", reason), row.get("id"))
            return
        self._rows[entity].append(row)
        if len(self._rows[entity]) >= _BATCH:
            self._flush(entity)

    def _flush(self, entity: str) -> None:
        rows = self._rows.pop(entity, [])
        if rows:
            self._frames[entity].append(frame_of(entity, rows))

    def _plans(self, records: Records) -> Iterator[Tree]:
        origin = Origin(source=SOURCE, at=datetime.now(UTC).replace(microsecond=0))
        assembly = Assembly(origin, self.losses)
        for record in records():
            if record.entity != PERSON or not has_plan(record.values):
                continue
            settled = self._settled(record, Losses())
            if not has_plan(settled.values):
                continue  # what there was is an IEP, which no plan copies
            found = read_record(self.book, settled, Losses())
            reads = [read for read in found if _is_of_plan(read)]
            student = Student()
            for read in reads:
                own = {name: value for name, value in read.ours.items() if name[0] != "$"}
                student.take(read.table.name, read.table.subject, own)
            if reads:
                yield assembly.plan(student, {})


def _is_whole(entity: str, row: Tree) -> bool:
    return "id" in row and all(
        row.get(field.name) is not None for field in FIELDS[entity] if field.required
    )


def _is_of_plan(read: Read) -> bool:
    return read.table.subject in ELEMENTS or read.table.subject == WHOLE


def _is_told(places: frozenset[str], planned: set[str]) -> bool:
    """Whether a plan tells all that a row was read from; addresses and classes count for nothing.

    A row of addresses alone, such as a relation, is told where one of its own places is.
    """
    own = [place for place in places if place not in ("@id", "@type")]
    told = {place for place in own if is_under(place, planned)}
    if own and not told:
        return False
    return all(place in told or place.endswith(("@id", "@type")) for place in own)


def _named(user_id: Tree) -> Tree:
    return {**user_id, "type": ROSTER_STATE} if user_id["type"] == STATE else user_id


def _without_own(row: Tree) -> Tree:
    """A row whose typed identifiers are those that no field of it says already."""
    held = row.get("user_ids")
    if held is not None:
        row["user_ids"] = [
            each for each in held if row.get(OWN.get(each["type"], "")) != each["identifier"]
        ]
    return row
