"""The closed set of codecs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mappings.engine.codec import codes, fixed, lists, named, scalars
from mappings.engine.codec.base import Build, Codec, Spec, Wire
from mappings.engine.codec.lists import Cell, Items
from mappings.engine.errors import MappingTableError

__all__ = ["CODECS", "Codec", "Spec", "Wire", "build_codec"]

CODECS: Mapping[str, Build] = MappingProxyType(
    {
        "text": scalars.text,
        "int": scalars.integer,
        "decimal": scalars.exact,
        "bool": scalars.truth,
        "date": scalars.day,
        "datetime": scalars.moment,
        "ref": scalars.text,
        "code": codes.code,
        "address": codes.address,
        "split": lists.split,
        "native": lists.native,
        "flag": fixed.flag,
        "always": fixed.always,
        "school_year": fixed.school_year,
        "fingerprint": fixed.fingerprint,
        "grade": named.grade,
        "user_ids": named.user_ids,
        "pairs": named.pairs,
    }
)
"""Each codec by its name in the tables; `ref` is the id of another record, text on both sides.

`list` stands before another codec (`list text`): elements in one cell.
"""

_WHOLE = frozenset({"native", "user_ids", "pairs"})
"""Codecs of lists and objects, which rows hold as they are; scalars are text in rows."""


def build_codec(name: str, spec: Spec) -> Codec:
    """The codec that a row names. Raises MappingTableError for one that there is not."""
    listed = name.removeprefix("list ")
    if listed not in CODECS:
        raise MappingTableError(f"no codec {name!r}")
    in_rows = spec.wire == "rows"
    codec = CODECS[listed](replace(spec, wire="text") if in_rows and listed not in _WHOLE else spec)
    if listed == name:
        return codec
    return Items(codec) if in_rows else Cell(codec)
