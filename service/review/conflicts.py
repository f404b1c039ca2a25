"""Fields that the source and we both changed: listed, and decided for good."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.act import Act
from service.errors import Invalid, NotFound
from service.roster import Edit, Write, edit_field, load_record, parse_value, write_field
from service.store import counters
from service.store.tables import conflict


def list_conflicts(
    connection: Connection, tenant: str, *, every: bool = False
) -> list[dict[str, Any]]:
    """Open conflicts by number, or every conflict there ever was."""
    query = sa.select(conflict).where(conflict.c.tenant == tenant).order_by(conflict.c.number)
    if not every:
        query = query.where(conflict.c.state == "open")
    return [dict(row._mapping) for row in connection.execute(query)]


def decide_conflict(
    connection: Connection, tenant: str, number: int, side: str, act: Act
) -> dict[str, Any]:
    """Decide for `ours` or `theirs`.

    `ours` lasts: later values of the source for this field are not asked about again. `theirs`
    takes the source's value and lets the source speak for the field from now on.
    """
    found = _load(connection, tenant, number)
    if found["state"] != "open":
        raise Invalid(
            f"Conflict {number} is decided: {found['state']}.", "See `conflicts list --all`."
        )
    entity, field = found["entity"], found["field"]
    record = load_record(connection, tenant, entity, found["record_id"])
    if side == "theirs":
        value = parse_value(entity, record, field, found["theirs"])
        origin = {"source": found["source"], "run": found["run"]}
        write_field(connection, tenant, record, Write(entity, field, value, origin), act)
    connection.execute(
        sa.update(conflict)
        .where(conflict.c.tenant == tenant, conflict.c.number == number)
        .values(state=side, decided_by=act.by, decided_at=act.at, reason=act.reason)
    )
    # A plan drawn up while the conflict was open would ask again when it is applied.
    counters.advance(connection, tenant, "roster")
    return _load(connection, tenant, number)


def reopen_conflict(connection: Connection, tenant: str, number: int, act: Act) -> dict[str, Any]:
    """Take a decision back: our value stands again, beside the source's latest."""
    found = _load(connection, tenant, number)
    record = load_record(connection, tenant, found["entity"], found["record_id"])
    if found["state"] == "theirs":
        _restore(connection, tenant, found, record, act)
    origins = json.loads(record["origins"]) if record["origins"] else {}
    theirs = origins.get(found["field"], {}).get("replaced", found["theirs"])
    connection.execute(
        sa.update(conflict)
        .where(conflict.c.tenant == tenant, conflict.c.number == number)
        .values(state="open", theirs=theirs, decided_by=None, decided_at=None, reason=None)
    )
    return _load(connection, tenant, number)


def _restore(
    connection: Connection, tenant: str, found: dict[str, Any], record: dict[str, Any], act: Act
) -> None:
    """Put our value back, remembering the source's that it replaces."""
    entity, field = found["entity"], found["field"]
    edit_field(connection, tenant, record, Edit(entity, field, found["ours"]), act)
    record.update(load_record(connection, tenant, entity, found["record_id"]))


def _load(connection: Connection, tenant: str, number: int) -> dict[str, Any]:
    query = sa.select(conflict).where(conflict.c.tenant == tenant, conflict.c.number == number)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"There is no conflict {number}.", "See `planbridge conflicts list --all`.")
    return dict(row._mapping)
