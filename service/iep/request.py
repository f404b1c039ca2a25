"""The work on IEPs at the records office: found, decided and on record, then answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from schemas.iep.iep import PARTS, Iep
from schemas.ilp.plan import Plan
from service.iep.arrivals import expire_due
from service.iep.change import Version
from service.iep.checks.facts import Facts, StateLaw, law_of
from service.iep.checks.result import Outcome, Result
from service.iep.checks.run import check, indicator13
from service.iep.checks.silence import silent_parts
from service.iep.ledger import (
    LINKS,
    PROGRESS,
    PROPOSALS,
    SECTION,
    TRANSITION,
    Proposal,
    proposals_of,
    steps_of,
    students_with_proposals,
)
from service.iep.links import links_of, told
from service.iep.mirror import current_version, current_versions
from service.iep.progress import Adjustment, Note, course_adjustments, progress_notes
from service.iep.proposing import own, require_version
from service.iep.states import OPEN
from service.iep.suggest import Suggestion, suggestions
from service.ilp.sight import open_plan, require_open_plan
from service.office.people import students_at
from service.store.access_tables import district_policy
from service.store.tables import ROSTER

if TYPE_CHECKING:
    from service.office import Sight, Visit

_CHECKED: Final = ("plannedCourses",)
"""The sections beside the IEP link that the check looks at."""


def found(visit: Visit, given: str, action: str = "read") -> str:
    """The student behind an id, where anything about the IEP is open for an action.

    What is asked next says for which part, and puts that on record. Raises Refused.
    """
    return visit.find(given, action, [SECTION])


def looked(visit: Visit, given: str, field: str, *sections: str) -> Sight:
    """What is open of the IEP link and of other sections, where a field of the former is.

    Raises Refused.
    """
    sight = visit.lookup(given, "read", [SECTION, *sections])
    if not sight.opens(field):
        visit.require(sight.student, "read", SECTION, field)
    return sight


def version_now(visit: Visit, student: str) -> Version | None:
    """The version of the student's IEP that is in force, as delivered."""
    return current_version(visit.connection, visit.tenant, student)


def readable_plan(visit: Visit, sight: Sight) -> Plan | None:
    """The student's plan as far as it is open; None where there is none."""
    found = open_plan(visit.connection, visit.tenant, sight)
    return found[1] if found else None


def require_plan(visit: Visit, sight: Sight) -> Plan:
    """As `readable_plan`. Raises NotFound."""
    return require_open_plan(visit.connection, visit.tenant, sight)[1]


def show_section(visit: Visit, given: str) -> dict[str, Any]:
    """The mirrored transition section, with the parts that are open. Raises Refused, Invalid."""
    sight = looked(visit, given, TRANSITION, "accommodations")
    now = require_version(version_now(visit, sight.student))
    told = {"source": now.source, "number": now.number, "standard": now.standard}
    return {"student": sight.student, **told, "iep": visible_iep(now.iep, sight)}


def visible_iep(iep: Iep, sight: Sight) -> dict[str, Any]:
    """The parts of an IEP that are open, as plain values."""
    whole = iep.model_dump(mode="json", exclude_defaults=True)
    return {name: whole[name] for name in whole if sight.opens(PARTS[name].opens)}


def list_links(visit: Visit, given: str, *, ended: bool = False) -> list[dict[str, Any]]:
    """A student's links. Raises Refused."""
    student = found(visit, given)
    visit.require(student, "read", SECTION, LINKS)
    return told(links_of(visit.connection, visit.tenant, student, ended=ended))


def suggest_links(visit: Visit, given: str) -> list[Suggestion]:
    """Links that somebody might make, without those that there are. Raises Refused, Invalid."""
    sight = looked(visit, given, TRANSITION, "careerGoals")
    now = require_version(version_now(visit, sight.student))
    rows = links_of(visit.connection, visit.tenant, sight.student)
    linked = {(row["ilp_entry"], row["goal_id"]) for row in rows}
    listed = suggestions(require_plan(visit, sight), now.iep)
    return [one for one in listed if (one.entry, one.goal) not in linked]


def list_proposals(visit: Visit, given: str | None = None) -> list[Proposal]:
    """The proposals about one student, or about all whose proposals are open. Raises Refused."""
    if given is not None:
        return _shown(visit, [looked(visit, given, PROPOSALS)])
    everybody = students_with_proposals(visit.connection, visit.tenant)
    seen = visit.see_all(everybody, sections=[SECTION])
    return _shown(visit, [sight for sight in seen.values() if sight.opens(PROPOSALS)])


def show_proposal(visit: Visit, proposal_id: str) -> dict[str, Any]:
    """A proposal with its steps. Raises Refused or Denied."""
    one = own(visit, proposal_id)
    sight = visit.see(one.student_id, "read", [SECTION])
    if not sight.opens(PROPOSALS):
        visit.require(one.student_id, "read", SECTION, PROPOSALS)
    steps = steps_of(visit.connection, visit.tenant, one.id)
    return {**asdict(_open_part(visit, one, sight)), "steps": steps}


def check_student(visit: Visit, given: str, on: date | None = None) -> list[Result]:
    """What every rule says of a student's IEP. Raises Refused or Invalid."""
    sight = looked(visit, given, TRANSITION, *_CHECKED)
    now = require_version(version_now(visit, sight.student))
    return check(_facts(visit, sight, now, on or visit.district.day(visit.now)))


def check_school(visit: Visit, school: str, on: date | None = None) -> list[dict[str, Any]]:
    """The check of everybody at a school whose IEP is open; the others are not even counted.

    Raises NotFound where nobody is a student there.
    """
    students = students_at(visit.connection, visit.tenant, school)
    held = current_versions(visit.connection, visit.tenant, students)
    seen = visit.see_all(sorted(held), sections=[SECTION, *_CHECKED])
    day = on or visit.district.day(visit.now)
    answers = []
    for student, sight in seen.items():
        if sight.opens(TRANSITION):
            results = check(_facts(visit, sight, held[student], day))
            answers.append(_summary(student, results))
    return answers


def notes(visit: Visit, given: str) -> tuple[str, list[Note], list[Adjustment]]:
    """The student, progress notes on linked goals, and what might be adjusted.

    A note says what its goal is, so the transition section has to be open too. Raises Refused or
    Invalid.
    """
    sight = looked(visit, given, PROGRESS, "careerGoals", "activities", "plannedCourses")
    if not sight.opens(TRANSITION):
        visit.require(sight.student, "read", SECTION, TRANSITION)
    now = require_version(version_now(visit, sight.student))
    plan, today = require_plan(visit, sight), visit.district.day(visit.now)
    rows = links_of(visit.connection, visit.tenant, sight.student)
    listed = progress_notes(plan, rows, now, today)
    adjusted = [one for note in listed for one in note.adjustments]
    adjusted += course_adjustments(plan, now, today, _law(visit))
    return sight.student, listed, adjusted


def _shown(visit: Visit, sights: Iterable[Sight]) -> list[Proposal]:
    today, ids = visit.district.day(visit.now), visit.subject.ids
    listed = []
    for sight in sights:
        expire_due(visit.connection, visit.tenant, sight.student, today, visit.act.at)
        held = proposals_of(visit.connection, visit.tenant, sight.student)
        listed += [_open_part(visit, one, sight) for one in held if one.shows_to(ids)]
    return listed


def _open_part(visit: Visit, one: Proposal, sight: Sight) -> Proposal:
    """A proposal as somebody is shown it: without anything of the IEP where that is not open.

    One that was made without knowing of a version is shown against the present one.
    """
    if not sight.opens(TRANSITION):
        return replace(one, difference=None, iep_source=None, iep_id=None, base_version=None)
    now = version_now(visit, one.student_id) if one.base is None and one.state in OPEN else None
    if now is None:
        return one
    return replace(one, iep_source=now.source, iep_id=now.iep_id, base_version=now.number)


def _facts(visit: Visit, sight: Sight, now: Version, on: date) -> Facts:
    plan, silent = readable_plan(visit, sight), silent_parts(now.standard)
    return Facts(now.iep, on, _law(visit), plan, _born(visit, sight.student), silent)


def _law(visit: Visit) -> StateLaw:
    table = district_policy
    query = sa.select(table.c.state).where(table.c.tenant == visit.tenant)
    state = visit.connection.execute(query).scalar()
    return law_of(state, visit.district.idea_transfers, visit.district.majority_age)


def _born(visit: Visit, student: str) -> date | None:
    table = ROSTER["demographics"]
    query = sa.select(table.c.birth_date).where(
        table.c.tenant == visit.tenant, table.c.person_id == student
    )
    born: date | None = visit.connection.execute(query.order_by(table.c.id)).scalar()
    return born


def _summary(student: str, results: list[Result]) -> dict[str, Any]:
    wrong = (Outcome.NOT_MET, Outcome.CANNOT_TELL)
    return {
        "student": student,
        "indicator13": indicator13(results),
        "not_met": sum(one.outcome is Outcome.NOT_MET for one in results),
        "cannot_tell": sum(one.outcome is Outcome.CANNOT_TELL for one in results),
        "results": [one.as_json() for one in results if one.outcome in wrong],
    }
