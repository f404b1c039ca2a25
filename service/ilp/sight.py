"""A plan as one request may see it."""

from __future__ import annotations

from typing import Final

from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import View, redact
from service.office import Sight

_PRIVATE: Final = "ART.03.private"


def visible_plan(plan: Plan, sight: Sight) -> Plan:
    """The plan with only what is open; what an IEP team wrote is for readers of the whole IEP."""
    return redact(plan, view_of_sight(sight))


def view_of_sight(sight: Sight) -> View:
    """The decisions about a student as a view of the plan.

    What is withheld follows from the decisions alone, whether or not the plan has it.
    """
    private = sight.opens(_PRIVATE)
    others = {f"{element}.others" for element in sight.entries if element in ELEMENTS}
    return View(
        sight.fields,
        team=sight.opens_section("iepLink"),
        private=private,
        items=sight.entries,
        marks=frozenset(others if private else others | {_PRIVATE}),
    )
