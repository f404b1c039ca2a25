"""Payloads from strangers: cut out record by record, one precise error, bounded memory."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats import Unreadable
from adapters.oneroster.files.json_stream import members


def values(data: bytes) -> list[object]:
    return [one.value for one in members(io.BytesIO(data), "users.json")]


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(st.dictionaries(_TEXT, _JSON), max_size=5), st.sampled_from([None, 1]))
def test_every_record_is_found(records: list[object], indent: int | None) -> None:
    data = json.dumps({"users": records}, indent=indent).encode()
    assert values(data) == records


def test_records_longer_than_what_is_read_at_once_are_whole() -> None:
    records = [{"name": "é" * size} for size in (300_000, 1, 700_000)]
    assert values(json.dumps({"users": records}, ensure_ascii=False).encode()) == records


def test_digits_are_not_lost() -> None:
    assert values(b'{"r": [{"score": 0.12345678901234567890}]}') == [
        {"score": "0.12345678901234567890"}
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "was expected instead of the end"),
        (b"[]", "{ was expected"),
        (b'{"users": [', "not JSON"),
        (b'{"users": [{"a": 1}', "] was expected"),
        (b'{"users": [{"a": NaN}]}', "NaN is no JSON number"),
        (b'{"users": [{"a": ' + b"9" * 5000 + b"}]}", "more than 100 digits"),
        (b'{"users": [{"a": 1, "a": 2}]}', "'a' stands twice"),
        (b'{"users": []} x', "something follows"),
        (b'{"users": [{"a": "\xff"}]}', "not UTF-8"),
        (b'{"users": [{"a": \'b\'}]}' + b" " * 100, "not JSON"),
        (b'{"users":' + b"[" * 100_000, "nested too deeply"),
        (b'{"users":[' + b'{"a":' * 90 + b"1" + b"}" * 90 + b"]}", "more than 64 levels"),
    ],
)
def test_what_cannot_be_read_is_one_precise_error(data: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        values(data)
    assert problem in caught.value.findings[0].problem


def test_the_error_names_the_record() -> None:
    with pytest.raises(Unreadable, match="users, record 2: it is not JSON"):
        values(b'{"users": [{"a": 1}, {"b": }]}' + b" " * 100)


def test_an_endless_text_ends_with_an_error_before_memory_does() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="larger than"):
            list(members(_Endless(), "users.json"))
        assert tracemalloc.get_traced_memory()[1] < 300 << 20
    finally:
        tracemalloc.stop()


class _Endless(io.BytesIO):
    """A text that opens and never closes."""

    def __init__(self) -> None:
        super().__init__(b'{"users": [{"a": "')

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or b"x" * (size or 0)
