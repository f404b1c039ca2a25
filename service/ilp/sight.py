"""A plan as one request may see it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.engine import Connection

from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import View, redact
from service.access import policy
from service.ilp.keep import no_plan, plan_now, plan_of
from service.office import Sight

_PRIVATE: Final = "ART.03.private"


def visible_plan(plan: Plan, sight: Sight) -> Plan:
    """The plan with only what is open; what an IEP team wrote is for readers of the whole IEP."""
    return redact(plan, view_of_sight(sight))


def seen_plan(connection: Connection, tenant: str, sight: Sight, head: Any) -> Plan | None:
    """The plan with this row as `shown_plan`."""
    return shown_plan(plan_now(connection, tenant, head), sight)


def shown_plan(plan: Plan, sight: Sight) -> Plan | None:
    """The plan as far as it is open; None where nothing but roster facts would be.

    A plan of which nothing is open is as none at all: that there is one is not told either.
    """
    shown = visible_plan(plan, sight)
    roster = policy.sections()["directory"].fields
    return shown if any(place.id not in roster for place, _ in shown.every_entry()) else None


def open_plan(
    connection: Connection, tenant: str, sight: Sight, row: Any = None
) -> tuple[Any, Plan] | None:
    """A student's plan, or the one with this row, as `seen_plan`; None too where there is none."""
    head = row or plan_of(connection, tenant, sight.student)
    shown = seen_plan(connection, tenant, sight, head) if head else None
    return (head, shown) if shown else None


def require_open_plan(
    connection: Connection, tenant: str, sight: Sight, row: Any = None
) -> tuple[Any, Plan]:
    """As `open_plan`. Raises NotFound alike for no plan and for one that is closed."""
    found = open_plan(connection, tenant, sight, row)
    if found is None:
        raise no_plan()
    return found


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
