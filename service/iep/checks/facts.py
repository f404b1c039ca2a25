"""What a check knows: the IEP, the plan, the day, and what State law says of ages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from schemas.codes.grades import grade_number
from schemas.iep.iep import Iep
from schemas.iep.values import AgencyConsent
from schemas.ilp.goals import TransitionArea
from schemas.ilp.plan import Plan
from service.access import policy
from service.iep.checks.result import state_ages

_LAST_GRADE: Final = 12
_YEAR_BEGINS: Final = 7
"""The month from which a day belongs to the next school year."""


@dataclass(frozen=True, slots=True)
class StateLaw:
    """A State's ages. `transfers` tells whether IDEA rights pass on at majority; None: unknown.

    `courses_only` tells that before 16 the State asks for courses of study alone.
    """

    transition_age: int
    majority_age: int = 18
    transfers: bool | None = None
    leap_birthday: tuple[int, int] = (3, 1)
    courses_only: bool = False


FEDERAL: Final[int] = state_ages()["federal_age"]


def law_of(
    state: str | None, transfers: bool | None = None, majority: int | None = None
) -> StateLaw:
    """What is known of a State, after what the district decided itself."""
    known = state_ages().get(state or "", {})
    age, passes = policy.state_rule(state)
    month, day = state_ages()["leap_birthday"].split("-")
    return StateLaw(
        transition_age=known.get("transition_age", FEDERAL),
        majority_age=majority or age,
        transfers=passes if transfers is None else transfers,
        leap_birthday=(int(month), int(day)),
        courses_only=known.get("courses_only", False),
    )


@dataclass(frozen=True)
class Facts:
    """One IEP before the check.

    `plan` is the student's plan as far as the reader may see it. `born` is the roster's birth
    date, which goes before the IEP's own. `silent` are parts that the delivering format cannot
    hold: that they are empty proves nothing.
    """

    iep: Iep
    on: date
    law: StateLaw
    plan: Plan | None = None
    born: date | None = None
    silent: frozenset[str] = frozenset()

    def birthday(self, age: int) -> date | None:
        """The day on which the student has this age; None where no birth date is known."""
        born = self.born or self.iep.student.birth_date
        if born is None:
            return None
        try:
            return born.replace(year=born.year + age)
        except ValueError:
            return date(born.year + age, *self.law.leap_birthday)

    def reaches(self, age: int) -> bool | None:
        """Whether the IEP is in effect on or after a birthday; None where a date is missing.

        "The first IEP to be in effect when the child turns 16" is mostly written at 15.
        """
        birthday, end = self.birthday(age), self.iep.header.end
        if birthday is None:
            return None
        return birthday <= (end or self.on) or (None if end is None else False)

    @property
    def meeting(self) -> date | None:
        """The day of the meeting, or the day on which the version was approved or begins."""
        header = self.iep.header
        return header.meeting_date or header.finalized or header.start

    @property
    def cycle_begins(self) -> date | None:
        """The day from which something was addressed with the current IEP: that of the notice.

        An amendment belongs to the cycle of the annual meeting before it.
        """
        header, notice = self.iep.header, self.iep.notice
        known = (self.meeting, header.start, notice.sent_on if notice else None)
        days = [day for day in known if day is not None]
        if header.amended is not None and header.end is not None:
            days.append(header.end - timedelta(days=365))
        return min(days, default=None)

    @property
    def majority(self) -> date | None:
        """The day of majority under State law."""
        return self.birthday(self.law.majority_age)

    @cached_property
    def years_left(self) -> frozenset[int] | None:
        """The school years from the beginning of the IEP to the expected exit; None if unknown."""
        begins = self.iep.header.start or self.meeting
        last = self._last_year(begins)
        if begins is None or last is None:
            return None
        return frozenset(range(school_year(begins), last + 1))

    def _last_year(self, begins: date | None) -> int | None:
        exit_ = self.iep.exit
        if exit_ is not None and exit_.expected_on is not None:
            return school_year(exit_.expected_on)
        grade = grade_number(self.iep.student.grade_level or "")
        if begins is None or grade is None or grade > _LAST_GRADE:
            return None
        return school_year(begins) + _LAST_GRADE - grade

    def decided_against(self, area: TransitionArea) -> bool:
        """Whether the Team recorded that an area needs no goal."""
        return any(one.area is area for one in self.iep.not_applicable)


def why_over(consent: AgencyConsent, on: date) -> tuple[str, str] | None:
    """Why a signed consent is over on a day, and the field that says so; None while it stands."""
    if consent.revoked_on is not None and consent.revoked_on <= on:
        return f"revoked on {consent.revoked_on}", "revoked_on"
    if consent.expires_on is not None and consent.expires_on < on:
        return f"expired on {consent.expires_on}", "expires_on"
    return None


def school_year(day: date) -> int:
    """The school year of a day, by the calendar year in which it ends."""
    return day.year + (1 if day.month >= _YEAR_BEGINS else 0)
