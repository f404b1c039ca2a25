"""The laws of every mapping table of every book, on records drawn from the table itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mapping_books import both_ways, table
from support.mapping_laws import get, put, surprises
from support.mapping_strategies import subjects

PROFILE = settings.get_profile(settings.get_current_profile_name())
FEW = settings(max_examples=PROFILE.max_examples // 12)
each_table = pytest.mark.parametrize(("book", "name"), both_ways())


@each_table
@FEW
@given(data=st.data())
def test_reading_back_changes_nothing(book: str, name: str, data: st.DataObject) -> None:
    """GetPut: `read(write(x), old=x) == x`."""
    of = table(book, name)
    ours = data.draw(subjects(of))
    record = put(of, ours)
    assert record is None or get(of, record, ours) == [ours]


@each_table
@FEW
@given(data=st.data())
def test_what_comes_back_is_what_was_not_lost(book: str, name: str, data: st.DataObject) -> None:
    of = table(book, name)
    ours = data.draw(subjects(of))
    record = put(of, ours)
    if record is not None:
        (back,) = get(of, record)
        assert not surprises(of, ours, back)


@each_table
@FEW
@given(data=st.data())
def test_what_was_read_is_written_alike(book: str, name: str, data: st.DataObject) -> None:
    """PutGet: a record that we wrote, read and written again, is the same record."""
    of = table(book, name)
    record = put(of, data.draw(subjects(of)))
    if record is not None:
        (back,) = get(of, record)
        assert put(of, back) == record


@each_table
@FEW
@given(data=st.data())
def test_reading_twice_is_reading_once(book: str, name: str, data: st.DataObject) -> None:
    """PutPut for one record: nothing is added or worn off by reading it again."""
    of = table(book, name)
    before, now = data.draw(subjects(of)), data.draw(subjects(of))
    record = put(of, now)
    if record is not None:
        (once,) = get(of, record, before)
        assert get(of, record, once) == [once]


def test_two_readings_are_not_always_the_last_one() -> None:
    """PutPut for two records does not hold: what left with a code is not known when it returns."""
    of = table("toy", "career_goals")
    head = {"$student": {"number": "1"}, "id": "g", "text": "t", "status": "current"}
    versioned = {**head, "occupation": {"set": "onet-soc", "code": "1", "version": "30"}}
    other = put(of, {**head, "occupation": {"set": "onet-soc", "code": "2"}})
    (between,) = get(of, other or {}, versioned)
    assert get(of, put(of, versioned) or {}, between) != [versioned]
