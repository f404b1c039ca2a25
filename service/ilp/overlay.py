"""Roster facts belong to the SIS: a plan shows the names, grade and ids that the roster has now."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.ilp.profile import NAMES
from schemas.codes.grades import GRADE_LEVEL_SET, GRADE_LEVELS
from schemas.ilp.entry import AuthorKind, Change, Origin
from schemas.ilp.plan import Plan
from schemas.ilp.profile import NameAndGrade
from schemas.meta import Code
from service.store.tables import ROSTER, run

_COLUMNS = {theirs: ours for ours, theirs in NAMES.items()}


def with_roster_facts(connection: Connection, tenant: str, person_id: str, plan: Plan) -> Plan:
    """The plan with PRO.02 as the roster says it; the plan's own words stay as earlier version."""
    table = ROSTER["person"]
    person = connection.execute(
        sa.select(table).where(table.c.tenant == tenant, table.c.id == person_id)
    ).first()
    entry = plan.profile.name_and_grade
    if person is None or entry is None:
        return plan
    facts = _facts(dict(person._mapping))
    moved = {name: value for name, value in facts.items() if getattr(entry, name) != value}
    if not moved:
        return plan
    revised = _revise(connection, tenant, dict(person._mapping), plan, entry, moved)
    profile = plan.profile.model_copy(update={"name_and_grade": revised})
    return plan.model_copy(update={"profile": profile})


def _facts(person: dict[str, Any]) -> dict[str, Any]:
    """What the roster knows; where it is silent, the plan's own value stands."""
    facts = {name: person[column] for name, column in _COLUMNS.items() if person[column]}
    grades = json.loads(person["grades"]) if person["grades"] else []
    if grades and grades[0] in GRADE_LEVELS:
        facts["grade_level"] = Code(set=GRADE_LEVEL_SET, code=grades[0])
    return facts


def _revise(
    connection: Connection,
    tenant: str,
    person: dict[str, Any],
    plan: Plan,
    entry: NameAndGrade,
    moved: dict[str, Any],
) -> NameAndGrade:
    origins = json.loads(person["origins"]) if person["origins"] else {}
    default = {"source": person["source"], "run": person["origin_run"]}
    known = {name: origins.get(_COLUMNS.get(name, "grades"), default) for name in moved}
    times = {name: _time(connection, tenant, origin) for name, origin in known.items()}
    changed = Change(
        author=person["source"],
        kind=AuthorKind.DISTRICT_SYSTEM,
        source=person["source"],
        at=max(times.values()),
        plan_version=plan.profile.header.plan_version if plan.profile.header else 1,
        reason="The roster is the authority on names and grade.",
    )
    facts = {
        name: Origin(source=origin["source"], run=_run(origin), at=times[name])
        for name, origin in known.items()
    }
    return entry.revised(changed, facts, **moved)


def _run(origin: dict[str, Any]) -> str | None:
    return str(origin["run"]) if origin.get("run") else None


def _time(connection: Connection, tenant: str, origin: dict[str, Any]) -> Any:
    if "at" in origin:
        return origin["at"]
    query = sa.select(run.c.started_at).where(run.c.tenant == tenant, run.c.number == origin["run"])
    return connection.execute(query).scalar_one()
