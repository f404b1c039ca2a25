"""What people were asked about a record that gives way is asked about the one that stays."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.plan import ELEMENTS
from service.act import Act
from service.roster import load_record
from service.store.tables import conflict, match_candidate
from service.sync.merge import as_text

JOINED: Final = "joined"
"""The state of a question that another one about the same person stands for."""


def follow_conflicts(connection: Connection, tenant: str, gone: str, stays: str, act: Act) -> None:
    """Let open conflicts, and all about a plan, be about the record that stays.

    A roster field is asked about as it stands there; where that is the source's value already,
    nothing is left to decide.
    """
    record = load_record(connection, tenant, "person", stays)
    mine = (conflict.c.tenant == tenant, conflict.c.record_id == gone)
    for row in connection.execute(sa.select(conflict).where(*mine)).fetchall():
        if row.entity in ELEMENTS:
            _move(connection, row, stays, act, {})
        elif row.state == "open":
            ours = as_text(record[row.field])
            agreed = {"state": "agreed", **_by(act)} if ours == row.theirs else {}
            _move(connection, row, stays, act, {"ours": ours, **agreed})


def _move(connection: Connection, row: Any, stays: str, act: Act, values: dict[str, Any]) -> None:
    key = _key_of(row.tenant, row.entity, stays, row.field)
    there = connection.execute(sa.select(conflict.c.state).where(*key)).scalar()
    mine = sa.update(conflict).where(*_key_of(row.tenant, row.entity, row.record_id, row.field))
    if there == "open":
        connection.execute(mine.values(state=JOINED, **_by(act)))
        return
    connection.execute(sa.delete(conflict).where(*key))  # a later question replaces a decision
    connection.execute(mine.values(record_id=stays, **values))


def _key_of(tenant: str, entity: str, record: str, field: str) -> list[Any]:
    named = {"tenant": tenant, "entity": entity, "record_id": record, "field": field}
    return [conflict.c[name] == value for name, value in named.items()]


def follow_matches(connection: Connection, tenant: str, gone: str, stays: str, act: Act) -> None:
    """Let questions who is who be about the record that stays; none is asked of it twice."""
    found = match_candidate.c
    query = sa.select(match_candidate).where(found.tenant == tenant)
    rows = connection.execute(query.order_by(found.number)).fetchall()
    asked = {frozenset((row.record_id, row.candidate_id)) for row in rows}
    for row in rows:
        if gone not in (row.record_id, row.candidate_id):
            continue
        new = [stays if one == gone else one for one in (row.record_id, row.candidate_id)]
        mine = sa.update(match_candidate).where(found.tenant == tenant, found.number == row.number)
        if new[0] == new[1] or frozenset(new) in asked:
            if row.state == "open":
                connection.execute(mine.values(state=JOINED, **_by(act)))
            continue
        asked.add(frozenset(new))
        connection.execute(mine.values(record_id=new[0], candidate_id=new[1]))


def _by(act: Act) -> dict[str, str]:
    return {"decided_by": act.by, "decided_at": act.at, "reason": act.reason}
