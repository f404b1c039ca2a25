"""From a plan's goal to the IEP and out to an agency, and whose word counts on each day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.iep_story import JOSE, WORDING, Stage, play

Told = dict[str, Any]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story")


@pytest.fixture(scope="session")
def stage(folder: Path, fixtures: Path) -> Stage:
    return Stage(folder, fixtures)


@pytest.fixture(scope="session")
def told(stage: Stage, folder: Path) -> Told:
    """The story, played once; the tests ask what its scenes told."""
    return play(stage, folder)


def test_the_case_manager_sees_suggestions_with_reasons(told: Told) -> None:
    first = told["suggested"][0]
    assert (first["entry"], first["goal"]) == ("goal-after", "PSG-1")
    assert "both are about education or training" in first["reasons"]


def test_only_the_case_manager_makes_the_link(told: Told, stage: Stage) -> None:
    assert told["link"]["id"] == "iep_link-1"
    again = ("iep", "link", "add", JOSE, "goal-career", "PSG-1", "--kind", "supports")
    assert stage.refused(*again, "--reason", "me too", by="dtsosie", on="2026-12-02")


def test_nothing_goes_to_an_agency_before_consent(told: Told, folder: Path) -> None:
    assert told["unconsented"].status == 1
    assert not (folder / "no.json").exists()


def test_the_packet_is_produced_under_its_disclosure_number(told: Told, folder: Path) -> None:
    assert (folder / "packet.pdf").read_bytes().startswith(b"%PDF-")
    assert len(told["packet"]["disclosure"]) == 12


def test_the_agency_sees_only_what_the_consent_covers(told: Told, folder: Path) -> None:
    draft = json.loads((folder / "vr.json").read_text("utf-8"))
    assert set(draft["parts"]) == {"postsecondary_goals", "annual_goals"}
    assert "withheld" not in draft


def test_who_proposed_does_not_record_the_acceptance(told: Told) -> None:
    assert told["by proposer"].status == 1
    assert told["accepted"]["state"] == "accepted"


def test_acceptance_leaves_the_mirrored_section_as_it_was(told: Told) -> None:
    goals = told["still"]["iep"]["postsecondary_goals"]
    assert [one["id"] for one in goals] == ["PSG-1"]


def test_the_next_delivery_realizes_the_proposal(told: Told) -> None:
    assert told["realized"]["state"] == "realized"
    assert told["realized"]["student_words"] == "Physical therapist assistant."
    assert told["realized"]["wording"] == WORDING


def test_the_mother_reads_on_the_eve_and_not_on_the_birthday(told: Told) -> None:
    assert told["mother before"].status == 0
    assert told["mother after"].status == 1
    assert told["student after"].status == 0


def test_her_consents_end_with_her_rights(told: Told, folder: Path) -> None:
    assert told["lapsed"].status == 1
    assert not (folder / "lapsed.json").exists()


def test_the_students_own_consents_open_again_and_revoking_closes(told: Told) -> None:
    assert told["own"].status == 0
    assert told["closed"].status == 1


def test_the_register_names_the_right_regime_for_each_disclosure(told: Told) -> None:
    to_vr = [one for one in told["register"] if one["name"] == "State VR"]
    allowed = [one for one in to_vr if one["outcome"] == "allowed"]
    assert {one["ferpa"]["reason"] for one in allowed} == {"99.32(d)(3)"}
    assert all(one["idea"]["recorded"] for one in allowed)
    assert all(one["ferpa"]["recorded"] for one in to_vr if one["outcome"] == "denied")


def test_the_register_names_the_consents_that_opened_the_way(told: Told) -> None:
    to_vr = [one for one in told["register"] if one["name"] == "State VR"]
    first, second = (set(one["consents"]) for one in to_vr if one.get("consents"))
    assert first == {"consent-1", "consent-2"}
    assert second >= {"consent-3", "consent-4"}


def test_the_log_is_whole(told: Told, stage: Stage) -> None:
    assert stage.done("audit", "verify").status == 0
