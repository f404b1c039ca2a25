"""Moving tables of rows in and out of the database at the speed of its driver.

Polars is loaded where it is used: who only asks for a few rows, or writes them, does without.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql.compiler import SQLCompiler

from service.errors import Invalid

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy.dialects import postgresql

_BATCH = 50_000


def frame_schema(columns: Iterable[sa.ColumnElement[Any]]) -> dict[str, Any]:
    """The Polars types of database columns; text where nothing else fits."""
    import polars as pl

    known: dict[type[Any], Any] = {
        sa.Boolean: pl.Boolean,
        sa.Date: pl.Date,
        sa.Integer: pl.Int64,
        sa.Float: pl.Float64,
    }
    return {column.name: known.get(type(column.type), pl.String) for column in columns}


def fetch_frame(connection: Connection, query: sa.Select[Any]) -> pl.DataFrame:
    """The rows of a query over plain columns, as a typed table."""
    import polars as pl

    schema = frame_schema(list(query.selected_columns))
    rows = connection.execute(query).fetchall()
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def among(
    connection: Connection, column: sa.ColumnElement[Any], values: Iterable[str]
) -> sa.ColumnElement[bool]:
    """`column IN values` for any number of values, as a single bound parameter."""
    if connection.dialect.name == "sqlite":
        listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.cast(list(values), sa.ARRAY(sa.Text)))


def insert_frame(connection: Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Insert rows; columns that the frame lacks get null.

    Raises Invalid where a text holds NUL, which PostgreSQL cannot store; so do the two below.
    """
    if frame.is_empty():
        return
    _refuse_nul(table, frame)
    if connection.dialect.name == "sqlite":
        _sqlite_many(connection, sa.insert(table).values(_named(frame.columns)), frame)
    elif _is_walled(connection, table):
        with _staged(connection, table, (), frame) as staged:
            moved = sa.insert(table).from_select(frame.columns, sa.select(staged))
            connection.execute(moved)
    else:
        _copy(connection, table, frame)


def _is_walled(connection: Connection, table: sa.Table) -> bool:
    """Whether row security checks each row for this role: COPY goes around no such check."""
    quoted = connection.dialect.identifier_preparer.format_table(table)
    return bool(connection.execute(sa.select(sa.func.row_security_active(quoted))).scalar())


def update_frame(
    connection: Connection,
    table: sa.Table,
    keys: Sequence[str],
    frame: pl.DataFrame,
    *,
    step: Sequence[str] = (),
) -> None:
    """Set the frame's other columns on the rows that its key columns name.

    Columns named by `step` grow by one in each of them. Of several rows with one key the last
    wins; a row that the table lacks changes nothing.
    """
    values = [name for name in frame.columns if name not in keys]
    if frame.is_empty() or not (values or step):
        return
    stepped = {name: table.c[name] + sa.literal_column("1") for name in step}
    _refuse_nul(table, frame)
    if connection.dialect.name == "sqlite":
        renamed = frame.rename({name: f"key {name}" for name in keys})
        match = (table.c[name] == sa.bindparam(f"key {name}") for name in keys)
        changed = sa.update(table).where(*match).values({**_named(values), **stepped})
        _sqlite_many(connection, changed, renamed)
    else:
        with _staged(connection, table, keys, frame) as staged:
            same = (table.c[name] == staged.c[name] for name in keys)
            given = {name: staged.c[name] for name in values}
            connection.execute(sa.update(table).where(*same).values({**given, **stepped}))


def upsert_frame(
    connection: Connection,
    table: sa.Table,
    keys: Sequence[str],
    frame: pl.DataFrame,
    *,
    watched: Sequence[str] = (),
) -> None:
    """Insert rows, or set the other columns where the key is already there.

    With `watched`, a row in which none of these columns changes stays as it is. Of several rows
    with one key the last wins.
    """
    if frame.is_empty():
        return
    _refuse_nul(table, frame)
    if connection.dialect.name == "sqlite":
        insert = sqlite.insert(table).values(_named(frame.columns))
        _sqlite_many(connection, _or_update(insert, keys, frame.columns, watched), frame)
    else:
        from sqlalchemy.dialects import postgresql

        with _staged(connection, table, keys, frame) as staged:
            moved = postgresql.insert(table).from_select(frame.columns, sa.select(staged))
            connection.execute(_or_update(moved, keys, frame.columns, watched))


def _named(names: Iterable[str]) -> dict[str, sa.BindParameter[Any]]:
    return {name: sa.bindparam(name) for name in names}


def _or_update(
    insert: sqlite.Insert | postgresql.Insert,
    keys: Sequence[str],
    names: Sequence[str],
    watched: Sequence[str],
) -> sqlite.Insert | postgresql.Insert:
    given = insert.excluded
    changed = {name: given[name] for name in names if name not in keys}
    if not changed:
        return insert.on_conflict_do_nothing(index_elements=keys)
    differs = [insert.table.c[name].is_distinct_from(given[name]) for name in watched]
    where = sa.or_(*differs) if differs else None
    return insert.on_conflict_do_update(index_elements=keys, set_=changed, where=where)


def _sqlite_many(connection: Connection, statement: sa.ClauseElement, frame: pl.DataFrame) -> None:
    import polars as pl
    import polars.selectors as cs

    compiled = cast(SQLCompiler, statement.compile(dialect=connection.dialect))
    ordered = frame.select(compiled.positiontup or [])
    cursor = connection.connection.cursor()
    for chunk in ordered.with_columns(cs.date().cast(pl.String)).iter_slices(_BATCH):
        cursor.executemany(str(compiled), chunk.rows())
    cursor.close()


@contextmanager
def _staged(
    connection: Connection, table: sa.Table, keys: Sequence[str], frame: pl.DataFrame
) -> Iterator[sa.Table]:
    """A temporary table with the last row of each key, or all rows where no key is named.

    It is gone at the end of the block.
    """
    staged = sa.Table(
        "staged",
        sa.MetaData(),
        *(sa.Column(name, table.c[name].type) for name in frame.columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    staged.create(connection, checkfirst=False)
    rows = frame.unique(list(keys), keep="last", maintain_order=True) if keys else frame
    _copy(connection, staged, rows)
    connection.exec_driver_sql("ANALYZE staged")
    yield staged
    staged.drop(connection, checkfirst=False)


def _copy(connection: Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, frame.columns))
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN (FORMAT csv)") as copy:
        for chunk in frame.iter_slices(_BATCH):
            # Quotes tell an empty text from a null, and the text `\.` from the end of the data.
            copy.write(chunk.write_csv(include_header=False, quote_style="non_numeric"))
    cursor.close()


def _refuse_nul(table: sa.Table, frame: pl.DataFrame) -> None:
    import polars.selectors as cs

    found = frame.select(cs.string().str.contains("\0", literal=True).any()).to_dicts()
    names = [name for name, has in found[0].items() if has] if found else []
    if names:
        raise Invalid(
            f"A NUL character stands in {', '.join(names)} of {table.name}.",
            "Remove it from the value: no database keeps it reliably.",
        )
