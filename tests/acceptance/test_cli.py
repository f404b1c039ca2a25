"""Setting up, sources, synthetic districts, answers in JSON: every command and its misuse."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, make_home, mistake
from support.nights import LOCAL_ID

# init, db, settings


def test_init_makes_settings_and_a_database(tmp_path: Path) -> None:
    answer = Home(tmp_path)("init", "--tenant", "cedar-bend", "--json")
    assert answer.status == 0
    made = {path.name for path in tmp_path.iterdir() if path.suffix in {".toml", ".db"}}
    assert made == {"planbridge.toml", "planbridge.db"}
    assert {(tmp_path / name).stat().st_mode & 0o077 for name in made} == {0}
    assert answer.json["database_url"] == "sqlite:///planbridge.db"


def test_init_twice_keeps_what_is_there(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    before = home.all()
    assert mistake(home("init"), "planbridge.toml exists already")
    assert home.all() == before


def test_init_with_a_name_that_cannot_be_leaves_nothing(tmp_path: Path) -> None:
    assert mistake(Home(tmp_path)("init", "--tenant", 'a"\nb'), "tenant")
    assert list(tmp_path.iterdir()) == []


def test_init_takes_another_database(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home("init", "--database-url", "sqlite:///records.db").status == 0
    assert home("db", "upgrade").out == "The database was up to date.\n"
    assert [path.name for path in tmp_path.glob("*.db")] == ["records.db"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///no/such/folder.db", "cannot be written: unable to open"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", "cannot be written: connection failed"),
        ("oracle://records", "no database that this program knows"),
    ],
)
def test_init_that_reaches_no_database_leaves_nothing(url: str, said: str, tmp_path: Path) -> None:
    assert mistake(Home(tmp_path)("init", "--database-url", url), said)
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


def test_a_roster_is_converted_without_the_models_of_a_plan(fixtures: Path, tmp_path: Path) -> None:
    package, out = str(fixtures / "district" / "night1"), str(tmp_path / "out")
    loaded = imports("convert", package, "--to", "edfi-json-6.1", "--out", out)
    assert "mappings.edfi.bulk" in loaded
    assert "schemas.ilp.plan" not in loaded


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_for_what_it_is() -> None:
    code = "import sys; sys.argv = ['planbridge', 'mapping', 'list']\n"
    code += "from service.cli.main import main; main()"
    words = [sys.executable, "-c", code]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr
    assert b"Make room" in done.stderr


def test_the_program_is_the_command(first: Home) -> None:
    process = first.program("sync", "history", "--json")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert re.match(r"\[\n", out)


def test_a_command_leaves_no_log_beside_the_database(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home("init").status == 0
    assert home("sync", "history").status == 0
    assert not home.database.with_name(f"{home.database.name}-wal").exists()
