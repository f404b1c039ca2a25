"""Portfolios out, through the commands: by whom, for whom, marked, logged, accounted for."""

from __future__ import annotations

import io
import json
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.exc import IntegrityError
from support.cli import Answer, Home, mistake
from support.credentials import proves
from support.nights import LOCAL_ID, LUPE, MOTHER

from service.cli.place import Place

TEACHER, OTHER_TEACHER, ADMINISTRATOR = "tch-2201", "tch-2102", "adm-5001"
ACCOUNTS = {
    "lee": TEACHER,
    "mia": MOTHER,
    "lupe": LUPE,
    "roy": OTHER_TEACHER,
    "cara": ADMINISTRATOR,
}
SCHOOL = "990123003"
PLANLESS, FATHER = "0001047", "par-0077"
RUNNING = ("--purpose", "administration")


@pytest.fixture
def school(home: Home) -> Home:
    """After the first night: people with accounts, no key, and nobody has asked for anything."""
    shutil.rmtree(home.folder / ".planbridge" / "keys", ignore_errors=True)
    if (home.folder / "people.checkpoint").exists():
        home.rewind("people")
        return home
    for account, person in ACCOUNTS.items():
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    home.checkpoint("people")
    return home


def export(home: Home, out: Path, *words: object, by: str = "mia") -> Answer:
    return home("export", "portfolio", "-o", out, *words, OPERATOR=by)


def made(home: Home, out: Path, *words: object, by: str = "mia") -> dict[str, Any]:
    answer = export(home, out, *words, "--json", by=by)
    assert answer.status == 0, answer
    told: dict[str, Any] = answer.json
    return told


def last_event(home: Home) -> dict[str, Any]:
    words = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC"
    event: dict[str, Any] = json.loads(home.value(words))
    return event


def test_a_mother_prints_the_portfolio(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "lupe.pdf"
    made(school, out, LOCAL_ID)
    text = PdfReader(out).pages[0].extract_text()
    assert "Lupe Herrera" in " ".join(text.split())


def test_the_log_and_the_file_name_the_same_export(school: Home, tmp_path: Path) -> None:
    told = made(school, tmp_path / "lupe.html", LOCAL_ID, "--format", "html")
    event = last_event(school)
    assert (event["action"], event["actor"]) == ("export", "mia")
    assert event["reason"] == f"export {told['export']} as html"
    assert f"Export {told['export']}." in (tmp_path / "lupe.html").read_text("utf-8")


def test_only_the_owner_may_read_what_was_written(school: Home, tmp_path: Path) -> None:
    out, loss = tmp_path / "lupe.pdf", tmp_path / "loss.json"
    made(school, out, LOCAL_ID, "--loss", loss)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (out, loss)] == [0o600, 0o600]


def test_losses_of_before_are_not_overwritten(school: Home, tmp_path: Path) -> None:
    (tmp_path / "loss.json").write_text("of before", "utf-8")
    words = ("export", "portfolio", LOCAL_ID, "-o", tmp_path / "l.pdf", "--loss")
    answer = school(*words, tmp_path / "loss.json", OPERATOR="mia")
    assert mistake(answer, "loss.json is there already")
    assert not (tmp_path / "l.pdf").exists()


def test_all_elements_are_accounted_for(school: Home, tmp_path: Path) -> None:
    for form in ("bundle", "clr", "json-resume", "pdf", "html"):
        out, loss = tmp_path / f"{form}.zip", tmp_path / f"{form}.loss.json"
        made(school, out, LOCAL_ID, "--format", form, "--loss", loss)
        told = json.loads(loss.read_text("utf-8"))
        assert len(told["elements"]) == 84
        assert all(one.get("to") or one.get("why") for one in told["elements"])


def test_a_recipient_gets_no_more_than_may_be_read_there(school: Home, tmp_path: Path) -> None:
    words = "SELECT record_id FROM crosswalk WHERE entity = 'person' AND sourced_id = ?"
    teacher = school.value(words, TEACHER)
    told = made(school, tmp_path / "l.html", LOCAL_ID, "--format", "html", "--to", teacher)
    assert {"ASM.01", "SUP.01", "STR.03"} & set(told["withheld"]) == {"ASM.01", "SUP.01"}
    assert last_event(school)["party"]


def test_nobody_learns_whether_a_student_is_known(school: Home, tmp_path: Path) -> None:
    closed = export(school, tmp_path / "x.pdf", LOCAL_ID, by="roy")
    unknown = export(school, tmp_path / "x.pdf", "nobody", by="roy")
    assert mistake(closed, "not known here, or not open")
    assert closed.err == unknown.err.replace("nobody", LOCAL_ID)
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_on_the_log(school: Home, tmp_path: Path) -> None:
    export(school, tmp_path / "x.pdf", LOCAL_ID, by="roy")
    assert last_event(school)["outcome"] == "denied"


def test_the_bundle_can_be_taken_in_again(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "lupe.zip"
    told = made(school, out, LOCAL_ID, "--format", "bundle", by="lupe")
    with zipfile.ZipFile(out) as archive:
        assert told["export"] in archive.comment.decode()
    answer = school("plan", "import", out, "--json")
    assert answer.status == 0, answer


def test_a_preview_is_signed_by_nobody(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "lupe.clr.json"
    made(school, out, LOCAL_ID, "--format", "clr")
    record = json.loads(out.read_text("utf-8"))
    assert "proof" not in record
    assert record["partial"] is True


def test_a_mother_has_the_record_signed(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "lupe.clr.json"
    key = school("credential", "key", "new", "--json").json["current"]
    made(school, out, LOCAL_ID, "--format", "clr", "--sign")
    record = json.loads(out.read_text("utf-8"))
    assert proves(record, key)
    assert school("credential", "verify", out).status == 0


def test_a_student_under_age_does_not(school: Home, tmp_path: Path) -> None:
    assert school("credential", "key", "new").status == 0
    words = (LOCAL_ID, "--format", "clr", "--sign")
    answer = export(school, tmp_path / "x.json", *words, by="lupe")
    assert mistake(answer, "for the rights holder")
    assert not (tmp_path / "x.json").exists()


def test_an_administrator_does_not_sign_either(school: Home, tmp_path: Path) -> None:
    assert school("credential", "key", "new").status == 0
    words = ("--school", SCHOOL, "--format", "clr", "--sign", *RUNNING)
    assert mistake(export(school, tmp_path / "x", *words, by="cara"), "for the rights holder")


def test_without_a_key_nothing_is_signed(school: Home, tmp_path: Path) -> None:
    words = (LOCAL_ID, "--format", "clr", "--sign")
    assert mistake(export(school, tmp_path / "x.json", *words), "no signing key", "key new")


def test_only_the_custodian_makes_keys(school: Home) -> None:
    assert mistake(school("credential", "key", "new", OPERATOR="mia"))
    assert not (school.folder / ".planbridge" / "keys").exists()


def test_a_school_is_a_folder_with_a_list(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "school"
    told = made(school, out, "--school", SCHOOL, "--format", "json-resume", *RUNNING, by="cara")
    listed = json.loads((out / "export.json").read_text("utf-8"))
    names = {one["name"] for one in listed["files"]} | {"export.json"}
    assert names == {one.name for one in out.iterdir()}
    assert told["written"] == listed["students"] == len(names) - 1 > 0
    assert told["without_plan"] > 0


def test_a_school_is_a_zip_where_it_is_called_so(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "school.zip"
    made(school, out, "--school", SCHOOL, *RUNNING, by="cara")
    with zipfile.ZipFile(out) as archive:
        (first, *_) = (one for one in archive.namelist() if one.endswith(".pdf"))
        assert PdfReader(io.BytesIO(archive.read(first))).pages
        assert archive.testzip() is None


def test_all_students_of_a_school_are_on_the_log(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "school"
    told = made(school, out, "--school", SCHOOL, "--format", "html", *RUNNING, by="cara")
    words = "SELECT COUNT(*) FROM audit_payload WHERE part > 0 AND seq IN "
    seqs = "(SELECT seq FROM audit_payload WHERE part = 0 AND body LIKE ?)"
    assert school.value(words + seqs, f"%export {told['export']} %") == told["asked"]


def test_a_school_of_strangers_is_refused(school: Home, tmp_path: Path) -> None:
    answer = export(school, tmp_path / "x", "--school", SCHOOL, by="mia")
    assert answer.status == 0 or mistake(answer)
    assert mistake(export(school, tmp_path / "y", "--school", "no such", by="cara"), "Nobody")


def test_a_career_system_gets_its_own_layout(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "set"
    words = ("--school", SCHOOL, "--format", "cis:generic", *RUNNING)
    told = made(school, out, *words, by="cara")
    assert {one["name"] for one in told["files"]} == {one.name for one in out.iterdir()}
    assert last_event(school)["reason"] == f"export {told['export']} as cis:generic"


def test_a_set_of_one_student_is_on_record_once_and_as_it_is(school: Home, tmp_path: Path) -> None:
    made(school, tmp_path / "set", LOCAL_ID, "--format", "cis:generic")
    query = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq"
    events = [json.loads(body) for (body,) in school.query(query)]
    (event,) = [one for one in events if one["action"] == "export"]
    assert "careerGoals" in event["sections"]
    assert not {"consents", "disclosureLog"} & set(event["sections"])


@pytest.mark.parametrize("form", ["html", "cis:generic"])
def test_statements_call_students_as_the_files_do(school: Home, tmp_path: Path, form: str) -> None:
    contest(school, LOCAL_ID, MOTHER)
    made(school, tmp_path / "set", "--school", SCHOOL, "--format", form, *RUNNING, by="cara")
    text = (tmp_path / "set.statements.txt").read_text("utf-8")
    assert text == f"Student {LOCAL_ID}, careerGoals, 2026-11-20:\nAbout {LOCAL_ID}.\n\n"


def test_no_statement_goes_out_of_whom_nothing_was_written(school: Home, tmp_path: Path) -> None:
    contest(school, PLANLESS, FATHER)
    words = ("--school", SCHOOL, "--format", "html", *RUNNING)
    assert made(school, tmp_path / "set", *words, by="cara")["without_plan"] > 0
    assert not (tmp_path / "set.statements.txt").exists()


@pytest.mark.parametrize("form", ["html", "cis:generic"])
def test_no_export_stands_without_its_statements(school: Home, tmp_path: Path, form: str) -> None:
    contest(school, LOCAL_ID, MOTHER)
    older = tmp_path / "set.statements.txt"
    older.write_text("of an older export", "utf-8")
    words = ("--school", SCHOOL, "--format", form, *RUNNING, "--loss", tmp_path / "loss")
    assert mistake(export(school, tmp_path / "set", *words, by="cara"), "set.statements.txt")
    assert [one.name for one in tmp_path.iterdir()] == [older.name]
    assert older.read_text("utf-8") == "of an older export"


def test_nothing_stays_beside_an_export_that_failed(tmp_path: Path) -> None:
    out, beside = tmp_path / "set", tmp_path / "set.statements.txt"

    def fails() -> None:
        with Place(out, tmp_path / "loss").drafted() as (draft, account):
            draft.write_text("portfolios", "utf-8")
            account({"written": 1}, "She wants to fly.")
            beside.rename(out)  # somebody takes the place meanwhile

    with pytest.raises(FileExistsError):
        fails()
    assert [one.read_text("utf-8") for one in tmp_path.iterdir()] == ["She wants to fly."]


@pytest.mark.parametrize("ending", ["loss", "statements"])
def test_a_set_that_was_not_written_whole_is_not_remembered(
    school: Home, tmp_path: Path, ending: str
) -> None:
    contest(school, LOCAL_ID, MOTHER)
    # A name that fits the set, and is too long for the draft of what stands beside it.
    loss, name = ("x" * 250, "set") if ending == "loss" else ("loss", "x" * 230)
    words = ("--school", SCHOOL, "--format", "cis:generic", *RUNNING, "--loss", tmp_path / loss)
    assert mistake(export(school, tmp_path / name, *words, by="cara"), "too long")
    assert school.value("SELECT count(*) FROM cis_set") == 0
    assert not list(tmp_path.iterdir())


def test_a_set_that_cannot_be_remembered_does_not_stand(school: Home, tmp_path: Path) -> None:
    school.query(
        "CREATE TRIGGER full BEFORE INSERT ON cis_set BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    words = ("--school", SCHOOL, "--format", "cis:generic", *RUNNING)
    with pytest.raises(IntegrityError):
        export(school, tmp_path / "set", *words, by="cara")
    assert not list(tmp_path.iterdir())


def contest(home: Home, student: str, parent: str) -> None:
    """A statement of disagreement is placed with a student's goals."""
    asked = ("request", "add", student, "amendment", "--by", parent, "--section", "careerGoals")
    number = home(*asked, "--json").json["id"]
    assert home("request", "answer", number, "refused", "--reason", "it stays").status == 0
    assert home("request", "state", number, "--text", f"About {student}.").status == 0


def test_a_set_for_one_reader_tells_no_counts_to_another(school: Home, tmp_path: Path) -> None:
    words = (LOCAL_ID, "--format", "cis:generic")
    made(school, tmp_path / "family", *words, by="mia")  # with more than an administrator may see
    answer = export(school, tmp_path / "office", *words, *RUNNING, by="cara")
    assert answer.status == 0, answer
    assert " had " not in answer.out


WRONG = {
    "nobody": ((), "Say whose"),
    "both": ((LOCAL_ID, "--school", SCHOOL), "Say whose"),
    "no format": ((LOCAL_ID, "--format", "docx"), "docx", "json-resume"),
    "signed paper": ((LOCAL_ID, "--sign"), "cannot be signed"),
    "no fonts": ((LOCAL_ID, "--fonts", "nowhere"), "no folder of fonts"),
    "no layout": ((LOCAL_ID, "--format", "cis:nothing"), "layout"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_told_before_anything_happens(what: str, school: Home, tmp_path: Path) -> None:
    given, *words = WRONG[what]
    before = school.value("SELECT COUNT(*) FROM audit_event")
    assert mistake(export(school, tmp_path / "x.pdf", *given), *map(str, words))
    assert school.value("SELECT COUNT(*) FROM audit_event") == before
    assert list(tmp_path.iterdir()) == []


def test_what_stands_there_is_not_written_over(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "lupe.pdf"
    out.write_text("mine")
    assert mistake(export(school, out, LOCAL_ID))
    assert out.read_text() == "mine"


def test_losses_never_take_the_place_of_the_output(school: Home, tmp_path: Path) -> None:
    out = tmp_path / "lupe.pdf"
    assert mistake(export(school, out, LOCAL_ID, "--loss", out), "the output too")
