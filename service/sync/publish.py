"""Telling others what changed: everything owed is delivered at least once, in order.

A sink keeps what it was given under the plan's number, so that a repeated delivery replaces
itself. A change counts as delivered only after the sink has taken it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.store.database import reading, writing
from service.store.tables import change, outbox
from service.sync.night import Night


class Sink(Protocol):
    """Somebody who wants to know of changes."""

    name: str

    def deliver(self, plan: int, lines: Iterable[str]) -> None:
        """Take all changes of a plan; raises OSError when that is not possible now."""
        ...


class FolderSink:
    """A folder with one JSON Lines file for each plan, complete as soon as it is visible.

    The file's name tells the district too: several may share a folder, and all count from one.
    """

    name = "folder"

    def __init__(self, folder: Path, tenant: str) -> None:
        self.folder = folder
        self.tenant = tenant

    def deliver(self, plan: int, lines: Iterable[str]) -> None:
        """Write `changes-<district>-<plan>.jsonl`, replacing an earlier attempt."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"changes-{self.tenant}-{plan:08d}.jsonl"
        draft = target.with_suffix(".part")
        with draft.open("w", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)


def sinks_of(night: Night) -> list[Sink]:
    """The sinks that the settings name."""
    folder = night.settings.publish.folder
    return [FolderSink(folder, night.tenant)] if folder else []


def publish(night: Night) -> int:
    """Deliver what is owed, oldest plan first; returns how many changes stay owed."""
    for sink in sinks_of(night):
        for debt in _debts(night.engine, night.tenant, sink.name):
            try:
                with reading(night.engine) as connection:
                    sink.deliver(debt.plan, _lines(connection, night.tenant, debt))
            except OSError:
                break
            _settle(night, sink.name, debt)
    return owed(night.engine, night.tenant)


@dataclass(frozen=True, slots=True)
class _Debt:
    plan: int
    first_seq: int
    last_seq: int


def owed(engine: Engine, tenant: str) -> int:
    """How many changes nobody has taken yet."""
    count = sa.func.sum(outbox.c.last_seq - outbox.c.first_seq + 1)
    query = sa.select(count).where(outbox.c.tenant == tenant, outbox.c.delivered_at.is_(None))
    with reading(engine) as connection:
        return int(connection.execute(query).scalar() or 0)


def _debts(engine: Engine, tenant: str, sink: str) -> list[_Debt]:
    query = (
        sa.select(outbox.c.plan, outbox.c.first_seq, outbox.c.last_seq)
        .where(
            outbox.c.tenant == tenant,
            outbox.c.sink == sink,
            outbox.c.delivered_at.is_(None),
        )
        .order_by(outbox.c.plan)
    )
    with reading(engine) as connection:
        return [_Debt(*row) for row in connection.execute(query)]


def _lines(connection: Connection, tenant: str, debt: _Debt) -> Iterator[str]:
    """A plan's changes as JSON. Values stay here: who may see them is asked when they are read."""
    columns = change.c
    query = (
        sa.select(
            columns.seq,
            columns.at,
            columns.action,
            columns.entity,
            columns.record_id,
            columns.fields,
        )
        .where(columns.tenant == tenant, columns.seq.between(debt.first_seq, debt.last_seq))
        .order_by(columns.seq)
    )
    rows = connection.execution_options(yield_per=10_000).execute(query)
    for seq, at, action, entity, record_id, fields in rows:
        line = {
            "key": f"{tenant}/{seq}",
            "at": at,
            "action": action,
            "entity": entity,
            "record": record_id,
            "fields": sorted(json.loads(fields)) if fields else [],
        }
        yield json.dumps(line)


def _settle(night: Night, sink: str, debt: _Debt) -> None:
    with writing(night.engine) as connection:
        connection.execute(
            sa.update(outbox)
            .where(
                outbox.c.tenant == night.tenant,
                outbox.c.sink == sink,
                outbox.c.plan == debt.plan,
            )
            .values(delivered_at=night.now)
        )
