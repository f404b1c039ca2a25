"""Tables of rows go into either database and come back as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from sqlalchemy.engine import Connection, Engine

from service.errors import Invalid
from service.store.bulk import (
    among,
    fetch_frame,
    frame_schema,
    insert_frame,
    update_frame,
    upsert_frame,
)

STRANGE = (
    "",
    " ",
    "\\.",
    "\\N",
    "NULL",
    "null",
    'say "no"',
    "'; DROP TABLE strange; --",
    "a,b",
    "one\ntwo",
    "one\r\ntwo",
    "\r",
    "\\",
    "\\n",
    "tab\there",
    "Đặng Žofie 李 🎓",
    "e\u0301",
    "\u2028",
    "\ufeff",
    "%s %(id)s :id ?",
    "{}",
    "x" * 100_000,
)

# Names that need quotes, or that a statement could mistake for something of its own.
strange = sa.Table(
    "order",
    sa.MetaData(),
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("class", sa.Text),
    sa.Column("Primary", sa.Boolean),
    sa.Column("from", sa.Date),
    sa.Column("excluded", sa.Integer),
)
KEYS = ("tenant", "id")


def rows(**columns: Any) -> pl.DataFrame:
    """Rows of the table; a column that is not given is null."""
    height = len(next(iter(columns.values())))
    ids = [f"{number:06}" for number in range(height)]
    given = {"tenant": ["t"] * height, "id": ids, **columns}
    schema = frame_schema(strange.columns)
    return pl.DataFrame({name: given.get(name, [None] * height) for name in schema}, schema=schema)


def stored(connection: Connection) -> pl.DataFrame:
    return fetch_frame(connection, sa.select(strange)).sort(KEYS)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened, opened.begin() as transaction:
        strange.create(opened)
        yield opened
        transaction.rollback()


def test_strange_texts_come_back(connection: Connection) -> None:
    frame = rows(**{"class": list(STRANGE)})
    insert_frame(connection, strange, frame)
    assert_frame_equal(stored(connection), frame)


def test_strange_texts_are_updated(connection: Connection) -> None:
    insert_frame(connection, strange, rows(**{"class": ["before"] * len(STRANGE)}))
    frame = rows(**{"class": list(STRANGE)})
    update_frame(connection, strange, KEYS, frame)
    assert_frame_equal(stored(connection), frame)


def test_strange_texts_are_keys(connection: Connection) -> None:
    frame = rows(id=list(STRANGE[:-1]), excluded=list(range(len(STRANGE) - 1)))
    insert_frame(connection, strange, frame.with_columns(excluded=None))
    upsert_frame(connection, strange, KEYS, frame)
    assert_frame_equal(stored(connection), frame.sort(KEYS))


def test_nulls_stay_nulls(connection: Connection) -> None:
    frame = rows(**{"class": [None, "", None], "Primary": [None, True, False]})
    insert_frame(connection, strange, frame)
    assert stored(connection)["class"].to_list() == [None, "", None]


def test_a_null_replaces_a_value(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1], **{"from": [date(2025, 8, 1)]}))
    upsert_frame(connection, strange, KEYS, rows(excluded=[None]))
    assert_frame_equal(stored(connection), rows(excluded=[None]))


def test_one_column_may_hold_what_ends_a_copy(connection: Connection) -> None:
    narrow = sa.Table("narrow", sa.MetaData(), sa.Column("word", sa.Text))
    narrow.create(connection)
    frame = pl.DataFrame({"word": ["\\.", None, "", "after"]})
    insert_frame(connection, narrow, frame)
    assert_frame_equal(fetch_frame(connection, sa.select(narrow)), frame)


def test_columns_that_are_not_given_are_null(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[7]).select("id", "excluded", "tenant"))
    assert_frame_equal(stored(connection), rows(excluded=[7]))


def test_a_hundred_thousand_rows_come_back(connection: Connection) -> None:
    numbers = list(range(100_000))
    frame = rows(excluded=numbers, Primary=[number % 3 == 0 for number in numbers])
    insert_frame(connection, strange, frame)
    assert_frame_equal(stored(connection), frame)


def test_a_hundred_thousand_rows_are_found_among_others(connection: Connection) -> None:
    frame = rows(excluded=list(range(100_000)))
    insert_frame(connection, strange, frame)
    found = among(connection, strange.c.id, frame["id"][1:])
    assert fetch_frame(connection, sa.select(strange.c.id).where(found)).height == 99_999


def test_strange_texts_are_found(connection: Connection) -> None:
    insert_frame(connection, strange, rows(**{"class": [*STRANGE, "another", None]}))
    found = sa.select(strange.c["class"]).where(among(connection, strange.c["class"], STRANGE))
    assert set(connection.execute(found).scalars()) == set(STRANGE)


def test_nothing_is_among_nothing(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1, 2]))
    nothing = sa.select(strange).where(among(connection, strange.c.id, []))
    assert connection.execute(nothing).all() == []


def test_an_update_touches_only_its_rows(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1, 2, 3]))
    update_frame(connection, strange, KEYS, rows(excluded=[1, 20, 3])[1:2])
    assert_frame_equal(stored(connection), rows(excluded=[1, 20, 3]))


def test_an_update_leaves_columns_that_are_not_given(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1], **{"class": ["kept"]}))
    update_frame(connection, strange, KEYS, rows(excluded=[2]).select(*KEYS, "excluded"))
    assert_frame_equal(stored(connection), rows(excluded=[2], **{"class": ["kept"]}))


def test_an_update_steps_the_columns_that_it_is_told_to(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1, 2]))
    update_frame(connection, strange, KEYS, rows(excluded=[9])[:1].select(KEYS), step=["excluded"])
    assert stored(connection)["excluded"].to_list() == [2, 2]


def test_an_upsert_leaves_rows_alone_whose_watched_columns_stay(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1, 2], **{"class": ["a", "b"]}))
    given = rows(excluded=[10, 20], **{"class": ["a", "c"]})
    upsert_frame(connection, strange, KEYS, given, watched=["class"])
    assert stored(connection)["excluded"].to_list() == [1, 20]


def test_an_update_adds_no_row(connection: Connection) -> None:
    update_frame(connection, strange, KEYS, rows(excluded=[1]))
    assert stored(connection).is_empty()


def test_an_update_of_keys_alone_does_nothing(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1]))
    update_frame(connection, strange, KEYS, rows(excluded=[1]).select(KEYS))
    assert_frame_equal(stored(connection), rows(excluded=[1]))


def test_an_upsert_inserts_and_changes(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1, 2]))
    upsert_frame(connection, strange, KEYS, rows(excluded=[1, 20, 30])[1:])
    assert_frame_equal(stored(connection), rows(excluded=[1, 20, 30]))


def test_an_upsert_of_keys_alone_keeps_the_rest(connection: Connection) -> None:
    insert_frame(connection, strange, rows(excluded=[1]))
    upsert_frame(connection, strange, KEYS, rows(excluded=[0, 0]).select(KEYS))
    assert stored(connection)["excluded"].to_list() == [1, None]


@pytest.mark.parametrize("put", [update_frame, upsert_frame])
def test_of_repeated_keys_the_last_wins(connection: Connection, put: Any) -> None:
    insert_frame(connection, strange, rows(excluded=[1]))
    repeated = pl.concat([rows(excluded=[number]) for number in (2, 4, 3)])
    put(connection, strange, KEYS, repeated)
    assert_frame_equal(stored(connection), rows(excluded=[3]))


def test_one_transaction_may_stage_many_tables(connection: Connection) -> None:
    for number in range(3):
        upsert_frame(connection, strange, KEYS, rows(excluded=[number]))
        update_frame(connection, strange, KEYS, rows(excluded=[number + 10]))
    assert_frame_equal(stored(connection), rows(excluded=[12]))


def test_a_table_may_share_the_name_of_the_staged_rows(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE staged (word TEXT)")
    upsert_frame(connection, strange, KEYS, rows(excluded=[1]))
    assert connection.exec_driver_sql("SELECT * FROM staged").all() == []


@pytest.mark.parametrize("put", [insert_frame, update_frame, upsert_frame])
def test_nul_is_refused_by_name(connection: Connection, put: Any) -> None:
    keys = () if put is insert_frame else (KEYS,)
    with pytest.raises(Invalid, match="NUL character stands in class of order"):
        put(connection, strange, *keys, rows(**{"class": ["be\0fore"]}))


def test_empty_tables_do_nothing(connection: Connection) -> None:
    none = rows(excluded=[])
    insert_frame(connection, strange, none)
    update_frame(connection, strange, KEYS, none)
    upsert_frame(connection, strange, KEYS, none)
    assert stored(connection).is_empty()


def test_a_query_without_rows_has_types(connection: Connection) -> None:
    assert stored(connection).schema == rows(excluded=[]).schema


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.fixed_dictionaries(
    {
        "class": st.none() | texts,
        "Primary": st.none() | st.booleans(),
        "from": st.none() | st.dates(),
        "excluded": st.none() | st.integers(-(2**31), 2**31 - 1),
    }
)


def frame_of(drawn: list[dict[str, Any]]) -> pl.DataFrame:
    return rows(**{name: [one[name] for one in drawn] for name in drawn[0]})


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(values, min_size=1, max_size=8))
def test_whatever_is_inserted_comes_back(
    connection: Connection, drawn: list[dict[str, Any]]
) -> None:
    with connection.begin_nested() as inner:
        insert_frame(connection, strange, frame_of(drawn))
        assert_frame_equal(stored(connection), frame_of(drawn))
        inner.rollback()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(values, values), min_size=1, max_size=8), put=st.booleans())
def test_whatever_replaces_a_row_comes_back(
    connection: Connection, pairs: list[tuple[dict[str, Any], dict[str, Any]]], put: bool
) -> None:
    before, after = (frame_of([pair[which] for pair in pairs]) for which in (0, 1))
    with connection.begin_nested() as inner:
        insert_frame(connection, strange, before)
        (upsert_frame if put else update_frame)(connection, strange, KEYS, after)
        assert_frame_equal(stored(connection), after)
        inner.rollback()
