"""What the nightly sync must know of a standard, as data and a few functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from mappings.engine.decode import LOSSES, Decoded, as_object, decode, entity_schema
from mappings.engine.table import MappingTable

IGNORED = ("_row", "_space", "_school", "status", "dateLastModified")
"""Columns that say nothing about a record's values and are left out of every comparison.

Those with an underscore are ours: the row's position, and what a user's roles say of the user.
"""

SEPARATOR = "|"
"""Joins the source ids of which the id of a derived row is made; its owner's comes first."""

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Twins:
    """Source records that share an identifier but do not look like one person."""

    kind: str
    value: str
    sourced_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables of one record a row, and the pairs that only a person can judge."""

    frames: Frames
    twins: tuple[Twins, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How deliveries of one standard become roster records.

    `mappings` leads from a table to its mapping; a table without one is kept as supplement.
    `order` puts referenced tables first. `crosswalked` are the entities that others refer to.
    `grouped` are the files that must be looked at together because tables are derived across
    them; `school_of` names the column of a table that tells the school; `yearly` are the tables
    that end with a school year; `essential` the files whose disappearance is never taken at
    face value; `dimensions` the (table, column) pairs of which no value should vanish overnight;
    `years` names the columns that tell the school year, `derived` the tables that are made of a
    grouped file's rows. `places` names the file and column that tell who is where. `narrow`
    reduces both nights to the people whom changed rows can concern, `derive` makes the tables.
    """

    standard: str
    digest: str
    mappings: Mapping[str, MappingTable]
    order: tuple[str, ...]
    crosswalked: Mapping[str, str]
    grouped: frozenset[str]
    people: str
    aliases: str
    school_of: Mapping[str, str]
    yearly: frozenset[str]
    essential: frozenset[str]
    dimensions: tuple[tuple[str, str], ...]
    years: Mapping[str, tuple[str, ...]]
    derived: Mapping[str, tuple[str, ...]]
    places: tuple[str, str]
    narrow: Callable[[Frames, Frames, Mapping[str, Iterable[pl.DataFrame]]], tuple[Frames, Frames]]
    derive: Callable[[Frames], Tables]
    identifiers: Callable[[pl.DataFrame], pl.DataFrame]

    def entity_of(self, table: str) -> str:
        """The entity that a table's rows become."""
        mapping = self.mappings.get(table)
        return mapping.entity if mapping else "supplement"

    def decode(self, table: str, rows: pl.DataFrame) -> Decoded:
        """Rows of a table as fields of its entity."""
        mapping = self.mappings.get(table)
        return decode(mapping, rows) if mapping else _supplement(table, rows)

    def sorted(self, tables: Mapping[str, object] | set[str]) -> list[str]:
        """The given tables, referenced ones first, unknown ones last by name."""
        rank = {table: position for position, table in enumerate(self.order)}
        return sorted(tables, key=lambda table: (rank.get(table, len(rank)), table))


def _supplement(table: str, rows: pl.DataFrame) -> Decoded:
    values = [name for name in rows.columns if name not in ("sourcedId", *IGNORED)]
    frame = rows.select(
        sourced_id="sourcedId",
        collection=pl.lit(table),
        body=as_object(rows, values),
        extras=pl.lit(None, pl.String),
    ).cast(entity_schema("supplement"))
    return Decoded(frame, LOSSES.to_frame())


def rosterless(standard: str, digest: str) -> Recipe:
    """A recipe that makes no roster records; another digest means that the same files say more."""
    return Recipe(
        standard=standard,
        digest=digest,
        mappings={},
        order=(),
        crosswalked={},
        grouped=frozenset(),
        people="",
        aliases="",
        school_of={},
        yearly=frozenset(),
        essential=frozenset(),
        dimensions=(),
        years={},
        derived={},
        places=("", ""),
        narrow=lambda before, after, _: (before, after),
        derive=Tables,
        identifiers=lambda users: users,
    )
