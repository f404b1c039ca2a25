"""Documents that we did not write, and those of ours without our own terms: read, never a crash."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from support.ceds_mapping import read

from mappings.ceds.bridge import v14
from mappings.engine.loss import Losses, Side
from mappings.hub import Choice, Hub, frame_of
from schemas.standards.shape import StandardRecord

SCHOOL = {"@type": "K12School", "@id": "urn:example:school:12"}
ENROLLED = {
    "@type": "K12StudentEnrollment",
    "@id": "urn:example:enrollment:1",
    "EnrollmentEntryDate": "2025-08-18",
    "hasRole": "Role_K12Student",
    "hasOrganization": [SCHOOL],
}
NAME = {"@type": "PersonName", "FirstName": "Ada", "LastOrSurname": "Ash"}
PERSON = {"@type": "Person", "@id": "urn:example:person:9", "hasPersonName": [NAME]}


def hub_of(losses: Losses, **parts: Any) -> Hub:
    told = StandardRecord("Person", {**PERSON, **parts})
    return v14().read(lambda: iter([told]), losses)


def row(hub: Hub, entity: str) -> dict[str, Any]:
    (found,) = hub.rows(entity)
    return found


def test_a_foreign_membership_keeps_its_address_as_its_id() -> None:
    found = row(hub_of(losses := Losses(), hasMembership=[ENROLLED]), "role")
    assert found["id"] == "urn:example:enrollment:1"
    assert not losses


def test_a_foreign_membership_leads_to_its_school_and_person() -> None:
    found = row(hub_of(Losses(), hasMembership=[ENROLLED]), "role")
    assert (found["org_id"], found["person_id"]) == ("urn:example:school:12", PERSON["@id"])


def test_a_membership_without_an_address_gets_an_id_of_what_it_says() -> None:
    bare = {name: value for name, value in ENROLLED.items() if name != "@id"}
    found = row(hub_of(Losses(), hasMembership=[bare]), "role")
    assert found["id"] == "urn:example:person:9|urn:example:school:12|student|2025-08-18"


def test_a_person_without_an_address_is_known_by_a_number() -> None:
    number = {
        "@type": "PersonIdentification",
        "PersonIdentifier": "S-1",
        "hasPersonIdentificationSystem": "PersonIdentificationSystem_State",
    }
    tree = {"@type": "Person", "hasPersonName": [NAME], "hasPersonIdentification": [number]}
    hub = v14().read(lambda: iter([StandardRecord("Person", tree)]), Losses())
    assert row(hub, "person")["id"] == "S-1"


def test_a_person_whom_nothing_tells_apart_is_a_loss() -> None:
    tree = {"@type": "Person", "hasPersonName": [NAME]}
    hub = v14().read(lambda: iter([StandardRecord("Person", tree)]), losses := Losses())
    assert "person" not in hub.frames
    assert "lacks what a roster record needs" in {key.reason for key in losses}


def test_a_number_of_no_known_system_is_a_loss() -> None:
    number = {"@type": "PersonIdentification", "PersonIdentifier": "77"}
    hub = hub_of(losses := Losses(), hasPersonIdentification=[number])
    assert "user_ids" not in row(hub, "person")
    assert [(key.side, key.path) for key in losses] == [
        (Side.THEIRS, "hasPersonIdentification[].PersonIdentifier")
    ]


def rostered(**role: Any) -> dict[str, pl.DataFrame]:
    return {
        "organization": frame_of("organization", [{"id": "o", "name": "North", "type": "school"}]),
        "person": frame_of(
            "person",
            [
                {
                    "id": "p",
                    "given_name": "Ada",
                    "family_name": "Ash",
                    "user_ids": [{"type": "SIS", "identifier": "7"}],
                }
            ],
        ),
        "role": frame_of("role", [{"id": "r", "person_id": "p", "org_id": "o", **role}]),
    }


def test_a_student_who_began_on_a_day_comes_back_without_a_loss() -> None:
    frames = rostered(role="student", begin_date="2025-08-18")
    records = list(v14().write(Hub(frames), Losses(), Choice()))
    v14().read(lambda: iter(records), losses := Losses())
    assert list(losses) == []


def test_a_role_of_nobody_is_counted_and_left_out() -> None:
    frames = rostered(role="student")
    frames["role"] = pl.concat([frames["role"], frames["role"].with_columns(person_id=None)])
    records = list(v14().write(Hub(frames), losses := Losses(), Choice()))
    told = [key for key in losses if key.reason == "does not say whose it is"]
    assert [(key.subject, losses.counts[key]) for key in told] == [("role", 1)]
    assert "None" not in str([each.values for each in records])


def test_a_roster_without_our_own_terms_is_read() -> None:
    records = list(v14().write(Hub(rostered(role="student")), Losses(), Choice(core_only=True)))
    hub = v14().read(lambda: iter(records), Losses())
    assert row(hub, "person")["family_name"] == "Ash"


def test_a_record_that_is_not_read_without_our_own_terms_is_listed_field_by_field() -> None:
    course = frame_of("course", [{"id": "c", "title": "Art", "grades": ["09"]}])
    core, losses = Choice(core_only=True), Losses()
    records = list(v14().write(Hub({"course": course}), losses, core))
    assert not v14().read(lambda: iter(records), Losses()).frames
    told = {key.path for key in losses if key.subject == "course"}
    assert {"id", "title", "grades[]"} <= told


def test_a_goal_that_stands_elsewhere_is_the_plans_all_the_same() -> None:
    goal = {"@type": "Goal", "@id": "urn:example:goal:1", "GoalDescription": "Read more"}
    named = {"@type": "IndividualizedProgramGoal", "hasGoal": [{"@id": goal["@id"]}]}
    program = {"@type": "IndividualizedProgram", "hasIndividualizedProgramGoal": [named]}
    part = {"@type": "ProgramParticipation", "hasIndividualizedProgram": [program]}
    tree = {**PERSON, "hasMembership": [{**ENROLLED, "hasGoal": [goal]}, part]}
    (plan,) = read([StandardRecord("Person", tree)], losses := Losses())
    assert [each["text"] for each in plan["goals"]["academic_goals"]] == ["Read more"]
    assert not [key for key in losses if "hasGoal" in key.path]


def shared(entity: str, **parts: Any) -> Hub:
    told = StandardRecord(entity, {"@type": entity, **parts})
    return v14().read(lambda: iter([told]), Losses())


@pytest.mark.parametrize(
    ("code", "kind"),
    [("FullSchoolYear", "schoolYear"), ("Quarter", "term"), ("Semester", "semester")],
)
def test_a_session_says_by_its_code_of_what_kind_it_is(code: str, kind: str) -> None:
    hub = shared(
        "OrganizationCalendarSession",
        **{"@id": "urn:example:session:1", "SessionDescription": "Fall"},
        SessionBeginDate="2025-08-18",
        SessionEndDate="2025-12-19",
        hasSessionType=f"SessionType_{code}",
    )
    found = row(hub, "academic_session")
    assert (found["type"], found["school_year"]) == (kind, 2026)


def test_staff_are_what_their_classification_says() -> None:
    assigned = {
        "@type": "K12StaffAssignment",
        "hasRole": "Role_K12Staff",
        "hasK12StaffClassification": "K12StaffClassification_SecondaryTeachers",
        "hasOrganization": [SCHOOL],
    }
    assert row(hub_of(Losses(), hasMembership=[assigned]), "role")["role"] == "teacher"


def test_a_father_is_a_parent() -> None:
    father = {
        "@type": "PersonRelationship",
        "@id": "urn:example:relationship:1",
        "hasPersonRelationshipType": "PersonRelationshipType_Father",
        "ilp:person": [{"@type": "ilp:PersonReference", "ilp:name": "Al Ash"}],
    }
    program = {"@type": "IndividualizedProgram", "@id": "urn:example:plan:1"}
    part = {"@type": "ProgramParticipation", "hasIndividualizedProgram": [program]}
    tree = {**PERSON, "hasMembership": [part], "hasPersonRelationship": [father]}
    (plan,) = read([StandardRecord("Person", tree)])
    assert [each["relation"] for each in plan["supports"]["supportive_adults"]] == ["parent"]


@pytest.mark.parametrize("value", [5, 1.5, True, "x", ["x"]])
def test_a_value_where_nodes_belong_is_a_loss(value: Any) -> None:
    hub = hub_of(losses := Losses(), hasPersonIdentification=value)
    assert "user_ids" not in row(hub, "person")
    assert [key.path.removesuffix("[]") for key in losses] == ["hasPersonIdentification"]


def test_the_last_day_of_the_calendar_has_no_day_after_it_and_is_a_loss() -> None:
    endless = {**ENROLLED, "EnrollmentExitDate": "9999-12-31"}
    found = row(hub_of(losses := Losses(), hasMembership=[endless]), "role")
    assert "end_date" not in found
    assert [(key.subject, key.path) for key in losses] == [("role", "end_date")]
