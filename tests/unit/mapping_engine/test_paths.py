"""Paths into records, and the places that values have in them."""

from __future__ import annotations

import pytest

from mappings.engine.errors import MappingTableError
from mappings.engine.paths import is_under, leaves, parse_path, resolve, shape_of_place, write_at

TREE = {"ids": [{"system": "a", "value": 1}, {"system": "b", "value": 2}], "'": {"x.y": 3}}


def found(path: str) -> list[tuple[str, object]]:
    return list(resolve(TREE, parse_path(path)))


def test_a_list_is_walked_with_places() -> None:
    assert found("ids[].value") == [("ids[0].value", 1), ("ids[1].value", 2)]


def test_an_item_is_picked_by_its_values() -> None:
    assert found("ids[system=b].value") == [("ids[1].value", 2)]


def test_what_picked_an_item_is_noted() -> None:
    seen: set[str] = set()
    list(resolve(TREE, parse_path("ids[system=b].value"), seen=seen))
    assert seen == {"ids[1].system"}


def test_a_path_reads_as_it_is_written() -> None:
    text = "a.'b.c'.d[].e[x=1,y=2].f"
    assert str(parse_path(text)) == text


@pytest.mark.parametrize("text", ["", "a.", ".a", "a..b", "a[", "a]b", "a[x]", "'a"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(MappingTableError):
        parse_path(text)


def test_writing_makes_the_picked_item() -> None:
    tree: dict[str, object] = {}
    write_at(tree, parse_path("ids[system=c].value"), 9)
    assert tree == {"ids": [{"system": "c", "value": 9}]}


def test_leaves_are_values_with_their_places() -> None:
    assert list(leaves({"a": [{"b": 1}, {}], "c": None, "d": []})) == [("a[0].b", 1)]


def test_the_shape_of_a_place_has_no_numbers() -> None:
    assert shape_of_place("a[0].b[12].c") == "a[].b[].c"


def test_a_place_lies_under_what_holds_it() -> None:
    assert is_under("a[0].b", {"a"})
    assert is_under("a[0].b", {"a[0]"})


def test_a_place_does_not_lie_under_what_begins_alike() -> None:
    assert not is_under("ab.c", {"a"})
