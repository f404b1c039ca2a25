"""What a document of plain CEDS says in other words than our terms, put into these words.

Whoever writes CEDS without our extension says by a date, a code or a cohort what our own terms say
outright. Nothing stands here twice: a term of ours that is there is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

from mappings.ceds.addresses import PREFIX
from mappings.ceds.guard import SSN
from mappings.codesets.crosswalk import crosswalk
from mappings.engine.codec.codes import Crossed
from mappings.engine.codec.fixed import SchoolYear
from mappings.engine.errors import Unrepresentable
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree, items_at, parse_path

LEARNING_PLANS: Final = frozenset({"02197", "89600", "09999"})
"""Codes of IndividualizedProgramType that name a learning plan, or nothing in particular."""

OTHER_PLAN: Final = "an IEP or another individualized program is not read into a learning plan"
NO_CATEGORY: Final = "does not say what kind of goal it is; read as an academic one"
_SSN: Final = "PersonIdentificationSystem_SSN"
_TYPE: Final = "IndividualizedProgramType_"
_YEAR: Final = re.compile("[0-9]{4}")
_CREDENTIALS: Final = {
    "CredentialType_Certification": "certificate",
    "CredentialType_Licensure": "license",
}


def settle(person: Tree, losses: Losses) -> Tree:
    """A person, ready for the tables; changed where it is."""
    _drop(person, "hasPersonIdentification", _is_ssn, losses, SSN)
    _address(person)
    for node in (*_nodes(person, "hasMembership"), *_nodes(person, "hasPersonRelationship")):
        _kind(node)
    for part in _nodes(person, "hasMembership"):
        _drop(part, "hasIndividualizedProgram", _is_other_plan, losses, OTHER_PLAN)
    if has_plan(person):
        _plan(person, losses)
    for award in _nodes(person, "hasCredentialAward"):
        _award(award)
    return person


def settle_shared(node: Tree) -> Tree:
    """A record of nobody in particular, ready for the tables; changed where it is."""
    _kind(node)
    if node.get("@type") == "OrganizationCalendarSession":
        _year(node, "SessionBeginDate")
    return node


_KINDS: Final = {
    "PersonRelationship": ("relationshipKind", "hasPersonRelationshipType", "relation"),
    "K12StaffAssignment": ("roleName", "hasK12StaffClassification", "staff-role"),
    "OrganizationCalendarSession": ("sessionKind", "hasSessionType", "session-type"),
}
"""By class: our term, the option that says it more finely or coarsely, and their crosswalk."""


def _kind(node: Tree) -> None:
    term, option, name = _KINDS.get(str(node.get("@type")), ("", "", ""))
    if option in node and f"ilp:{term}" not in node:
        with suppress(Unrepresentable):
            node[f"ilp:{term}"] = Crossed(crosswalk(f"ceds/{name}"), "option").decode(node[option])


def _plan(person: Tree, losses: Losses) -> None:
    for enrollment in _of_class(person, "hasMembership", "K12StudentEnrollment"):
        _enrollment(enrollment)
    for taken in _of_class(person, "hasMembership", "StudentCourseSectionEnrollment"):
        _course_taken(taken)
    _bring_goals(person)
    for holder in items_at(person, _GOALS):
        for goal in _nodes(holder, "hasGoal"):
            _goal(goal, losses)
    _student(person)


_GOALS = parse_path("hasMembership.hasIndividualizedProgram.hasIndividualizedProgramGoal")


def _address(person: Tree) -> None:
    """A person without an address is known by a number: the district's, the state's, any."""
    numbers = {
        str(each.get("hasPersonIdentificationSystem")): str(each["PersonIdentifier"])
        for each in reversed(_nodes(person, "hasPersonIdentification"))
        if "PersonIdentifier" in each
    }
    if "@id" not in person and numbers:
        known = (numbers.get(system) for system in _SYSTEMS)
        number = next(filter(None, known), None) or next(reversed(numbers.values()))
        person["@id"] = f"{PREFIX}person:{number}"


_SYSTEMS: Final = (
    "PersonIdentificationSystem_District",
    "PersonIdentificationSystem_State",
)


def _bring_goals(person: Tree) -> None:
    """Put goals that stand beside the plan where the plan only names them."""
    bare = [each for each in items_at(person, _GOALS) if _only_names(each.get("hasGoal"))]
    parts = _nodes(person, "hasMembership") if bare else ()
    told = {goal.get("@id"): (part, goal) for part in parts for goal in _nodes(part, "hasGoal")}
    for holder in bare:
        found = told.pop(_nodes(holder, "hasGoal")[0]["@id"], None)
        if found is not None:
            part, goal = found
            holder["hasGoal"] = [goal]
            part["hasGoal"] = [each for each in _nodes(part, "hasGoal") if each is not goal]


def _only_names(value: object) -> bool:
    nodes = value if isinstance(value, list) else [value]
    only = nodes[0] if len(nodes) == 1 and isinstance(nodes[0], dict) else {}
    return "@id" in only and only.keys() <= {"@id", "@type"}


def has_plan(person: Tree) -> bool:
    """Whether a person has a learning plan."""
    parts = _of_class(person, "hasMembership", "ProgramParticipation")
    return any(_nodes(part, "hasIndividualizedProgram") for part in parts)


def _nodes(node: Tree, name: str) -> list[Tree]:
    value = node.get(name)
    held = value if isinstance(value, list) else [value]
    return [each for each in held if isinstance(each, dict)]


def _of_class(node: Tree, name: str, kind: str) -> Iterator[Tree]:
    return (each for each in _nodes(node, name) if each.get("@type") == kind)


def _drop(
    node: Tree, name: str, unwanted: Callable[[Tree], bool], losses: Losses, reason: str
) -> None:
    held = _nodes(node, name)
    kept = [each for each in held if not unwanted(each)]
    if len(kept) < len(held):
        losses.add(LossKey(Side.THEIRS, "Person", name, reason), count=len(held) - len(kept))
        node[name] = kept


def _is_ssn(node: Tree) -> bool:
    return node.get("hasPersonIdentificationSystem") == _SSN


def _is_other_plan(node: Tree) -> bool:
    kind = str(node.get("hasIndividualizedProgramType", f"{_TYPE}09999"))
    return kind.removeprefix(_TYPE) not in LEARNING_PLANS


def _enrollment(node: Tree) -> None:
    if not _is_rostered(node):
        _year(node, "EnrollmentEntryDate")


def _year(node: Tree, began: str) -> None:
    """The school year of the day on which something begins, where none is told."""
    if "ilp:schoolYear" not in node and began in node:
        with suppress(Unrepresentable):  # the tables say what is wrong with the date
            node["ilp:schoolYear"] = SchoolYear().encode(node[began])


def _is_rostered(node: Tree) -> bool:
    """Whether a roster of ours says it, not a plan."""
    return str(node.get("@id", "")).startswith(f"{PREFIX}role:")


def _course_taken(node: Tree) -> None:
    title = _first(items_at(node, _COURSE_TITLES), "CourseTitle")
    if "ilp:schoolYear" in node and title is not None:
        node.setdefault("ilp:courseTitle", title)


_COURSE_TITLES = parse_path("hasOrganization.hasOrganizationTitle")


def _award(node: Tree) -> None:
    kind = _first(_nodes(node, "hasCredentialDefinition"), "hasCredentialType")
    node.setdefault("ilp:entryKind", _CREDENTIALS.get(str(kind), "other"))


def _goal(node: Tree, losses: Losses) -> None:
    if "ilp:goalCategory" not in node:
        node["ilp:goalCategory"] = "academic"
        losses.add(LossKey(Side.THEIRS, "Goal", "ilp:goalCategory", NO_CATEGORY))
    reached = _first(_nodes(node, "hasGoalPerformance"), "hasGoalStatusType")
    done = reached == "GoalStatusType_Completed"
    node.setdefault("ilp:goalStatus", "achieved" if done else "current")


def _student(person: Tree) -> None:
    """The grade and the year of graduation, by the enrollment that began last."""
    found = _of_class(person, "hasMembership", "K12StudentEnrollment")
    enrollments = sorted(found, key=lambda each: str(each.get("EnrollmentEntryDate", "")))
    for node in reversed(enrollments):
        if "hasEntryGradeLevel" in node:
            person.setdefault("ilp:currentGradeLevel", node["hasEntryGradeLevel"])
        year = _first(_nodes(node, "hasK12StudentCohort"), "CohortGraduationYear")
        if _YEAR.fullmatch(str(year)):
            person.setdefault("ilp:expectedGraduationYear", int(str(year)))
        if str(year) == str(person.get("ilp:expectedGraduationYear")):
            _without_year(node)


def _without_year(enrollment: Tree) -> None:
    """Take out of the cohorts the year that is the student's."""
    for cohort in _nodes(enrollment, "hasK12StudentCohort"):
        cohort.pop("CohortGraduationYear", None)
    kept = [each for each in _nodes(enrollment, "hasK12StudentCohort") if each.keys() != {"@type"}]
    enrollment["hasK12StudentCohort"] = kept


def _first(nodes: Iterable[Tree], name: str) -> object:
    return next((node[name] for node in nodes if name in node), None)
