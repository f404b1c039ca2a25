"""Ways in which something slipped past the records office once; each is shut."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID, LUPE, MOTHER, STATE_ID, record_id

TEACHER, OTHER_TEACHER = "tch-2201", "tch-2102"
ACCOUNTS = {"lee": TEACHER, "mia": MOTHER, "lupe": LUPE, "roy": OTHER_TEACHER}
SCHOOL, NOBODY, MENTOR = "org-cedar", "passer-by", "par-0001"
PLANLESS = "0001117"
LAST = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC"
CONSENT = (
    *("--regime", "FERPA_99_30", "--signer", MOTHER, "--section", "careerGoals"),
    *("--purpose", "mentoring", "--signed", "2026-11-01", "--expires", "2027-06-30"),
    *("--evidence", "binder 3"),
)


@pytest.fixture
def school(home: Home) -> Home:
    """After the first night: people with accounts."""
    for account, person in ACCOUNTS.items():
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    return home


def plan_of(home: Home) -> dict[str, Any]:
    """The student's whole plan."""
    answer = home("plan", "export", LOCAL_ID, OPERATOR="lupe")
    document: dict[str, Any] = json.loads(answer.out)
    return document


def taken_in(home: Home, who: str, document: dict[str, Any], path: Path) -> str:
    """What somebody hears who imports a document."""
    path.write_text(json.dumps(document), "utf-8")
    return home("plan", "import", path, OPERATOR=who).err


def test_an_import_does_not_tell_what_a_hidden_part_holds(school: Home, tmp_path: Path) -> None:
    same = plan_of(school)
    less = json.loads(json.dumps(same))
    del less["plan"]["assessments"]  # not for a teacher's eyes
    told = {taken_in(school, "lee", one, tmp_path / "plan.json") for one in (same, less)}
    assert len(told) == 1
    assert "ASM.01" in told.pop()


@pytest.mark.parametrize("known", ["ST90001053", "ST90001051"])
def test_an_import_does_not_tell_whose_id_it_is(school: Home, tmp_path: Path, known: str) -> None:
    document = plan_of(school)
    identity = document["plan"]["profile"]["identity"]
    told = set()
    for value in (known, "ST00000000"):
        identity["identifiers"] = [{"system": "state", "value": value}]
        told.add(taken_in(school, "roy", document, tmp_path / "plan.json"))
    assert len(told) == 1


def test_only_the_custodian_brings_a_past(school: Home, tmp_path: Path) -> None:
    bundle = tmp_path / "plan.zip"
    assert school("plan", "export", LOCAL_ID, "--out", bundle, OPERATOR="lupe").status == 0
    answer = school("plan", "import", bundle, OPERATOR="lupe")
    assert mistake(answer, "versions of its past")


@pytest.mark.parametrize(
    "words",
    [
        ("tie", "add", LOCAL_ID, "mentor", "{}", "--evidence", "binder 3"),
        ("request", "add", LOCAL_ID, "inspection", "--by", "{}"),
        ("restriction", "add", LOCAL_ID, "{}", "--document", "statute", "--evidence", "case 12"),
    ],
    ids=lambda words: words[0],
)
def test_nobody_finds_out_who_has_an_id(school: Home, words: tuple[str, ...]) -> None:
    named = [[one.format(given) for one in words] for given in (STATE_ID, "ST00000000")]
    known, unknown = (school(*one, OPERATOR="roy") for one in named)
    assert (known.status, known.err) == (1, unknown.err)


def test_deciding_a_conflict_shows_no_more_than_listing_it(second: Home) -> None:
    """Once the requests are answered, a phone number is shut to the custodian again."""
    for id_, kind in second.query("SELECT id, kind FROM record_request"):
        outcome = "given" if kind == "inspection" else "done"
        assert second("request", "answer", id_, outcome, "--reason", "over").status == 0
    with contextlib.closing(sqlite3.connect(second.database)) as connection, connection:
        connection.execute("UPDATE conflict SET field = 'phone'")
    decided = second("conflicts", "decide", "1", "--ours", "--json").json
    assert [decided[name] for name in ("base", "ours", "theirs")] == [None, None, None]


def test_nobody_finds_out_which_conflicts_there_are(second: Home) -> None:
    assert second("access", "link", "roy", OTHER_TEACHER, "--reason", "minutes").status == 0
    known, unknown = (second("conflicts", "decide", n, "--ours", OPERATOR="roy") for n in (1, 99))
    assert (known.status, known.err) == (1, unknown.err)


def refusals(home: Home) -> list[dict[str, Any]]:
    """What was refused, as the log has it, with the students that each event names."""
    words = "SELECT seq, body FROM audit_payload WHERE part = 0 AND body LIKE ? ORDER BY seq"
    found = [(seq, json.loads(body)) for seq, body in home.query(words, '%"denied"%')]
    names = "SELECT student_id FROM audit_payload WHERE part > 0 AND seq = ?"
    return [{**one, "whom": {row[0] for row in home.query(names, seq)}} for seq, one in found]


def test_a_school_asked_for_in_vain_is_on_record_with_its_students(school: Home) -> None:
    words = ("export", "portfolio", "--school", SCHOOL, "--format", "bundle", "-o", "out")
    assert mistake(school(*words, OPERATOR="lee"), "may not export")
    assert record_id(school, LUPE) in set().union(*(one["whom"] for one in refusals(school)))


def test_a_question_that_is_not_answered_names_its_student(school: Home) -> None:
    assert school("access", "who", LOCAL_ID, "profile", OPERATOR="roy").status == 1
    assert refusals(school)[-1]["whom"] == {record_id(school, LUPE)}


def test_who_may_read_is_itself_read(school: Home) -> None:
    assert school("access", "who", LOCAL_ID, "profile", OPERATOR="mia").status == 0
    event = json.loads(school.value(LAST))
    assert (event["action"], event["sections"]) == ("read", ["consents"])


def test_a_school_export_does_not_count_who_is_shut(school: Home) -> None:
    words = ("export", "portfolio", "--school", SCHOOL, "--format", "bundle", "-o", "out.zip")
    told = school(*words, "--json", OPERATOR="lupe").json
    assert (told["asked"], told["open"]) == (1, 1)


def test_a_check_of_a_school_does_not_count_who_is_shut(school: Home) -> None:
    words = ("profile", "check", "--school", SCHOOL, "--state", "CO", "--json")
    assert school(*words, OPERATOR="lupe").json["not_open"] == 0


def test_a_clock_set_back_makes_no_first_custodian(home: Home) -> None:
    words = ("access", "appoint", NOBODY, "--reason", "I say so")
    answer = home(*words, OPERATOR=NOBODY, NOW="1999-01-01T00:00:00Z")
    assert mistake(answer, "custodian of records")


def test_what_is_shared_with_mentors_goes_to_one(school: Home) -> None:
    """The recipient's roles count, not those of whoever sends."""
    assert school("access", "link", "ann", MENTOR, "--reason", "minutes").status == 0
    tied = ("tie", "add", LOCAL_ID, "mentor", "ann", "--evidence", "binder 3")
    assert school(*tied).status == 0
    assert school("consent", "add", LOCAL_ID, *CONSENT, "--recipient", "ann").status == 0
    goal = plan_of(school)["plan"]["goals"]["career_goals"][0]["id"]
    shared = ("item", "share", LOCAL_ID, "careerGoals", goal, "MEN")
    assert school(*shared, OPERATOR="lupe").status == 0
    words = ("plan", "export", LOCAL_ID, "--to", "ann", "--purpose", "mentoring")
    given = json.loads(school(*words, OPERATOR="lupe").out)
    assert [one["id"] for one in given["plan"]["goals"]["career_goals"]] == [goal]


def test_a_look_in_vain_at_consents_is_on_record(school: Home) -> None:
    assert school("consent", "add", LOCAL_ID, *CONSENT, "--recipient", "MEN").status == 0
    assert school("consent", "list", LOCAL_ID, "--json", OPERATOR="roy").json == []
    found = refusals(school)[-1]
    assert (found["action"], found["request"], found["actor"]) == ("read", "consent list", "roy")
    assert found["whom"] == {record_id(school, LUPE)}


def test_a_look_at_consents_is_on_record_where_there_are_none(school: Home) -> None:
    assert school("consent", "list", LOCAL_ID, "--json", OPERATOR="mia").json == []
    found = json.loads(school.value(LAST))
    assert (found["outcome"], found["request"], found["actor"]) == (
        "allowed",
        "consent list",
        "mia",
    )


def test_a_mother_who_takes_her_consent_back_is_on_record(school: Home) -> None:
    words = ("consent", "add", LOCAL_ID, *CONSENT, "--recipient", "MEN", "--json")
    id_ = school(*words, OPERATOR="mia").json["id"]
    assert school("consent", "revoke", id_, OPERATOR="mia").status == 0
    query = "SELECT body FROM audit_payload WHERE part = 0 AND body LIKE '%consent.revoke%'"
    assert json.loads(school.value(query))["outcome"] == "allowed"


def test_a_closed_row_asked_for_in_vain_is_on_record_with_its_student(school: Home) -> None:
    made = school("hold", "add", LOCAL_ID, "--reason", "a suit", "--json").json["id"]
    assert school("hold", "lift", made, "--reason", "over", OPERATOR="roy").status == 1
    found = refusals(school)[-1]
    assert (found["actor"], found["request"]) == ("roy", "hold lift")
    assert found["whom"] == {record_id(school, LUPE)}


def test_a_question_that_finds_nothing_is_on_record(school: Home) -> None:
    assert school("hold", "list", "--json", OPERATOR="roy").json == []
    found = json.loads(school.value(LAST))
    assert (found["outcome"], found["request"], found["actor"]) == ("allowed", "hold list", "roy")


def test_what_ends_in_an_error_is_on_record_as_unanswered(school: Home) -> None:
    assert school("access", "link", "pat", f"stu-{PLANLESS}", "--reason", "new").status == 0
    assert mistake(school("plan", "history", PLANLESS, OPERATOR="pat"), "no plan yet")
    found = json.loads(school.value(LAST))
    assert (found["outcome"], found["action"], found["actor"]) == ("unanswered", "read", "pat")


@pytest.fixture
def vendor(school: Home) -> Home:
    """A career system, whose agreement names the directory alone."""
    if (school.folder / "vendor.checkpoint").exists():
        school.rewind("vendor")
        return school
    words = ("agreement", "add", "xello", "--role", "CIS", "--exception", "a1")
    until = ("--to", "2027-06-30", "--destroy-by", "2027-07-30", "--terms", "contract 12")
    bound = ("--direct-control", "--no-redisclosure", "--reason", "signed")
    covers = ("--purpose", "career-guidance", "--section", "directory")
    assert school("account", "add", "xello", "--role", "CIS", "--reason", "new").status == 0
    for action in ("read", "export"):
        granted = ("account", "grant", "xello", action, "directory", "--reason", "new")
        assert school(*granted).status == 0
    assert school(*words, *covers, *until, *bound).status == 0
    school.checkpoint("vendor")
    return school


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "export"),
        ("plan", "history"),
        ("plan", "signatures"),
        ("profile", "check", "--state", "CO", "--grade", "10", "--json"),
        ("export", "portfolio", "-o", "x.html", "--format", "html"),
        ("export", "portfolio", "-o", "x", "--format", "cis:generic", "--json"),
    ],
    ids=" ".join,
)
def test_whom_the_directory_alone_is_open_hears_of_no_plan(
    vendor: Home, words: tuple[str, ...]
) -> None:
    """The same of a student with a plan and of one without."""
    told = []
    for student in (LOCAL_ID, PLANLESS):
        answer = vendor(*words, student, OPERATOR="xello")
        names = (student, record_id(vendor, f"stu-{student}"))
        told.append((answer.status, without(answer.out + answer.err, *names)))
        shutil.rmtree(vendor.folder / "x", ignore_errors=True)
    assert told[0] == told[1]


@pytest.mark.parametrize("withheld", [[], ["ASM.01"]], ids=["whole", "copy"])
def test_an_import_does_not_tell_whether_there_is_a_plan(
    vendor: Home, tmp_path: Path, withheld: list[str]
) -> None:
    document = plan_of(vendor)
    del document["plan"]["assessments"]
    document["plan"]["withheld"] = withheld
    told = []
    for student in (LOCAL_ID, PLANLESS):
        known = [{"system": "local", "value": student}]
        document["plan"]["profile"]["identity"]["identifiers"] = known
        told.append(taken_in(vendor, "xello", document, tmp_path / "plan.json"))
    assert told[0] == told[1] != ""


def without(text: str, *words: str) -> str:
    """A text without these words, and without what counts or names an export."""
    for word in words:
        text = text.replace(word, "X")
    return re.sub(r"[0-9a-f]{8,}|\d+", "N", text)


@pytest.fixture
def offices(school: Home) -> Iterator[Home]:
    """An administrator of the school has an account too."""
    assert school("access", "link", "cara", "adm-5001", "--reason", "minutes").status == 0
    yield school
    for left in (*school.folder.glob("x*"), *school.folder.glob(".x*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


EXPORT = ("export", "portfolio", "-o", "x", "--purpose", "administration")


def test_an_export_that_came_to_nothing_is_said_to(offices: Home) -> None:
    words = (*EXPORT, PLANLESS, "--format", "html")
    assert mistake(offices(*words, OPERATOR="cara"), "no plan yet")
    query = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC LIMIT 2"
    found = [json.loads(body) for (body,) in offices.query(query)]
    assert [one["outcome"] for one in found] == ["unanswered", "allowed"]
    assert {one["action"] for one in found} == {"export"}


def test_a_killed_export_is_on_record_with_whatever_it_left(offices: Home) -> None:
    """Whoever stops the program while it writes has got something, and the log says so."""
    words = (*EXPORT, "--school", SCHOOL, "--format", "cis:generic")
    running = offices.program(*words, OPERATOR="cara")
    while running.poll() is None and not any(offices.folder.glob(".x.*/new/*")):
        pass
    running.kill()
    running.communicate()
    assert any(offices.folder.glob(".x.*/new/*")), "killed too late"
    assert json.loads(offices.value(LAST))["action"] == "export"


def test_a_set_does_not_count_who_is_shut(offices: Home) -> None:
    words = (*EXPORT, "--school", SCHOOL, "--format", "cis:xello", "--json")
    answer = offices(*words, OPERATOR="lupe")
    assert "is open" not in answer.out + answer.err
