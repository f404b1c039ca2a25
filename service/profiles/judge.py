"""Students' plans against a profile, as far as they are open to whoever asks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Final

import sqlalchemy as sa
from pydantic import ValidationError

from schemas.codes.grades import grade_number
from schemas.ilp.plan import REQUIRED, Plan
from schemas.ilp.rules import Outcome
from schemas.profiles.check import Verdict, check_profile
from schemas.profiles.model import Profile, read_profile, shipped, states
from service.access.request import born_by
from service.errors import Invalid, NotFound
from service.ilp.request import plan_sections
from service.ilp.sight import open_plan, view_of_sight
from service.office import Sight, Visit
from service.office.people import students_at
from service.roster import load_record
from service.store.places import is_called
from service.store.tables import ROSTER

_ADULT: Final = 18


@dataclass(frozen=True, slots=True)
class Judged:
    """A student's verdicts; none without a `grade` that anybody tells.

    `name` is as the roster has it, empty where it is withheld; `has_plan` whether there is a plan
    of which anything is open.
    """

    student: str
    name: str = ""
    has_plan: bool = False
    grade: int | None = None
    verdicts: tuple[Verdict, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many rules ended so."""
        return sum(one.outcome is outcome for one in self.verdicts)


@dataclass(frozen=True, slots=True)
class School:
    """A school's students; `shut`: of how many nothing is open, for the custodian alone."""

    name: str
    judged: tuple[Judged, ...]
    shut: int

    @property
    def without_plan(self) -> int:
        """How many have no plan that could be judged."""
        return sum(not one.has_plan for one in self.judged)

    def tally(self) -> Mapping[str, Counter[Outcome]]:
        """For each rule, how many students ended how."""
        counted: dict[str, Counter[Outcome]] = {}
        for one in self.judged:
            for verdict in one.verdicts:
                counted.setdefault(verdict.rule.id, Counter())[verdict.outcome] += 1
        return counted


def profile_of(state: str | None, file: Path | None) -> Profile:
    """A shipped profile, or a district's own from a file. Raises NotFound, Invalid."""
    if file is None:
        known = {code.upper(): code for code in states()}
        if state is None or state.upper() not in known:
            raise NotFound(f"There is no profile {state!r}.", f"Use one of {', '.join(states())}.")
        return shipped(known[state.upper()])
    try:
        return read_profile(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not UTF-8: {error.reason}.", "Save it as UTF-8.") from None
    except TOMLDecodeError as error:
        raise Invalid(f"{file} is not valid TOML: {error}.", "Correct it.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "profile"
        raise Invalid(f"{file}: {where}: {first['msg']}.", "Correct it.") from None


def judge_student(visit: Visit, given: str, profile: Profile, grade: int | None) -> Judged:
    """A student against a profile. Raises Refused, or Invalid where nothing tells the grade."""
    sight = visit.lookup(given, "read", plan_sections())
    judged = _judge(visit, sight, profile, grade)
    if judged.grade is None:
        raise Invalid("Nothing that is open here tells the grade.", "Give --grade.")
    return judged


def judge_school(visit: Visit, school: str, profile: Profile, grade: int | None) -> School:
    """Everybody at a school of whom anything is open. Raises NotFound."""
    students = students_at(visit.connection, visit.tenant, school)
    sights = visit.see_all(students, "read", plan_sections())
    judged = tuple(_judge(visit, sight, profile, grade) for sight in sights.values())
    shut = len(students) - len(sights) if visit.is_custodian else 0
    return School(_called(visit, school), judged, shut)


def _called(visit: Visit, school: str) -> str:
    """What people call a school."""
    place = ROSTER["organization"].c
    query = sa.select(place.name).where(place.tenant == visit.tenant, is_called(school))
    return str(visit.connection.execute(query).scalars().first() or school)


def _judge(visit: Visit, sight: Sight, profile: Profile, grade: int | None) -> Judged:
    person = load_record(visit.connection, visit.tenant, "person", sight.student)
    plan = open_plan(visit.connection, visit.tenant, sight)
    found = grade or (_grade(person["grades"]) if sight.opens("person.grades") else None)
    today = visit.district.day(visit.now)
    shown = plan[1] if plan else _blank(sight)
    adult = _is_adult(visit, sight.student, today) if _asks_age(profile) else None
    verdicts = check_profile(profile, shown, found, today, adult) if found else ()
    name = f"{person['given_name']} {person['family_name']}" if _is_named(sight) else ""
    return Judged(sight.student, name, plan is not None, found, tuple(verdicts))


def _asks_age(profile: Profile) -> bool:
    return any(rule.signers_for_minors for rule in profile.rules)


def _is_adult(visit: Visit, student: str, today: date) -> bool | None:
    """Whether a student is 18; None where the roster has no birth date."""
    held = ROSTER["demographics"].c
    query = sa.select(held.birth_date).where(
        held.tenant == visit.tenant, held.person_id == student, held.birth_date.is_not(None)
    )
    born = visit.connection.execute(query).scalars().first()
    return None if born is None else str(born)[:10] <= born_by(today, _ADULT).isoformat()


def _blank(sight: Sight) -> Plan | None:
    """What somebody is shown of no plan, or of a closed one; None where nothing could be closed."""
    hidden = view_of_sight(sight).withheld
    return Plan(withheld=tuple({*hidden, *REQUIRED})) if hidden else None


def _grade(grades: str | None) -> int | None:
    """The first grade level of a roster record's list."""
    known = json.loads(grades) if grades else []
    return grade_number(known[0]) if known else None


def _is_named(sight: Sight) -> bool:
    return sight.opens("person.given_name") and sight.opens("person.family_name")
