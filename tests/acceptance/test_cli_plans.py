"""Plans of the sync from the command line: drawn up, applied, held, stale, shown again."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Home, changed_tables, inspecting, mistake
from support.nights import LOCAL_ID, MOTHER, edited

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


def test_a_student_without_a_plan_has_none_to_export(first: Home) -> None:
    inspecting(first, "0001117", MOTHER)
    assert mistake(first("plan", "export", "0001117"), "no plan yet")


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
        (("student", "show", "nobody"), "'nobody' is not known here"),
        (("student", "set", LOCAL_ID, "shoes", "9", "--reason", "x"), "no field person.shoes"),
        (("student", "set", LOCAL_ID, "given_name", "", "--reason", "x"), "given_name"),
        (("plan", "export", "nobody"), "'nobody' is not known here"),
        (("plan", "import", "nowhere.json"), "nowhere.json"),
        (("validate", "nowhere"), "There is nothing at nowhere"),
        (("validate", "planbridge.toml"), "in no format that we know"),
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
