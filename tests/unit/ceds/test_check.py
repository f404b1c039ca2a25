"""Each kind of fault in a tree, found where it is."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.ceds.check import problems
from adapters.ceds.values import is_of

PLAN = "IndividualizedProgram"

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no class": ({"GoalDescription": "Read more"}, "ceds.class"),
    "unknown class": ({"@type": "Persona"}, "ceds.class"),
    "unknown term": ({"@type": "Person", "Nickname": "Ada"}, "ceds.term"),
    "relative address": ({"@type": "Person", "@id": "1001"}, "ceds.id"),
    "wrong class": ({"@type": "PersonName", "hasSex": "Sex_Female"}, "ceds.domain"),
    "unknown option": ({"@type": "PersonSexGender", "hasSex": "Sex_Femal"}, "ceds.option"),
    "option of another set": (
        {"@type": PLAN, "hasIndividualizedProgramType": "Sex_Male"},
        "ceds.option",
    ),
    "option as text": ({"@type": "PersonSexGender", "hasSex": {"@value": "Female"}}, "ceds.option"),
    "no such day": ({"@type": "PersonBirth", "Birthdate": "2010-02-30"}, "ceds.date"),
    "a date with a time": (
        {"@type": "PersonBirth", "Birthdate": "2010-02-03T10:00:00"},
        "ceds.date",
    ),
    "too long": ({"@type": "PersonName", "FirstName": "x" * 76}, "ceds.length"),
    "too short": (
        {"@type": "JobDetail", "hasStandardOccupationalClassification": "29"},
        "ceds.length",
    ),
    "below zero": ({"@type": "K12StudentAcademicRecord", "GPACumulative": "-1"}, "ceds.bounds"),
    "no number": ({"@type": "K12StudentAcademicRecord", "GPACumulative": "3,4"}, "ceds.datatype"),
    "no token": ({"@type": "PersonIdentification", "PersonIdentifier": " 1"}, "ceds.datatype"),
    "a truth for a text": ({"@type": "Goal", "GoalDescription": True}, "ceds.datatype"),
    "another datatype": (
        {"@type": "PersonBirth", "Birthdate": {"@value": "2010", "@type": "xsd:gYear"}},
        "ceds.datatype",
    ),
    "a text for a node": ({"@type": PLAN, "hasIndividualizedProgramGoal": "Read"}, "ceds.class"),
    "a node of another class": (
        {"@type": PLAN, "hasIndividualizedProgramGoal": [{"@type": "Goal"}]},
        "ceds.class",
    ),
    "a social security number": (
        {
            "@type": "PersonIdentification",
            "PersonIdentifier": "000000000",
            "hasPersonIdentificationSystem": "PersonIdentificationSystem_SSN",
        },
        "ceds.ssn",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_once(fault: str) -> None:
    tree, code = FAULTS[fault]
    assert [problem.code for problem in problems(tree)] == [code]


def test_a_fault_deep_inside_is_led_to() -> None:
    goal = {"@type": "Goal", "GoalStartDate": "soon"}
    tree = {"@type": "K12StudentEnrollment", "hasGoal": [{"@type": "Goal"}, goal]}
    assert [problem.path for problem in problems(tree)] == ["hasGoal[2].GoalStartDate"]


def test_an_address_made_from_a_social_security_number_is_found() -> None:
    number = {
        "@type": "PersonIdentification",
        "PersonIdentifier": "000000000",
        "hasPersonIdentificationSystem": "PersonIdentificationSystem_SSN",
    }
    tree = {"@type": "Person", "@id": "urn:x:000000000", "hasPersonIdentification": [number]}
    assert "ceds.ssn" in {problem.code for problem in problems(tree) if not problem.path}


def test_a_subclass_stands_where_its_class_belongs() -> None:
    tree = {"@type": "Person", "hasMembership": [{"@type": "K12StudentEnrollment"}]}
    assert list(problems(tree)) == []


def test_dates_of_the_ontology_may_come_with_a_time() -> None:
    value = {"@value": "2025-08-18T07:30:00", "@type": "xsd:dateTime"}
    assert list(problems({"@type": "Enrollment", "EnrollmentEntryDate": value})) == []


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("xsd:date", "2024-02-29", "2023-02-29"),
        ("xsd:dateTime", "2024-02-29T23:59:59.5Z", "2024-02-29 23:59:59"),
        ("xsd:time", "07:30:00", "07:30"),
        ("xsd:gYear", "2028", "28"),
        ("xsd:gYearMonth", "2028-06", "2028-13"),
        ("xsd:decimal", "-12.50", "1e3"),
        ("xsd:int", 2147483647, 2147483648),
        ("xsd:byte", "127", "128"),
        ("xsd:nonNegativeInteger", 0, -1),
        ("xsd:token", "a b", "a  b"),
        ("xsd:boolean", True, "yes"),
    ],
)
def test_lexical_forms(datatype: str, good: Any, bad: Any) -> None:
    assert (is_of(datatype, good), is_of(datatype, bad)) == (True, False)
