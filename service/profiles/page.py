"""A school against a profile as one page to pin up: numbers and bars, nobody's name.

No group of fewer than ten students can be counted on it, nor the few who are missing from a large
one: counts are about tens, shares are tenths, and where fewer than ten hold something or lack it,
the page says the same whether it is nine of them or nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from jinja2 import Template

from schemas.ilp.rules import Outcome
from schemas.profiles.model import Profile, ProfileRule
from service.pages import style_of, templates_of
from service.profiles.judge import School

FEWEST: Final = 10
"""The smallest group of students that is shown."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of ten students so many at least and so many at most; the same where the page may tell."""

    least: int
    most: int

    def __str__(self) -> str:
        if self.least == self.most:
            return f"{self.least} of ten"
        return (
            f"at least {self.least} of ten" if self.most == _ALL else f"at most {self.most} of ten"
        )

    @property
    def short(self) -> str:
        """The same where there is room for a figure alone."""
        if self.least == self.most:
            return str(self.least)
        return f"{self.least}+" if self.most == _ALL else f"≤{self.most}"

    @property
    def shade(self) -> int:
        """How dark its figure stands on the page, of ten."""
        return self.most if self.least == 0 else self.least


_ALL: Final = 10
_EVERY_YEAR: Final = 99
_MOST_BEHIND: Final = 3

Tally = Mapping[str, Counter[Outcome]]
"""For each rule, how many students ended how."""


@dataclass(frozen=True, slots=True)
class Held:
    """What share of a group holds something, and of what share it cannot be told.

    A share is None where too few hold something and too few lack it for either to be shown.
    """

    share: Share | None
    untold: Share | None

    @property
    def hidden(self) -> int:
        """Of ten students, of how many at least it cannot be told."""
        return self.untold.least if self.untold else 0


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: for about how many it is due, and how it is held by them and by each grade."""

    rule: ProfileRule
    due: str
    held: Held
    grades: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """The rules that are due at the same time."""

    name: str
    lines: list[Line]


def grades_of(school: School) -> list[int]:
    """The grades of a school whose students were judged."""
    return sorted({one.grade for one in school.judged if one.grade is not None})


def lines_of(profile: Profile, school: School) -> list[Line]:
    """The rules of a profile that are due for anybody, with their shares."""
    whole = school.tally()
    grades = [_of_grade(school, grade).tally() for grade in grades_of(school)]
    found = (_line(rule, whole, grades) for rule in profile.rules)
    return [line for line in found if line is not None]


def _of_grade(school: School, grade: int) -> School:
    return replace(school, judged=tuple(one for one in school.judged if one.grade == grade))


def _line(rule: ProfileRule, whole: Tally, grades: Sequence[Tally]) -> Line | None:
    due = sum(_parts(rule, whole))
    held = (_held(*_parts(rule, each)) for each in grades)
    return Line(rule, about(due), _held(*_parts(rule, whole)), tuple(held)) if due else None


def _parts(rule: ProfileRule, tally: Tally) -> tuple[int, int, int]:
    found = tally.get(rule.id, Counter())
    return found[Outcome.MET], found[Outcome.NOT_MET], found[Outcome.CANNOT_TELL]


def _held(met: int, short: int, untold: int) -> Held:
    return Held(share_of(met, short + untold), share_of(untold, met + short))


def stages_of(lines: Sequence[Line]) -> list[Stage]:
    """The lines by when they are due, in that order; what is due each year comes last."""
    due: dict[int, list[Line]] = {}
    for line in lines:
        due.setdefault(_EVERY_YEAR if line.rule.yearly else min(line.rule.grades), []).append(line)
    return [
        Stage("Every year" if grade == _EVERY_YEAR else f"By the end of grade {grade}", due[grade])
        for grade in sorted(due)
    ]


def behind(lines: Sequence[Line]) -> list[Line]:
    """The few lines that the fewest students hold, half of them at most."""
    found = [
        (share.most, place)
        for place, line in enumerate(lines)
        if (share := line.held.share) and share.most <= _ALL // 2 and not line.held.hidden
    ]
    return [lines[place] for _, place in sorted(found)[:_MOST_BEHIND]]


def about(count: int) -> str:
    """A count in tens."""
    return f"fewer than {FEWEST}" if count < FEWEST else f"about {count // 10 * 10}"


def part_of(count: int, whole: int) -> str:
    """As `about`, for some of a group whose other members may not be counted either."""
    few = count >= FEWEST and whole - count < FEWEST
    return f"all but fewer than {FEWEST}" if few else about(count)


def share_of(met: int, short: int) -> Share | None:
    """The share of those who hold something, as far as it may be told."""
    due = met + short
    if met < FEWEST and short < FEWEST:
        return None
    if short < FEWEST:
        return Share(_ALL * (due - FEWEST + 1) // due, _ALL)
    if met < FEWEST:
        return Share(0, -(-_ALL * (FEWEST - 1) // due))
    tenths = round(_ALL * met / due)
    return Share(tenths, tenths)


def render_page(profile: Profile, school: School, today: date) -> str:
    """The page as HTML: self-contained, no script, readable on paper."""
    lines = lines_of(profile, school)
    return _template().render(
        profile=profile,
        school=school,
        today=f"{today:%B} {today.day}, {today.year}",
        asked=len(lines),
        stages=stages_of(lines),
        behind=behind(lines),
        grades=grades_of(school),
        students=about(len(school.judged)),
        planned=part_of(len(school.judged) - school.without_plan, len(school.judged)),
        fewest=FEWEST,
        style=style_of("service.profiles", "school.css"),
    )


@cache
def _template() -> Template:
    return templates_of("service.profiles").get_template("school.html")
