"""What only a person can decide: conflicts between two edits, and who is who."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from service.store import counters
from service.store.bulk import insert_frame, upsert_frame
from service.store.tables import conflict, match_candidate
from service.sync.authority import Authority
from service.sync.night import Night
from service.sync.plans import Plan


def record_conflicts(
    connection: Connection, night: Night, one: Plan, clashes: pl.DataFrame
) -> None:
    """Queue the clashes that nobody's authority settles; a later one replaces an open one."""
    if clashes.is_empty():
        return
    rows = clashes.filter(pl.col("outcome") == Authority.MANUAL)
    if rows.is_empty():
        return
    first = counters.advance(connection, night.tenant, "conflict", rows.height)
    frame = rows.select(
        "entity",
        "record_id",
        "field",
        *(pl.col(name).cast(pl.String) for name in ("base", "ours", "theirs")),
        tenant=pl.lit(night.tenant),
        number=pl.int_range(first, first + rows.height),
        source=pl.lit(one.source),
        run=pl.lit(one.run),
        state=pl.lit("open"),
        **dict.fromkeys(("decided_by", "decided_at", "reason"), pl.lit(None, pl.String)),
    )
    upsert_frame(connection, conflict, ("tenant", "entity", "record_id", "field"), frame)


def record_agreements(connection: Connection, night: Night, agreed: pl.DataFrame) -> None:
    """Close open conflicts in which the source has come round to our value."""
    for entity, record_id, name in agreed.iter_rows():
        connection.execute(
            sa.update(conflict)
            .where(
                conflict.c.tenant == night.tenant,
                conflict.c.entity == entity,
                conflict.c.record_id == record_id,
                conflict.c.field == name,
            )
            .values(state="agreed", decided_by="sync", decided_at=night.now)
        )


def record_questions(
    connection: Connection, night: Night, one: Plan, questions: pl.DataFrame
) -> None:
    """Queue possible doubles; a pair that was asked about before is not asked again."""
    if questions.is_empty():
        return
    known = {
        (row.record_id, row.candidate_id)
        for row in connection.execute(
            sa.select(match_candidate.c.record_id, match_candidate.c.candidate_id).where(
                match_candidate.c.tenant == night.tenant
            )
        )
    }
    fresh: list[dict[str, Any]] = []
    for row in questions.iter_rows(named=True):
        pair = (row["record_id"], row["candidate_id"])
        if pair in known or pair[::-1] in known:
            continue
        known.add(pair)
        fresh.append(row)
    if not fresh:
        return
    first = counters.advance(connection, night.tenant, "match", len(fresh))
    rows = [
        {
            **row,
            "tenant": night.tenant,
            "number": first + position,
            "source": one.source,
            "run": one.run,
            "state": "open",
            "reasons": canonical_json(list(row["reasons"])),
        }
        for position, row in enumerate(fresh)
    ]
    insert_frame(connection, match_candidate, pl.DataFrame(rows))
