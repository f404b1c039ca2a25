"""One student seen by four people: what is open to each, and that the log tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from service.access import policy
from service.access.workflow.agreements import Terms, add_agreement, link_account
from service.access.workflow.clients import Scope, grant_scope
from service.audit.checkpoints import read_checkpoints
from service.audit.log import open_log
from service.audit.register import who_has_seen
from service.audit.verify import verify
from service.demo.tour import MOTHER, STUDENT, Tour
from service.errors import Denied
from service.ilp.keep import existing_plan, plan_now
from service.ilp.request import plan_sections
from service.ilp.sight import visible_plan
from service.office import Sight, Visit
from service.office.people import find_person
from service.store.database import reading

PEOPLE: Final = {"teacher": "tch-2201", "mother": MOTHER, "other teacher": "tch-2102"}
"""Accounts of the demonstration, each with a person of the invented roster."""

VENDOR: Final = "career system"
_COVERED: Final = frozenset({"directory", "careerGoals", "profile", "assessments"})


@dataclass(frozen=True, slots=True)
class Eye:
    """What somebody sees: open and all fields by section, and how many entries of the plan."""

    who: str
    sections: Mapping[str, tuple[int, int]]
    entries: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of it: events of the log about the student, denials among them; all whole."""

    events: int
    denied: int
    intact: bool


def look(tour: Tour) -> Iterator[Eye]:
    """Let each of them ask for the same student; the custodian makes their accounts before."""
    _let_in(tour)
    for who in ("teacher", "mother", VENDOR, "other teacher"):
        try:
            with tour.visit("student show", by=who) as visit:
                yield _eye(visit, who, visit.lookup(STUDENT, "read", plan_sections()))
        except Denied:
            yield Eye(who, {}, 0)


def trace(tour: Tour) -> Trace:
    """What the log holds of that."""
    log = open_log(tour.settings, tour.engine)
    with reading(tour.engine) as connection:
        student = find_person(connection, tour.settings.tenant, STUDENT)
        found = who_has_seen(connection, tour.settings.tenant, student)
        verdict = verify(connection, log, read_checkpoints(log.checkpoints))
    denied = sum(one.event.outcome == "denied" for one in found)
    return Trace(len(found), denied, verdict.intact)


def _let_in(tour: Tour) -> None:
    with tour.visit("access link", "staff and family sign in") as visit:
        for account, person in PEOPLE.items():
            link_account(visit.clerk, account, find_person(visit.connection, visit.tenant, person))
    with tour.visit("agreement add", "the contract of this school year") as visit:
        add_agreement(visit.clerk, VENDOR, _terms(visit))
        grant_scope(visit.clerk, VENDOR, Scope("*", "read"))


def _terms(visit: Visit) -> Terms:
    return Terms(
        role="CIS",
        exception="a1",
        purpose="career-guidance",
        sections=_COVERED,
        valid_to=visit.now + timedelta(days=300),
        destroy_by=visit.now + timedelta(days=360),
        terms="contract 12",
        direct_control=True,
        no_redisclosure=True,
    )


def _eye(visit: Visit, who: str, sight: Sight) -> Eye:
    head = existing_plan(visit.connection, visit.tenant, sight.student)
    plan = visible_plan(plan_now(visit.connection, visit.tenant, head), sight)
    entries = sum(1 for _ in plan.every_entry())
    sections = {
        name: (len(one.fields), len(policy.sections()[name].fields))
        for name, one in sight.decisions.items()
    }
    return Eye(who, sections, entries)
