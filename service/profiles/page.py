"""A school against a profile as one page to pin up: numbers and bars, nobody's name.

Groups of fewer than ten students are not shown, and a bar tells tenths: who is missing from a
large group cannot be counted back.
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
class Line:
    """One rule: for how many it is due, and what share of them holds it, in tenths.

    `tenths` is None where the group is too small to be shown.
    """

    rule: ProfileRule
    due: int
    tenths: int | None
    untold: int


def lines_of(profile: Profile, school: School) -> list[Line]:
    """The rules of a profile that are due for anybody, with their shares."""
    tally = school.tally()
    return [
        line for rule in profile.rules if (line := _line(rule, tally.get(rule.id, Counter()))).due
    ]


def _line(rule: ProfileRule, counted: Counter[Outcome]) -> Line:
    met, short = counted[Outcome.MET], counted[Outcome.NOT_MET]
    due = met + short
    tenths = round(10 * met / due) if due >= FEWEST else None
    return Line(rule, due, tenths, counted[Outcome.CANNOT_TELL])


def render_page(profile: Profile, school: School, today: date) -> str:
    """The page as HTML: self-contained, no script, readable on paper."""
    return _template().render(
        profile=profile,
        school=school,
        today=today,
        lines=lines_of(profile, school),
        fewest=FEWEST,
        style=style_of("service.profiles", "school.css"),
    )


@cache
def _template() -> Template:
    return templates_of("service.profiles").get_template("school.html")
