"""A plan as one request may see it."""

from __future__ import annotations

from schemas.ilp.plan import Plan
from schemas.ilp.redaction import View, redact
from service.office import Sight


def visible_plan(plan: Plan, sight: Sight) -> Plan:
    """The plan with only what is open; what an IEP team wrote is for readers of the whole IEP."""
    return redact(plan, view_of_sight(sight))


def view_of_sight(sight: Sight) -> View:
    """The decisions about a student as a view of the plan."""
    return View(
        sight.fields,
        team=sight.opens_section("iepLink"),
        private=sight.opens("ART.03.private"),
        items=sight.entries,
    )
