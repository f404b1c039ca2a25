"""What a person does next, as commands to type."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.finding import Severity
from service.report.words import CARRIED_OUT, amount, plain
from service.sync.authority import Authority
from service.sync.report import Clashed, RunReport, RunState

PENDING_STATUS = 2
"""Exit status of `sync plan` when changes wait to be applied."""

_MEANINGS = {
    RunState.RUNNING: "cut short; running again carries on",
    RunState.PLANNED: "changes are planned and wait to be applied",
    RunState.APPLIED: "applied; running again tells the others",
    RunState.QUIET: "nothing to do",
    RunState.PAUSED: "paused, as the settings say",
    RunState.HELD: "held until a person has looked, or a cleaner delivery comes",
    RunState.REFUSED: "the delivery was refused",
    RunState.FAILED: "the run failed",
    RunState.SUPERSEDED: "a newer delivery took its place",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """Why, and what to type."""

    why: str
    command: str | None = None


def exit_status(report: RunReport) -> int:
    """The status with which the run ended, as the command line gives it."""
    return PENDING_STATUS if report.state is RunState.PLANNED else report.exit_status


def ending(report: RunReport) -> str:
    """The exit status and what it means, as `3, held until a person has looked`."""
    meaning = _MEANINGS.get(report.state, "done")
    owed = report.exit_status == 1 and report.state not in (RunState.REFUSED, RunState.FAILED)
    return f"{exit_status(report)}, {meaning}{', but something is still owed' if owed else ''}"


def undecided(report: RunReport) -> list[Clashed]:
    """The clashes that no rule settles."""
    return [one for one in report.clashes if one.outcome is Authority.MANUAL]


def next_steps(report: RunReport) -> list[Advice]:
    """Everything a person may have to do after this run, the most pressing first."""
    return [*_about_state(report), *_about_queues(report)]


def _run_again(report: RunReport) -> str:
    return f"planbridge sync run {_word(report.source)}"


def _word(text: str) -> str:
    """A name as the shell takes it for one word."""
    return shlex.quote(plain(text))


def _about_state(report: RunReport) -> Iterator[Advice]:
    again = _run_again(report)
    match report.state:
        case RunState.HELD:
            yield from _about_hold(report)
        case RunState.REFUSED:
            yield Advice("Have the delivery mended at its source, then run again:", again)
        case RunState.FAILED:
            name = _word(report.source)
            yield Advice("See what the source answers:", f"planbridge source test {name}")
            yield Advice("Running again is always safe:", again)
        case RunState.PLANNED:
            yield Advice("To carry out the plan:", f"planbridge sync apply {report.plan}")
        case RunState.RUNNING | RunState.APPLIED:
            yield Advice("Carry on where this run was cut short:", again)
        case RunState.PAUSED:
            yield Advice("To resume, end the pause under [sync] in planbridge.toml, then:", again)


def _about_hold(report: RunReport) -> Iterator[Advice]:
    again = _run_again(report)
    yield Advice("If it looks wrong, have the export mended and send it again:", again)
    if any(one.get("severity") == Severity.REFUSE.name.lower() for one in report.holds):
        return
    held = f"planbridge sync apply {report.plan}" if report.plan is not None else again
    yield Advice("If it is right, let this one through:", f'{held} --allow-held "reason"')


def _about_queues(report: RunReport) -> Iterator[Advice]:
    if report.state in CARRIED_OUT:
        if conflicts := len(undecided(report)):
            why = f"{amount(conflicts, 'conflict')} to decide:"
            yield Advice(why, "planbridge conflicts list")
        if report.questions:
            why = f"{amount(report.questions, 'possible double')} to decide:"
            yield Advice(why, "planbridge matches list")
    if report.owed:
        why = f"{amount(report.owed, 'change')} still owed to a receiver; the next run tries again:"
        yield Advice(why, _run_again(report))
