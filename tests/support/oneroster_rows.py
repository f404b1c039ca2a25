"""Rows of OneRoster for tests: made from the shapes, and put through a format and back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from adapters.formats import Format
from schemas.standards.oneroster import Column, files, json_columns, json_files
from schemas.standards.shape import StandardRecord

_IDS = st.from_regex(r"[A-Za-z0-9._@-]{1,12}", fullmatch=True)
_EDGES = st.sampled_from(
    ["=1+1", '"', 'a "b" c', "a,b", "line\nline", " padded ", "ünï 漢字 🎓", "x" * 2000, "a/b\\c"]
)
_TEXTS = st.text(
    st.characters(exclude_characters="\r\0#", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda text: bool(text.strip(" \t\n\u00a0")))
_ITEMS = st.from_regex(r"[A-Za-z0-9é\"' =:/-]{1,10}", fullmatch=True).map(str.strip).filter(bool)
_PAIRS = st.builds(lambda left, right: f"{{{left}:{right}}}", _IDS, _IDS)
_DATES = st.dates().filter(lambda day: day.year >= 1000).map(lambda day: day.isoformat())
_NUMBERS = st.one_of(
    st.integers(-9999, 9999).map(str),
    st.floats(-9999, 9999, allow_subnormal=False)
    .map(lambda value: f"{value:.3f}")
    .map(float)
    .map(repr),
)


def columns_of(version: str, entity: str, *, json: bool = False) -> tuple[Column, ...]:
    """The columns that a row of an entity may have, passwords left out."""
    own = {**files(version), **json_files(version)}[entity]
    every = (*own, *json_columns(version, entity)) if json else own
    return tuple(column for column in every if column.name != "password")


def rows(version: str, entity: str, *, json: bool = False) -> st.SearchStrategy[StandardRecord]:
    """Rows that keep every rule of their columns; optional values may be absent."""
    columns = [one for one in columns_of(version, entity, json=json) if not one.parts]
    always = {one.name: _value(one) for one in columns if one.required == "always"}
    maybe = {one.name: _value(one) for one in columns if one.required == "no"}
    values = st.fixed_dictionaries(always, optional=maybe)
    return values.map(lambda row: StandardRecord(entity, row))


def _value(column: Column) -> st.SearchStrategy[Any]:
    if column.name in ("userIds", "scoreScaleValue"):
        return st.lists(_PAIRS, min_size=1, max_size=3)
    if column.terms:
        one = st.sampled_from(column.terms)
        return st.lists(one, min_size=1, max_size=3) if column.is_list else one
    return _PLAIN.get(column.format, _TEXTS | _EDGES)


_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "GUID": _IDS,
    "GUID Reference": _IDS,
    "ID": _IDS,
    "List of GUID References": st.lists(_IDS, min_size=1, max_size=3),
    "List of Strings": st.lists(_ITEMS, min_size=1, max_size=3),
    "Date": _DATES,
    "Float": _NUMBERS,
    "Integer": st.integers(0, 100).map(str),
    "Year": st.integers(1900, 2100).map(str),
}


def carried(form: Format, *records: StandardRecord, suffix: str = "") -> list[StandardRecord]:
    """What is read again after the records were written, without the places of reading."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"package{suffix}"
        form.write(path, records)
        return [one._replace(where="") for one in form.read(path)]
