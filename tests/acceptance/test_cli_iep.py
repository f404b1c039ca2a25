"""`planbridge iep` as people use it, mistakes and refusals included."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.cli import mistake
from support.iep_story import JOSE, MOTHER, Stage, first_version, second_version

WORK = ("add", "postsecondary_goals", "--area", "employment", "--rationale", "why")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> Stage:
    made = Stage(tmp_path_factory.mktemp("iep"), fixtures)
    made.home.checkpoint("start")
    return made


@pytest.fixture
def stage(opened: Stage) -> Stage:
    opened.home.rewind("start")
    return opened


def linked(stage: Stage, entry: str = "goal-after", goal: str = "PSG-1") -> str:
    words = ("iep", "link", "add", JOSE, entry, goal, "--kind", "supports", "--reason", "same")
    return str(stage.told(*words, by="khoward")["id"])


def proposed(stage: Stage, *words: str, by: str = "khoward") -> str:
    return str(stage.told("iep", "propose", JOSE, *(words or WORK), by=by)["id"])


def allowed(stage: Stage, section: str, recipient: str = "dtsosie") -> str:
    """The mother lets staff see a section of the IEP in the plan; gives the consent's id."""
    what = ("--regime", "IDEA_300_622", "--signer", MOTHER, "--recipient", recipient)
    when = ("--signed", "2026-11-19", "--expires", "2027-11-19", "--evidence", "form")
    why = ("--purpose", "counseling", "--section", section)
    return str(stage.told("consent", "add", JOSE, *what, *when, *why, by="laila")["id"])


def test_an_unknown_student_and_a_shut_one_look_alike(stage: Stage) -> None:
    texts = [
        stage("iep", "section", who, by="state-vr").err.replace(who, "X")
        for who in (JOSE, "nobody")
    ]
    assert texts[0] == texts[1]


def test_a_student_without_an_iep_is_said_to_have_none(stage: Stage) -> None:
    stage.done("tie", "add", "stu-0001052", "caseManager", "tch-2903", "--evidence", "list")
    assert mistake(stage("iep", "section", "stu-0001052", by="khoward"), "No IEP", "delivered")


def test_a_statement_about_the_iep_is_told_with_it(stage: Stage) -> None:
    asked = ("request", "add", JOSE, "amendment", "--by", MOTHER, "--section", "iepLink")
    made = stage.told(*asked)["id"]
    stage.done("request", "answer", made, "refused", "--reason", "it is the Team's")
    stage.done("request", "state", made, "--text", "He wants to fly.")
    assert "He wants to fly." in stage("iep", "section", JOSE, by="khoward").err


def test_a_link_is_made_once(stage: Stage) -> None:
    linked(stage)
    again = ("iep", "link", "add", JOSE, "goal-after", "PSG-1", "--kind", "supports")
    assert mistake(stage(*again, "--reason", "again", by="khoward"), "linked already")


@pytest.mark.parametrize(
    ("entry", "goal", "kind", "word"),
    [
        ("no-such", "PSG-1", "supports", "no-such"),
        ("goal-after", "PSG-9", "supports", "PSG-9"),
        ("resume", "PSG-1", "supports", "no goal"),
        ("goal-after", "PSG-1", "likes", "likes"),
    ],
)
def test_a_link_that_cannot_be_is_a_sentence(
    stage: Stage, entry: str, goal: str, kind: str, word: str
) -> None:
    words = ("iep", "link", "add", JOSE, entry, goal, "--kind", kind, "--reason", "x")
    answer = stage(*words, by="khoward")
    assert mistake(answer, word) or mistake(answer, "shows no entry")


def test_links_are_the_case_managers_to_make(stage: Stage) -> None:
    words = ("iep", "link", "add", JOSE, "goal-after", "PSG-1", "--kind", "supports")
    for who in ("jose", "laila", "dtsosie", "state-vr"):
        assert stage.refused(*words, "--reason", "x", by=who)


def test_a_link_follows_its_goal_and_waits_where_it_was_reworded(stage: Stage) -> None:
    kept, waits = linked(stage), linked(stage, "goal-chem", "AG-1")
    annual = second_version().annual_goals[0].model_copy(update={"statement": "Type faster."})
    stage.night("2026-11-21", second_version().model_copy(update={"annual_goals": (annual,)}))
    rows = stage.told("iep", "link", "list", JOSE, by="khoward", on="2026-11-21")
    queued = {row["id"]: row["candidates"] for row in rows}
    assert queued[kept] is None
    assert queued[waits]["goals"] == ["AG-1"]


def test_the_case_manager_says_where_a_waiting_link_goes(stage: Stage) -> None:
    waits = linked(stage, "goal-chem", "AG-1")
    annual = second_version().annual_goals[0].model_copy(update={"statement": "Type faster."})
    stage.night("2026-11-21", second_version().model_copy(update={"annual_goals": (annual,)}))
    move = ("iep", "link", "move", waits, "AG-1", "--reason", "the same, reworded")
    stage.done(*move, by="khoward", on="2026-11-21")
    (row,) = stage.told("iep", "link", "list", JOSE, by="khoward", on="2026-11-21")
    assert row["queued_at"] is None


def test_a_draft_is_shown_to_its_proposer_alone(stage: Stage) -> None:
    made = proposed(stage, *WORK, by="jose")
    assert [one["id"] for one in stage.told("iep", "list", JOSE, by="jose")] == [made]
    assert stage.told("iep", "list", JOSE, by="khoward") == []
    assert mistake(stage("iep", "show", made, by="khoward"), "No proposal")


def test_what_is_not_there_and_what_is_shut_are_refused_alike(stage: Stage) -> None:
    made, other = proposed(stage, *WORK, "--wording", "Work."), linked(stage)
    stage.done("iep", "submit", made, by="khoward")
    for words, there, not_there in (
        (("iep", "show"), made, "iep_proposal-9"),
        (("iep", "link", "end"), other, "iep_link-9"),
    ):
        why = ("--reason", "x") if "link" in words else ()
        texts = {
            stage(*words, id_, *why, by="state-vr").err.replace(id_, "X")
            for id_ in (there, not_there)
        }
        assert len(texts) == 1


def test_a_newer_version_asks_for_a_rebase(stage: Stage) -> None:
    made = proposed(stage, *WORK, "--wording", "Work.")
    stage.done("iep", "submit", made, by="khoward")
    stage.night("2026-11-21", second_version())
    shown = stage.told("iep", "show", made, by="khoward", on="2026-11-21")
    assert shown["state"] == "needs_rebase"
    rebased = stage.told("iep", "rebase", made, by="khoward", on="2026-11-21")
    assert rebased["state"] == "draft"


def test_a_proposal_expires(stage: Stage) -> None:
    made = proposed(stage, *WORK, "--wording", "Work.", "--expires", "2026-11-22")
    (one,) = stage.told("iep", "list", JOSE, by="khoward", on="2026-11-23")
    assert (one["id"], one["state"]) == (made, "expired")


def test_an_empty_draft_is_not_submitted(stage: Stage) -> None:
    made = proposed(stage)
    assert mistake(stage("iep", "submit", made, by="khoward"), "does not say")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("paint", "postsecondary_goals", "--rationale", "x"), "paint"),
        (("add", "weather", "--rationale", "x"), "weather"),
        (("add", "postsecondary_goals", "--rationale", "x"), "area"),
        (("change", "annual_goals", "--item", "AG-9", "--rationale", "x"), "AG-9"),
        (("change", "annual_goals", "--rationale", "x"), "--item"),
        ((*WORK, "--expires", "2020-01-01"), "2020-01-01"),
        ((*WORK, "--entry", "no-such"), "no-such"),
        ((*WORK, "--words", "mine"), "Only the student"),
    ],
)
def test_a_proposal_that_cannot_be_is_a_sentence(
    stage: Stage, words: tuple[str, ...], told: str
) -> None:
    answer = stage("iep", "propose", JOSE, *words, by="khoward")
    assert answer.status == 1
    assert told in answer.err


def test_a_written_amendment_waits_for_the_rights_holders_signature(stage: Stage) -> None:
    papers = ("--reference", "AGR-1", "--on", "2026-11-20", "--notice", "PWN-1")
    more = ("--participation", "agreed in writing", "--agency-signed-by", "the principal")
    decide = ("iep", "decide", JOSE, "written-amendment", *papers, *more)
    assert mistake(stage(*decide, by="khoward"), "signed AGR-1")
    assert stage.refused("iep", "sign", JOSE, "--document", "AGR-1", by="khoward")
    stage.done("iep", "sign", JOSE, "--document", "AGR-1", by="laila")
    assert stage.told(*decide, by="khoward")["id"].startswith("team_decision")


def test_what_the_next_delivery_has_instead_is_reported(stage: Stage) -> None:
    made = proposed(stage, *WORK, "--wording", "The student will work as a nurse.", by="dtsosie")
    stage.done("iep", "submit", made, by="dtsosie")
    stage.done("iep", "review", made, by="khoward")
    papers = ("--reference", "MTG-1", "--on", "2026-11-20", "--notice", "PWN-1")
    decide = ("iep", "decide", JOSE, "meeting", *papers, "--participation", "attended")
    decision = stage.told(*decide, by="khoward")["id"]
    stage.done("iep", "accept", made, "--decision", decision, by="khoward")
    stage.night("2026-11-21", second_version())
    shown = stage.told("iep", "show", made, by="khoward", on="2026-11-21")
    assert shown["state"] == "not_realized"
    assert shown["difference"]["item"] == "PSG-2"


def test_an_accommodation_comes_into_the_plan_by_consent(stage: Stage) -> None:
    stage.done("account", "source", "khoward", "ACC.02", "--reason", "IEP")
    agreed = allowed(stage, "accommodations")
    bring = ("iep", "bring", JOSE, "--accommodation", "AC-1", "--consent", agreed)
    assert stage.told(*bring, "--reason", "agreed", by="khoward")["id"] == "iep-AC-1"
    plan = json.loads(stage.done("plan", "export", JOSE, by="khoward").out)["plan"]
    (copied,) = (
        one for one in plan["supports"]["copied_accommodations"] if one["id"] == "iep-AC-1"
    )
    assert (copied["authority"], copied["changed"]["kind"]) == (agreed, "I")


@pytest.mark.parametrize("recipient", ["state-vr", None])
def test_not_by_a_consent_that_is_about_something_else(stage: Stage, recipient: str | None) -> None:
    stage.done("account", "source", "khoward", "ACC.02", "--reason", "IEP")
    agreed = allowed(stage, "accommodations", recipient) if recipient else "consent-99"
    bring = ("iep", "bring", JOSE, "--accommodation", "AC-1", "--consent", agreed)
    assert stage(*bring, "--reason", "x", by="khoward").status == 1


def test_an_annual_goal_comes_into_the_plan_once(stage: Stage) -> None:
    agreed = allowed(stage, "iepLink")
    bring = ("iep", "bring", JOSE, "--goal", "AG-1", "--consent", agreed, "--reason", "agreed")
    stage.done(*bring, by="khoward")
    before = stage.home.value("SELECT version FROM ilp_plan")
    stage.done(*bring, by="khoward")
    assert stage.home.value("SELECT version FROM ilp_plan") == before


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("json", "a.json"),
        ("csv", "a.csv"),
        ("html", "a.html"),
        ("pdf", "a.pdf"),
        ("ceds", "a.jsonld"),
        ("edfi-5.2", "a52"),
        ("edfi-6.1", "a61"),
    ],
)
def test_every_form_is_written_for_its_owner_alone(
    stage: Stage, tmp_path: Path, form: str, name: str
) -> None:
    out = tmp_path / name
    words = ("iep", "feed", JOSE, "--format", form, "-o", out, "--loss", tmp_path / "loss.json")
    told = stage.told(*words, by="khoward")
    assert told["format"] == form
    assert out.stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "loss.json").read_text())["elements"]


@pytest.mark.parametrize("form", ["ceds", "edfi-6.1"])
def test_no_form_is_there_before_it_is_closed_to_others(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "stopped")

    monkeypatch.setattr(os, "chmod", stopped)
    words = ("iep", "feed", JOSE, "--format", form, "-o", tmp_path / "a.jsonld")
    assert mistake(stage(*words, by="khoward"), "stopped")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["a.json", "a.json.statements.txt", "loss.json"])
def test_a_file_that_is_there_stops_a_draft_before_it_is_disclosed(
    stage: Stage, tmp_path: Path, taken: str
) -> None:
    (tmp_path / taken).write_text("mine")
    words = ("--format", "json", "-o", tmp_path / "a.json", "--loss", tmp_path / "loss.json")
    events = _events(stage)
    assert mistake(stage("iep", "feed", JOSE, *words, by="khoward"), taken, "is there already")
    assert _events(stage) == events
    assert [one.read_text() for one in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("form", ["json", "ceds"])
def test_a_draft_that_could_not_be_written_is_no_disclosure(
    stage: Stage, tmp_path: Path, form: str
) -> None:
    words = ("--format", form, "-o", tmp_path / ("x" * 250), "--loss", tmp_path / "loss.json")
    assert mistake(stage("iep", "feed", JOSE, *words, by="khoward"), "too long")
    assert _last_event(stage)["outcome"] == "unanswered"
    assert not list(tmp_path.iterdir())


def test_the_log_knows_a_draft_by_the_number_on_it(stage: Stage, tmp_path: Path) -> None:
    words = ("iep", "feed", JOSE, "--format", "json", "-o", tmp_path / "a.json")
    number = stage.told(*words, by="khoward")["disclosure"]
    written = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert written["disclosure"]["number"] == number
    assert _last_event(stage)["request"] == f"iep feed {number}"


def test_a_refused_draft_is_on_the_log(stage: Stage, tmp_path: Path) -> None:
    words = ("iep", "feed", JOSE, "--format", "json", "-o", tmp_path / "a.json")
    assert stage.refused(*words, by="state-vr")
    assert _last_event(stage)["outcome"] == "denied"


def test_a_draft_that_is_refused_for_somebody_else_says_for_whom(
    stage: Stage, tmp_path: Path
) -> None:
    words = ("iep", "feed", JOSE, "--format", "json", "--to", "state-vr", "-o", tmp_path / "a.json")
    assert mistake(stage(*words, by="khoward"), "khoward for state-vr")


def test_an_unknown_carrier_is_a_sentence(stage: Stage, tmp_path: Path) -> None:
    words = ("iep", "feed", JOSE, "--format", "edfi-5.2", "--carrier", "x", "-o", tmp_path / "a")
    assert mistake(stage(*words, by="khoward"), "no carrier x")


def test_an_unknown_form_is_a_sentence(stage: Stage, tmp_path: Path) -> None:
    words = ("iep", "feed", JOSE, "--format", "docx", "-o", tmp_path / "a")
    assert mistake(stage(*words, by="khoward"), "docx", "pdf")


def test_a_school_is_checked_as_far_as_its_ieps_are_open(stage: Stage) -> None:
    mine = stage.told("iep", "check", "--school", "org-cedar", by="khoward")
    assert [one["indicator13"] for one in mine] == ["not_met"]
    assert stage.told("iep", "check", "--school", "org-cedar", by="state-vr") == []


def test_adjustments_become_drafts_of_whoever_asks(stage: Stage) -> None:
    linked(stage, "goal-chem", "AG-1")
    told = stage.told("iep", "progress", JOSE, "--propose", by="khoward")
    assert [one["rule"] for one in told["adjustments"]] == ["quiet", "courses"]
    assert len(told["drafts"]) == 1
    again = stage.told("iep", "progress", JOSE, "--propose", by="khoward")
    assert again["drafts"] == []


def test_every_command_of_the_bridge_leaves_events(stage: Stage) -> None:
    before = _events(stage)
    stage.done("iep", "section", JOSE, by="khoward")
    stage.refused("iep", "section", JOSE, by="state-vr")
    assert _events(stage) == before + 2


def test_the_mirror_never_changes_by_a_command(stage: Stage) -> None:
    def held() -> Any:
        return stage.home.query("SELECT * FROM iep_version ORDER BY number")

    before = held()
    made = proposed(stage, *WORK, "--wording", "Work.")
    linked(stage)
    stage.done("iep", "submit", made, by="khoward")
    stage.done("iep", "check", JOSE, by="khoward")
    assert held() == before


def test_the_same_delivery_again_moves_nothing(stage: Stage) -> None:
    linked(stage)
    stage.night("2026-11-21", first_version())
    assert stage.home.value("SELECT count(*) FROM iep_version") == 1
    (row,) = stage.told("iep", "link", "list", JOSE, by="khoward", on="2026-11-21")
    assert row["queued_at"] is None


def _events(stage: Stage) -> int:
    return int(stage.home.value("SELECT count(*) FROM audit_event"))


def _last_event(stage: Stage) -> Any:
    query = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC"
    return json.loads(stage.home.value(query))
