"""A school against a profile as one page to pin up: numbers and bars, nobody's name.

No group of fewer than ten students can be counted on it, nor the few who are missing from a large
one: counts are about tens, shares are tenths, and where fewer than ten hold something or lack it,
the page says the same whether it is nine of them or nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
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


_ALL: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: for about how many it is due, and what share of them holds it.

    `share` is None where too few hold it and too few lack it for either to be shown.
    """

    rule: ProfileRule
    due: str
    share: Share | None
    untold: str


def lines_of(profile: Profile, school: School) -> list[Line]:
    """The rules of a profile that are due for anybody, with their shares."""
    tally = school.tally()
    counted = ((rule, tally.get(rule.id, Counter())) for rule in profile.rules)
    return [_line(*one) for one in counted if one[1][Outcome.MET] + one[1][Outcome.NOT_MET]]


def _line(rule: ProfileRule, counted: Counter[Outcome]) -> Line:
    met, short = counted[Outcome.MET], counted[Outcome.NOT_MET]
    return Line(rule, about(met + short), share_of(met, short), about(counted[Outcome.CANNOT_TELL]))


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
    return _template().render(
        profile=profile,
        school=school,
        today=today,
        lines=lines_of(profile, school),
        students=about(len(school.judged)),
        planned=part_of(len(school.judged) - school.without_plan, len(school.judged)),
        fewest=FEWEST,
        style=style_of("service.profiles", "school.css"),
    )


@cache
def _template() -> Template:
    return templates_of("service.profiles").get_template("school.html")
