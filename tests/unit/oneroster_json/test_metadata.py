"""Extension objects as columns and back, in JSON and in CSV cells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.oneroster.files.metadata import to_columns, to_object
from mappings.oneroster.cells import from_cell, to_cell

_NAMES = st.text(st.characters(exclude_characters="\\"), min_size=1, max_size=6)
_SCALARS = st.booleans() | st.integers() | st.text(min_size=1, max_size=6)
_LEAVES = _SCALARS | st.lists(_SCALARS, max_size=3)
_OBJECTS = st.dictionaries(
    _NAMES, st.recursive(_LEAVES, lambda inner: st.dictionaries(_NAMES, inner, max_size=3))
)


@given(_OBJECTS.filter(bool))
def test_columns_give_the_object_back(metadata: dict[str, Any]) -> None:
    assert to_object(to_columns(metadata)) == metadata


def test_names_of_columns_are_paths() -> None:
    columns = to_columns({"ilp": {"graduationYear": "2031", "a.b": 1}})
    assert columns == {"metadata.ilp.graduationYear": "2031", r"metadata.ilp.a\.b": 1}


def test_columns_in_each_others_way_lose_nothing() -> None:
    made = to_object({"metadata.a": "x", "metadata.a.b": "y"})
    assert made == {"a": "x", "a.b": "y"}


@given(st.text())
def test_a_cell_keeps_its_bytes(cell: str) -> None:
    assert to_cell(from_cell(cell)) == cell


@given(st.text() | st.lists(_SCALARS) | st.dictionaries(st.text(), _SCALARS))
def test_a_value_survives_a_cell(value: Any) -> None:
    assert from_cell(to_cell(value)) == value


@pytest.mark.parametrize("cell", ["[1, 2]", "{", '"', '"plain"', "2031", "true"])
def test_what_is_not_canonical_json_of_a_list_or_object_is_text(cell: str) -> None:
    assert from_cell(cell) == cell
