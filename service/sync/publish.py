"""Telling others what changed: everything owed is delivered at least once, in order.

A sink keeps what it was given under the plan's number, so that a repeated delivery replaces
itself. A change counts as delivered only after the sink has taken it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from service.store.database import reading, writing
from service.store.tables import change, outbox
from service.sync.night import Night


class Sink(Protocol):
    """Somebody who wants to know of changes."""

    name: str

    def deliver(self, plan: int, lines: list[str]) -> None:
        """Take all changes of a plan; raises OSError when that is not possible now."""
        ...


class FolderSink:
    """A folder with one JSON Lines file for each plan, complete as soon as it is visible."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, plan: int, lines: list[str]) -> None:
        """Write `changes-<plan>.jsonl`, replacing an earlier attempt."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"changes-{plan:08d}.jsonl"
        draft = target.with_suffix(".part")
        draft.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        draft.replace(target)


def sinks_of(night: Night) -> list[Sink]:
    """The sinks that the settings name."""
    folder = night.settings.publish.folder
    return [FolderSink(folder)] if folder else []


def publish(night: Night) -> int:
    """Deliver what is owed, oldest plan first; returns how many changes stay owed."""
    for sink in sinks_of(night):
        for plan in _owed_plans(night.engine, night.tenant, sink.name):
            try:
                sink.deliver(plan, _lines(night.engine, night.tenant, sink.name, plan))
            except OSError:
                break
            _settle(night, sink.name, plan)
    return owed(night.engine, night.tenant)


def owed(engine: Engine, tenant: str) -> int:
    """How many changes nobody has taken yet."""
    query = sa.select(sa.func.count()).where(
        outbox.c.tenant == tenant, outbox.c.delivered_at.is_(None)
    )
    with reading(engine) as connection:
        return connection.execute(query.select_from(outbox)).scalar_one()


def _owed_plans(engine: Engine, tenant: str, sink: str) -> list[int]:
    query = (
        sa.select(outbox.c.plan)
        .where(
            outbox.c.tenant == tenant,
            outbox.c.sink == sink,
            outbox.c.delivered_at.is_(None),
        )
        .distinct()
        .order_by(outbox.c.plan)
    )
    with reading(engine) as connection:
        return list(connection.execute(query).scalars())


def _lines(engine: Engine, tenant: str, sink: str, plan: int) -> list[str]:
    """A plan's changes as JSON. Values stay here: who may see them is asked when they are read."""
    query = (
        sa.select(
            outbox.c.seq,
            outbox.c.action,
            outbox.c.entity,
            outbox.c.record_id,
            change.c.at,
            change.c.fields,
        )
        .join(change, sa.and_(change.c.tenant == outbox.c.tenant, change.c.seq == outbox.c.seq))
        .where(outbox.c.tenant == tenant, outbox.c.sink == sink, outbox.c.plan == plan)
        .order_by(outbox.c.seq)
    )
    with reading(engine) as connection:
        return [
            json.dumps(
                {
                    "key": f"{tenant}/{row.seq}",
                    "at": row.at,
                    "action": row.action,
                    "entity": row.entity,
                    "record": row.record_id,
                    "fields": sorted(json.loads(row.fields)) if row.fields else [],
                }
            )
            for row in connection.execute(query)
        ]


def _settle(night: Night, sink: str, plan: int) -> None:
    with writing(night.engine) as connection:
        connection.execute(
            sa.update(outbox)
            .where(
                outbox.c.tenant == night.tenant,
                outbox.c.sink == sink,
                outbox.c.plan == plan,
                outbox.c.delivered_at.is_(None),
            )
            .values(delivered_at=night.now)
        )
