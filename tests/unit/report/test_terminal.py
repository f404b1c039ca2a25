"""A run in the terminal: complete, narrow, and deaf to what values try to tell the terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from rich.cells import cell_len
from rich.console import Console, RenderableType
from support import any_report
from support.run_reports import NIGHTS, first_load, held_night, history, report, steps_until

from schemas.finding import Finding, Severity
from service.report.terminal import render_findings, render_history, render_run
from service.report.words import plain
from service.sync.report import RunReport, RunState
from service.sync.runs import Step


def shown(part: RenderableType, width: int = 80, colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=colour, no_color=not colour).print(part)
    return out.getvalue()


def night(name: str) -> str:
    make, last = NIGHTS[name]
    return shown(render_run(make(), steps_until(last), verbose=True))


@given(any_report.reports, any_report.steps)
def test_every_report_can_be_shown_and_moves_no_cursor(one: RunReport, steps: list[Step]) -> None:
    text = shown(render_run(one, steps, verbose=True))
    assert not [letter for letter in text if letter != "\n" and plain(letter) != letter]


@given(any_report.reports)
def test_every_hold_tells_its_fix(one: RunReport) -> None:
    text = shown(render_run(one), width=4000)
    assert all(plain(hold["fix"]).strip() in text for hold in one.holds)


@pytest.mark.parametrize("name", NIGHTS)
def test_a_night_fits_80_columns(name: str) -> None:
    assert max(cell_len(line) for line in night(name).splitlines()) <= 80


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("first", "Run 1 · sis · done: 2,101 added"),
        ("normal", "Run 9 · sis · done: 24 added, 12 changed, 1 came back, 15 missing, 5 detached"),
        ("refused", "Run 11 · sis · refused: users.csv has a header and no rows"),
        ("quiet", "Run 12 · sis · nothing changed"),
    ],
)
def test_the_first_line_says_what_happened(name: str, words: str) -> None:
    assert night(name).splitlines()[0].rstrip() == words


@pytest.mark.parametrize(
    ("plan", "command"),
    [
        (8, 'planbridge sync apply 8 --allow-held "reason"'),
        (None, 'planbridge sync run sis --allow-held "reason"'),
    ],
)
def test_a_hold_ends_with_the_command_that_lifts_it(plan: int | None, command: str) -> None:
    one = held_night().model_copy(update={"plan": plan})
    assert command in shown(render_run(one))


def test_what_is_refused_cannot_be_waved_through() -> None:
    assert "--allow-held" not in night("refused")


@pytest.mark.parametrize("queue", ["conflicts", "matches"])
def test_a_queue_is_named_with_its_command(queue: str) -> None:
    assert f"planbridge {queue} list" in night("normal")


@pytest.mark.parametrize(
    ("name", "status"), [("first", 0), ("held", 3), ("refused", 1), ("quiet", 0)]
)
def test_the_last_line_explains_the_exit_status(name: str, status: int) -> None:
    assert night(name).splitlines()[-1].startswith(f"Exit status {status}, ")


def test_a_plan_that_waits_ends_with_status_2() -> None:
    text = shown(render_run(report(4, RunState.PLANNED, plan=4)))
    assert "planbridge sync apply 4" in text
    assert "Exit status 2, " in text


def test_what_is_owed_is_said_with_a_done_run() -> None:
    text = shown(render_run(report(4, RunState.DONE, owed=7)))
    assert "7 changes still owed" in text
    assert "Exit status 1, done, but something is still owed." in text


def test_a_source_with_a_blank_stays_one_word_of_the_command() -> None:
    text = shown(render_run(report(4, RunState.HELD, source="my sis")))
    assert "planbridge sync run 'my sis'" in text


def test_without_colour_nothing_is_coloured() -> None:
    assert "\x1b" not in night("held")
    assert "\x1b[" in shown(render_run(held_night()), colour=True)


def test_markup_in_a_value_is_only_text() -> None:
    one = report(4, RunState.DONE, accepted_because="[bold]why[/bold] [/]")
    assert "“[bold]why[/bold] [/]”" in shown(render_run(one))


def test_the_history_keeps_the_order_given() -> None:
    lines = shown(render_history(history())).splitlines()
    runs = [int(line[:3]) for line in lines if line[:3].strip().isdigit()]
    assert runs == list(range(12, 0, -1))


def test_an_empty_history_says_how_to_begin() -> None:
    assert "planbridge sync run" in shown(render_history([]))


def test_findings_are_told_by_kind_with_the_first_places() -> None:
    many = [
        Finding(Severity.ROW, "code", "Odd.", "Mend it.", "users.csv", row, "grades", "x")
        for row in range(2, 22)
    ]
    rest = Finding(Severity.ROW, "code", "Odd. (80 more rows)", "Mend it.", "users.csv", count=80)
    text = shown(render_findings([*many, rest]))
    assert "row not applied · users.csv · 100 rows · code" in text
    assert text.count("“x”") == 3
    assert "and 97 more" in text


def test_one_kind_in_many_files_is_told_once() -> None:
    many = [
        Finding(Severity.HOLD, "file.shrunk", f"{row} rows of 99.", "Ask.", name, row, count=9)
        for row, name in enumerate(["users.csv", "roles.csv", "orgs.csv", "classes.csv"], 2)
    ]
    text = shown(render_findings(many))
    assert "holds the run · 4 files · 36 rows · file.shrunk" in text
    assert text.count("Fix: ") == 1
    assert "classes.csv · row 5 · 5 rows of 99." in text


def test_no_findings_are_good_news() -> None:
    assert "No findings" in shown(render_findings([]))


def test_the_steps_are_told_when_asked_for() -> None:
    steps = steps_until("publish")
    assert "Steps" not in shown(render_run(first_load(), steps))
    assert steps[0].input_digest[:12] in shown(render_run(first_load(), steps, verbose=True))
