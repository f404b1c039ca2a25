"""Fields that the source and we both changed: listed, and decided for good."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access.policy import ABOUT_STUDENTS, section_of
from service.access.writes import Proposal
from service.act import Act
from service.cis.decisions import is_of_plan, settle_field
from service.errors import Invalid, NotFound
from service.office import Sight, Visit
from service.roster import Edit, Write, edit_field, load_record, parse_value, write_field
from service.store import counters
from service.store.tables import conflict


def list_conflicts(visit: Visit, *, every: bool = False) -> list[dict[str, Any]]:
    """Open conflicts by number, or every conflict there ever was, as far as they are open here.

    The custodian sees that there is one, and values only of fields that are open to read; others
    see conflicts of such fields alone.
    """
    rows = shown(visit, conflicts_of(visit.connection, visit.tenant, every=every))
    return [row for row in rows if visit.is_custodian or "withheld" not in row]


def shown(visit: Visit, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Conflicts with values only where the field is open to read; others say `withheld`."""
    opened = {row["number"] for row in _readable(visit, rows)}
    return [
        row if row["number"] in opened else {**row, **dict.fromkeys(_VALUES), "withheld": True}
        for row in rows
    ]


def conflicts_of(
    connection: Connection, tenant: str, *, every: bool = False
) -> list[dict[str, Any]]:
    """All of a district's, with their values: for whoever decides what is shown of them."""
    query = sa.select(conflict).where(conflict.c.tenant == tenant).order_by(conflict.c.number)
    if not every:
        query = query.where(conflict.c.state == "open")
    return [dict(row._mapping) for row in connection.execute(query)]


_VALUES: Final = ("base", "ours", "theirs")


def _readable(visit: Visit, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conflicts whose values may be read: of open fields, or about no student at all."""
    asked: dict[str, set[str]] = {}
    for row in rows:
        section = section_of(_name(row))
        if (row["entity"] == "person" or is_of_plan(row)) and section:
            asked.setdefault(section, set()).add(row["record_id"])
    sights = {
        section: visit.see_all(sorted(people), "read", [section])
        for section, people in sorted(asked.items())
    }
    return [row for row in rows if _is_open(row, sights)]


def _name(row: Mapping[str, Any]) -> str:
    """What the access policy calls the field of a conflict."""
    return str(row["entity"]) if is_of_plan(row) else f"{row['entity']}.{row['field']}"


def _is_open(row: dict[str, Any], sights: Mapping[str, Mapping[str, Sight]]) -> bool:
    if row["entity"] not in ABOUT_STUDENTS and not is_of_plan(row):
        return True
    name = _name(row)
    sight = sights.get(section_of(name) or "", {}).get(row["record_id"])
    return sight is not None and sight.opens(name)


def require_decision(visit: Visit, number: int) -> None:
    """Make sure that this account may decide a conflict: the custodian, or who writes the field.

    Raises NotFound for the custodian; Refused for others, alike for no conflict and for one of
    which they may not know.
    """
    found = conflicts_of(visit.connection, visit.tenant, every=True)
    asked = [one for one in found if one["number"] == number]
    if visit.is_custodian or not _readable(visit, asked) or not section_of(_name(asked[0])):
        people = [one["record_id"] for one in asked if one["entity"] == "person" or is_of_plan(one)]
        visit.require_custodian("decide this conflict", students=people)
    else:
        whom = asked[0]["record_id"]
        visit.write(Proposal(whom, whom, {_name(asked[0]): None}))


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
    if side == "theirs":
        _take_theirs(connection, tenant, found, act)
    connection.execute(
        sa.update(conflict)
        .where(conflict.c.tenant == tenant, conflict.c.number == number)
        .values(state=side, decided_by=act.by, decided_at=act.at, reason=act.reason)
    )
    # A plan drawn up while the conflict was open would ask again when it is applied.
    counters.advance(connection, tenant, "roster")
    return _load(connection, tenant, number)


def _take_theirs(connection: Connection, tenant: str, found: dict[str, Any], act: Act) -> None:
    if is_of_plan(found):
        settle_field(connection, tenant, found, found["theirs"], act)
        return
    entity, field = found["entity"], found["field"]
    record = load_record(connection, tenant, entity, found["record_id"])
    value = parse_value(entity, record, field, found["theirs"])
    origin = {"source": found["source"], "run": found["run"]}
    write_field(connection, tenant, record, Write(entity, field, value, origin), act)


def reopen_conflict(connection: Connection, tenant: str, number: int, act: Act) -> dict[str, Any]:
    """Take a decision back: our value stands again, beside the source's latest."""
    found = _load(connection, tenant, number)
    if is_of_plan(found):
        if found["state"] == "theirs":
            settle_field(connection, tenant, found, found["ours"], act)
        theirs = found["theirs"]
    else:
        theirs = _reopened(connection, tenant, found, act)
    connection.execute(
        sa.update(conflict)
        .where(conflict.c.tenant == tenant, conflict.c.number == number)
        .values(state="open", theirs=theirs, decided_by=None, decided_at=None, reason=None)
    )
    return _load(connection, tenant, number)


def _reopened(connection: Connection, tenant: str, found: dict[str, Any], act: Act) -> Any:
    """Put our value of a roster field back; gives the source's latest."""
    record = load_record(connection, tenant, found["entity"], found["record_id"])
    if found["state"] == "theirs":
        _restore(connection, tenant, found, record, act)
    origins = json.loads(record["origins"]) if record["origins"] else {}
    return origins.get(found["field"], {}).get("replaced", found["theirs"])


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
