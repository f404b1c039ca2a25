"""Plans as records on their way between formats: each plan, then the versions before it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from adapters.formats import Unreadable
from adapters.ilp.manifest import VersionFacts, fault
from adapters.ilp.read import BundledPlan, PastVersion
from schemas.ilp.faults import findings_of
from schemas.ilp.plan import Plan
from schemas.standards.shape import StandardRecord

PLAN: Final = "plan"
"""A plan in the JSON form of `ilp.json`."""

VERSION: Final = "plan_version"
"""The plan before, as it was in one version: `VersionFacts` and, under `plan`, its content."""


@dataclass(slots=True)
class PlanRecords:
    """A plan and the versions before it, oldest first."""

    plan: Plan
    past: list[PastVersion] = field(default_factory=list)


def as_values(plan: Plan) -> dict[str, Any]:
    """The plan in the JSON form of `ilp.json`."""
    return plan.model_dump(mode="json", exclude_defaults=True)


def records_of(bundled: BundledPlan) -> Iterator[StandardRecord]:
    """The records of one plan."""
    yield StandardRecord(PLAN, as_values(bundled.plan), bundled.where)
    for one in bundled.past:
        values = {**one.facts.model_dump(), "plan": as_values(one.plan)}
        yield StandardRecord(VERSION, values, f"version {one.facts.version}, {bundled.where}")


def gathered(records: Iterable[StandardRecord]) -> Iterator[PlanRecords]:
    """Each plan with its versions; raises Unreadable for records that are no plans."""
    current: PlanRecords | None = None
    for record in records:
        if record.entity == PLAN:
            if current is not None:
                yield current
            current = PlanRecords(_plan(record.values, record.where))
        elif record.entity == VERSION and current is not None:
            current.past.append(_version(record, current))
        else:
            problem = f"a record of {record.entity} is no part of a plan's native form"
            raise Unreadable(fault("entity", problem, "Convert it to a plan first.", record.where))
    if current is not None:
        yield current


def _version(record: StandardRecord, current: PlanRecords) -> PastVersion:
    values = dict(record.values)
    plan = _plan(values.pop("plan", None), record.where)
    try:
        facts = VersionFacts.model_validate(values, strict=True)
    except ValidationError as error:
        raise _invalid(error, record.where) from None
    if current.past and current.past[-1].facts.version >= facts.version:
        problem = f"version {facts.version} does not follow the version before it"
        raise Unreadable(fault("order", problem, "Give versions oldest first.", record.where))
    return PastVersion(facts, plan)


def _plan(values: Any, where: str) -> Plan:
    try:
        return Plan.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise _invalid(error, where) from None


def _invalid(error: ValidationError, where: str) -> Unreadable:
    return Unreadable(*(replace(one, file=where or None) for one in findings_of(error)))
