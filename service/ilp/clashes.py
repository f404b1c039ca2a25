"""Fields of plans that two sides changed: queued, with values from which each can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl
from pydantic_core import to_jsonable_python
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from service.store import counters
from service.store.bulk import upsert_frame
from service.store.tables import conflict


class Clash(Protocol):
    """A field of an entry, and what each side says."""

    @property
    def element(self) -> str: ...
    @property
    def entry(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def base(self) -> Any: ...
    @property
    def ours(self) -> Any: ...
    @property
    def theirs(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class About:
    """Whose plan it is (a student's record, or a plan that waits), and who said otherwise."""

    record_id: str
    source: str
    run: int = 0


def queue_clashes(
    connection: Connection, tenant: str, about: About, clashes: Sequence[Clash]
) -> None:
    """Queue clashes for a person to decide; a later clash of a field replaces an open one."""
    if not clashes:
        return
    first = counters.advance(connection, tenant, "conflict", len(clashes))
    rows = [
        {
            "tenant": tenant,
            "entity": one.element,
            "record_id": about.record_id,
            "field": f"{one.entry}.{one.field}",
            "number": first + position,
            "source": about.source,
            "run": about.run,
            **{name: _shown(getattr(one, name)) for name in ("base", "ours", "theirs")},
            "state": "open",
            **dict.fromkeys(("decided_by", "decided_at", "reason")),
        }
        for position, one in enumerate(clashes)
    ]
    texts = {column.name: pl.String for column in conflict.columns}
    schema = {**texts, "number": pl.Int64, "run": pl.Int64}
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema)
    upsert_frame(connection, conflict, ("tenant", "entity", "record_id", "field"), frame)


def _shown(value: Any) -> str | None:
    """A value as JSON."""
    return None if value is None else canonical_json(to_jsonable_python(value))
