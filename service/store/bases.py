"""Each source's last accepted rows, kept as Parquet beside the run that accepted them.

Where little changed, only that is added to what is there: encoding a million rows takes longer
than all else that a night of few changes has to write.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import base, base_delta, base_part

KEY = "sourcedId"
GONE = "_gone"
"""Marks the rows of a delta that are no longer there; of them nothing but the key is kept."""

_PART = 16 * 1024 * 1024
"""Bytes of one stored part; PostgreSQL refuses values beyond a gigabyte."""

_MOST_DELTAS = 32
_FEW_ROWS = 20
_SHARE = 10


@dataclass(frozen=True, slots=True)
class Base:
    """What is known of a file's last accepted rows without reading them.

    `deltas` were laid over them since they were last written whole, with `delta_rows` rows.
    """

    file: str
    digest: str
    row_count: int
    run: int
    deltas: int = 0
    delta_rows: int = 0

    def takes(self, rows: int) -> bool:
        """Whether a delta of so many more rows is better than to write all anew.

        Every delta is read and laid over the rest each night, so they stay few and small.
        """
        most = max(self.row_count // _SHARE, _FEW_ROWS)
        return self.deltas < _MOST_DELTAS and self.delta_rows + rows <= most


def list_bases(connection: Connection, tenant: str, source: str) -> Mapping[str, Base]:
    """The bases of a source by file name."""
    laid = sa.and_(*(base_delta.c[name] == base.c[name] for name in ("tenant", "source", "file")))
    query = (
        sa.select(
            base.c.file,
            base.c.digest,
            base.c.row_count,
            base.c.run,
            sa.func.count(base_delta.c.run),
            sa.func.coalesce(sa.func.sum(base_delta.c.rows), 0),
        )
        .outerjoin(base_delta, laid)
        .where(base.c.tenant == tenant, base.c.source == source)
        .group_by(base.c.file, base.c.digest, base.c.row_count, base.c.run)
    )
    return {row.file: Base(*row) for row in connection.execute(query)}


def read_base(connection: Connection, tenant: str, source: str, file: str) -> pl.DataFrame | None:
    """The last accepted rows of a file, or None before the first."""
    mine = {"tenant": tenant, "source": source, "file": file}
    parts = _data(connection, base_part, mine, base_part.c.part)
    if not parts:
        return None
    deltas = _data(connection, base_delta, mine, base_delta.c.run)
    whole = io.BytesIO(b"".join(parts))
    if not deltas:
        return pl.read_parquet(whole)
    return overlaid(pl.scan_parquet(whole), [pl.read_parquet(io.BytesIO(one)) for one in deltas])


def _data(
    connection: Connection, table: sa.Table, mine: Mapping[str, str], order: sa.Column[int]
) -> list[bytes]:
    query = sa.select(table.c.data).where(*_own(table, mine)).order_by(order)
    return [bytes(row.data) for row in connection.execute(query)]


def _own(table: sa.Table, mine: Mapping[str, str]) -> Iterable[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in mine.items()]


def overlaid(rows: pl.LazyFrame, deltas: list[pl.DataFrame]) -> pl.DataFrame:
    """Rows with deltas laid over them, the oldest first; what they bring stands at the end."""
    news = pl.concat(deltas, how="diagonal")
    last = news.unique(KEY, keep="last", maintain_order=True)
    kept = rows.filter(~pl.col(KEY).is_in(last[KEY].implode())).collect(engine="streaming")
    return pl.concat([kept, last.filter(~pl.col(GONE)).drop(GONE)], how="diagonal")


def write_base(
    connection: Connection, tenant: str, source: str, info: Base, parquet: bytes
) -> None:
    """Make these the last accepted rows of a file."""
    mine = {"tenant": tenant, "source": source, "file": info.file}
    for table in (base_part, base_delta, base):
        connection.execute(sa.delete(table).where(*_own(table, mine)))
    connection.execute(
        sa.insert(base).values(**mine, run=info.run, digest=info.digest, row_count=info.row_count)
    )
    for part, start in enumerate(range(0, len(parquet), _PART)):
        data = parquet[start : start + _PART]
        connection.execute(sa.insert(base_part).values(**mine, part=part, data=data))


def add_delta(connection: Connection, tenant: str, source: str, info: Base, parquet: bytes) -> None:
    """Lay a delta over the last accepted rows of a file; `info` tells of all rows after it."""
    mine = {"tenant": tenant, "source": source, "file": info.file}
    rows = height(parquet)
    if rows:
        connection.execute(
            sa.insert(base_delta).values(**mine, run=info.run, rows=rows, data=parquet)
        )
    told = {"run": info.run, "digest": info.digest, "row_count": info.row_count}
    connection.execute(sa.update(base).where(*_own(base, mine)).values(**told))


def height(parquet: bytes) -> int:
    """How many rows a Parquet file has."""
    rows: int = pl.scan_parquet(io.BytesIO(parquet)).select(pl.len()).collect().item()
    return rows


def touch_base(connection: Connection, tenant: str, source: str, file: str, digest: str) -> None:
    """Remember that other bytes say the same as the last accepted rows."""
    connection.execute(
        sa.update(base)
        .where(base.c.tenant == tenant, base.c.source == source, base.c.file == file)
        .values(digest=digest)
    )
