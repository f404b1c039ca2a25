"""Ids of rows: those we make, and those of other systems that OneRoster could not hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

import polars as pl

from mappings.engine.codecs import canonical_json, map_distinct
from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import ENTITIES
from mappings.recipe import SEPARATOR

_LENGTH = 32
_SOUND = r"^[0-9A-Za-z.\-_/@]{1,255}$"
_PATTERN = re.compile(_SOUND)
_NESTED = frozenset({"role", "relation"})
"""Records that other standards nest: an id of several parts says no more than their fields."""
_REASON = "an id may not have these characters: written as a digest of it"


def minted(collection: str, *parts: str) -> str:
    """The id of a row that has none of its own, made of what identifies it."""
    text = f"{collection}{SEPARATOR}{SEPARATOR.join(parts)}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:_LENGTH]


def sound_id(value: str) -> str:
    """The id itself where a row can hold it, else a digest, the same wherever the id stands."""
    return value if _PATTERN.match(value) else minted("id", value)


def with_sound_ids(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables whose ids and references rows can hold."""
    return {entity: _sound(entity, frame) for entity, frame in frames.items()}


def tell_changed(
    frames: Mapping[str, pl.DataFrame], stands: Mapping[str, pl.DataFrame], losses: Losses
) -> None:
    """Count the ids of records that stand under another one."""
    for entity, frame in stands.items():
        strange = frames[entity]["id"].filter(~frames[entity]["id"].str.contains(_SOUND))
        standing = set(frame["id"]) if len(strange) else set()
        for value in strange:
            nested = entity in _NESTED and SEPARATOR in value
            if not nested and sound_id(value) in standing:
                losses.add(LossKey(Side.OURS, entity, "id", _REASON), value)


def _sound(entity: str, frame: pl.DataFrame) -> pl.DataFrame:
    columns = ["id", *(each.name for each in ENTITIES[entity] if each.reference)]
    changed = [_mended(frame[name]) for name in columns if _is_strange(frame[name])]
    return frame.with_columns(changed) if changed else frame


def _is_strange(column: pl.Series) -> bool:
    return bool((~column.str.contains(_SOUND)).any())


def _mended(column: pl.Series) -> pl.Series:
    return map_distinct(column, _mend)


def _mend(cell: str) -> str:
    """An id, or the JSON list of some."""
    if not cell.startswith("["):
        return sound_id(cell)
    return canonical_json([sound_id(each) for each in json.loads(cell)])
