"""Duties beside Indicator 13: rights, consents, reviews, notices, and the plan's own courses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from schemas.iep.header import ApprovalRoute, IepType
from schemas.iep.people import Agency, CommitmentStatus
from schemas.iep.transition import ExitType
from schemas.iep.values import AgencyConsent, ConsentDecision, SignerCapacity
from schemas.ilp.courses import CourseStatus
from service.iep.change import plain
from service.iep.checks.facts import FEDERAL, Facts, school_year, why_over
from service.iep.checks.result import Said, cannot_tell, met, not_applicable, not_met, together

_YEAR: Final = timedelta(days=365)


def state_age(facts: Facts) -> Said:
    """STATE-AGE: what the State asks for earlier than federal law does."""
    law = facts.law
    if law.transition_age >= FEDERAL:
        return not_applicable("the State asks from the federal age on")
    reached = facts.reaches(law.transition_age)
    if reached is None:
        return cannot_tell("the birth date or the IEP's end is not known", "student.birth_date")
    if not reached:
        return not_applicable(f"not {law.transition_age} while this IEP is in effect", "header.end")
    parts = ["course_of_study"]
    if not law.courses_only or facts.reaches(FEDERAL):
        parts += ["postsecondary_goals", "services"]
    missing = [part for part in parts if not getattr(facts.iep, part)]
    if facts.silent.intersection(missing):
        return cannot_tell("the IEP system's delivery cannot hold this", *missing)
    if missing:
        return not_met(f"missing: {', '.join(missing)}", *missing)
    return met(f"there from {law.transition_age} on", *parts)


def rights_explained(facts: Facts) -> Said:
    """RIGHTS-1: due a year before majority, where the State transfers rights at all."""
    majority = facts.majority
    if facts.law.transfers is False:
        return not_applicable("this State leaves the IDEA rights with the parents")
    if majority is None:
        return cannot_tell("the birth date is not known", "student.birth_date")
    due, path = _year_before(majority), "rights_transfer.informed_on"
    told = facts.iep.rights_transfer
    if told is not None and told.informed_on is not None:
        late = told.informed_on > due
        said = f"informed on {told.informed_on}, due by {due}"
        return not_met(said, path) if late else met(said, path)
    if facts.on < due:
        return not_applicable(f"due by {due}", path)
    return _unexplained(facts, due, path)


def _unexplained(facts: Facts, due: date, path: str) -> Said:
    if facts.law.transfers is None:
        return cannot_tell("whether the State transfers rights is not known here", path)
    if "rights_transfer" in facts.silent:
        return cannot_tell("the IEP system's delivery cannot hold this", path)
    return not_met(f"was due by {due}", path)


def signers_held_rights(facts: Facts) -> Said:
    """CONSENT-1: parents before the rights pass on, the student or a representative after."""
    consents = (
        _signer(facts, path, consent)
        for agency in facts.iep.agencies
        for path, consent in _consents(agency)
        if consent.decision is ConsentDecision.GRANTED
    )
    return together(consents, not_applicable("no consent is on record", "agencies"))


def releases_stand(facts: Facts) -> Said:
    """CONSENT-2: for agencies with a commitment, a release that is not over on this day."""
    agreed = [one for one in facts.iep.agencies if one.commitments]
    return together(
        (_release(facts.on, one) for one in agreed),
        not_applicable("no agency has agreed to anything", "agencies"),
    )


def commitments_are_kept(facts: Facts) -> Said:
    """AGENCY-1: a failure reconvenes the Team; one that is overdue is for people to ask about."""
    return together(
        (_kept(facts.on, agency) for agency in facts.iep.agencies if agency.commitments),
        not_applicable("no agency has agreed to anything", "agencies"),
    )


def notice_said_it(facts: Facts) -> Said:
    """NOTICE-1: purpose, student, and every agency that was invited."""
    notice = facts.iep.notice
    if notice is None:
        return cannot_tell("no notice was delivered", "notice")
    invited = {one.id for one in facts.iep.agencies if one.invitation is not None}
    unnamed = sorted(invited - set(notice.agencies_named))
    said = {
        "states_transition_purpose": notice.states_transition_purpose,
        "states_student_invited": notice.states_student_invited,
        "agencies_named": not unnamed,
    }
    for outcome, problem in ((False, "does not say"), (None, "may not say")):
        paths = [f"notice.{name}" for name, value in said.items() if value is outcome]
        if paths:
            answer = not_met if outcome is False else cannot_tell
            return answer(f"the notice {problem} all that it must", *paths)
    return met("the notice says all that it must", *(f"notice.{name}" for name in said))


def review_is_to_come(facts: Facts) -> Said:
    """REVIEW-1: neither the IEP's last day nor the day of its review is over."""
    header = facts.iep.header
    days = {"header.end": header.end, "header.review_due": header.review_due}
    known = {path: day for path, day in days.items() if day is not None}
    if not known:
        return cannot_tell("neither an end nor a review is dated", *days)
    path, day = min(known.items(), key=lambda one: one[1])
    if day < facts.on:
        return not_met(f"lapsed: the review was due by {day}", path)
    return met(f"due by {day}", path)


def review_was_a_meeting(facts: Facts) -> Said:
    """REVIEW-2: an annual or first IEP needs a meeting."""
    header = facts.iep.header
    if header.type is IepType.AMENDMENT:
        return not_applicable("an amendment", "header.type")
    if header.route is ApprovalRoute.WRITTEN_AMENDMENT:
        return not_met("an annual review was held in writing", "header.route")
    if header.route is None and header.meeting_date is None:
        return cannot_tell("how it was decided is not said", "header.route")
    return met("held at a meeting", "header.route", "header.meeting_date")


def courses_agree(facts: Facts) -> Said:
    """COURSES-1: the same courses in the same years, from this school year on."""
    if facts.plan is None or "CRS.01" in facts.plan.withheld:
        return cannot_tell("the plan's courses are not to be seen", "CRS.01")
    theirs = _by_year(
        facts, ((y.school_year, c) for y in facts.iep.course_of_study for c in y.courses)
    )
    if not theirs:
        return not_applicable("the IEP names no courses from this year on", "course_of_study")
    planned = (
        (one.school_year, one.title)
        for one in facts.plan.courses.planned_courses
        if one.school_year and one.status is not CourseStatus.DROPPED
    )
    apart = list(_apart(theirs, _by_year(facts, planned)))
    if apart:
        return not_met("; ".join(apart), "course_of_study", "CRS.01")
    return met("the same courses in the same years", "course_of_study", "CRS.01")


def summary_was_given(facts: Facts) -> Said:
    """SUMMARY-1: after an exit by diploma or by age."""
    exit_ = facts.iep.exit
    due = (ExitType.REGULAR_DIPLOMA, ExitType.MAXIMUM_AGE)
    if exit_ is None or exit_.type not in due or exit_.expected_on is None:
        return not_applicable("no exit that calls for one is expected", "exit")
    if facts.on < exit_.expected_on:
        return not_applicable(f"the exit is expected on {exit_.expected_on}", "exit.expected_on")
    if facts.iep.summary is None or facts.iep.summary.given_on is None:
        if "summary" in facts.silent:
            return cannot_tell("the IEP system's delivery cannot hold this", "summary")
        return not_met("nothing shows that it was given", "summary.given_on")
    return met(f"given on {facts.iep.summary.given_on}", "summary.given_on")


DUTIES: Final[Mapping[str, Callable[[Facts], Said]]] = {
    "STATE-AGE": state_age,
    "RIGHTS-1": rights_explained,
    "CONSENT-1": signers_held_rights,
    "CONSENT-2": releases_stand,
    "AGENCY-1": commitments_are_kept,
    "NOTICE-1": notice_said_it,
    "REVIEW-1": review_is_to_come,
    "REVIEW-2": review_was_a_meeting,
    "COURSES-1": courses_agree,
    "SUMMARY-1": summary_was_given,
}
"""The duties by rule id."""


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # majority on 29 February
        return date(day.year - 1, 3, 1)


def _consents(agency: Agency) -> Iterator[tuple[str, AgencyConsent]]:
    for name in ("consent_to_invite", "consent_to_release"):
        consent = getattr(agency, name)
        if consent is not None:
            yield f"agencies[{agency.id}].{name}", consent


def _signer(facts: Facts, path: str, consent: AgencyConsent) -> Said:
    majority = facts.majority
    if consent.signed_on is None or consent.signed_by is None or majority is None:
        return cannot_tell("who signed when is not known", path)
    if consent.signed_by is SignerCapacity.REPRESENTATIVE:
        return met("signed by a representative", f"{path}.signed_by")
    grown = consent.signed_on >= majority
    if grown and facts.law.transfers is None:
        return cannot_tell("whether the State transfers rights is not known here", path)
    student = grown and facts.law.transfers is True
    right = SignerCapacity.ADULT_STUDENT if student else SignerCapacity.PARENT
    if consent.signed_by is right:
        return met(f"signed by the {right}", f"{path}.signed_by")
    return not_met(f"signed by the {consent.signed_by}, not the {right}", f"{path}.signed_by")


def _release(on: date, agency: Agency) -> Said:
    consent, path = agency.consent_to_release, f"agencies[{agency.id}].consent_to_release"
    if consent is None or consent.decision is ConsentDecision.REFUSED:
        return not_met(f"no release to {agency.id}", path)
    if over := why_over(consent, on):
        return not_met(over[0], f"{path}.{over[1]}")
    if consent.signed_on is None:
        return cannot_tell(f"when the release to {agency.id} was signed is not known", path)
    if consent.signed_on > on:
        return not_met(f"signed only on {consent.signed_on}", f"{path}.signed_on")
    return met(f"in force for {agency.id}", path)


def _kept(on: date, agency: Agency) -> Said:
    path = f"agencies[{agency.id}].commitments"
    if any(one.status is CommitmentStatus.FAILED for one in agency.commitments):
        return not_met(f"{agency.id} failed: the Team has to reconvene", path)
    overdue = [
        one
        for one in agency.commitments
        if one.status is CommitmentStatus.AGREED and one.due_by is not None and one.due_by < on
    ]
    if overdue:
        return cannot_tell(f"{agency.id} is past its day; whether it provided is not said", path)
    return met(f"{agency.id} keeps what it agreed to", path)


def _by_year(facts: Facts, courses: Iterator[tuple[int, str]]) -> dict[int, dict[str, str]]:
    """Titles by school year and plain title, from the school year of the check on."""
    found: dict[int, dict[str, str]] = {}
    for year, title in courses:
        if year >= school_year(facts.on):
            found.setdefault(year, {})[plain(title)] = title
    return found


def _apart(theirs: dict[int, dict[str, str]], ours: dict[int, dict[str, str]]) -> Iterator[str]:
    for year in sorted(theirs):
        for name, mine, other in (
            ("only in the IEP", theirs[year], ours.get(year, {})),
            ("only in the plan", ours.get(year, {}), theirs[year]),
        ):
            titles = [mine[key] for key in mine if key not in other]
            if titles:
                yield f"{year - 1}-{year % 100:02}: {name}: {', '.join(sorted(titles))}"
