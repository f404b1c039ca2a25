"""Values: JSON in, the text of a CSV cell out."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.oneroster.rest.values import KINDS, SHAPE, TIME


def read(kind: str, value: Any) -> tuple[str | None, list[str]]:
    noted: list[str] = []
    return KINDS[kind](value, lambda code, sample: noted.append(code)), noted


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_are_absent(kind: str, value: Any) -> None:
    assert read(kind, value) == (None, [])


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("text", "Ávila", "Ávila"),
        ("text", 7, "7"),
        ("text", 0.5, "0.5"),
        ("bool", True, "true"),
        ("bool", "false", "false"),
        ("date", "2026-01-06", "2026-01-06"),
        ("date", "2026-01-06T00:00:00.000Z", "2026-01-06"),
        ("ref", {"href": "/orgs/a", "sourcedId": "a", "type": "wrong"}, "a"),
        ("ref", {"sourcedId": 12}, "12"),
        ("ref", "a", "a"),
        ("refs", [{"sourcedId": "a"}, {"sourcedId": "b"}], "a,b"),
        ("refs", {"sourcedId": "a"}, "a"),
        ("refs", [], None),
        ("list", ["09", "10"], "09,10"),
        ("list", "01 - Traditional", "01 - Traditional"),
        ("list", ["Reading, Writing", "Art"], '["Reading, Writing","Art"]'),
        ("list", ["[a", "b"], '["[a","b"]'),
        (
            "ids",
            [{"type": "LDAP", "identifier": "jo1"}, {"type": "LTI", "identifier": "77"}],
            "{LDAP:jo1},{LTI:77}",
        ),
        ("ids", [{"identifier": "jo1"}], "{:jo1}"),
        ("ids", [{"type": "a,b", "identifier": "1"}], '["{a,b:1}"]'),
        ("pairs", [{"itemValueLHS": "A", "itemValueRHS": "94"}], "{A:94}"),
        ("json", {"b": 1, "a": [2]}, '{"a":[2],"b":1}'),
    ],
)
def test_each_kind_is_written_as_the_csv_binding_does(kind: str, value: Any, cell: str) -> None:
    assert read(kind, value) == (cell, [])


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("text", {"a": 1}, '{"a":1}'),
        ("text", ["a"], '["a"]'),
        ("ref", {"href": "/orgs/a"}, '{"href":"/orgs/a"}'),
    ],
)
def test_another_shape_is_kept_as_json_and_noted(kind: str, value: Any, cell: str) -> None:
    assert read(kind, value) == (cell, [SHAPE])


def test_a_time_of_day_is_cut_and_noted() -> None:
    assert read("date", "2026-01-06T14:30:00Z") == ("2026-01-06", [TIME])
