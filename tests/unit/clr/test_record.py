"""What a plan becomes in a learner record, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.credentials import issue, unsigned

from mappings.carriage import Incomplete, count_losses, read_table
from mappings.clr.v2p0.record import record_of, table
from mappings.engine.loss import Losses
from schemas.ilp.document import read_document
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import redact, view_of
from schemas.meta import PrivacyClass
from schemas.standards.clr.schema import schema_of


@pytest.fixture(scope="module")
def plan(fixtures: Path) -> Plan:
    path = fixtures / "plans" / "grade-12-amara-okafor.ilp.json"
    return read_document(path.read_bytes())


def named(plan: Plan, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in unsigned(plan)[1] if one["name"] == name)
    return found


def test_every_element_has_its_fate() -> None:
    assert table().keys() == ELEMENTS.keys()


def test_a_table_that_forgets_an_element_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "elements.toml"
    file.write_text('[reasons]\n[stays]\n[carried."PRO.01"]\nto = "x"\nfields = []\n')
    with pytest.raises(Incomplete):
        read_table(file)


def test_special_education_never_goes() -> None:
    closed = [one for one, place in ELEMENTS.items() if place.privacy is PrivacyClass.SPED]
    assert all(table()[one].to is None for one in closed)


def test_nothing_special_is_in_a_record(plan: Plan) -> None:
    hidden = redact(plan, view_of(frozenset(PrivacyClass) - {PrivacyClass.SPED}))
    assert unsigned(hidden)[1] == unsigned(plan)[1]


def test_a_private_reflection_is_nowhere(plan: Plan) -> None:
    assert "leaving my brothers" not in str(unsigned(plan))


def test_no_name_of_the_student_is_in_a_record(plan: Plan) -> None:
    assert "Okafor" not in str(unsigned(plan))


def test_identifiers_are_hashed(plan: Plan) -> None:
    identifiers = unsigned(plan)[0]["credentialSubject"]["identifier"]
    assert "0001101" not in str(identifiers)
    assert all(one["identityHash"].startswith("sha256$") for one in identifiers)


def test_a_course_carries_mark_credits_and_code(plan: Plan) -> None:
    subject = named(plan, "Geometry")["credentialSubject"]
    assert (subject["creditsEarned"], subject["term"]) == (1, "2024-25")
    assert subject["result"][0]["value"] == "C"
    assert subject["achievement"]["otherIdentifier"][0]["identifier"] == "02072"


def test_an_inventory_carries_each_scale_with_its_ends(plan: Plan) -> None:
    achievement = named(plan, "Interest profiler short form, version 2")["credentialSubject"]
    first = achievement["achievement"]["resultDescription"][0]
    assert (first["name"], first["valueMin"], first["valueMax"]) == ("Realistic", "0", "40")


def test_a_work_sample_is_evidence_of_what_it_shows(plan: Plan) -> None:
    (evidence,) = named(plan, "Gas metal arc welding")["evidence"]
    assert evidence["name"] == "Garden gate"
    assert evidence["genre"] == "image/jpeg"


def test_a_reflection_joins_what_it_is_about(plan: Plan) -> None:
    subject = named(plan, "Open shop day at the technical college")["credentialSubject"]
    assert "I can see myself there" in subject["narrative"]


def test_courses_are_part_of_the_diploma(plan: Plan) -> None:
    subject = unsigned(plan)[0]["credentialSubject"]
    diploma = subject["achievement"][0]
    parts = [one for one in subject["association"] if one["associationType"] == "isPartOf"]
    assert diploma["achievementType"] == "SecondarySchoolDiploma"
    assert {one["targetId"] for one in parts} == {diploma["id"]}
    assert len(parts) == 9


def test_equal_achievements_of_two_students_have_one_id(plan: Plan) -> None:
    first, second = (record_of(plan, issue(), salt).badges[0] for salt in ("00", "11"))
    assert first["credentialSubject"]["achievement"] == second["credentialSubject"]["achievement"]


def test_planned_courses_and_dreams_are_counted_as_staying(plan: Plan) -> None:
    losses = Losses()
    count_losses(plan, table(), record_of(plan, issue(), "00").taken, losses)
    gone = {key.subject for key in losses if key.path == ""}
    assert {"GOA.01", "CRS.01", "STR.03", "ACC.01", "ART.06"} <= gone
    assert "REC.01" not in gone


def test_every_entry_went_or_is_counted(plan: Plan) -> None:
    taken, losses = record_of(plan, issue(), "00").taken, Losses()
    count_losses(plan, table(), taken, losses)
    stayed = sum(losses.counts[key] for key in losses if key.path == "")
    assert stayed + sum(one.id in taken for _, one in plan.every_entry()) == sum(
        1 for _ in plan.every_entry()
    )


def test_our_own_schema_is_a_sound_one() -> None:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    for name in ("ClrCredential", "AchievementCredential", "EndorsementCredential"):
        Draft202012Validator.check_schema(schema_of(name))
