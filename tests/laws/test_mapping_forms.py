"""Every form of every mapping table does what the interpreter does, on the same records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.forms_toy.frames import frame_of
from support.forms_toy.plans import book as toy
from support.forms_toy.views import VIEWS
from support.ilp_plans import plans
from support.mapping_books import ALL, book, tables
from support.mapping_golden import pairs as golden
from support.mapping_strategies import subjects
from support.postgres import Cluster

from mappings.engine import interpret
from mappings.engine.book import Book
from mappings.engine.codec import Codec
from mappings.engine.codec.codes import Crossed
from mappings.engine.codec.scalars import Day
from mappings.engine.compile_plans import plan_writer
from mappings.engine.compile_polars import encode, encode_json
from mappings.engine.compile_python import (
    ReadFunction,
    WriteFunction,
    read_function,
    whole,
    write_function,
)
from mappings.engine.compile_sql import DialectName, NotInSql, sql_object
from mappings.engine.compile_tree import NotInForm
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.engine.paths import Tree, write_at
from mappings.engine.plans import write_plan
from schemas.ilp.plan import Plan
from schemas.roster.entities import FIELDS

FEW = settings(
    max_examples=settings.get_profile(settings.get_current_profile_name()).max_examples // 50
)
VIEWED = {table.name: table for name in ("carriers", "rows") for table in toy(name).tables}


@cache
def _table(book_name: str, name: str) -> Table:
    found = VIEWED.values() if book_name == "views" else book(book_name).tables
    return next(table for table in found if table.name == name)


WRITING = [("views", name) for name in VIEWS]
WRITING += [pair for pair in tables() if _table(*pair).writes]
FLAT = [pair for pair in WRITING if pair[0] == "views" or _table(*pair).subject in FIELDS]
each_table = pytest.mark.parametrize("table", WRITING, ids="-".join)


@cache
def _writing(pair: tuple[str, str]) -> WriteFunction:
    return write_function(_table(*pair))


@cache
def _reading(pair: tuple[str, str]) -> ReadFunction:
    return read_function(_table(*pair))


def _drawn(pair: tuple[str, str]) -> st.SearchStrategy[Any]:
    one = VIEWS[pair[1]] if pair[0] == "views" else subjects(_table(*pair))
    return st.lists(one, min_size=1, max_size=4)


def _interpreted(table: Table, records: list[Tree]) -> tuple[list[Tree | None], Losses]:
    losses = Losses()
    return [whole(interpret.write(table, ours, losses)) for ours in records], losses


@each_table
@FEW
@given(data=st.data())
def test_generated_python_writes_and_reads_alike(
    table: tuple[str, str], data: st.DataObject
) -> None:
    records, losses = data.draw(_drawn(table)), Losses()
    expected, told = _interpreted(_table(*table), records)
    assert [_writing(table)(ours, losses) for ours in [*records, *records]] == expected * 2
    assert losses.counts == {key: 2 * count for key, count in told.counts.items()}
    if _table(*table).reads:
        _read_alike(table, [each for each in expected if each is not None])


def _read_alike(table: tuple[str, str], records: list[Tree]) -> None:
    of, losses, told = _table(*table), Losses(), Losses()
    for record in records:
        first = next((each.ours for each in interpret.read(of, record, told)[:1]), None)
        assert _reading(table)(record, losses) == first
    assert losses.counts == told.counts


def _context(of: Book) -> Tree:
    """Something for every key of the student and of the plan that a book's tables ask for."""
    context: Tree = {}
    for row in (row for table in of.tables for row in table.rows):
        if str(row.ours).startswith("$"):
            write_at(context, row.ours, _fitting(row.codec))
    return context


def _fitting(codec: Codec | None) -> str:
    if isinstance(codec, Crossed):
        return next(iter(codec.table.forward))
    return "2026-08-17" if isinstance(codec, Day) else "7"


@pytest.mark.parametrize("name", ALL)
@FEW
@given(drawn=st.lists(plans(), min_size=1, max_size=2))
def test_generated_python_writes_plans_alike(name: str, drawn: list[Plan]) -> None:
    of, losses = book(name), Losses()
    switched = frozenset(table.switch for table in of.tables if table.switch)
    writer, context = plan_writer(of, switched), _context(of)
    for plan in (each.model_dump(mode="json", exclude_defaults=True) for each in drawn * 2):
        expected = write_plan(of, plan, context, losses, switched)
        assert writer.write(plan, context) == expected
    assert writer.losses().counts == losses.counts


@pytest.mark.parametrize("table", FLAT, ids="-".join)
@FEW
@given(data=st.data())
def test_columns_become_the_same_json(table: tuple[str, str], data: st.DataObject) -> None:
    of, records = _table(*table), data.draw(_drawn(table))
    expected, told = _interpreted(of, records)
    try:
        encoded = encode_json(of, frame_of(of, records))
    except NotInForm:
        assert not of.is_at_root() or _picks_items(of)
        return
    made = [json.loads(text) for text in encoded.frame["json"]]
    assert made == [each for each in expected if each is not None]
    assert encoded.all_losses(of.subject).counts == told.counts


def _picks_items(of: Table) -> bool:
    return any(step.where for _, theirs, _ in of.all_rows() for step in theirs.steps)


@FEW
@given(records=st.lists(VIEWS["rows"], min_size=1, max_size=4))
def test_columns_become_the_same_cells(records: list[Tree]) -> None:
    of = VIEWED["rows"]
    expected, told = _interpreted(of, records)
    encoded = encode(of, frame_of(of, records))
    made = [
        {name: cell for name, cell in row.items() if cell is not None}
        for row in encoded.frame.iter_rows(named=True)
    ]
    assert made == [each for each in expected if each is not None]
    assert encoded.all_losses(of.subject).counts == told.counts


class Documents:
    """A table of documents in one of the two databases."""

    def __init__(self, dialect: DialectName, connection: Any) -> None:
        self.dialect, self.connection = dialect, connection
        kind = "jsonb" if dialect == "postgresql" else "text"
        connection.execute(f"CREATE TABLE record (number integer, document {kind})")

    def written(self, table: Table, records: list[Tree]) -> list[Tree | None]:
        """What the database makes of records."""
        expression = sql_object(table, "document", self.dialect)
        mark = "%s" if self.dialect == "postgresql" else "?"
        self.connection.execute("DELETE FROM record")
        for row in enumerate(map(json.dumps, records)):
            self.connection.execute(f"INSERT INTO record VALUES ({mark}, {mark})", row)
        found = self.connection.execute(f"SELECT {expression} FROM record ORDER BY number")
        return [json.loads(made) if isinstance(made, str) else made for (made,) in found]


@contextmanager
def _in_postgresql(cluster: Cluster) -> Iterator[Documents]:
    name = cluster.create()
    with psycopg.connect(cluster.server.get_uri(name), autocommit=True) as connection:
        yield Documents("postgresql", connection)
    cluster.drop(name)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "sqlite":
        with closing(sqlite3.connect(":memory:")) as opened:
            yield Documents("sqlite", opened)
        return
    with _in_postgresql(request.getfixturevalue("postgres")) as made:
        yield made


def _refusal(pair: tuple[str, str]) -> str:
    try:
        sql_object(_table(*pair), "document", "sqlite")
    except NotInSql as refused:
        return str(refused)
    return ""


IN_SQL = [pair for pair in WRITING if not _refusal(pair)]
TOO_DEEP = [pair for pair in WRITING if "SQLite's parser" in _refusal(pair)]


@pytest.mark.parametrize("table", IN_SQL, ids="-".join)
@FEW
@given(data=st.data())
def test_databases_write_alike(
    documents: Documents, table: tuple[str, str], data: st.DataObject
) -> None:
    of, records = _table(*table), data.draw(_drawn(table))
    expected, _ = _interpreted(of, records)
    assert documents.written(of, records) == expected


def test_only_ceds_nests_deeper_than_sqlite_can_parse() -> None:
    assert {book_name for book_name, _ in TOO_DEEP} == {"ceds-14"}


@pytest.mark.postgres
def test_what_sqlite_cannot_parse_postgresql_writes(postgres: Cluster, fixtures: Path) -> None:
    wrong = []
    with _in_postgresql(postgres) as documents:
        for pair in TOO_DEEP:
            records = [ours for ours, _ in golden(fixtures / "golden" / pair[0], pair[1])]
            of = _table(*pair)
            if documents.written(of, records) != _interpreted(of, records)[0] or not records:
                wrong.append(pair[1])
    assert wrong == []
