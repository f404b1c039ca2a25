"""The three-way merge: what the source said last night, what it says now, what we hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from mappings.engine.codecs import canonical_json
from schemas.roster.entities import FIELDS
from service.sync.authority import Authority, AuthorityTable, unite

LOCAL = "local"
EXTRAS = "extras"

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed, and what was done about it."""

    entity: str
    record_id: str
    field: str
    base: str | None
    ours: str | None
    theirs: str | None
    outcome: Authority


@dataclass(slots=True)
class Merged:
    """Rows to write, and the clashes met on the way.

    `rows` has `id`, the entity's fields, `extras`, `origins` and `changes`, a JSON object from
    field to `[old, new]`; rows in which nothing changes are left out.
    """

    rows: pl.DataFrame
    clashes: list[Clash] = field(default_factory=list)


def as_text(value: Any) -> str | None:
    """A field's value as conflicts and journals show it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True, slots=True)
class Sides:
    """The three versions of the same rows, aligned by position."""

    base: pl.DataFrame
    theirs: pl.DataFrame
    ours: pl.DataFrame

    def filter(self, mask: pl.Series) -> Sides:
        """The same rows of each side."""
        return Sides(*(side.filter(mask) for side in (self.base, self.theirs, self.ours)))

    def rows(self) -> Iterator[tuple[_Row, _Row, _Row]]:
        """Row by row, each as a dictionary."""
        named = (side.iter_rows(named=True) for side in (self.base, self.theirs, self.ours))
        return zip(*named, strict=True)


def merge(
    entity: str,
    sides: Sides,
    authority: AuthorityTable,
    origin: Mapping[str, Any],
    pinned: Mapping[tuple[str, str], str | None],
) -> Merged:
    """Merge the rows in which the source moved; `origin` is the provenance of what it brought.

    `pinned` holds the fields for which a person decided that our value stands, with the source's
    value at the time; such a decision lasts until somebody takes it back.
    """
    names = (*(one.name for one in FIELDS[entity]), EXTRAS)
    rules = _Rules(entity, names, authority, origin, pinned)
    merged = Merged(_no_rows(entity, sides.ours))
    kept = []
    for base, theirs, ours in sides.filter(_moved(names, sides)).rows():
        row, clashes = _merge_row(rules, base, theirs, ours)
        merged.clashes.extend(clashes)
        if _matters(row, ours):
            kept.append(row)
    if kept:
        merged.rows = pl.DataFrame(kept, schema=merged.rows.schema, orient="row")
    return merged


def _moved(names: tuple[str, ...], sides: Sides) -> pl.Series:
    moved = sides.ours["state"] != "active"
    edited = sides.ours["origins"].is_not_null()
    for name in names:
        theirs = sides.theirs[name]
        news = theirs.ne_missing(sides.base[name])
        moved |= news & (theirs.ne_missing(sides.ours[name]) | edited)
    return moved


def _no_rows(entity: str, ours: pl.DataFrame) -> pl.DataFrame:
    names = ["id", *(one.name for one in FIELDS[entity]), EXTRAS, "origins"]
    schema = {name: ours.schema[name] for name in names}
    return pl.DataFrame(schema={**schema, "changes": pl.String, "revived": pl.Boolean})


@dataclass(frozen=True, slots=True)
class _Rules:
    """What decides a clash, and what provenance says of a value that came tonight."""

    entity: str
    names: tuple[str, ...]
    authority: AuthorityTable
    origin: Mapping[str, Any]
    pinned: Mapping[tuple[str, str], str | None]

    def is_pinned(self, record_id: str, name: str) -> bool:
        return (record_id, name) in self.pinned

    def of(self, record_id: str, name: str) -> Authority:
        if self.is_pinned(record_id, name):
            return Authority.OURS
        return self.authority.of(self.entity, name)


def _merge_row(rules: _Rules, base: _Row, theirs: _Row, ours: _Row) -> tuple[_Row, list[Clash]]:
    values = {name: ours[name] for name in rules.names}
    clashes = []
    for name in rules.names:
        if theirs[name] in (base[name], ours[name]):
            continue
        rule = rules.of(ours["id"], name)
        if ours[name] == base[name] and not rules.is_pinned(ours["id"], name):
            values[name] = theirs[name]
            continue
        values[name] = _ruled(rule, base[name], ours[name], theirs[name])
        was, mine, yours = (as_text(one[name]) for one in (base, ours, theirs))
        clashes.append(Clash(rules.entity, ours["id"], name, was, mine, yours, rule))
    changes = {
        name: [as_text(ours[name]), as_text(values[name])]
        for name in rules.names
        if values[name] != ours[name]
    }
    heard = {name: as_text(theirs[name]) for name in rules.names if theirs[name] != base[name]}
    origins = _origins(ours["origins"], changes, heard, rules.origin)
    row = {
        "id": ours["id"],
        **values,
        "origins": origins,
        "changes": canonical_json(changes) if changes else None,
        "revived": ours["state"] != "active",
    }
    return row, clashes


def _matters(row: _Row, ours: _Row) -> bool:
    return bool(row["changes"] or row["revived"] or row["origins"] != ours["origins"])


def _ruled(rule: Authority, base: Any, ours: Any, theirs: Any) -> Any:
    if rule is Authority.SOURCE:
        return theirs
    return unite(base, ours, theirs) if rule is Authority.UNION else ours


def _origins(
    known: str | None,
    changes: Mapping[str, Any],
    heard: Mapping[str, str | None],
    origin: Mapping[str, Any],
) -> str | None:
    """Provenance after tonight; a local edit that stands learns the source's last word.

    That goes for a word that agrees with the edit, too: the next one is compared with it.
    """
    origins = json.loads(known) if known else {}
    origins.update({name: dict(origin) for name in changes})
    for name, theirs in heard.items():
        if name not in changes and origins.get(name, {}).get("source") == LOCAL:
            origins[name]["replaced"] = theirs
    return canonical_json(origins) if origins else None


def base_from_origins(entity: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """The source's last word where its last row is not at hand, as after a reappearance.

    It is what we hold, except for fields edited here: their edit remembers what it replaced.
    """
    names = [one.name for one in FIELDS[entity]] + [EXTRAS]
    base = ours.select(names)
    if ours["origins"].is_null().all():
        return base
    rows = base.to_dicts()
    for row, known in zip(rows, ours["origins"], strict=True):
        for name, origin in (json.loads(known) if known else {}).items():
            if name in row and origin["source"] == LOCAL:
                row[name] = _typed(origin.get("replaced"), theirs.schema[name])
    return pl.DataFrame(rows, schema=base.schema, orient="row")


def _typed(text: str | None, dtype: pl.DataType) -> Any:
    return (
        pl.Series([text], dtype=pl.String).cast(dtype)[0] if dtype != pl.Boolean else _truth(text)
    )


def _truth(text: str | None) -> bool | None:
    return None if text is None else text == "true"
