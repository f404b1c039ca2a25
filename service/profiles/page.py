"""A school against a profile as one page to pin up: numbers and bars, nobody's name.

Groups of fewer than ten students are not shown, and a bar tells tenths: who is missing from a
large group cannot be counted back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from schemas.ilp.rules import Outcome
from schemas.profiles.model import Profile, ProfileRule
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
    return (
        _environment()
        .get_template("school.html")
        .render(
            profile=profile,
            school=school,
            today=today,
            lines=lines_of(profile, school),
            fewest=FEWEST,
            style=_style(),
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.profiles"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    """The style sheet. It is a file of this package, so nothing in it needs escaping."""
    sheet = files("service.profiles").joinpath("templates/school.css").read_text(encoding="utf-8")
    return Markup(sheet)  # noqa: S704
