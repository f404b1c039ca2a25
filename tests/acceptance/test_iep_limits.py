"""What a consent for one part of the bridge does not open, and what no decision reaches."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import mistake
from support.iep_story import JOSE, MOTHER, Stage, first_version, second_version

ADD = ("add", "postsecondary_goals", "--area", "employment", "--rationale", "why")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> Stage:
    made = Stage(tmp_path_factory.mktemp("iep"), fixtures)
    made.home.checkpoint("start")
    return made


@pytest.fixture
def stage(opened: Stage) -> Stage:
    opened.home.rewind("start")
    return opened


def only(stage: Stage, element: str) -> None:
    """Both consents for VR, each for one element of the IEP link."""
    what = ("--signer", MOTHER, "--recipient", "state-vr", "--element", element)
    when = ("--signed", "2026-11-19", "--expires", "2027-11-19", "--evidence", "form")
    for regime in ("IDEA_300_622", "FERPA_99_30"):
        why = ("--regime", regime, "--purpose", "transition-services")
        stage.done("consent", "add", JOSE, *what, *when, *why, by="laila")


def reviewed(stage: Stage, wording: str = "Work.") -> str:
    made = stage.told("iep", "propose", JOSE, *ADD, "--wording", wording, by="jose")["id"]
    stage.done("iep", "submit", made, by="jose")
    stage.done("iep", "review", made, by="khoward")
    return str(made)


def decided(stage: Stage, on: str) -> str:
    papers = ("--reference", "MTG-1", "--notice", "PWN-1", "--participation", "attended")
    words = ("iep", "decide", JOSE, "meeting", *papers, "--on", on)
    return str(stage.told(*words, by="khoward")["id"])


def test_progress_alone_does_not_open_the_goals(stage: Stage) -> None:
    link = ("iep", "link", "add", JOSE, "goal-after", "PSG-1", "--kind", "supports")
    stage.done(*link, "--reason", "same", by="khoward")
    only(stage, "iep.progress")
    assert stage.refused("iep", "progress", JOSE, by="state-vr")


def test_proposals_alone_do_not_open_what_the_iep_says_instead(stage: Stage) -> None:
    made = reviewed(stage, "The student will fly.")
    stage.done("iep", "accept", made, "--decision", decided(stage, "2026-11-20"), by="khoward")
    stage.night("2026-11-21", second_version())
    only(stage, "iep.proposals")
    shown = stage.told("iep", "show", made, by="state-vr", on="2026-11-21")
    (listed,) = stage.told("iep", "list", JOSE, by="state-vr", on="2026-11-21")
    whole = stage.told("iep", "show", made, by="khoward", on="2026-11-21")
    assert (shown["difference"], listed["difference"]) == (None, None)
    assert whole["difference"]["found"]


def test_a_decision_from_before_a_proposal_accepts_nothing(stage: Stage) -> None:
    made, old = reviewed(stage), decided(stage, "2026-11-19")
    assert mistake(stage("iep", "accept", made, "--decision", old, by="khoward"), "handed in")
    new = decided(stage, "2026-11-20")
    stage.done("iep", "accept", made, "--decision", new, by="khoward")


def test_a_link_waits_where_an_older_version_holds_again(stage: Stage) -> None:
    stage.night("2026-11-21", second_version())
    link = ("iep", "link", "add", JOSE, "goal-career", "PSG-2", "--kind", "supports")
    stage.done(*link, "--reason", "same", by="khoward", on="2026-11-21")
    stage.night("2026-11-22", first_version())
    (row,) = stage.told("iep", "link", "list", JOSE, by="khoward", on="2026-11-22")
    assert row["candidates"]["looks"] == "dropped"
