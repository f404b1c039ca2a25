"""The last accepted rows of a file survive the database, however large they are."""

from __future__ import annotations

import io
import random

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal
from sqlalchemy.engine import Engine

from service.store import bases
from service.store.bases import (
    GONE,
    KEY,
    Base,
    add_delta,
    list_bases,
    read_base,
    touch_base,
    write_base,
)
from service.store.database import reading, writing
from service.store.tables import base_part

USERS = ("district", "sis", "users.csv")


def parquet_of(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def keep(engine: Engine, frame: pl.DataFrame, run: int = 1) -> bytes:
    """Keep the rows as those of users.csv; returns what was written."""
    data = parquet_of(frame)
    with writing(engine) as connection:
        write_base(connection, *USERS[:2], Base(USERS[2], f"d{run}", frame.height, run), data)
    return data


def kept(engine: Engine) -> pl.DataFrame:
    with reading(engine) as connection:
        frame = read_base(connection, *USERS)
    assert frame is not None
    return frame


def parts(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        query = sa.select(sa.func.length(base_part.c.data)).order_by(base_part.c.part)
        return list(connection.execute(query).scalars())


def noise(rows: int) -> pl.DataFrame:
    """Rows that do not compress."""
    draw = random.Random(7)
    return pl.DataFrame({"id": [draw.randbytes(24).hex() for _ in range(rows)]})


def test_there_is_no_base_at_first(engine: Engine) -> None:
    with reading(engine) as connection:
        assert read_base(connection, *USERS) is None
        assert list_bases(connection, *USERS[:2]) == {}


def test_a_base_comes_back(engine: Engine) -> None:
    frame = pl.DataFrame({"sourcedId": ["1", "", None], "enabledUser": ["true", "é,\n", '"']})
    keep(engine, frame)
    assert_frame_equal(kept(engine), frame)


def test_a_base_without_rows_keeps_its_columns(engine: Engine) -> None:
    keep(engine, pl.DataFrame(schema={"sourcedId": pl.String}))
    assert kept(engine).schema == {"sourcedId": pl.String}


def test_a_large_base_is_kept_in_parts(engine: Engine) -> None:
    frame = noise(700_000)
    size = len(keep(engine, frame))
    assert parts(engine) == [bases._PART, size - bases._PART]
    assert_frame_equal(kept(engine), frame)


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_parts_of_any_size_come_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(bases, "_PART", size)
    frame = noise(20)
    data = keep(engine, frame)
    assert sum(parts(engine)) == len(data)
    assert_frame_equal(kept(engine), frame)


def test_a_smaller_base_leaves_nothing_of_the_larger(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bases, "_PART", 500)
    keep(engine, noise(50))
    keep(engine, noise(5), run=2)
    assert_frame_equal(kept(engine), noise(5))


def test_a_base_is_known_without_its_rows(engine: Engine) -> None:
    keep(engine, noise(3), run=4)
    with reading(engine) as connection:
        known = list_bases(connection, *USERS[:2])
    assert known == {"users.csv": Base("users.csv", "d4", 3, 4)}


def test_a_touched_base_has_the_new_digest(engine: Engine) -> None:
    keep(engine, noise(3))
    with writing(engine) as connection:
        touch_base(connection, *USERS, "other bytes")
        known = list_bases(connection, *USERS[:2])
    assert known["users.csv"].digest == "other bytes"


def test_sources_have_their_own_bases(engine: Engine) -> None:
    keep(engine, noise(3))
    with reading(engine) as connection:
        assert list_bases(connection, "district", "another") == {}
        assert list_bases(connection, "another", "sis") == {}


def row(key: str, value: str | None = None, *, gone: bool = False) -> dict[str, object]:
    return {KEY: key, "status": value, GONE: gone}


def lay(engine: Engine, run: int, *rows: dict[str, object], height: int = 3) -> None:
    """Lay a delta over the rows of users.csv."""
    with writing(engine) as connection:
        info = Base(USERS[2], f"d{run}", height, run)
        add_delta(connection, *USERS[:2], info, parquet_of(pl.DataFrame(rows)))


def values(engine: Engine) -> dict[str, str | None]:
    return dict(kept(engine).select(KEY, "status").iter_rows())


@pytest.fixture
def three(engine: Engine) -> Engine:
    """A database that holds a base of three rows."""
    keep(engine, pl.DataFrame({KEY: ["a", "b", "c"], "status": ["1", "2", "3"]}))
    return engine


def test_a_delta_adds_changes_and_removes(three: Engine) -> None:
    lay(three, 2, row("b", "two"), row("d", "4"), row("a", gone=True))
    assert values(three) == {"c": "3", "b": "two", "d": "4"}


def test_the_later_of_two_deltas_counts(three: Engine) -> None:
    lay(three, 2, row("b", "two"), row("a", gone=True))
    lay(three, 3, row("a", "again"), row("b", gone=True))
    assert values(three) == {"c": "3", "a": "again"}


def test_a_delta_may_bring_a_column(three: Engine) -> None:
    lay(three, 2, {KEY: "a", "status": None, "phone": "970-555-0154", GONE: False})
    told = {KEY: "a", "status": None, "phone": "970-555-0154"}
    assert kept(three).filter(pl.col(KEY) == "a").to_dicts() == [told]


def test_a_mark_of_a_delta_is_no_column(three: Engine) -> None:
    lay(three, 2, row("b", "two"))
    assert kept(three).columns == [KEY, "status"]


def test_a_base_tells_of_its_deltas(three: Engine) -> None:
    lay(three, 2, row("b", "two"), row("d"), height=4)
    lay(three, 3, row("a", gone=True))
    with reading(three) as connection:
        known = list_bases(connection, *USERS[:2])
    assert known == {"users.csv": Base("users.csv", "d3", 3, 3, deltas=2, delta_rows=3)}


def test_a_base_written_whole_forgets_its_deltas(three: Engine) -> None:
    lay(three, 2, row("b", "two"))
    keep(three, pl.DataFrame({KEY: ["z"], "status": ["26"]}), run=3)
    assert values(three) == {"z": "26"}


@pytest.mark.parametrize(
    ("known", "rows", "taken"),
    [
        (Base("users.csv", "", 1_000, 1), 100, True),
        (Base("users.csv", "", 1_000, 1), 101, False),
        (Base("users.csv", "", 1_000, 1, deltas=1, delta_rows=60), 41, False),
        (Base("users.csv", "", 1_000, 1, deltas=32, delta_rows=32), 1, False),
        (Base("users.csv", "", 3, 1), 20, True),
    ],
)
def test_deltas_stay_few_and_small(known: Base, rows: int, taken: bool) -> None:
    assert known.takes(rows) is taken


def test_a_delta_without_rows_is_not_kept(three: Engine) -> None:
    with writing(three) as connection:
        nothing = pl.DataFrame([row("b")]).clear()
        add_delta(connection, *USERS[:2], Base(USERS[2], "d2", 3, 2), parquet_of(nothing))
        known = list_bases(connection, *USERS[:2])
    assert known == {"users.csv": Base("users.csv", "d2", 3, 2)}
