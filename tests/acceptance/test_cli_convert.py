"""`planbridge convert` as somebody types it: what it writes, what it says and how it ends."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import Answer, Home, mistake
from support.hostile_oneroster import CLEAN

from mappings.books import BOOKS, books
from service.convert.choices import CARRIERS

STUDENT = {"studentUniqueId": "1", "firstName": "Ada", "lastSurname": "Byte"}
LINE = json.dumps({**STUDENT, "birthDate": "2010-01-01"}) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "students.jsonl").write_text(LINE, "utf-8")
    return Home(tmp_path)


@pytest.fixture
def lossy(home: Home) -> Home:
    """The same with a property that no standard knows."""
    text = LINE.replace("}", ', "shoeSize": "forty"}')
    (home.folder / "in" / "students.jsonl").write_text(text, "utf-8")
    return home


def converted(home: Home, to: str, *words: object, out: str = "out") -> Answer:
    """The students as a file of another format."""
    return home("convert", "in", "--from", "edfi-json-5.2", "--to", to, "--out", out, *words)


def test_bindings_of_one_standard_pass_everything_through(home: Home) -> None:
    assert converted(home, "edfi-xml-5.2").status == 0
    back = ("convert", "out", "--to", "edfi-json-5.2", "--out", "back")
    assert "Nothing was lost." in home(*back).out
    written = (home.folder / "back" / "students.jsonl").read_text("utf-8")
    assert json.loads(written) == json.loads(LINE)


def test_the_format_is_told_by_looking(home: Home) -> None:
    assert converted(home, "edfi-xml-5.2").status == 0
    answer = home("convert", "out", "--to", "edfi-json-5.2", "--out", "back", "--json")
    assert answer.json["from"] == "edfi-xml-5.2"


def test_what_looks_like_two_formats_has_to_be_named(home: Home) -> None:
    answer = home("convert", "in", "--to", "edfi-xml-5.2", "--out", "out")
    assert mistake(answer, "looks like edfi-json-5.2 and edfi-json-6.1", "Name it")


def test_what_looks_like_nothing_has_to_be_named(home: Home) -> None:
    (home.folder / "notes.txt").write_text("dear diary", "utf-8")
    answer = home("convert", "notes.txt", "--to", "ilp", "--out", "out.zip")
    assert mistake(answer, "notes.txt is in no format that we know", "edfi-xml-6.1")


def test_a_format_that_there_is_not(home: Home) -> None:
    assert mistake(converted(home, "edfi-xml-9"), "no format 'edfi-xml-9'", "ceds-csv-14")


def test_nothing_is_written_over(home: Home) -> None:
    (home.folder / "out").write_text("dear diary", "utf-8")
    assert mistake(converted(home, "edfi-xml-5.2"), "something is there already")
    assert (home.folder / "out").read_text("utf-8") == "dear diary"


def test_a_link_that_leads_nowhere_is_not_written_over(home: Home) -> None:
    (home.folder / "out").symlink_to(home.folder / "nowhere")
    assert mistake(converted(home, "edfi-xml-5.2"), "something is there already")


def test_no_folder_to_write_to(home: Home) -> None:
    answer = converted(home, "edfi-xml-5.2", out="nowhere/out")
    assert mistake(answer, "There is no folder nowhere", "Create it")


def test_json_tells_what_came_and_went(lossy: Home) -> None:
    told = converted(lossy, "ceds-jsonld-14", "--json", out="out.jsonld").json
    assert (told["read"], told["written"]) == ({"students": 1}, {"Person": 1})
    assert "shoeSize" in {loss["path"] for loss in told["losses"]}


def test_losses_are_listed_for_people(lossy: Home) -> None:
    told = converted(lossy, "ceds-jsonld-14", out="out.jsonld").out
    assert "Wrote 1 records as ceds-jsonld-14 to out.jsonld." in told
    assert "shoeSize" in told


def test_losses_are_written_to_a_file(lossy: Home) -> None:
    converted(lossy, "ceds-jsonld-14", "--loss", "loss.json", out="out.jsonld")
    told = json.loads((lossy.folder / "loss.json").read_text("utf-8"))
    [size] = [loss for loss in told["losses"] if loss["path"] == "shoeSize"]
    assert (size["count"], size["samples"]) == (1, ["forty"])


def test_strict_writes_nothing_and_still_lists_the_losses(lossy: Home) -> None:
    answer = converted(lossy, "ceds-jsonld-14", "--strict", "--loss", "loss.json", out="out.jsonld")
    assert answer.status == 3
    assert sorted(path.name for path in lossy.folder.iterdir()) == ["in", "loss.json"]
    assert "forty" in (lossy.folder / "loss.json").read_text("utf-8")


def test_strict_is_content_where_nothing_is_lost(home: Home) -> None:
    assert converted(home, "edfi-xml-5.2", "--strict").status == 0


def test_nothing_that_can_be_written_is_a_mistake(home: Home) -> None:
    answer = converted(home, "oneroster-csv-1.2", "--loss", "loss.json")
    assert mistake(answer, "Nothing in in can be written as oneroster-csv-1.2", "--loss")
    assert (home.folder / "loss.json").is_file()


def test_an_error_is_told_in_json_too(home: Home) -> None:
    (home.folder / "in" / "students.jsonl").write_text("{", "utf-8")
    answer = converted(home, "edfi-xml-5.2", "--json")
    [finding] = answer.json["findings"]
    assert (answer.status, finding["file"], finding["row"]) == (1, "students.jsonl", 1)


def test_a_roster_becomes_records_of_another_standard(home: Home) -> None:
    answer = home("convert", CLEAN, "--to", "edfi-json-5.2", "--out", "out", "--json")
    assert answer.status == 0
    assert answer.json["written"]["students"] == 40


def test_progress_shows_on_a_terminal(home: Home) -> None:
    words = ["convert", "in", "--from", "edfi-json-5.2", "--to", "edfi-xml-5.2", "--out", "out"]
    ours, theirs = pty.openpty()
    program = [sys.executable, "-c", "from service.cli.main import main; main()", *words]
    subprocess.run(program, cwd=home.folder, stderr=theirs, stdout=subprocess.DEVNULL, check=True)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "starting" in shown


def test_what_is_written_is_for_its_owner_alone(home: Home) -> None:
    assert converted(home, "edfi-xml-5.2", "--loss", "loss.json").status == 0
    out = home.folder / "out"
    written = [home.folder / "loss.json", out, *out.rglob("*")]
    assert {one.stat().st_mode & 0o077 for one in written} == {0}


def test_losses_of_before_are_not_overwritten(home: Home) -> None:
    (home.folder / "loss.json").write_text("of before", "utf-8")
    answer = converted(home, "edfi-xml-5.2", "--loss", "loss.json")
    assert mistake(answer, "loss.json is there already", "Name another file")
    assert not (home.folder / "out").exists()


@pytest.mark.parametrize("place", ["missing/loss.json", ".", "out"])
def test_losses_that_cannot_be_written_stop_a_conversion_first(home: Home, place: str) -> None:
    answer = converted(home, "edfi-xml-5.2", "--loss", place)
    assert answer.status == 1
    assert not (home.folder / "out").exists()


def test_a_districts_own_codes_come_back_under_its_own_namespace(
    home: Home, fixtures: Path
) -> None:
    plan = fixtures / "plans" / "grade-11-jose-ramirez.ilp.json"
    own = ("--namespace", "district.example.org")
    out = home("convert", plan, "--to", "edfi-json-6.1", "--out", "own", "--carrier", "ilp", *own)
    assert out.status == 0
    assert home("convert", "own", "--to", "ilp", "--out", "back.json", *own).status == 0
    assert "career_goals" in (home.folder / "back.json").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("--carrier", "nonsense"),
        ("--extension", "nonsense"),
        ("--namespace", "http://x/<y"),
    ],
)
def test_a_choice_that_stands_for_nothing_is_refused(home: Home, words: tuple[str, str]) -> None:
    answer = converted(home, "edfi-xml-5.2", *words)
    assert answer.status == 1
    assert mistake(answer, words[1])


def test_every_switch_of_the_tables_can_be_turned_on() -> None:
    tables = [table for name in books() for table in BOOKS[name].open().tables]
    bindings = {"csv", "json"}  # the bridges of OneRoster turn these on by themselves
    assert {table.switch for table in tables if table.switch} - bindings <= CARRIERS


@pytest.mark.parametrize("word", ["Student", "students,schools", "nonsense"])
def test_a_kind_of_record_that_there_is_not_is_refused(home: Home, word: str) -> None:
    answer = converted(home, "edfi-xml-5.2", "--only", word)
    assert mistake(answer, f"edfi-xml-5.2 has no records called {word}", "--only")


@pytest.mark.parametrize("option", ["--out", "--loss"])
@pytest.mark.parametrize("place", ["in/new", "-"])
def test_a_place_that_would_be_taken_for_something_else(
    home: Home, option: str, place: str
) -> None:
    words = ("--out", "out") if option == "--loss" else ()
    to = ("--from", "edfi-json-5.2", "--to", "edfi-xml-5.2", *words, option, place)
    assert mistake(home("convert", "in", *to), place)
    assert not (home.folder / place).exists()


def test_a_plan_is_no_roster(home: Home, fixtures: Path) -> None:
    plan = fixtures / "plans" / "grade-11-jose-ramirez.ilp.json"
    answer = home("convert", plan, "--to", "ceds-csv-14", "--out", "out", "--roster", plan)
    assert mistake(answer, "holds no roster", "Name")


@pytest.mark.parametrize("command", ["convert", "validate"])
def test_an_empty_file_is_called_empty(home: Home, command: str) -> None:
    (home.folder / "empty.json").touch()
    words = ("--to", "ilp", "--out", "out.zip") if command == "convert" else ()
    assert mistake(home(command, "empty.json", *words), "empty.json is empty")


def test_the_folder_one_stands_in_has_a_name(home: Home) -> None:
    answer = home("convert", ".", "--to", "ilp", "--out", "../out.zip")
    assert mistake(answer, f"{home.folder.name} ")


def test_the_smallest_document_has_a_root(home: Home) -> None:
    (home.folder / "a.xml").write_text("<a/>", "utf-8")
    answer = home("validate", "a.xml")
    assert "the root element's namespace is ''" in answer.out


def kept_up(home: Home, *words: object) -> dict[str, object]:
    """What becomes of a student whom the host holds already, with more than we say."""
    order = ("convert", CLEAN, "--to", "edfi-json-5.2", "--only", "students", "--out")
    assert home(*order, "held").status == 0
    file = home.folder / "held" / "students.jsonl"
    first = json.loads(file.read_text("utf-8").splitlines()[0])
    held = first | {"id": "ab12", "multipleBirthStatus": True, "firstName": "Augusta"}
    file.write_text(json.dumps(held) + "\n", "utf-8")
    assert home(*order, "out", *words).status == 0
    lines = (home.folder / "out" / "students.jsonl").read_text("utf-8").splitlines()
    made = [each for each in map(json.loads, lines) if each["birthDate"] == first["birthDate"]]
    assert (len(lines), made[0]["firstName"]) == (40, first["firstName"])
    return dict(made[0])


def test_what_the_host_holds_besides_rides_along(home: Home) -> None:
    assert kept_up(home, "--over", "held")["multipleBirthStatus"] is True


def test_numbers_of_the_hosts_own_stay_there(home: Home) -> None:
    assert "id" not in kept_up(home, "--over", "held")


def test_without_them_nothing_rides_along(home: Home) -> None:
    assert "multipleBirthStatus" not in kept_up(home)


def test_only_ed_fi_is_kept_up(home: Home) -> None:
    answer = converted(home, "ceds-jsonld-14", "--over", "in")
    assert mistake(answer, "--over is for records of Ed-Fi", "Leave it out")
