"""Documents of plain CEDS say in other words what our own terms say."""

from __future__ import annotations

from typing import Any

import pytest
from support.ceds_mapping import read

from mappings.ceds.settle import NO_CATEGORY, OTHER_PLAN, settle
from mappings.engine.loss import Losses
from schemas.standards.shape import StandardRecord

ENROLLED = {
    "@type": "K12StudentEnrollment",
    "EnrollmentEntryDate": "2025-08-18",
    "hasEntryGradeLevel": "GradeLevel_10",
    "hasK12StudentCohort": [{"@type": "K12StudentCohort", "CohortGraduationYear": "2028"}],
    "hasOrganization": [
        {
            "@type": "K12School",
            "hasOrganizationTitle": [{"@type": "OrganizationTitle", "OrganizationName": "North"}],
        }
    ],
}


def goal(status: str | None = None) -> dict[str, Any]:
    node: dict[str, Any] = {"@type": "Goal", "GoalDescription": "Read more"}
    if status:
        node["hasGoalPerformance"] = [{"@type": "GoalPerformance", "hasGoalStatusType": status}]
    return {"@type": "IndividualizedProgramGoal", "hasGoal": [node]}


def person(kind: str = "02197", **parts: Any) -> dict[str, Any]:
    plan = {
        "@type": "IndividualizedProgram",
        "hasIndividualizedProgramType": f"IndividualizedProgramType_{kind}",
        **parts,
    }
    part = {"@type": "ProgramParticipation", "hasIndividualizedProgram": [plan]}
    name = {"@type": "PersonName", "FirstName": "Ada", "LastOrSurname": "Ash"}
    number = {"@type": "PersonIdentification", "PersonIdentifier": "9"}
    state = {**number, "hasPersonIdentificationSystem": "PersonIdentificationSystem_State"}
    return {
        "@type": "Person",
        "@id": "https://example.org/people/9",
        "hasPersonName": [name],
        "hasPersonIdentification": [state],
        "hasMembership": [ENROLLED, part],
    }


def plan_of(tree: dict[str, Any], losses: Losses | None = None) -> dict[str, Any]:
    (plan,) = read([StandardRecord("Person", tree)], losses)
    return plan


def test_the_grade_is_that_of_the_last_enrollment() -> None:
    names = plan_of(person())["profile"]["name_and_grade"]
    assert (names["grade_level"]["code"], names["graduation_year"]) == ("10", 2028)


def test_the_school_year_is_that_of_the_first_day() -> None:
    (enrollment,) = plan_of(person())["profile"]["enrollments"]
    assert enrollment["school_year"] == 2026


def test_a_goal_without_a_category_is_read_and_told() -> None:
    losses = Losses()
    plan = plan_of(person(hasIndividualizedProgramGoal=[goal()]), losses)
    assert plan["goals"]["academic_goals"][0]["text"] == "Read more"
    assert NO_CATEGORY in {key.reason for key in losses}


def test_a_completed_goal_is_achieved() -> None:
    parts = [goal("GoalStatusType_Completed")]
    plan = plan_of(person(hasIndividualizedProgramGoal=parts))
    assert plan["goals"]["academic_goals"][0]["status"] == "achieved"


@pytest.mark.parametrize("kind", ["02196", "05978", "05982"])
def test_an_iep_is_not_read_into_a_plan(kind: str) -> None:
    losses = Losses()
    assert read([StandardRecord("Person", person(kind))], losses) == []
    assert OTHER_PLAN in {key.reason for key in losses}


def test_a_social_security_number_is_not_read() -> None:
    number = {"hasPersonIdentificationSystem": "PersonIdentificationSystem_SSN"}
    tree = {"hasPersonIdentification": [{**number, "PersonIdentifier": "078-05-1120"}]}
    assert settle(tree, Losses())["hasPersonIdentification"] == []


def test_what_our_terms_say_is_left_alone() -> None:
    tree = person()
    tree["ilp:currentGradeLevel"] = "GradeLevel_11"
    assert plan_of(tree)["profile"]["name_and_grade"]["grade_level"]["code"] == "11"


@pytest.mark.parametrize("year", ["9" * 5000, "²", "", "2028-06"])
def test_a_cohort_of_no_year_tells_no_year_of_graduation(year: str) -> None:
    cohort = {"@type": "K12StudentCohort", "CohortGraduationYear": year}
    tree = person()
    tree["hasMembership"][0] = {**ENROLLED, "hasK12StudentCohort": [cohort]}
    assert "ilp:expectedGraduationYear" not in settle(tree, Losses())
