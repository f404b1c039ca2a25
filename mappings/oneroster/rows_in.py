"""From rows to our records: the roster, the gradebook and resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree, bare
from mappings.hub import frame_of
from mappings.oneroster.binding import Binding
from mappings.oneroster.fold import ROLE, agent_id, role_id
from mappings.oneroster.shapes import AGENTS
from schemas.standards.shape import StandardRecord

_BATCH = 20_000
NAMELESS = "has no sourcedId: nobody could refer to it"
GONE = "marked as gone: a conversion carries what there is"
NESTED = frozenset({"agentSourcedIds", "orgSourcedIds", "role", ROLE})
"""Columns of users that become records of their own."""


@dataclass(slots=True)
class Shelf:
    """Records of ours as they come in, packed into tables by the batch."""

    waiting: dict[str, list[Tree]] = field(default_factory=lambda: defaultdict(list))
    packed: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def add(self, entity: str, row: Tree) -> None:
        """Take a record."""
        waiting = self.waiting[entity]
        waiting.append(row)
        if len(waiting) == _BATCH:
            self._pack(entity)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables of all records."""
        for entity in list(self.waiting):
            self._pack(entity)
        return {entity: pl.concat(parts) for entity, parts in self.packed.items()}

    def _pack(self, entity: str) -> None:
        self.packed[entity].append(frame_of(entity, self.waiting[entity]))
        self.waiting[entity].clear()


@dataclass(slots=True)
class RowsIn:
    """Rows on their way in."""

    binding: Binding
    losses: Losses
    shelf: Shelf = field(default_factory=Shelf)
    _known: dict[str, tuple[str, frozenset[str], dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entity, table in self.binding.tables().items():
            taken = frozenset(str(t.path).strip("'") for row in table.rows for t in row.targets)
            reasons = {bare(path): why for path, why in table.theirs_only.items()}
            self._known[table.entity] = (entity, taken, reasons)

    def named(
        self, records: Iterable[StandardRecord], again: bool = False
    ) -> Iterator[StandardRecord]:
        """The rows that have an id; others are counted, unless the rows are gone through again."""
        for record in records:
            if "sourcedId" in record.values:
                yield record
            elif not again:
                self.losses.add(LossKey(Side.THEIRS, record.entity, "", NAMELESS))

    def take(self, record: StandardRecord) -> None:
        """Take a row; what it nests becomes records of its own."""
        values = record.values
        if values.get("status") == "tobedeleted":
            self.losses.add(LossKey(Side.THEIRS, record.entity, "", GONE), values["sourcedId"])
            return
        if record.entity not in self._known:
            why = self.binding.book.entities.get(record.entity, "nothing of ours corresponds to it")
            self.losses.add(LossKey(Side.THEIRS, record.entity, "", why))
            return
        for each in _with_nested(record, self.binding):
            self._row(each)

    def _row(self, record: StandardRecord) -> None:
        entity, taken, reasons = self._known[record.entity]
        ours = self.binding.reader(entity)(record.values, self.losses)
        if ours is None:
            return
        extras: Tree = {}
        for name, value in record.values.items():
            if name in taken or name in _SILENT or name in NESTED & reasons.keys():
                continue
            if name in reasons:
                key = LossKey(Side.THEIRS, record.entity, name, reasons[name])
                self.losses.add(key, None if name == "password" else value)
            elif name != ROLE:
                extras[name] = value
        self.shelf.add(entity, {**ours, "extras": extras} if extras else ours)


_SILENT = frozenset({"status"})
"""Only active rows come this far, and a record that is there says so."""


def _with_nested(record: StandardRecord, binding: Binding) -> Iterator[StandardRecord]:
    """A row as the tables know it, followed by the rows that it nests."""
    values, own = record.values, record.values["sourcedId"]
    if record.entity == "demographics":
        yield record._replace(values={**values, "userSourcedId": own})
        return
    yield record
    if record.entity != "users":
        return
    for agent in dict.fromkeys(values.get("agentSourcedIds", ())):
        link = {"sourcedId": agent_id(own, agent), "userSourcedId": own, "agentSourcedId": agent}
        yield StandardRecord(AGENTS, link, record.where)
    if binding.version == "1.1":
        yield from _roles(record)


def _roles(record: StandardRecord) -> Iterator[StandardRecord]:
    """The roles of a user of 1.1: one for each organization, so each is the primary one there."""
    values, own = record.values, record.values["sourcedId"]
    role = values.get(ROLE, values.get("role"))
    places: Iterable[str] = dict.fromkeys(values.get("orgSourcedIds", ())) if role else ()
    for place in places:
        row = {
            "sourcedId": role_id(own, place, str(role)),
            "userSourcedId": own,
            "orgSourcedId": place,
            "role": role,
            "roleType": "primary",
        }
        yield StandardRecord("roles", row, record.where)


def lifted(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What 1.1 leaves to other rows, said as 1.2 says it."""
    return with_schools(with_named_administrators(frames))


def with_schools(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Line items with the school of their class."""
    if "line_item" not in frames or "class" not in frames:
        return frames
    schools = frames["class"].select(class_id="id", _school="school_id").unique("class_id")
    joined = frames["line_item"].join(schools, on="class_id", how="left", maintain_order="left")
    school = pl.coalesce("school_id", "_school").alias("school_id")
    return {**frames, "line_item": joined.with_columns(school).drop("_school")}


def with_named_administrators(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Administrators of 1.1 by the type of their organization, as 1.2 names them (§5)."""
    if "role" not in frames or "organization" not in frames:
        return frames
    types = frames["organization"].select(org_id="id", _type="type")
    named = {"school": "siteAdministrator", "district": "districtAdministrator"}
    told = pl.col("_type").replace_strict(
        named, default="ext:administrator", return_dtype=pl.String
    )
    is_one = pl.col("role") == "administrator"
    roles = (
        frames["role"]
        .join(types, on="org_id", how="left", maintain_order="left")
        .with_columns(role=pl.when(is_one).then(told).otherwise("role"))
        .drop("_type")
    )
    return {**frames, "role": _with_ids(roles, frames["role"]["role"])}


def _with_ids(roles: pl.DataFrame, before: pl.Series) -> pl.DataFrame:
    """The roles with ids that go with what they are called now."""
    changed = roles["role"] != before
    if not changed.any() or "id" not in roles.columns:
        return roles
    ids = [
        role_id(person, place, role) if is_new else own
        for own, person, place, role, is_new in zip(
            roles["id"], roles["person_id"], roles["org_id"], roles["role"], changed, strict=True
        )
    ]
    return roles.with_columns(pl.Series("id", ids, pl.String))
