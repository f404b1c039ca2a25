"""A plan with an entry for every element, fresh and signed; and copies with less in them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from support.ilp_entries import entry, grade

from schemas.ilp.document import read_document
from schemas.ilp.plan import ELEMENTS, REQUIRED, Plan
from schemas.ilp.redaction import View, redact

_FILE = Path(__file__).parents[2] / "fixtures/plans/grade-12-amara-okafor.ilp.json"
_DAY = date(2026, 10, 5)


@cache
def rich_plan() -> Plan:
    """The fixture plan with all elements, and what a year's rules ask for besides."""
    plan = read_document(_FILE.read_bytes())
    version = plan.profile.header.plan_version if plan.profile.header else 1
    signed = [_signed(role, version) for role in "SFC"]
    courses = [_mathematics(code) for code in ("09", "10")]
    more = {
        "REV.01": [entry("review-now", on=_DAY, school_year=2027, plan_version=version)],
        "REV.02": signed,
        "REV.03": [entry("told-now", kind="informed", on=_DAY, way="letter")],
        "REV.04": [entry("differs-now", plan_version=version, text="More of it.")],
        "REV.05": [entry("judged-now", progress="on-track", on=_DAY)],
        "REV.06": [entry("complete-now", met=True, on=_DAY)],
        "ASM.01": [entry("survey-now", instrument="Survey", taken_on=_DAY)],
        "ASM.05": [_weak_in_mathematics()],
        "GOA.07": [_step(plan)],
        "CRS.01": courses,
    }
    return _with(plan, more)


def _signed(role: str, version: int) -> dict[str, Any]:
    said = {"role": role, "person": {"name": "A. Signer"}, "decision": "approved"}
    seen = {"plan_version": version, "elements": ("GOA.01",), "on": _DAY, "method": "wet"}
    return entry(f"signed-{role.lower()}", **said, **seen)


def _mathematics(code: str) -> dict[str, Any]:
    sced = {"set": "SCED", "code": "02052"}
    about = {"title": "Algebra", "grade_level": grade(code), "status": "planned"}
    return entry(f"math-{code}", sced=sced, **about)


def _weak_in_mathematics() -> dict[str, Any]:
    about = {"test": "State test", "subject": "Mathematics", "level": "Level 2"}
    return entry("weak", taken_on=date(2023, 5, 2), grade_level=grade("08"), **about)


def _step(plan: Plan) -> dict[str, Any]:
    goal = plan.goals.career_goals[0].id
    return entry("step-now", goal=goal, text="Ask", status="planned")


def _with(plan: Plan, more: dict[str, list[dict[str, Any]]]) -> Plan:
    values = plan.model_dump()
    for element, entries in more.items():
        area, field = ELEMENTS[element].path.split(".")
        held = values[area][field]
        values[area][field] = (*held, *entries) if isinstance(held, tuple) else entries[0]
    return Plan.model_validate(values)


def without(plan: Plan, *elements: str, withheld: bool = False) -> Plan | None:
    """A copy without these elements, withheld or simply not there; None where none can be."""
    if not withheld and set(elements) & set(REQUIRED):
        return None
    kept = frozenset(ELEMENTS) - set(elements) | {
        "EXP.01.supervisor_contact",
        "EXP.03.supervisor_contact",
    }
    shown = redact(plan, View(kept, team=True, private=True))
    return shown if withheld else shown.model_copy(update={"withheld": ()})
