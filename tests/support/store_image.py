"""A picture of everything a database holds, equal for two stores exactly when they say the same.

Left out is only what tells of the computer rather than of the district: how long steps took,
whether a run had to be carried on, and who held the lease.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from service.store.database import reading
from service.store.tables import metadata

Image = dict[str, list[dict[str, Any]]]

_LEFT_OUT = frozenset({"lease"})
_OF_THE_COMPUTER = ("seconds", "resumed")


def store_image(engine: Engine) -> Image:
    """Every row of every table, in an order of their own."""
    tables = [table for table in metadata.sorted_tables if table.name not in _LEFT_OUT]
    with reading(engine) as connection:
        return {
            table.name: sorted(
                (
                    _plain(table.name, dict(row._mapping))
                    for row in connection.execute(table.select())
                ),
                key=repr,
            )
            for table in tables
        }


def _plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
    row = {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in row.items()
    }
    if table == "run":
        report = json.loads(row["report"])
        row["report"] = {k: v for k, v in report.items() if k not in _OF_THE_COMPUTER}
    return row


def differences(left: Image, right: Image) -> list[str]:
    """What two images say differently, a line each; empty where they are equal."""
    return [
        line
        for table in left
        if left[table] != right[table]
        for line in _lines(table, left[table], right[table])
    ]


def _lines(table: str, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> Iterator[str]:
    keys = [column.name for column in metadata.tables[table].primary_key]
    one, other = ({tuple(row[key] for key in keys): row for row in rows} for rows in (left, right))
    for key in sorted(one.keys() | other.keys(), key=repr):
        mine, theirs = one.get(key, {}), other.get(key, {})
        for name in mine | theirs:
            if mine.get(name) != theirs.get(name):
                yield f"{table} {key} {name}: {mine.get(name)!r:.200} and {theirs.get(name)!r:.200}"


def gaps(engine: Engine, tenant: str) -> list[str]:
    """Numbered records whose numbers do not run from one without gaps up to their counter."""
    series = {"run": ("run", "number"), "plan": ("plan", "number"), "change": ("change", "seq")}
    found = []
    with reading(engine) as connection:
        for name, (table_name, column) in series.items():
            table = metadata.tables[table_name]
            counter = metadata.tables["counter"]
            query = sa.select(table.c[column]).where(table.c.tenant == tenant)
            numbers = sorted(connection.execute(query).scalars())
            last = connection.execute(
                sa.select(counter.c.value).where(counter.c.tenant == tenant, counter.c.name == name)
            ).scalar()
            if numbers != list(range(1, (last or 0) + 1)):
                found.append(name)
    return found
