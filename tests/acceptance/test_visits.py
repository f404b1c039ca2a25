"""One student seen by a teacher, a mother, the student and a stranger, through the commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID, LUPE, MOTHER

TEACHER, OTHER_TEACHER = "tch-2201", "tch-2102"
ACCOUNTS = {"lee": TEACHER, "mia": MOTHER, "lupe": LUPE, "roy": OTHER_TEACHER}


@pytest.fixture
def school(home: Home) -> Home:
    """After the first night: people with accounts, and nobody has asked for anything."""
    for account, person in ACCOUNTS.items():
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    return home


def shown(home: Home, who: str) -> dict[str, Any]:
    answer = home("student", "show", LOCAL_ID, "--json", OPERATOR=who)
    assert answer.status == 0, answer
    found: dict[str, Any] = answer.json
    return found


def exported(home: Home, who: str) -> dict[str, Any]:
    answer = home("plan", "export", LOCAL_ID, OPERATOR=who)
    assert answer.status == 0, answer
    document: dict[str, Any] = json.loads(answer.out)
    return document


def last_event(home: Home) -> dict[str, Any]:
    words = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC"
    event: dict[str, Any] = json.loads(home.value(words))
    return event


def test_a_teacher_sees_no_contacts(school: Home) -> None:
    fields = shown(school, "lee")["person"]["fields"]
    assert "family_name" in fields
    assert fields.keys().isdisjoint({"email", "phone", "sms"})


def test_a_mother_sees_how_to_reach_her_child(school: Home) -> None:
    fields = shown(school, "mia")["person"]["fields"]
    assert {"email", "phone"} <= fields.keys()


def test_what_is_shown_is_on_the_log(school: Home) -> None:
    shown(school, "lee")
    event = last_event(school)
    assert (event["actor"], event["action"], event["request"]) == ("lee", "read", "student show")
    assert "person.family_name" in event["fields"]
    assert "person.phone" not in event["fields"]


def test_a_teacher_gives_no_plan_out(school: Home) -> None:
    answer = school("plan", "export", LOCAL_ID, OPERATOR="lee")
    assert mistake(answer, "not known here, or not open")
    event = last_event(school)
    assert (event["outcome"], event["roles"]) == ("denied", ["TCH"])


def test_a_mother_takes_along_what_is_not_private(school: Home) -> None:
    document = exported(school, "mia")
    assert document["plan"]["goals"]["career_goals"]
    assert document["plan"]["withheld"] == ["ART.03.private"]


def test_a_student_takes_everything_along(school: Home) -> None:
    assert "withheld" not in exported(school, "lupe")["plan"]


def test_nobody_learns_whether_a_student_is_known(school: Home) -> None:
    closed = school("plan", "export", LOCAL_ID, OPERATOR="roy")
    unknown = school("plan", "export", "nobody", OPERATOR="roy")
    assert closed.err == unknown.err.replace("nobody", LOCAL_ID)


def test_a_mother_may_not_rename_her_child(school: Home) -> None:
    words = ("student", "set", LOCAL_ID, "given_name", "Lupi", "--reason", "I say so")
    assert mistake(school(*words, OPERATOR="mia"), "not yours to write: person.given_name")
    assert last_event(school)["fields"] == ["person.given_name"]


def test_whoever_sets_a_field_looks_at_nothing_else(school: Home) -> None:
    before = school.value("SELECT count(*) FROM audit_event")
    words = ("student", "set", LOCAL_ID, "email", "lupe@x.example", "--reason", "mine")
    assert school(*words, OPERATOR="lupe").status == 0
    event = last_event(school)
    assert (event["action"], event["fields"]) == ("write", ["person.email"])
    assert school.value("SELECT count(*) FROM audit_event") == before + 1


def revised(home: Home, path: Path) -> Path:
    """The student's own plan with another goal."""
    document = exported(home, "lupe")
    plan = document["plan"]
    goal, header = plan["goals"]["career_goals"][0], plan["profile"]["header"]
    goal["text"] += ", and then more"
    header["plan_version"] = goal["changed"]["plan_version"] = header["plan_version"] + 1
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_a_student_changes_the_own_goals(school: Home, tmp_path: Path) -> None:
    answer = school("plan", "import", revised(school, tmp_path / "plan.json"), OPERATOR="lupe")
    assert answer.status == 0, answer
    assert last_event(school)["fields"] == ["GOA.01", "PRO.04"]


def test_a_teacher_does_not(school: Home, tmp_path: Path) -> None:
    answer = school("plan", "import", revised(school, tmp_path / "plan.json"), OPERATOR="lee")
    assert mistake(answer, "not yours to write: PRO.04, GOA.01")


def test_a_redacted_copy_does_not_replace_the_plan(school: Home, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(exported(school, "mia")), "utf-8")
    assert mistake(school("plan", "import", path, OPERATOR="mia"), "withheld", "whole plan")


def test_conflicts_of_others_are_not_told(second: Home) -> None:
    assert second("access", "link", "roy", OTHER_TEACHER, "--reason", "minutes").status == 0
    assert second("conflicts", "list", "--json", OPERATOR="roy").json == []


@pytest.fixture
def agency(school: Home) -> Home:
    """A mother lets an agency know of goals, under both laws, and of nothing else."""
    assert school("account", "add", "vr", "--role", "VRA", "--reason", "a partner").status == 0
    assert school("account", "grant", "vr", "read", "*", "--reason", "a partner").status == 0
    for regime in ("FERPA_99_30", "IDEA_300_622"):
        words = (
            *("consent", "add", LOCAL_ID, "--regime", regime, "--signer", MOTHER),
            *("--recipient", "vr", "--section", "careerGoals", "--signed", "2026-11-01"),
            *("--purpose", "transition-services", "--expires", "2027-06-30"),
            *("--evidence", "binder 3"),
        )
        assert school(*words).status == 0
    return school


def sent(home: Home, purpose: str = "transition-services") -> Any:
    words = ("plan", "export", LOCAL_ID, "--to", "vr", "--purpose", purpose)
    return home(*words, OPERATOR="mia")


def test_what_goes_to_an_agency_is_what_was_agreed(agency: Home) -> None:
    plan = json.loads(sent(agency).out)["plan"]
    assert plan["goals"]["career_goals"]
    assert not plan.get("courses")


def test_the_event_names_who_received_it_and_by_which_consent(agency: Home) -> None:
    sent(agency)
    event = last_event(agency)
    assert (event["actor"], event["party"], event["party_roles"]) == ("mia", "vr", ["VRA"])
    assert event["consents"] == ["consent-1", "consent-2"]
    assert "300.622(b)(2)" in event["basis"]


def test_nothing_goes_for_another_purpose(agency: Home) -> None:
    assert mistake(sent(agency, "administration"), "not open to mia")


def test_nothing_goes_once_the_consent_is_revoked(agency: Home) -> None:
    assert agency("consent", "revoke", "consent-1", "--reason", "changed her mind").status == 0
    assert mistake(sent(agency), "not open to mia")


@pytest.fixture
def contested(school: Home) -> Home:
    """A mother was refused an amendment of the goals, and placed her statement."""
    words = ("request", "add", LOCAL_ID, "amendment", "--by", MOTHER, "--section", "careerGoals")
    made = school(*words, "--json").json["id"]
    assert school("request", "answer", made, "refused", "--reason", "they are hers").status == 0
    assert school("request", "state", made, "--text", "She wants to fly.").status == 0
    return school


def test_a_statement_goes_with_what_it_contests(contested: Home, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    assert contested("plan", "export", LOCAL_ID, "-o", out, OPERATOR="mia").status == 0
    assert "She wants to fly." in (tmp_path / "plan.json.statements.txt").read_text("utf-8")


@pytest.mark.parametrize("ending", [".json", ".zip"])
def test_a_plan_stands_with_its_statements_or_not_at_all(
    contested: Home, tmp_path: Path, ending: str
) -> None:
    older = tmp_path / f"plan{ending}.statements.txt"
    older.write_text("of an older export", "utf-8")
    answer = contested("plan", "export", LOCAL_ID, "-o", tmp_path / f"plan{ending}", OPERATOR="mia")
    assert mistake(answer, older.name, "is there already")
    assert [one.read_text("utf-8") for one in tmp_path.iterdir()] == ["of an older export"]


@pytest.mark.parametrize("ending", [".json", ".zip"])
def test_a_plan_that_could_not_be_written_is_no_disclosure(
    contested: Home, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"{'x' * 245}{ending}"  # too long a name for a draft beside it
    assert mistake(contested("plan", "export", LOCAL_ID, "-o", out, OPERATOR="mia"), "too long")
    assert last_event(contested)["outcome"] == "unanswered"
    assert not list(tmp_path.iterdir())


def test_whoever_is_shown_the_section_is_shown_the_statement(contested: Home) -> None:
    told = shown(contested, "lee")["statements"]
    assert [one["text"] for one in told] == ["She wants to fly."]


def test_it_goes_with_every_answer_about_the_section(contested: Home) -> None:
    for words in (
        ("plan", "history", LOCAL_ID),
        ("plan", "signatures", LOCAL_ID, "--json"),
        ("profile", "check", LOCAL_ID, "--state", "CO"),
    ):
        assert "She wants to fly." in contested(*words, OPERATOR="mia").err


def test_it_commands_no_terminal(school: Home) -> None:
    words = ("request", "add", LOCAL_ID, "amendment", "--by", MOTHER, "--section", "careerGoals")
    made = school(*words, "--json").json["id"]
    assert school("request", "answer", made, "refused", "--reason", "they are hers").status == 0
    assert school("request", "state", made, "--text", "Line\n\x1b[2Jtwo").status == 0
    told = school("plan", "history", LOCAL_ID, OPERATOR="mia").err
    assert "Line\n\\x1b[2Jtwo\n" in told


def test_it_goes_with_a_portfolio_too(contested: Home, tmp_path: Path) -> None:
    out = tmp_path / "resume.json"
    words = ("export", "portfolio", LOCAL_ID, "--format", "json-resume", "-o", out)
    assert contested(*words, OPERATOR="mia").status == 0
    assert "She wants to fly." in (tmp_path / "resume.json.statements.txt").read_text("utf-8")


def test_what_looks_like_markup_is_shown_as_it_was_written(school: Home) -> None:
    words = ("student", "set", LOCAL_ID, "email", "a[bold]:key:@x.example", "--reason", "mine")
    assert school(*words, OPERATOR="lupe").status == 0
    told = "".join(school("student", "show", LOCAL_ID, OPERATOR="mia").out.split())
    assert "a[bold]:key:@x.example" in told
