"""What the clerk's workflows did, as events: acts of record-keeping, and what was looked up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from service.access.workflow.clerk import SECTION, Done
from service.audit.event import About, Event, Outcome
from service.office import telling

if TYPE_CHECKING:
    from service.office.visit import Visit


def entered(visit: Visit) -> Iterator[Event]:
    """The events of everything that the clerk of a visit recorded, showed, or did not show."""
    for done in visit.clerk.done:
        yield _event(visit, done, "write", Outcome.ALLOWED)
    for student, decision in visit.clerk.shown.items():
        done = Done("read", "", student, tuple(sorted(decision.fields)), decision)
        shown = decision.allowed
        yield _event(visit, done, "read", Outcome.ALLOWED) if shown else visit.shut(student)


def refused(visit: Visit, attempt: Done) -> Event:
    """The event of what a workflow refused."""
    return _event(visit, attempt, "write", Outcome.DENIED)


def _event(visit: Visit, done: Done, action: str, outcome: Outcome) -> Event:
    decision = done.decision
    told = visit.told | {"request": visit.request if done.what == "read" else done.what}
    if decision is not None:
        names = ("roles", "rules", "basis", "cite", "obligations")
        told |= {name: getattr(decision, name) for name in names}
    items = (done.id,) if done.id else ()
    about = (About(done.student, items),) if done.student else ()
    section = (SECTION,)
    return telling.asked(
        visit.desk, action, outcome, sections=section, fields=done.fields, about=about, **told
    )
