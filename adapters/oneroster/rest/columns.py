"""The table of `columns.toml`: which value of a REST record stands in which CSV column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

BESIDE = "unmapped."
"""Prefix of columns, JSON text each, for what the CSV binding has no column for."""
METADATA = "metadata"
"""Column with the canonical JSON of a record's extension object."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its value is the first of `keys` that has one, read as `kind` says.

    The standard's JSON has no place for a column that is not `sent`; `written` "dateTime" is a
    day that JSON spells as a moment.
    """

    name: str
    keys: tuple[str, ...]
    kind: str = "text"
    of: str = "record"
    sent: bool = True
    written: str = ""


@dataclass(frozen=True)
class Table:
    """One file of the CSV binding as REST has it.

    A derived table takes its rows out of the records of the collection `source`, one for each
    thing that the path `each` leads to; a `single` one has at most one row for a record.
    `also` are further columns of rows in files, `needs` columns that JSON alone requires.
    """

    name: str
    source: str
    columns: tuple[Column, ...]
    each: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    tie: str | None = None
    always: bool = False
    dropped: tuple[str, ...] = ()
    nested: frozenset[str] = frozenset()
    single: bool = False
    also: tuple[Column, ...] = ()
    needs: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError when there is none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def readers(self) -> tuple[Column, ...]:
        """How the columns are read; derived rows are already named as their columns are."""
        if not self.each:
            return self.columns
        return tuple(replace(column, keys=(column.name,)) for column in self.columns)

    @cached_property
    def minted(self) -> frozenset[tuple[str, str]]:
        """Findings (code, column) about ids that we made ourselves, with `|` between parts."""
        own = ["sourcedId"] if self.each else []
        own += [column.name for column in self.columns if column.kind == "profile"]
        return frozenset(("id.characters", name) for name in own)

    @cached_property
    def known(self) -> frozenset[str]:
        """The fields of a record that some column, or a derived table, stands for."""
        return self.nested | {key for column in self.readers for key in column.keys}

    @property
    def marker(self) -> re.Pattern[bytes]:
        """What every canonical record with something under `each` contains."""
        return re.compile(rf'"{self.each[0]}":(\[\{{|\{{)'.encode())


@cache
def tables(version: str) -> Mapping[str, Table]:
    """All tables of a version, by name. Raises ValueError for a version not known."""
    text = files("adapters.oneroster.rest").joinpath("columns.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    if version not in raw.keys() - {"both"}:
        raise ValueError(f"OneRoster {version} is not known; known: 1.1, 1.2")
    named = {**raw["both"]["tables"], **raw[version]["tables"]}
    base = tuple(raw["both"]["base"])
    return {name: _table(name, base, entry, named) for name, entry in named.items()}


def derived_from(collection: str, version: str) -> Iterator[Table]:
    """The tables whose rows lie inside the records of this collection."""
    for table in tables(version).values():
        if table.each and table.source == collection:
            yield table


def _table(
    name: str, base: tuple[str, ...], entry: Mapping[str, Any], named: Mapping[str, Any]
) -> Table:
    columns = [_column(one) for one in (*base, *entry["columns"])]
    columns += [Column(BESIDE + one, (one,), "json") for one in entry.get("beside", ())]
    return Table(
        name=name,
        source=entry.get("from", name),
        columns=tuple(columns),
        each=tuple(entry.get("each", ())),
        id=tuple(entry.get("id", ())),
        tie=entry.get("tie"),
        always=entry.get("always", False),
        dropped=tuple(entry.get("dropped", ())),
        nested=frozenset(one["each"][0] for one in named.values() if one.get("from") == name),
        single=entry.get("single", False),
        also=tuple(_column(one) for one in entry.get("also", ())),
        needs=tuple(entry.get("needs", ())),
    )


def _column(entry: str | Mapping[str, Any]) -> Column:
    if isinstance(entry, str):
        return Column(entry, (entry,))
    key = entry.get("key", entry["column"])
    keys = (key,) if isinstance(key, str) else tuple(key)
    return Column(
        entry["column"],
        keys,
        entry.get("kind", "text"),
        entry.get("of", "record"),
        entry.get("sent", True),
        entry.get("as", ""),
    )
