"""Each source's last accepted rows, kept as Parquet beside the run that accepted them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import base, base_part

_PART = 16 * 1024 * 1024
"""Bytes of one stored part; PostgreSQL refuses values beyond a gigabyte."""


@dataclass(frozen=True, slots=True)
class Base:
    """What is known of a file's last accepted rows without reading them."""

    file: str
    digest: str
    row_count: int
    run: int


def list_bases(connection: Connection, tenant: str, source: str) -> Mapping[str, Base]:
    """The bases of a source by file name."""
    query = sa.select(base.c.file, base.c.digest, base.c.row_count, base.c.run).where(
        base.c.tenant == tenant, base.c.source == source
    )
    return {row.file: Base(*row) for row in connection.execute(query)}


def read_base(connection: Connection, tenant: str, source: str, file: str) -> pl.DataFrame | None:
    """The last accepted rows of a file, or None before the first."""
    query = (
        sa.select(base_part.c.data)
        .where(
            base_part.c.tenant == tenant,
            base_part.c.source == source,
            base_part.c.file == file,
        )
        .order_by(base_part.c.part)
    )
    parts = [bytes(row.data) for row in connection.execute(query)]
    return pl.read_parquet(io.BytesIO(b"".join(parts))) if parts else None


def write_base(
    connection: Connection, tenant: str, source: str, info: Base, parquet: bytes
) -> None:
    """Make these the last accepted rows of a file."""
    named = {"tenant": tenant, "source": source, "file": info.file}
    for table in (base_part, base):
        connection.execute(
            sa.delete(table).where(*(table.c[name] == value for name, value in named.items()))
        )
    connection.execute(
        sa.insert(base).values(**named, run=info.run, digest=info.digest, row_count=info.row_count)
    )
    for part, start in enumerate(range(0, len(parquet), _PART)):
        data = parquet[start : start + _PART]
        connection.execute(sa.insert(base_part).values(**named, part=part, data=data))


def touch_base(connection: Connection, tenant: str, source: str, file: str, digest: str) -> None:
    """Remember that other bytes say the same as the last accepted rows."""
    connection.execute(
        sa.update(base)
        .where(base.c.tenant == tenant, base.c.source == source, base.c.file == file)
        .values(digest=digest)
    )
