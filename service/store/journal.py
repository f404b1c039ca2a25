"""The journal: every change of a record, numbered without gaps, and what others are owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store import counters
from service.store.bulk import insert_frame
from service.store.tables import change, outbox

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Entry:
    """The same action on many records; `fields` tells for each what changed, as JSON."""

    action: str
    entity: str
    records: pl.Series
    fields: pl.Series | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all lines of one transaction share: district, time, actor, and the plan if any."""

    tenant: str
    at: str
    actor: str = "sync"
    run: int | None = None
    plan: int | None = None


def write_entries(connection: Connection, stamp: Stamp, entries: Iterable[Entry]) -> None:
    """Add one line for each record to the journal, in the order given."""
    import polars as pl

    for entry in entries:
        count = len(entry.records)
        if not count:
            continue
        first = counters.advance(connection, stamp.tenant, "change", count)
        blank = pl.Series("fields", [None] * count, dtype=pl.String)
        fields = blank if entry.fields is None else entry.fields
        lines = pl.DataFrame({"record_id": entry.records, "fields": fields}).select(
            tenant=pl.lit(stamp.tenant),
            seq=pl.int_range(first, first + count),
            at=pl.lit(stamp.at),
            run=pl.lit(stamp.run, pl.Int64),
            plan=pl.lit(stamp.plan, pl.Int64),
            actor=pl.lit(stamp.actor),
            action=pl.lit(entry.action),
            entity=pl.lit(entry.entity),
            record_id="record_id",
            fields="fields",
        )
        insert_frame(connection, change, lines)


def owe(connection: Connection, tenant: str, sink: str, plan: int, first: int) -> None:
    """Owe a sink every line of the journal from `first` on, all of which belong to a plan."""
    last = counters.current(connection, tenant, "change")
    if last >= first:
        connection.execute(
            sa.insert(outbox).values(
                tenant=tenant, sink=sink, plan=plan, first_seq=first, last_seq=last
            )
        )
