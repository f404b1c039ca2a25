"""Drafts as records of standards, judged by the standards' own artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.edfi_schemas import openapi
from support.iep_drafts import ALL, draft_of, plan_of, version

from mappings.engine.loss import Losses
from schemas.standards.shape import StandardRecord
from service.errors import Invalid
from service.formats import format_of
from service.iep.feed.draft import Draft
from service.iep.feed.loss import Kept, fates_of
from service.iep.feed.records import records_of

NO_CARRIERS: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def draft(fixtures: Path) -> Draft:
    return draft_of(plan_of(fixtures))


@pytest.fixture(scope="module")
def official(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Official schemas by format; the OpenAPI document of 6.0 stands for what 6.1 took over."""
    edfi = reference / "reference" / "edfi"
    folder = tmp_path_factory.mktemp("official")
    (folder / "resources.json").write_text(json.dumps(openapi(edfi)), "utf-8")
    return {
        "edfi-json-5.2": edfi / "openapi",
        "edfi-json-6.1": folder,
        "edfi-xml-5.2": edfi,
        "edfi-xml-6.1": edfi,
        "ceds-jsonld-14": reference / "reference" / "ceds",
    }


def records(form: str, draft: Draft, losses: Losses | None = None) -> list[StandardRecord]:
    kept = Losses() if losses is None else losses
    return records_of(form, draft, version(), kept, NO_CARRIERS)


@pytest.mark.parametrize("name", ["edfi-json-5.2", "edfi-xml-5.2", "edfi-xml-6.1"])
def test_ed_fi_has_nothing_against_a_draft(
    draft: Draft, official: dict[str, Path], tmp_path: Path, name: str
) -> None:
    form = format_of(name)
    form.write(tmp_path / "out", records(f"edfi-{name[-3:]}", draft))
    assert list(form.check(tmp_path / "out", official[name])) == []


def test_nor_the_openapi_of_6_0_but_for_what_is_newer(
    draft: Draft, official: dict[str, Path], tmp_path: Path
) -> None:
    made = records("edfi-6.1", draft)
    form = format_of("edfi-json-6.1")
    older = [one for one in made if one.entity != "studentIEPGoals"]
    form.write(tmp_path / "out", older)
    assert list(form.check(tmp_path / "out", official["edfi-json-6.1"])) == []
    assert len(older) < len(made)


def test_ceds_shapes_have_nothing_against_a_draft(
    draft: Draft, official: dict[str, Path], tmp_path: Path
) -> None:
    form = format_of("ceds-jsonld-14")
    form.write(tmp_path / "draft.jsonld", records("ceds", draft))
    found = list(form.check(tmp_path / "draft.jsonld", official["ceds-jsonld-14"]))
    assert found == []


def test_ceds_says_that_it_is_a_draft_of_a_transition_plan(draft: Draft) -> None:
    (person,) = (one.values for one in records("ceds", draft))
    (program,) = _programs(person)
    assert program["hasIndividualizedProgramType"] == "IndividualizedProgramType_05982"
    assert program["ilp:planStatus"] == "draft"
    goals = [one.get("hasIEPGoalType") for one in program["hasIndividualizedProgramGoal"]]
    assert goals.count("IEPGoalType_Transitional") == 2


def test_accommodations_reach_ceds_in_words(draft: Draft) -> None:
    (person,) = (one.values for one in records("ceds", draft))
    text = json.dumps(person)
    assert "IndividualizedProgramAccommodationDescription" in text
    assert "Half as much time again for written tests" in text


def test_an_ed_fi_goal_says_that_nothing_was_decided(draft: Draft) -> None:
    goals = [one.values for one in records("edfi-6.1", draft) if one.entity == "studentIEPGoals"]
    assert len(goals) == 2
    assert all(one["iepGoalIdentifier"].startswith("DRAFT-") for one in goals)
    assert all("nothing decided" in one["iepGoalDetails"] for one in goals)


def test_no_record_of_the_mirrored_iep_is_written(draft: Draft) -> None:
    made = {one.entity for form in ("edfi-5.2", "edfi-6.1") for one in records(form, draft)}
    assert not made & {"studentIEPs", "studentSpecialEducationProgramAssociations", "ideaEvents"}


def test_without_a_version_in_force_the_goals_are_losses(draft: Draft) -> None:
    losses = Losses()
    made = records_of("edfi-6.1", draft, None, losses, NO_CARRIERS)
    assert not [one for one in made if one.entity == "studentIEPGoals"]
    assert [key.reason for key in losses if key.subject == "postsecondary_goals"]


def test_what_is_withheld_is_in_no_record(fixtures: Path) -> None:
    fields = ALL - {"ACC.01", "ACC.02", "GOA.09", "SUP.03"}
    shut = draft_of(plan_of(fixtures), fields, told=False)
    for form in ("ceds", "edfi-5.2", "edfi-6.1"):
        text = json.dumps([one.values for one in records(form, shut)], default=str)
        assert "Half as much time" not in text
        assert "checklist" not in text


def test_who_may_not_identify_the_student_gets_no_records(fixtures: Path) -> None:
    nameless = draft_of(plan_of(fixtures), ALL - {"PRO.01"})
    with pytest.raises(Invalid, match="name the student"):
        records("ceds", nameless)


def test_what_a_standard_cannot_hold_is_counted(draft: Draft) -> None:
    losses = Losses()
    records("edfi-5.2", draft, losses)
    assert {"ACC.01", "ACC.02", "PRO.05"} <= {key.subject for key in losses}


def _programs(person: dict[str, Any]) -> list[dict[str, Any]]:
    found = (one.get("hasIndividualizedProgram", ()) for one in person["hasMembership"])
    return [one for programs in found for one in programs]


def test_the_table_of_losses_is_true_of_ceds(draft: Draft) -> None:
    text = json.dumps([one.values for one in records("ceds", draft)])
    fates = {one.path: one.fate for one in fates_of("ceds")}
    kept = [one for one in draft.sentences if fates[one.path] is Kept.KEPT]
    lost = [one for one in draft.sentences if fates[one.path] is Kept.LOST]
    assert kept
    assert lost
    assert not [one for one in kept if f"#{one.source.entry}" not in text]
    assert not [one for one in lost if f"#{one.source.entry}" in text]


@pytest.mark.parametrize("form", ["edfi-5.2", "edfi-6.1"])
def test_what_the_table_calls_lost_is_in_no_record_of_ed_fi(draft: Draft, form: str) -> None:
    text = json.dumps([one.values for one in records(form, draft)], default=str)
    fates = {one.path: one.fate for one in fates_of(form)}
    lost = [one for one in draft.sentences if fates[one.path] is Kept.LOST]
    assert lost
    assert not [one.text for one in lost if one.text in text]


def test_what_the_table_calls_kept_is_in_the_records_of_6_1(draft: Draft) -> None:
    text = json.dumps([one.values for one in records("edfi-6.1", draft)], ensure_ascii=False)
    fates = {one.path: one.fate for one in fates_of("edfi-6.1")}
    kept = [one for one in draft.sentences if fates[one.path] is Kept.KEPT]
    assert kept
    assert not [one for one in kept if one.text not in text and one.source.entry not in text]
