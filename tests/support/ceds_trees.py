"""Trees of CEDS records, made from the tables: every value fits its property."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from schemas.standards.ceds import (
    Term,
    all_classes,
    all_properties,
    codes,
    is_extension,
    property_names,
)
from schemas.standards.ceds.table import PARTIAL_DATE
from schemas.standards.shape import Kind, StandardRecord

Tree = dict[str, Any]

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\"'\n\t,;=+-@/\\ü")
"""Letters of every script, and what breaks careless writers."""

WORDS = st.characters(categories=("Lu", "Ll", "Nd"))
_BOUNDS = {"xsd:byte": (-128, 127), "xsd:nonNegativeInteger": (0, 2**31)}
_PARTIAL = st.sampled_from(["2025-06-01", "2025-06", "2025"])


def _text(term: Term) -> st.SearchStrategy[str]:
    alphabet = WORDS if term.datatype == "xsd:token" else CHARACTERS
    low = max(term.min_length or 1, 1)
    return st.text(alphabet, min_size=low, max_size=max(min(term.max_length or 40, 40), low))


def _integer(term: Term) -> st.SearchStrategy[int]:
    low, high = _BOUNDS.get(term.datatype or "", (-(2**31), 2**31 - 1))
    low = low if term.minimum is None else max(low, int(term.minimum))
    return st.integers(low, high if term.maximum is None else min(high, int(term.maximum)))


def _decimal(term: Term) -> st.SearchStrategy[str]:
    low = -(10**6) if term.minimum is None else term.minimum
    high = 10**6 if term.maximum is None else term.maximum
    numbers = st.decimals(Decimal(str(low)), Decimal(str(high)), places=2)
    return numbers.map(lambda number: f"{number:f}")


def _dated(term: Term) -> st.SearchStrategy[str]:
    if term.datatype == PARTIAL_DATE:
        return _PARTIAL
    if term.datatype == "xsd:gYearMonth":
        return st.dates().map(lambda day: day.isoformat()[:7])
    if term.kind is Kind.YEAR:
        return st.integers(1900, 2100).map(str)
    if term.kind is Kind.TIME:
        return st.times().map(lambda moment: moment.replace(microsecond=0).isoformat())
    if term.kind is Kind.DATETIME:
        return st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat())
    return st.dates().map(lambda day: day.isoformat())


def values(term: Term) -> st.SearchStrategy[Any]:
    """Values that a property may have, links apart."""
    if term.codes:
        return st.sampled_from(codes(term.codes)).map(lambda code: f"{term.codes}_{code}")
    if term.kind is Kind.INTEGER:
        return _integer(term)
    if term.kind is Kind.DECIMAL:
        return _decimal(term)
    if term.kind is Kind.BOOLEAN:
        return st.booleans()
    if term.datatype in ("xsd:string", "xsd:token"):
        return _text(term)
    return _dated(term)


def _fitting(name: str, extension: bool) -> list[str]:
    known = all_properties()
    return [
        each
        for each in property_names(name)
        if (extension or not is_extension(each))
        and not each.startswith("(Deprecated)")
        and (known[each].kind is not Kind.OBJECT or _is_held(known[each].reference))
    ]


def _is_held(name: str | None) -> bool:
    return name is not None and name in all_classes() and all_classes()[name].held


@st.composite
def nodes(
    draw: st.DrawFn, name: str, *, extension: bool = True, depth: int = 3, width: int = 4
) -> Tree:
    """A node of one class with up to `width` properties, links at most `depth` deep."""
    node: Tree = {"@type": name}
    if draw(st.booleans()):
        node["@id"] = f"urn:uuid:{draw(st.uuids())}"
    fitting = _fitting(name, extension)
    if fitting:
        for each in draw(st.lists(st.sampled_from(fitting), unique=True, max_size=width)):
            term = all_properties()[each]
            if term.kind is not Kind.OBJECT:
                node[each] = draw(values(term))
            elif depth and term.reference:
                inner = nodes(term.reference, extension=extension, depth=depth - 1, width=width)
                node[each] = draw(st.lists(inner, min_size=1, max_size=2))
    return node


ROOTS = (
    "Person",
    "Organization",
    "K12School",
    "LocalEducationAgency",
    "CourseSection",
    "K12Course",
)
WITH_PLANS = ("IndividualizedProgram", "K12StudentEnrollment", "Goal", "CredentialAward")


def trees(*, extension: bool = True) -> st.SearchStrategy[Tree]:
    """Trees of the classes that start one, and of classes below them."""
    names = st.sampled_from(ROOTS + WITH_PLANS)
    return names.flatmap(lambda name: nodes(name, extension=extension))


def records(found: list[Tree]) -> list[StandardRecord]:
    """Trees as records on their way."""
    return [StandardRecord(tree["@type"], tree) for tree in found]


def leaf_count(tree: Tree) -> int:
    """How many triples a tree is: one per class, value and link."""
    total = 0
    for name, value in tree.items():
        if name == "@id":
            continue
        for each in value if isinstance(value, list) else [value]:
            total += 1 + (leaf_count(each) if isinstance(each, dict) else 0)
    return total


def small_plan(number: int) -> Tree:
    """A student with an enrollment, a plan and a goal: about 40 values, of an invented person."""
    goal = {
        "@type": "Goal",
        "GoalDescription": "Finish a nursing assistant program before graduation.",
        "GoalStartDate": "2025-09-01",
        "ilp:goalCategory": "career",
        "hasGoalPerformance": [
            {"@type": "GoalPerformance", "hasGoalStatusType": "GoalStatusType_SatisfactoryProgress"}
        ],
    }
    plan = {
        "@type": "IndividualizedProgram",
        "@id": f"urn:planbridge:plan:{number}",
        "hasIndividualizedProgramType": "IndividualizedProgramType_02197",
        "IndividualizedProgramDate": "2025-10-01",
        "ilp:planStatus": "approved",
        "ilp:planVersion": 3,
        "hasIndividualizedProgramGoal": [{"@type": "IndividualizedProgramGoal", "hasGoal": [goal]}],
    }
    enrollment = {
        "@type": "K12StudentEnrollment",
        "EnrollmentEntryDate": "2025-08-18",
        "hasEntryGradeLevel": "GradeLevel_10",
        "hasOrganization": [{"@type": "K12School", "@id": "urn:planbridge:org:12"}],
    }
    participation = {
        "@type": "ProgramParticipation",
        "ProgramParticipationStartDate": "2025-08-18",
        "hasIndividualizedProgram": [plan],
    }
    return {
        "@type": "Person",
        "@id": f"urn:planbridge:person:{number}",
        "hasPersonName": [{"@type": "PersonName", "FirstName": "Ada", "LastOrSurname": "Example"}],
        "hasPersonBirth": [{"@type": "PersonBirth", "Birthdate": "2010-04-05"}],
        "hasMembership": [enrollment, participation],
    }


def distinct(found: list[Tree]) -> list[Tree]:
    """The same trees, each @id given to one node only."""
    numbers = iter(range(10**6))

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(each) for each in value]
        if not isinstance(value, dict):
            return value
        own = {"@id": f"urn:example:{next(numbers)}"} if "@id" in value else {}
        return {key: renamed(each) for key, each in value.items()} | own

    return [renamed(tree) for tree in found]
