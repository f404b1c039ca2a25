"""A run in words: the few sentences that the terminal and the page have in common."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from service.sync.authority import Authority
from service.sync.report import Counts, RunReport, RunState

WITHHELD = (RunState.HELD, RunState.REFUSED, RunState.FAILED)
"""States in which something stopped the run."""
CARRIED_OUT = (RunState.APPLIED, RunState.DONE)
"""States in which the run's counts describe what did happen, not what would."""

SHOWN = 300
"""Characters of one value that are shown; plans hold essays, reports do not."""

COUNTED = {
    "added": "added",
    "updated": "changed",
    "revived": "came back",
    "missing": "missing",
    "detached": "detached",
    "waiting": "waiting",
}
"""The counts of an entity, in the order and by the names that people see."""

OUTCOMES = {
    Authority.SOURCE: "the source's value was taken",
    Authority.OURS: "our value stays",
    Authority.UNION: "both lists were united",
    Authority.MANUAL: "a person decides; until then our value stays",
}

UNTOLD = "not told here: see planbridge conflicts list"
"""Stands for values of a student's record that are not for everybody who may read a report."""

_PLURALS = {
    "organization": "organizations",
    "academic_session": "academic sessions",
    "course": "courses",
    "class": "classes",
    "person": "people",
    "role": "roles",
    "relation": "relations",
    "demographics": "demographics",
    "enrollment": "enrollments",
    "supplement": "supplements",
}


class Tone(StrEnum):
    """How a state should strike the reader."""

    GOOD = "good"
    CALM = "calm"
    LOOK = "look"
    STOP = "stop"


TONES: Mapping[RunState, Tone] = {
    RunState.DONE: Tone.GOOD,
    RunState.HELD: Tone.LOOK,
    RunState.PLANNED: Tone.LOOK,
    RunState.APPLIED: Tone.LOOK,
    RunState.REFUSED: Tone.STOP,
    RunState.FAILED: Tone.STOP,
}


def tone(state: RunState) -> Tone:
    """How the state should strike the reader; most are no cause for anything."""
    return TONES.get(state, Tone.CALM)


def plain(text: object) -> str:
    """Text in which nothing can move a cursor, reverse a line or break an encoding."""
    return "".join(_visible(letter) for letter in str(text))


def _visible(letter: str) -> str:
    if letter in "\n\t":
        return " "
    category = unicodedata.category(letter)
    # Cf holds the characters that reorder text; the joiners among them belong to names.
    hidden = category in ("Cc", "Cs", "Cn", "Zl", "Zp") or (
        category == "Cf" and letter not in "\u200c\u200d"
    )
    return letter.encode("unicode_escape").decode() if hidden else letter


def quoted(value: object) -> str:
    """A value from outside, between quotes.

    Blanks show, and no spreadsheet takes it for a formula when it is copied from the page.
    """
    if value is None:
        return "nothing"
    text = plain(value)
    return f"“{text}”" if len(text) <= SHOWN else f"“{text[: SHOWN - 1]}…”"


def cell(text: object) -> str:
    """Text for a cell of a table; quoted where a spreadsheet would read a formula."""
    clean = plain(text)
    return quoted(text) if clean.lstrip()[:1] in tuple("=+-@") else clean


def amount(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def entity_name(entity: str) -> str:
    """An entity as people call it, in the plural."""
    return _PLURALS.get(entity) or plain(entity.replace("_", " "))


def total_counts(report: RunReport) -> Counts:
    """The counts of all entities together."""
    return Counts(
        **{name: sum(getattr(one, name) for one in report.counts.values()) for name in COUNTED}
    )


def figures(report: RunReport) -> dict[str, int]:
    """The counts of all entities that are not zero, by the names that people see."""
    total = total_counts(report)
    named = {word: getattr(total, name) for name, word in COUNTED.items()}
    return {word: number for word, number in named.items() if number}


def changes(report: RunReport) -> str:
    """What the run does to records, as `3 added, 8 changed`; empty when it does nothing."""
    shown = figures(report)
    shown.pop(COUNTED["waiting"], None)
    return ", ".join(f"{number:,} {word}" for word, number in shown.items())


def _done(report: RunReport) -> str:
    return f"done: {changes(report) or 'no record changed'}"


def _planned(report: RunReport) -> str:
    return f"planned: {changes(report) or 'no record changes'}; nothing is applied yet"


def _stopped(report: RunReport) -> str:
    if not report.holds:
        return f"{report.state}: nothing was changed"
    hold = report.holds[0]
    file = plain(hold.get("file") or "").partition(" in ")[0]
    problem = plain(hold.get("problem", "see below")).rstrip(". ")
    first = problem if file in problem else f"{file}: {problem}"
    others = len(report.holds) - 1
    more = f" (and {amount(others, 'more reason')})" if others else ""
    return f"{report.state}: {first}{more}"


def _always(words: str) -> Callable[[RunReport], str]:
    return lambda report: words


_HEADLINES: Mapping[RunState, Callable[[RunReport], str]] = {
    RunState.RUNNING: _always("cut short before there was a plan; the next run carries on"),
    RunState.PLANNED: _planned,
    RunState.APPLIED: lambda report: f"{_done(report)}; others have yet to be told",
    RunState.DONE: _done,
    RunState.QUIET: _always("nothing changed"),
    RunState.PAUSED: _always("paused: nothing was fetched"),
    RunState.HELD: _stopped,
    RunState.REFUSED: _stopped,
    RunState.FAILED: _stopped,
    RunState.SUPERSEDED: _always("superseded: a newer delivery came before this one was finished"),
}


def headline(report: RunReport) -> str:
    """What happened, in one line without the run's name."""
    return _HEADLINES[report.state](report)


def news(report: RunReport) -> str:
    """The headline for where the state stands beside it."""
    return plain(headline(report)).removeprefix(f"{report.state}: ")


_SENTENCES: Mapping[RunState, Callable[[RunReport], str]] = {
    RunState.DONE: lambda report: f"The roster is up to date: {_changed(report)}",
    RunState.APPLIED: lambda report: f"{_changed(report)}, and others have yet to be told",
    RunState.PLANNED: lambda report: f"A plan is ready: {_would_change(report)}",
    RunState.QUIET: _always("Nothing changed: the delivery says what last night's said"),
}


def _changed(report: RunReport) -> str:
    """How many records changed, with the one word that fits all of them."""
    words = [word for word in figures(report) if word != COUNTED["waiting"]]
    verb = words[0] if words in (["added"], ["detached"]) else "changed"
    return f"{amount(report.records_changed, 'record')} {verb}"


def _would_change(report: RunReport) -> str:
    return f"{amount(report.records_changed, 'record')} would change"


def sentence(report: RunReport) -> str:
    """What happened, as the page's heading; the numbers stand below it."""
    text = plain(_SENTENCES.get(report.state, headline)(report))
    return f"{text[:1].upper()}{text[1:]}"


def reassurance(report: RunReport) -> str | None:
    """What a stopped run left untouched: the first thing everybody asks."""
    if report.state in WITHHELD:
        return "Nothing was changed: rosters and plans are those of the last good night."
    if report.state is RunState.PLANNED:
        return "Rosters and plans are as they were until the plan is applied."
    return None


def moment(stamp: str | None) -> str:
    """A stored instant as people read it, to the minute, in UTC."""
    try:
        return datetime.fromisoformat(stamp or "").strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return plain(stamp or "unknown")


def duration(seconds: float) -> str:
    """A stretch of time for people."""
    if seconds >= 90:
        return f"{seconds / 60:,.0f} min"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
