"""Moving tables of rows in and out of the database at the speed of its driver."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

_BATCH = 50_000
_DTYPES: dict[type[Any], Any] = {
    sa.Boolean: pl.Boolean,
    sa.Date: pl.Date,
    sa.Integer: pl.Int64,
    sa.Float: pl.Float64,
}


def frame_schema(columns: Iterable[sa.Column[Any]]) -> dict[str, Any]:
    """The Polars types of database columns; text where nothing else fits."""
    return {column.name: _DTYPES.get(type(column.type), pl.String) for column in columns}


def fetch_frame(connection: Connection, query: sa.Select[Any]) -> pl.DataFrame:
    """The rows of a query over plain columns, as a typed table."""
    schema = {
        column.name: _DTYPES.get(type(column.type), pl.String) for column in query.selected_columns
    }
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
    """Insert rows; columns that the frame lacks get null."""
    if frame.is_empty():
        return
    if connection.dialect.name == "sqlite":
        names = ", ".join(_quoted(connection, frame.columns))
        marks = ", ".join("?" for _ in frame.columns)
        sql = f"INSERT INTO {_quote(connection, table.name)} ({names}) VALUES ({marks})"
        _sqlite_many(connection, sql, frame)
    else:
        _copy(connection, table.name, frame)


def update_frame(
    connection: Connection, table: sa.Table, keys: Sequence[str], frame: pl.DataFrame
) -> None:
    """Set the frame's other columns on the rows that its key columns name."""
    if frame.is_empty():
        return
    values = [name for name in frame.columns if name not in keys]
    if connection.dialect.name == "sqlite":
        _sqlite_update(connection, table, keys, values, frame)
    else:
        _postgres_update(connection, table, keys, values, frame)


def upsert_frame(
    connection: Connection, table: sa.Table, keys: Sequence[str], frame: pl.DataFrame
) -> None:
    """Insert rows, or set the other columns where the key is already there."""
    if frame.is_empty():
        return
    values = [name for name in frame.columns if name not in keys]
    names = ", ".join(_quoted(connection, frame.columns))
    target = ", ".join(_quoted(connection, keys))
    settings = ", ".join(f"{name} = excluded.{name}" for name in _quoted(connection, values))
    action = f"UPDATE SET {settings}" if values else "NOTHING"
    into = f"INSERT INTO {_quote(connection, table.name)} ({names})"
    tail = f"ON CONFLICT ({target}) DO {action}"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in frame.columns)
        _sqlite_many(connection, f"{into} VALUES ({marks}) {tail}", frame)
    else:
        with _Staged(connection, table, frame) as staging:
            connection.exec_driver_sql(f"{into} SELECT {names} FROM {staging} {tail}")


def _quote(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _quoted(connection: Connection, names: Iterable[str]) -> list[str]:
    return [_quote(connection, name) for name in names]


def _rows(frame: pl.DataFrame) -> Iterator[list[tuple[Any, ...]]]:
    dates = [name for name, dtype in frame.schema.items() if dtype == pl.Date]
    plain = frame.with_columns(pl.col(dates).cast(pl.String)) if dates else frame
    for chunk in plain.iter_slices(_BATCH):
        yield chunk.rows()


def _sqlite_many(connection: Connection, sql: str, frame: pl.DataFrame) -> None:
    cursor = connection.connection.cursor()
    for rows in _rows(frame):
        cursor.executemany(sql, rows)
    cursor.close()


def _sqlite_update(
    connection: Connection,
    table: sa.Table,
    keys: Sequence[str],
    values: Sequence[str],
    frame: pl.DataFrame,
) -> None:
    settings = ", ".join(f"{name} = ?" for name in _quoted(connection, values))
    match = " AND ".join(f"{name} = ?" for name in _quoted(connection, keys))
    sql = f"UPDATE {_quote(connection, table.name)} SET {settings} WHERE {match}"
    _sqlite_many(connection, sql, frame.select(*values, *keys))


def _postgres_update(
    connection: Connection,
    table: sa.Table,
    keys: Sequence[str],
    values: Sequence[str],
    frame: pl.DataFrame,
) -> None:
    target = _quote(connection, table.name)
    settings = ", ".join(f"{name} = staged.{name}" for name in _quoted(connection, values))
    match = " AND ".join(f"{target}.{name} = staged.{name}" for name in _quoted(connection, keys))
    with _Staged(connection, table, frame) as staging:
        connection.exec_driver_sql(
            f"UPDATE {target} SET {settings} FROM {staging} AS staged WHERE {match}"
        )


class _Staged:
    """A temporary table holding the frame's rows, gone at the end of the block."""

    def __init__(self, connection: Connection, table: sa.Table, frame: pl.DataFrame) -> None:
        self.connection, self.table, self.frame = connection, table, frame
        self.name = "staging"

    def __enter__(self) -> str:
        columns = ", ".join(_quoted(self.connection, self.frame.columns))
        source = _quote(self.connection, self.table.name)
        self.connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE {self.name} AS SELECT {columns} FROM {source} WITH NO DATA"
        )
        _copy(self.connection, self.name, self.frame)
        self.connection.exec_driver_sql(f"ANALYZE {self.name}")
        return self.name

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.connection.exec_driver_sql(f"DROP TABLE {self.name}")


def _copy(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    names = ", ".join(_quoted(connection, frame.columns))
    sql = f"COPY {_quote(connection, table)} ({names}) FROM STDIN (FORMAT csv)"
    cursor = connection.connection.cursor()
    with cursor.copy(sql) as copy:
        for chunk in frame.iter_slices(_BATCH):
            copy.write(chunk.write_csv(include_header=False))
    cursor.close()
