"""The closed set of codecs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mappings.engine.codec import codes, fixed, lists, named, scalars
from mappings.engine.codec.base import Build, Codec, Spec, Wire
from mappings.engine.codec.lists import Cell
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
        "split": lists.split,
        "native": lists.native,
        "flag": fixed.flag,
        "always": fixed.always,
        "school_year": fixed.school_year,
        "fingerprint": fixed.fingerprint,
        "grade": named.grade,
        "user_ids": named.user_ids,
    }
)
"""Each codec by its name in the tables; `ref` is the id of another record, text on both sides.

`list` stands before another codec (`list text`): elements in one cell.
"""


def build_codec(name: str, spec: Spec) -> Codec:
    """The codec that a row names. Raises MappingTableError for one that there is not."""
    listed = name.removeprefix("list ")
    if listed not in CODECS:
        raise MappingTableError(f"no codec {name!r}")
    codec = CODECS[listed](spec)
    return Cell(codec) if listed != name else codec
