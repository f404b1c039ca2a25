"""The draft: sentences, each with the entry of the plan that it comes from, and its day.

A draft is made of a plan that was redacted for its reader, so that nothing of what is withheld can
stand in it. Readers who may know are told which elements were withheld; others are told nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from schemas.ilp.entry import AuthorKind, Entry
from schemas.ilp.goals import TransitionArea
from schemas.ilp.plan import ELEMENTS, Plan

WRITERS: Final[Mapping[AuthorKind, str]] = {
    AuthorKind.STUDENT: "the student",
    AuthorKind.FAMILY: "the family",
    AuthorKind.COUNSELOR: "a counselor",
    AuthorKind.TEACHER: "a teacher",
    AuthorKind.DISTRICT_SYSTEM: "the district's system",
    AuthorKind.CAREER_SYSTEM: "a career system",
    AuthorKind.EMPLOYER: "an employer",
    AuthorKind.IEP_TEAM: "the IEP Team",
}
"""Who wrote an entry, without a name."""

_DAYS: Final = ("on", "taken_on", "set_on", "proposed_on", "start", "end")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sentence comes from: element, entry and version, its day, and who wrote it."""

    element: str
    entry: str
    version: int
    on: date
    writer: str

    @property
    def name(self) -> str:
        """What the content model calls the element."""
        return ELEMENTS[self.element].name


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the draft; `path` is the field of an IEP that it could go to.

    `quoted` tells that the text is the student's own, word for word. `note` is what goes with it,
    `area` the side of life after school, `year` the school year of a course.
    """

    path: str
    text: str
    source: Source
    quoted: bool = False
    note: str | None = None
    area: TransitionArea | None = None
    year: int | None = None

    @property
    def part(self) -> str:
        """The part of an IEP that it belongs to."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Side:
    """A student's words beside the Team's wording, from a proposal."""

    proposal: str
    state: str
    change: str
    part: str
    area: str | None
    words: str | None
    wording: str | None
    rationale: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What goes on every copy: for what, to whom, under which disclosure number, on which day.

    `outside` tells that it leaves the school and the family, and so carries the notice of
    34 CFR 99.33(d); `use_until` is the day on which a consent behind it is over.
    """

    purpose: str
    recipient: str
    number: str
    on: date
    outside: bool = False
    consents: tuple[str, ...] = ()
    use_until: str | None = None


@dataclass(frozen=True)
class Draft:
    """A draft for one reader. `withheld` is None for those who may not know what is.

    `plan` is the plan as this reader may see it, `iep` tells of the version in force, `statements`
    are the family's statements of disagreement, which go with what they contest.
    """

    student: Mapping[str, str]
    sentences: tuple[Sentence, ...]
    handover: Handover
    plan: Plan
    proposals: tuple[Side, ...] = ()
    withheld: tuple[str, ...] | None = None
    iep: Mapping[str, Any] = field(default_factory=dict)
    statements: tuple[str, ...] = ()

    def of_part(self, part: str) -> tuple[Sentence, ...]:
        """The sentences of a part of the IEP, in order."""
        return tuple(one for one in self.sentences if one.part == part)


def source_of(element: str, entry: Entry) -> Source:
    """Where a sentence about an entry comes from."""
    days = (getattr(entry, name, None) for name in _DAYS)
    on = next((day for day in days if isinstance(day, date)), entry.changed.at.date())
    return Source(element, entry.id, entry.version, on, WRITERS[entry.changed.kind])


def is_own(entry: Entry) -> bool:
    """Whether the student wrote the entry as it reads now."""
    return entry.changed.kind is AuthorKind.STUDENT


def long_day(day: date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%B %Y}"


def span(start: date | None, end: date | None) -> str:
    """A stretch of days as people write it; empty where none is known."""
    if start and end and start != end:
        return f"{long_day(start)} to {long_day(end)}"
    day = start or end
    return long_day(day) if day else ""
