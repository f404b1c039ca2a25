"""What a conversion carries between two standards: records of ours, and plans.

Roster and gradebook records are held as tables, because a district has millions of them; plans
stream by, one at a time, because they are large.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import polars as pl

from mappings.engine.codecs import canonical_json
from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from schemas.gradebook.entities import FIELDS as GRADEBOOK
from schemas.roster.entities import FIELDS as ROSTER
from schemas.roster.kinds import Field, FieldKind
from schemas.standards.shape import StandardRecord

ENTITIES: Mapping[str, tuple[Field, ...]] = {**ROSTER, **GRADEBOOK}
"""The fields of every record of ours that is no part of a plan."""

_DTYPES: Mapping[FieldKind, pl.DataType] = {
    FieldKind.TEXT: pl.String(),
    FieldKind.JSON: pl.String(),
    FieldKind.BOOL: pl.Boolean(),
    FieldKind.DATE: pl.Date(),
    FieldKind.INT: pl.Int64(),
}

Frames = Mapping[str, pl.DataFrame]
Parts = Callable[[], Iterator[pl.DataFrame]]
"""A table some rows at a time, from the first on each time that it is called."""

Needs = Mapping[str, frozenset[str]]
"""Which columns of tables are asked for, by entity; of an entity that is not named, all are."""


@dataclass(frozen=True, slots=True)
class CellFile:
    """A file as columns of cells; one that `is_long` has several parts."""

    parts: Parts
    is_long: bool = False


class Tables(Mapping[str, pl.DataFrame]):
    """Tables by entity; those that come `later` are not held, unless one is asked for whole."""

    def __init__(self, held: Frames, later: Mapping[str, Parts]) -> None:
        self._held, self._later = dict(held), dict(later)
        self._unread = set(later)
        self._gone: set[str] = set()

    def __getitem__(self, entity: str) -> pl.DataFrame:
        if entity in self._gone:
            raise RuntimeError(f"{entity} is not held any more")
        if entity in self._later:
            parts = list(self.parts(entity))
            self._held[entity] = pl.concat(parts) if parts else schema_of(entity).to_frame()
            del self._later[entity]
        return self._held[entity]

    def __contains__(self, entity: object) -> bool:
        return any(entity in known for known in (self._held, self._later, self._gone))

    def __iter__(self) -> Iterator[str]:
        return (entity for entity in ENTITIES if entity in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def parts(self, entity: str) -> Iterator[pl.DataFrame]:
        """A table some rows at a time; one that is held comes whole."""
        if entity not in self._later:
            yield self._held[entity]
            return
        yield from self._later[entity]()
        self._unread.discard(entity)

    def keep_only(self, entity: str) -> None:
        """Let go of all other tables; who asks for one of them has a fault (RuntimeError)."""
        self._gone |= self._held.keys() - {entity}
        self._held = {name: frame for name, frame in self._held.items() if name == entity}

    def read_rest(self) -> None:
        """Read what nobody has asked for."""
        for entity in tuple(self._unread):
            for _ in self.parts(entity):
                pass


@dataclass(frozen=True, slots=True)
class Hub:
    """Records of ours by entity, and plans in the JSON form of `ilp.json`.

    A table has the columns `id`, the entity's fields and `extras`; lists and objects are JSON text.
    """

    frames: Frames = field(default_factory=dict)
    plans: Iterable[Tree] = ()
    _made: dict[Callable[[Hub], pl.DataFrame], pl.DataFrame] = field(
        default_factory=dict, repr=False, compare=False
    )

    def once(self, make: Callable[[Hub], pl.DataFrame]) -> pl.DataFrame:
        """What a function makes of this hub; made when first asked for, and kept."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def frame(self, entity: str) -> pl.DataFrame:
        """The table of an entity, empty where the source has none."""
        return self.frames[entity] if entity in self.frames else schema_of(entity).to_frame()

    def parts(self, entity: str) -> Iterator[pl.DataFrame]:
        """The same table, some rows at a time where it is not held."""
        if isinstance(self.frames, Tables) and entity in self.frames:
            return self.frames.parts(entity)
        return iter([self.frame(entity)])

    def keep_only(self, entity: str) -> None:
        """Let go of what is held beside one table: no other will be asked for any more."""
        self._made.clear()
        if isinstance(self.frames, Tables):
            self.frames.keep_only(entity)

    def read_rest(self) -> None:
        """Read what nobody has asked for: all that is delivered is checked and counted."""
        if isinstance(self.frames, Tables):
            self.frames.read_rest()

    def rows(self, entity: str) -> Iterator[Tree]:
        """The records of an entity one by one, in JSON form, absent values left out."""
        return rows_of(entity, self.frame(entity))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the one who converts decides.

    `switched` are the carriers turned on, `extensions` the extensions that the receiver offers,
    `namespace` the authority of codes of our own, `core_only` leaves out our own terms. `only`
    names the records that are wanted; without any, all are.
    """

    switched: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    namespace: str = "planbridge.example"
    core_only: bool = False
    only: frozenset[str] = frozenset()

    def wants(self, entity: str) -> bool:
        """Whether records of an entity are wanted."""
        return not self.only or entity in self.only


@dataclass(frozen=True, slots=True)
class Lines:
    """Records of one entity that are encoded already: the JSON text of each."""

    entity: str
    texts: pl.Series


USUAL = Choice()
"""The choices of one who makes none."""

Records = Callable[[], Iterator[StandardRecord]]
"""A source of records that starts over each time that it is called."""


class Bridge(Protocol):
    """The way between one version of a standard and our records."""

    def read(self, records: Records, losses: Losses, choice: Choice = USUAL) -> Hub:
        """Our records out of theirs."""
        ...

    def write(self, hub: Hub, losses: Losses, choice: Choice) -> Iterator[StandardRecord]:
        """Their records out of ours."""
        ...


def schema_of(entity: str) -> pl.Schema:
    """The columns of an entity's table."""
    columns = {each.name: _DTYPES[each.kind] for each in ENTITIES[entity]}
    return pl.Schema({"id": pl.String(), **columns, "extras": pl.String()})


def frame_of(entity: str, rows: Iterable[Tree]) -> pl.DataFrame:
    """A table out of records in JSON form."""
    kinds = {each.name: each.kind for each in ENTITIES[entity]} | {"extras": FieldKind.JSON}
    listed = [
        {name: _cell(kinds.get(name, FieldKind.TEXT), value) for name, value in row.items()}
        for row in rows
    ]
    return pl.DataFrame(listed, schema=schema_of(entity))


def _cell(kind: FieldKind, value: Any) -> Any:
    if kind is FieldKind.JSON:
        return canonical_json(value)
    if kind is FieldKind.DATE:
        return date.fromisoformat(value)
    return value


def rows_of(entity: str, frame: pl.DataFrame) -> Iterator[Tree]:
    """The records of a table in JSON form."""
    kinds = {each.name: each.kind for each in ENTITIES[entity]}
    plain = {name for name in frame.columns if kinds.get(name) is FieldKind.JSON} | {"extras"}
    days = {name for name in frame.columns if kinds.get(name) is FieldKind.DATE}
    ready = frame.with_columns(pl.col(sorted(days)).dt.to_string("%Y-%m-%d")) if days else frame
    for row in ready.iter_rows(named=True):
        yield {
            name: json.loads(value) if name in plain else value
            for name, value in row.items()
            if value is not None
        }
