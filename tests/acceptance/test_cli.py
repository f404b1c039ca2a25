"""Every command, as somebody would use it and misuse it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.cli import Answer, Home, changed_tables, make_home
from support.nights import edited, setting

LUPE, LOCAL_ID, STATE_ID = "stu-0001052", "0001052", "ST90001052"


@pytest.fixture(scope="module")
def district(fixtures: Path) -> Path:
    return fixtures / "district"


@pytest.fixture(scope="module")
def started(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A district after a first night, four imported plans and one edit; and after a second."""
    made = make_home(tmp_path_factory.mktemp("cli"), NOW="2026-11-20T02:00:00Z")
    assert made.night(district / "night1")["state"] == "done"
    assert made("plan", "import", district.parent / "plans").status == 0
    words = ("student", "set", LOCAL_ID, "preferred_given_name", "Lupi", "--reason", "asked")
    assert made(*words).status == 0
    made.checkpoint("first")
    assert made.night(district / "night2")["state"] == "done"
    made.checkpoint("second")
    return made


@pytest.fixture
def first(started: Home) -> Home:
    """After the first night."""
    started.rewind("first")
    return started


@pytest.fixture
def second(started: Home) -> Home:
    """After the second night: one conflict, one possible double."""
    started.rewind("second")
    return started


def renamed(district: Path, target: Path, name: str) -> Path:
    """Night 2 with another preferred name for Lupe."""
    return edited(district / "night2", target, "users", setting(LUPE, preferredGivenName=name))


def preferred_name(home: Home) -> str:
    person = home("student", "show", LOCAL_ID, "--json").json["person"]
    return str(person["fields"]["preferred_given_name"]["value"])


def mistake(answer: Answer, *words: str) -> bool:
    """Whether a mistake was answered in a sentence or two that hold these words."""
    told = answer.err
    return (
        answer.status == 1
        and answer.out == ""
        and told.startswith("error: ")
        and "\n  fix: " in told
        and all(word in told for word in words)
    )


# init, db, settings


def test_init_makes_settings_and_a_database(tmp_path: Path) -> None:
    answer = Home(tmp_path)("init", "--tenant", "cedar-bend", "--json")
    assert answer.status == 0
    made = {path.name for path in tmp_path.iterdir() if path.suffix in {".toml", ".db"}}
    assert made == {"planbridge.toml", "planbridge.db"}
    assert answer.json["database_url"] == "sqlite:///planbridge.db"


def test_init_twice_keeps_what_is_there(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    before = home.all()
    assert mistake(home("init"), "planbridge.toml exists already")
    assert home.all() == before


def test_init_with_a_name_that_cannot_be_leaves_nothing(tmp_path: Path) -> None:
    assert mistake(Home(tmp_path)("init", "--tenant", 'a"\nb'), "tenant")
    assert list(tmp_path.iterdir()) == []


def test_db_upgrade_makes_the_tables_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    answers = [home("db", "upgrade", "--json").json for _ in range(2)]
    assert answers[0]["before"] is None
    assert answers[1]["before"] == answers[1]["after"] == answers[0]["after"]


@pytest.mark.parametrize(
    "words",
    [("sync", "run", "sis"), ("sync", "plan", "sis"), ("conflicts", "list"), ("source", "list")],
)
def test_a_folder_without_settings_is_said(words: tuple[str, ...], tmp_path: Path) -> None:
    assert mistake(Home(tmp_path)(*words), "planbridge.toml", "planbridge init")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (b"tenant = ", "not valid TOML"),
        (b"\xff\xfe", "not valid TOML"),
        (b"nonsense = 1", "nonsense"),
        (b"tenant = 'a b'", "tenant"),
        (b"[sync]\nmode = 'never'", "sync.mode"),
        (b"[sync]\nmissing_days = 'soon'", "sync.missing_days"),
        (b"[sync]\nmissing_days = 99999999", "sync.missing_days"),
        (b"[sync.authority.person]\nshoes = 'ours'", "sync.authority.person.shoes"),
        (b"[sync.authority.person]\nemail = 'best'", "sync.authority.person.email"),
        (b"[[sync.calendar]]\nfirst = 'x'", "sync.calendar.0.first"),
        (b"database_url = 'mysql://host/x'", "database_url"),
        (b"database_url = 'sqlite:////proc/none/x.db'", "/proc/none/x.db"),
    ],
)
def test_broken_settings_are_named(
    settings: bytes, word: str, district: Path, tmp_path: Path
) -> None:
    home = make_home(tmp_path)
    home.deliver(district / "night1")
    (tmp_path / "planbridge.toml").write_bytes(settings)
    assert mistake(home("sync", "run", "sis"), word)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SYNC", "x"), ("SYNC__CALENDAR", "{"), ("NOW", "yesterday"), ("SYNC__LEASE_SECONDS", "-1")],
)
def test_a_broken_variable_is_named(name: str, value: str, first: Home) -> None:
    assert mistake(first("sync", "run", "sis", **{name: value}), name.partition("__")[0].lower())


@pytest.mark.parametrize("words", [("sync", "run", "sis"), ("db", "upgrade")])
def test_a_file_that_is_no_database_is_said(words: tuple[str, ...], first: Home) -> None:
    (first.folder / "broken.db").write_bytes(b"not a database at all " * 100)
    answer = first(*words, DATABASE_URL="sqlite:///broken.db")
    assert mistake(answer, "not a database")


def test_a_place_where_nothing_can_be_written_is_said(first: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert mistake(first("synth", "--out", tmp_path / "file" / "x"), str(tmp_path / "file"))
    assert mistake(first("demo", "--out", tmp_path / "file" / "x"), str(tmp_path / "file"))
    assert mistake(first("sync", "run", "sis", DATA=str(tmp_path / "file")), str(tmp_path))


# source


def test_a_source_is_listed_as_it_was_added(first: Home) -> None:
    (row,) = first("source", "list", "--json").json
    assert (row["name"], row["kind"], row["accepted_run"]) == ("sis", "oneroster-csv", 1)
    assert row["settings"] == {"path": str(first.delivery.resolve())}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sis", "--kind", "oneroster-csv", "--path", "x"), "already"),
        (("9x", "--kind", "oneroster-csv", "--path", "x"), "cannot name"),
        (("local", "--kind", "oneroster-csv", "--path", "x"), "cannot name"),
        (("b", "--kind", "edfi", "--path", "x"), "no source kind"),
        (("b", "--kind", "oneroster-csv"), "path"),
        (("b", "--kind", "oneroster-rest"), "base URL"),
    ],
)
def test_a_source_that_cannot_be_is_not_added(
    words: tuple[str, ...], told: str, first: Home
) -> None:
    before = first.held()
    assert mistake(first("source", "add", *words), told)
    assert first.held() == before


def test_trying_a_source_changes_nothing(first: Home, district: Path) -> None:
    first.deliver(district / "night2")
    before = first.all()
    answer = first("source", "test", "sis", "--json")
    assert answer.status == 0
    assert any("406 rows" in one["problem"] for one in answer.json)
    assert first.all() == before


@pytest.mark.parametrize("command", [("sync", "run"), ("sync", "plan"), ("source", "test")])
def test_an_unknown_source_is_answered_with_the_known(
    command: tuple[str, ...], first: Home
) -> None:
    assert mistake(first(*command, "sise"), "'sise'", "Known sources: sis.")


@pytest.mark.parametrize("there", ["nothing", "an empty folder", "a text file"])
def test_a_night_without_a_delivery_fails_and_says_so(there: str, tmp_path: Path) -> None:
    home = make_home(tmp_path)
    if there == "an empty folder":
        home.delivery.mkdir()
    elif there == "a text file":
        home.delivery.write_text("hello")
    report = home.run("sis")
    assert (report["state"], report["exit_status"]) == ("failed", 1)
    assert str(home.delivery) in report["holds"][0]["problem"]


# sync plan, apply, history, show


def test_plan_exits_2_while_changes_are_pending(first: Home, district: Path) -> None:
    first.deliver(district / "night2")
    before = first.held()
    answer = first("sync", "plan", "sis", "--json")
    assert (answer.status, answer.json["state"]) == (2, "planned")
    assert changed_tables(before, first.held()) == set()


def test_plan_exits_0_with_nothing_to_do(first: Home, district: Path) -> None:
    first.deliver(district / "night1")
    assert first("sync", "plan", "sis").status == 0


def test_plan_exits_3_when_held(second: Home, district: Path) -> None:
    second.deliver(district / "night3")
    assert second("sync", "plan", "sis").status == 3


def test_a_pending_plan_is_applied_once(first: Home, district: Path) -> None:
    first.deliver(district / "night2")
    number = first("sync", "plan", "sis", "--json").json["plan"]
    assert first("sync", "apply", number, "--json").json["state"] == "done"
    assert mistake(first("sync", "apply", number), f"Plan {number} is applied")


def test_planning_and_applying_is_the_same_as_running(first: Home, district: Path) -> None:
    first.deliver(district / "night2")
    first("sync", "apply", first("sync", "plan", "sis", "--json").json["plan"])
    apart = first.held()
    first.rewind("first")
    first.run("sis")
    assert changed_tables(apart, first.held()) == set()


def test_a_plan_is_stale_once_the_roster_moved(first: Home, district: Path) -> None:
    first.deliver(district / "night2")
    number = first("sync", "plan", "sis", "--json").json["plan"]
    first("student", "set", LOCAL_ID, "phone", "970-555-0100", "--reason", "asked")
    before = first.held()
    assert mistake(first("sync", "apply", number), "before the roster last changed")
    assert first.held() == before


def test_a_superseded_plan_is_not_applied(first: Home, district: Path) -> None:
    first.deliver(district / "night2")
    number = first("sync", "plan", "sis", "--json").json["plan"]
    first.deliver(district / "night4")
    assert first("sync", "plan", "sis", "--json").json["plan"] == number + 1
    assert mistake(first("sync", "apply", number), f"Plan {number} is superseded")


@pytest.fixture
def held(first: Home, district: Path, tmp_path: Path) -> tuple[Home, int]:
    """A held plan: the results of 32 students are not in the delivery."""
    package = edited(district / "night1", tmp_path / "held", "results", lambda rows: rows[100:])
    report = first.night(package)
    assert report["exit_status"] == 3
    return first, report["plan"]


def test_a_held_plan_is_not_applied(held: tuple[Home, int]) -> None:
    home, number = held
    before = home.held()
    answer = home("sync", "apply", number)
    assert (answer.status, answer.err.startswith(f"error: Plan {number} is held")) == (3, True)
    assert home.held() == before


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_empty_reason_lets_nothing_pass(reason: str, held: tuple[Home, int]) -> None:
    home, number = held
    before = home.held()
    assert mistake(home("sync", "apply", number, "--allow-held", reason), "no reason")
    assert home.held() == before


def test_a_held_plan_is_applied_with_a_reason(held: tuple[Home, int]) -> None:
    home, number = held
    report = home("sync", "apply", number, "--allow-held", "grades are kept elsewhere", "--json")
    assert report.status == 0
    assert report.json["accepted_because"] == "grades are kept elsewhere"
    shown = home("sync", "show", report.json["run"])
    assert "grades are kept elsewhere" in shown.out


def test_history_is_newest_first(second: Home) -> None:
    answer = second("sync", "history", "--json")
    assert [one["run"] for one in answer.json] == [2, 1]
    assert [one["run"] for one in second("sync", "history", "--limit", 1, "--json").json] == [2]


def test_show_tells_a_run_again_and_writes_its_page(second: Home) -> None:
    answer = second("sync", "show", 2, "--json")
    assert answer.json["counts"]["person"]["added"] == 8
    page = second.folder / answer.json["page"]
    assert "<html" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sync", "show", 77), "no run 77"),
        (("sync", "apply", 77), "no plan 77"),
        (("conflicts", "decide", 77, "--ours"), "no conflict 77"),
        (("conflicts", "decide", 1), "which side"),
        (("conflicts", "decide", 1, "--ours", "--theirs"), "which side"),
        (("matches", "decide", 77, "--same"), "no question 77"),
        (("matches", "decide", 1), "one person"),
        (("student", "show", "nobody"), "Nobody is known as 'nobody'"),
        (("student", "set", LOCAL_ID, "shoes", "9", "--reason", "x"), "no field 'shoes'"),
        (("student", "set", LOCAL_ID, "given_name", "", "--reason", "x"), "given_name"),
        (("plan", "export", "nobody"), "Nobody is known as 'nobody'"),
        (("plan", "export", "par-0031"), "no plan yet"),
        (("plan", "import", "nowhere.json"), "nowhere.json"),
        (("validate", "nowhere"), "nowhere does not exist"),
        (("validate", "planbridge.toml"), "neither a zip archive nor a folder"),
        (("synth", "--out", "planbridge.toml"), "is a file"),
        (("synth", "--out", "x", "--change", "lots"), "no share"),
        (("synth", "--out", "x", "--change", "80%"), "change"),
        (("demo", "--out", "."), "holds something else"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(
    words: tuple[object, ...], told: str, second: Home
) -> None:
    before = second.held()
    assert mistake(second(*words), told)
    assert second.held() == before


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "apply", "one"),
        ("sync", "show", 10**20),
        ("sync", "history", "--limit", 0),
        ("conflicts", "decide", 10**20, "--ours"),
        ("synth", "--students", 1, "--out", "x"),
        ("sync", "fly"),
        ("source", "add", "x"),
    ],
)
def test_a_command_written_wrongly_shows_its_usage(words: tuple[object, ...], first: Home) -> None:
    answer = first(*words)
    assert (answer.status, answer.out) == (2, "")
    assert "Usage: " in answer.err


# conflicts and matches


def test_one_conflict_waits_with_all_three_values(second: Home) -> None:
    (one,) = second("conflicts", "list", "--json").json
    assert (one["base"], one["ours"], one["theirs"]) == ("Lupe", "Lupi", "Lupita")
    assert preferred_name(second) == "Lupi"


def test_ours_lasts(second: Home, district: Path, tmp_path: Path) -> None:
    second("conflicts", "decide", 1, "--ours", "--reason", "she said so")
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    assert second("conflicts", "list", "--json").json == []
    assert preferred_name(second) == "Lupi"


def test_theirs_lets_the_source_speak_from_now_on(
    second: Home, district: Path, tmp_path: Path
) -> None:
    second("conflicts", "decide", 1, "--theirs")
    assert preferred_name(second) == "Lupita"
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    assert second("conflicts", "list", "--json").json == []
    assert preferred_name(second) == "Lupina"


def test_a_reopened_decision_is_asked_again(second: Home, district: Path, tmp_path: Path) -> None:
    second("conflicts", "decide", 1, "--ours")
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    answer = second("conflicts", "decide", 1, "--reopen", "--json")
    assert (answer.json["state"], answer.json["theirs"]) == ("open", "Lupina")
    second("conflicts", "decide", 1, "--theirs")
    assert preferred_name(second) == "Lupina"


def test_reopening_theirs_brings_our_value_back(second: Home) -> None:
    second("conflicts", "decide", 1, "--theirs")
    second("conflicts", "decide", 1, "--reopen")
    assert preferred_name(second) == "Lupi"
    assert second("conflicts", "list", "--json").json[0]["theirs"] == "Lupita"


def test_an_open_conflict_is_asked_anew_when_the_source_moves(
    second: Home, district: Path, tmp_path: Path
) -> None:
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    (one,) = second("conflicts", "list", "--json").json
    assert one["theirs"] == "Lupina"


def test_a_conflict_ends_when_both_sides_agree(
    second: Home, district: Path, tmp_path: Path
) -> None:
    second.night(renamed(district, tmp_path / "n", "Lupi"))
    assert second("conflicts", "list", "--json").json == []
    assert second("conflicts", "list", "--all", "--json").json[0]["state"] == "agreed"


def test_a_decision_is_made_once(second: Home) -> None:
    second("conflicts", "decide", 1, "--ours")
    assert mistake(second("conflicts", "decide", 1, "--theirs"), "is decided: ours")


def test_different_people_stay_two(second: Home, district: Path) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--different", "--reason", "cousins")
    second.night(district / "night4")
    assert second("matches", "list", "--json").json == []
    pair = (question["record_id"], question["candidate_id"])
    known = second.query(
        "SELECT count(DISTINCT record_id) FROM crosswalk WHERE record_id IN (?, ?)", *pair
    )
    assert known == [(2,)]


def test_one_person_is_one_record_from_now_on(second: Home, district: Path) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--same")
    second.night(district / "night4")
    found = second("student", "show", question["sourced_id"], "--json").json
    assert found["person"]["id"] == question["candidate_id"]
    assert found["person"]["state"] == "active"


def test_whom_one_of_two_ids_still_names_stays(second: Home, district: Path) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--same")
    second.night(district / "night1")
    query = "SELECT state FROM person WHERE id = ?"
    assert second.value(query, question["candidate_id"]) == "active"


# student, plan


@pytest.mark.parametrize("given", [LUPE, LOCAL_ID, STATE_ID])
def test_a_student_is_found_by_any_id(given: str, second: Home) -> None:
    found = second("student", "show", given, "--json").json
    assert found["person"]["fields"]["family_name"]["value"] == "Herrera"
    assert found["plan"]["attachment"] == "attached"


def test_every_value_says_where_it_came_from(second: Home) -> None:
    found = second("student", "show", LOCAL_ID, "--json").json
    fields = found["person"]["fields"]
    assert fields["family_name"]["origin"] == {"source": "sis", "run": 1}
    assert fields["preferred_given_name"]["origin"]["source"] == "local"
    assert found["enrollments"][0]["names"]["class_id"]


def test_a_student_is_shown_in_words_too(second: Home) -> None:
    words = " ".join(second("student", "show", LOCAL_ID).out.split())
    assert "Guadalupe Herrera" in words
    assert "preferred_given_name Lupi " in words


def test_a_plan_goes_out_and_comes_in_again(second: Home, tmp_path: Path) -> None:
    file = tmp_path / "lupe.ilp.json"
    assert second("plan", "export", STATE_ID, "--out", file).status == 0
    second("plan", "import", file)
    again = second("plan", "import", file, "--json").json
    assert again[0]["outcome"] == "unchanged"
    assert json.loads(second("plan", "export", STATE_ID).out) == json.loads(file.read_bytes())


def test_an_exported_plan_has_the_rosters_names(second: Home) -> None:
    document = json.loads(second("plan", "export", LUPE).out)
    name = document["plan"]["profile"]["name_and_grade"]
    assert (name["legal_family_name"], name["preferred_given_name"]) == ("Herrera", "Lupi")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "planbridge-ilp"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"x": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"format": "planbridge-ilp", "formatVersion": "99.0", "plan": {}}', "99.0"),
    ],
)
def test_a_bad_document_is_no_plan(content: bytes, word: str, second: Home, tmp_path: Path) -> None:
    before = second.all()
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    assert mistake(second("plan", "import", file), "bad.json", word)
    assert second.all() == before


def test_one_bad_document_of_a_folder_keeps_all_out(
    first: Home, fixtures: Path, tmp_path: Path
) -> None:
    before = first.all()
    good = (fixtures / "plans" / "grade-12-amara-okafor.ilp.json").read_text("utf-8")
    (tmp_path / "a.json").write_text(good.replace('"version": 1', '"version": 2', 1), "utf-8")
    (tmp_path / "b.json").write_text("{}")
    assert mistake(first("plan", "import", tmp_path), ".json")
    assert first.all() == before


# synth


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, Any]]:
    """A synthetic district's two nights, synced."""
    home = make_home(tmp_path_factory.mktemp("synth"), NOW="2026-11-20T02:00:00Z")
    words = ("--students", 300, "--days", 2, "--change", "2%", "--out", "nights", "--json")
    assert home("synth", *words).status == 0
    for night in ("night1", "night2"):
        assert home.night(home.folder / "nights" / night)["state"] == "done"
    expected = json.loads((home.folder / "nights" / "expected.json").read_text("utf-8"))
    return home, expected


_TABLES = {"users": "person", "roles": "role", "enrollments": "enrollment", "classes": "class"}


@pytest.mark.parametrize("file", _TABLES)
def test_a_synthetic_night_changes_what_it_says(
    file: str, synthetic: tuple[Home, dict[str, Any]]
) -> None:
    home, expected = synthetic
    change = expected["nights"]["night2"]["changes"].get(file, {})
    wanted = {key: change.get(key, 0) for key in ("added", "removed", "changed")}
    counts = home("sync", "show", 2, "--json").json["counts"].get(_TABLES[file], {})
    names = {"added": "added", "removed": "missing", "changed": "updated"}
    assert {key: counts.get(name, 0) for key, name in names.items()} == wanted


@pytest.mark.parametrize("file", _TABLES)
def test_after_a_synthetic_night_every_row_is_an_active_record(
    file: str, synthetic: tuple[Home, dict[str, Any]]
) -> None:
    home, expected = synthetic
    query = f"SELECT count(*) FROM \"{_TABLES[file]}\" WHERE state = 'active'"
    assert home.value(query) == expected["nights"]["night2"]["rows"][file]


def test_the_same_seed_makes_the_same_district(
    synthetic: tuple[Home, dict[str, Any]], tmp_path: Path
) -> None:
    home, _ = synthetic
    words = ("--students", 300, "--days", 2, "--change", "2%")
    home("synth", *words, "--out", tmp_path / "again")
    old = home.folder / "nights" / "night2" / "enrollments.csv"
    assert (tmp_path / "again" / "night2" / "enrollments.csv").read_bytes() == old.read_bytes()


# --json, --help


@pytest.mark.parametrize(
    "words",
    [
        ("source", "list"),
        ("source", "test", "sis"),
        ("sync", "run", "sis"),
        ("sync", "run", "nobody"),
        ("sync", "plan", "sis"),
        ("sync", "apply", 1),
        ("sync", "history"),
        ("sync", "show", 1),
        ("sync", "show", 99),
        ("conflicts", "list", "--all"),
        ("conflicts", "decide", 1, "--ours"),
        ("matches", "list"),
        ("matches", "decide", 1, "--different"),
        ("student", "show", LOCAL_ID),
        ("student", "set", LOCAL_ID, "phone", "", "--reason", "asked"),
        ("db", "upgrade"),
        ("validate", "delivery"),
        ("validate", "nowhere"),
        ("init",),
    ],
)
def test_json_is_all_that_standard_output_holds(words: tuple[object, ...], second: Home) -> None:
    answer = second(*words, "--json")
    assert answer.json is not None
    assert answer.err == ""


def test_a_plan_is_imported_with_a_json_answer(first: Home, fixtures: Path) -> None:
    answer = first("plan", "import", fixtures / "plans", "--json")
    assert {one["outcome"] for one in answer.json} == {"unchanged"}


def imports(*words: str) -> set[str]:
    """The modules that a command imports."""
    code = (
        f"import sys; sys.argv = ['planbridge', *{list(words)!r}]\n"
        "from service.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('|'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split("|"))


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("sync", "--help")])
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    loaded = imports(*words)
    assert "typer" in loaded
    assert not loaded & {"polars", "sqlalchemy", "requests", "alembic", "jinja2", "rich"}


def test_the_program_is_the_command(first: Home) -> None:
    process = first.program("sync", "history", "--json")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert re.match(r"\[\n", out)
