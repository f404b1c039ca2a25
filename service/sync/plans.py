"""Plans put away: numbered, immutable, and superseded by cleaner ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.port import Delivery
from adapters.shelf import Shelf
from mappings.engine.codecs import canonical_json
from schemas.finding import Finding
from service.errors import NotFound
from service.settings import Mode
from service.store import counters
from service.store.tables import plan
from service.sync.draft import IDENTIFIERS, LINKS, PENDING, Draft, Tally, get_frame, put_frame
from service.sync.night import Night


class PlanState(StrEnum):
    """Where a plan stands."""

    PENDING = "pending"
    HELD = "held"
    APPLIED = "applied"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Plan:
    """A numbered plan. `parts` name its tables on the shelf by digest."""

    number: int
    run: int
    source: str
    state: PlanState
    serial: int
    store_change: int
    delivery_digest: str
    content_digest: str
    parts: Mapping[str, str]
    counts: Mapping[str, Tally]
    holds: tuple[Finding, ...]
    memory: Mapping[str, Any]
    created_at: str


def seal(
    night: Night,
    connection: Connection,
    delivery: Delivery,
    draft: Draft,
    holds: list[Finding],
    run: int,
) -> Plan:
    """Give the draft a number and keep it; earlier open plans of the source are superseded."""
    parts = put_away(night.shelf, draft)
    supersede(connection, night.tenant, night.source.name)
    number = counters.advance(connection, night.tenant, "plan")
    values = {
        "number": number,
        "run": run,
        "source": night.source.name,
        "state": PlanState.HELD if holds else PlanState.PENDING,
        "serial": night.source.serial,
        "store_change": counters.current(connection, night.tenant, "roster"),
        "delivery_digest": delivery.digest,
        "content_digest": hashlib.sha256(canonical_json(parts).encode()).hexdigest(),
        "parts": canonical_json({"tables": parts, "accept": acceptance(night, delivery, draft)}),
        "counts": canonical_json({name: asdict(one) for name, one in draft.tallies.items()}),
        "holds": canonical_json([finding.as_json() for finding in holds]),
        "created_at": night.now,
    }
    connection.execute(sa.insert(plan).values(tenant=night.tenant, **values))
    return load(connection, night.tenant, number)


def acceptance(night: Night, delivery: Delivery, draft: Draft | None) -> dict[str, Any]:
    """What to remember of the source once the delivery is accepted, and how many rows it has.

    A night that keeps leavers remembers no digests: the same delivery means more to the next
    normal night, which lets them go.
    """
    settled = night.mode is not Mode.ADDITIONS_ONLY
    return {
        "digest": delivery.digest if settled else "",
        "recipe": night.recipe.digest,
        "scope": dict(delivery.scope),
        "system": delivery.system,
        "memory": dict(delivery.memory),
        "files": {name: file.digest if settled else "" for name, file in delivery.files.items()},
        "rows": {name: base.row_count for name, base in draft.bases.items()} if draft else {},
    }


def put_away(shelf: Shelf, draft: Draft) -> dict[str, str]:
    """Keep every table of a draft on the shelf; returns their digests by name.

    Equal drafts give equal digests: what has no order of its own is sorted.
    """
    links = _stack(draft.links, LINKS)
    named = links.unique(["entity", "sourced_id"], keep="last", maintain_order=True)
    tables: dict[str, pl.DataFrame] = {
        "links": named.sort("entity", "sourced_id"),
        "identifiers": _stack(draft.identifiers, IDENTIFIERS).unique().sort(*IDENTIFIERS),
        "released": _stack(draft.released, IDENTIFIERS).unique().sort(*IDENTIFIERS),
        "pending": _stack(draft.pending, PENDING),
        "clashes": pl.DataFrame([asdict(one) for one in draft.clashes]),
        "agreed": pl.DataFrame(draft.agreed, schema=_AGREED, orient="row"),
        "questions": pl.DataFrame([asdict(one) for one in draft.questions]),
        "examined": pl.DataFrame({"file": sorted(draft.examined)}, schema={"file": pl.String}),
    }
    for kind in ("adds", "updates", "absences"):
        for entity, rows in getattr(draft, kind).items():
            tables[f"{kind}/{entity}"] = rows
    parts = {name: put_frame(shelf, rows) for name, rows in tables.items() if rows.height}
    return parts | {
        f"{'deltas' if one.is_delta else 'bases'}/{file}": one.digest
        for file, one in draft.bases.items()
    }


_AGREED = {"entity": pl.String, "record_id": pl.String, "field": pl.String}


def _stack(frames: list[pl.DataFrame], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def supersede(connection: Connection, tenant: str, source: str) -> None:
    """Open plans of a source give way to what is known now."""
    connection.execute(
        sa.update(plan)
        .where(
            plan.c.tenant == tenant,
            plan.c.source == source,
            plan.c.state.in_([PlanState.PENDING, PlanState.HELD]),
        )
        .values(state=PlanState.SUPERSEDED)
    )


def part_of(shelf: Shelf, one: Plan, name: str) -> pl.DataFrame:
    """One of a plan's tables; one that it does not have is empty."""
    return get_frame(shelf, one.parts[name]) if name in one.parts else pl.DataFrame()


def load(connection: Connection, tenant: str, number: int) -> Plan:
    """A plan by its number. Raises NotFound."""
    row = connection.execute(
        sa.select(plan).where(plan.c.tenant == tenant, plan.c.number == number)
    ).first()
    if row is None:
        raise NotFound(f"There is no plan {number}.", "See `planbridge sync history`.")
    parts = json.loads(row.parts)
    return Plan(
        number=row.number,
        run=row.run,
        source=row.source,
        state=PlanState(row.state),
        serial=row.serial,
        store_change=row.store_change,
        delivery_digest=row.delivery_digest,
        content_digest=row.content_digest,
        parts=parts["tables"],
        counts={name: Tally(**one) for name, one in json.loads(row.counts).items()},
        holds=tuple(Finding.from_json(one) for one in json.loads(row.holds)),
        memory=parts["accept"],
        created_at=row.created_at,
    )
