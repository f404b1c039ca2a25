"""The eight items of Indicator 13 (`iep-transition.md` §2.1), six of them asked area by area."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from schemas.iep.people import Agency
from schemas.iep.transition import PostsecondaryGoal
from schemas.iep.values import AgencyConsent, ConsentDecision, ProviderKind
from schemas.ilp.goals import TransitionArea
from service.iep.checks.facts import Facts, why_over
from service.iep.checks.result import (
    Said,
    cannot_tell,
    met,
    not_applicable,
    not_met,
    together,
)

_WISHES: Final = re.compile(
    r"\b(plans?|hopes?|wants?|would like|wishes|intends?|(?:will|may|might) "
    r"(?:explore|apply|consider|try|learn about|look into|research))\b",
    re.IGNORECASE,
)
"""Verbs of a wish or a process, which reviewers often do not count as measurable."""

Goals = tuple[PostsecondaryGoal, ...]


def goal_is_measurable(facts: Facts, area: TransitionArea, goals: Goals) -> Said:
    """I13-1. Whether a goal fits this student is left to the Team."""
    return together((_measured(goal) for goal in goals), _NO_GOAL)


def goal_is_current(facts: Facts, area: TransitionArea, goals: Goals) -> Said:
    """I13-2: reviewed in the cycle of the current IEP."""
    return together((_updated(facts, goal) for goal in goals), _NO_GOAL)


def goal_rests_on_assessment(facts: Facts, area: TransitionArea, goals: Goals) -> Said:
    """I13-3: an assessment that informs the goal, with its day and what it showed."""
    ids = {goal.id for goal in goals}
    found = [one for one in facts.iep.assessments if ids & set(one.informs)]
    told = [one for one in found if one.administered_on and one.summary]
    if told:
        return met("based on assessment", *_paths("assessments", told))
    if found:
        return cannot_tell("an assessment has no day or no result", *_paths("assessments", found))
    return _absent(facts, "assessments", "no assessment informs the goal")


def services_help(facts: Facts, area: TransitionArea, goals: Goals) -> Said:
    """I13-4: a service that supports the goal."""
    ids = {goal.id for goal in goals}
    found = [one for one in facts.iep.services if ids & set(one.supports)]
    if found:
        return met("services support it", *_paths("services", found))
    return _absent(facts, "services", "no service supports the goal")


def courses_cover(facts: Facts, area: TransitionArea, goals: Goals) -> Said:
    """I13-5: courses of study for every school year that is left."""
    years = {one.school_year for one in facts.iep.course_of_study}
    if not years:
        return _absent(facts, "course_of_study", "there is no course of study")
    wanted = facts.years_left
    named = tuple(f"course_of_study[{year}]" for year in sorted(years))
    if not wanted:
        told = "not known" if wanted is None else "before the IEP"
        return cannot_tell(f"the expected exit is {told}", *named, "exit.expected_on")
    missing = ", ".join(f"{year - 1}-{year % 100:02}" for year in sorted(wanted - years))
    if missing:
        return not_met(f"no course of study for {missing}", *named)
    return met("every school year that is left is covered", *named)


def annual_goals_relate(facts: Facts, area: TransitionArea, goals: Goals) -> Said:
    """I13-6: an annual goal that supports the postsecondary goal."""
    ids = {goal.id for goal in goals}
    found = [one for one in facts.iep.annual_goals if ids & set(one.supports)]
    if found:
        return met("annual goals support it", *_paths("annual_goals", found))
    return _absent(facts, "annual_goals", "no annual goal supports the goal")


def student_was_invited(facts: Facts) -> Said:
    """I13-7: invited, and not after the meeting; whether the student came does not count."""
    there = facts.iep.participation
    invited = there.invited_on if there else None
    if invited is None and there is not None and there.invited:
        return cannot_tell("on which day the student was invited is not said", "participation")
    if invited is None:
        return _absent(facts, "participation", "nothing shows that the student was invited")
    if facts.meeting is None:
        return cannot_tell("the day of the meeting is not known", "header.meeting_date")
    if invited > facts.meeting:
        return not_met("invited after the meeting", "participation.invited_on")
    return met("invited before the meeting", "participation.invited_on", "header.meeting_date")


def agencies_were_invited(facts: Facts) -> Said:
    """I13-8: every agency likely to provide or pay was invited, with consent before that."""
    answers = [_invited(one) for one in facts.iep.agencies]
    nothing = not_applicable("no agency is likely to provide or pay")
    return together([*answers, *_untold(facts)], nothing)


ByArea = Callable[[Facts, TransitionArea, Goals], Said]

BY_AREA: Final[Mapping[str, ByArea]] = {
    "I13-1": goal_is_measurable,
    "I13-2": goal_is_current,
    "I13-3": goal_rests_on_assessment,
    "I13-4": services_help,
    "I13-5": courses_cover,
    "I13-6": annual_goals_relate,
}
"""The items that are asked of every area."""

WHOLE: Final[Mapping[str, Callable[[Facts], Said]]] = {
    "I13-7": student_was_invited,
    "I13-8": agencies_were_invited,
}
"""The items that are asked once."""

_NO_GOAL: Final = cannot_tell("there is no goal in this area")
_SILENT: Final = "the IEP system's delivery cannot hold this"


def items(facts: Facts) -> Iterator[tuple[str, TransitionArea | None, Said]]:
    """Every item's answer, under its rule and area."""
    spared = _spared(facts)
    for rule, check in BY_AREA.items():
        for area in TransitionArea:
            yield rule, area, spared or _by_area(facts, rule, area, check)
    for rule, whole in WHOLE.items():
        yield rule, None, spared or whole(facts)


def _spared(facts: Facts) -> Said | None:
    """Why Indicator 13 does not ask, or cannot be asked, about this student at all."""
    required = facts.reaches(16)
    if required is None:
        return cannot_tell("the birth date or the IEP's end is not known", "student.birth_date")
    if not required:
        end, day = facts.iep.header.end, facts.birthday(16)
        return not_applicable(f"16 on {day}, after the IEP ends on {end}", "header.end")
    return None


def _by_area(facts: Facts, rule: str, area: TransitionArea, check: ByArea) -> Said:
    goals = tuple(one for one in facts.iep.postsecondary_goals if one.area is area)
    if goals:
        return check(facts, area, goals)
    if area is not TransitionArea.INDEPENDENT_LIVING:
        return _without_goal(facts, rule, area)
    if facts.decided_against(area):
        return not_applicable("the Team decided that no goal is needed", f"not_applicable[{area}]")
    warnings = (_UNDECIDED,) if rule == "I13-1" else ()
    return cannot_tell("independent living undecided", "postsecondary_goals", warnings=warnings)


_UNDECIDED: Final = "record a goal for independent living, or that the Team found none appropriate"


def _without_goal(facts: Facts, rule: str, area: TransitionArea) -> Said:
    if rule != "I13-1":
        return _NO_GOAL
    told = "needs a goal whatever was recorded" if facts.decided_against(area) else "has no goal"
    return _absent(facts, "postsecondary_goals", f"{area} {told}")


def _measured(goal: PostsecondaryGoal) -> Said:
    path = f"postsecondary_goals[{goal.id}]"
    wish = _WISHES.search(goal.statement)
    warnings = (f"{goal.id} says {wish.group(0)!r}: a wish or a process?",) if wish else ()
    failed = {"countable": "cannot be counted", "occurs_after_exit": "does not lie after school"}
    for name, problem in failed.items():
        if getattr(goal, name) is False:
            return not_met(f"{goal.id} {problem}", f"{path}.{name}", warnings=warnings)
    unknown = [f"{path}.{name}" for name in failed if getattr(goal, name) is None]
    if unknown:
        return cannot_tell("the IEP system does not say", *unknown, warnings=warnings)
    return met("countable, and after school", path, warnings=warnings)


def _updated(facts: Facts, goal: PostsecondaryGoal) -> Said:
    path, begins = f"postsecondary_goals[{goal.id}].reviewed_on", facts.cycle_begins
    if goal.reviewed_on is None or begins is None:
        return cannot_tell(f"when {goal.id} was reviewed is not known", path)
    if goal.reviewed_on < begins:
        return not_met(f"last reviewed on {goal.reviewed_on}, before {begins}", path)
    return met(f"reviewed on {goal.reviewed_on}", path)


def _untold(facts: Facts) -> Iterator[Said]:
    """What is said of agencies that are not described: whether they count cannot be told."""
    known, notice = {one.id for one in facts.iep.agencies}, facts.iep.notice
    promised = [
        one
        for one in facts.iep.services
        if one.provider is ProviderKind.AGENCY and (one.agency or not known)
        if one.agency not in known
    ]
    if promised:
        paths = _paths("services", promised)
        yield cannot_tell("an agency is to provide a service, but is not described", *paths)
    named = set(notice.agencies_named) - known if notice else set()
    if named or (notice and notice.agencies_invited and not known):
        yield cannot_tell("an agency was invited, but is not described", "notice", "agencies")
    elif not known and "agencies" in facts.silent:
        yield cannot_tell(_SILENT, "agencies")


def _invited(agency: Agency) -> Said:
    path = f"agencies[{agency.id}]"
    if agency.likely_to_provide_or_pay is False:
        return not_applicable(f"{agency.id} is not likely to provide or pay", path)
    consent, sent = agency.consent_to_invite, agency.invitation and agency.invitation.sent_on
    if consent is not None and consent.decision is ConsentDecision.REFUSED:
        return _after_refusal(agency, path)
    if sent is None:
        return _not_invited(agency, path)
    return _consented(consent, sent_on=path, agency=agency)


def _after_refusal(agency: Agency, path: str) -> Said:
    if agency.invitation is not None:
        return not_met(f"{agency.id} was invited against a refusal", f"{path}.invitation")
    return not_applicable("consent was refused", f"{path}.consent_to_invite")


def _not_invited(agency: Agency, path: str) -> Said:
    if agency.likely_to_provide_or_pay is None:
        return cannot_tell(f"whether {agency.id} is likely to provide or pay is not said", path)
    return not_met(f"nothing shows that {agency.id} was invited", f"{path}.invitation")


def _consented(consent: AgencyConsent | None, sent_on: str, agency: Agency) -> Said:
    path = f"{sent_on}.consent_to_invite"
    sent = agency.invitation.sent_on if agency.invitation else None
    if consent is None:
        return not_met(f"{agency.id} was invited without consent", path)
    if consent.signed_on is None or sent is None:
        return cannot_tell(f"when consent for {agency.id} was signed is not known", path)
    if consent.signed_on > sent:
        return not_met(f"consent for {agency.id} was not prior", f"{path}.signed_on")
    if over := why_over(consent, sent):
        return not_met(f"consent for {agency.id} was {over[0]}", f"{path}.{over[1]}")
    return met(f"{agency.id} was invited with prior consent", path, f"{sent_on}.invitation")


def _absent(facts: Facts, part: str, reason: str) -> Said:
    """Not met, unless the delivery could not have held what is missing."""
    return cannot_tell(_SILENT, part) if part in facts.silent else not_met(reason, part)


def _paths(part: str, found: Iterable[object]) -> tuple[str, ...]:
    return tuple(f"{part}[{getattr(one, 'id', '')}]" for one in found)
