"""Small invented plans of some 40 values: who the student is, a header and a goal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, Final

Plan = dict[str, Any]

KINDS: Final = 500
"""Plans that differ; more are these over again, so that making them costs next to nothing."""

_CHANGED: Final = {
    "author": "Cedar Bend SIS",
    "kind": "D",
    "source": "cedarbend-sis",
    "at": "2026-09-08T16:05:00Z",
    "plan_version": 1,
}
_NAMES: Final = (("Ada", "Byrne"), ("Bo", "Castillo"), ("Cleo", "Duarte"), ("Dev", "Eriksen"))
_INTERESTS: Final = ("Animals, most of all birds", "Building things", "Music", "How people live")


def small_plan(number: int, goals: int = 1) -> Plan:
    """The plan of an invented student, in the form of `ilp.json`, with so many goals."""
    return {
        "profile": {
            "identity": _entry(
                "identity", identifiers=[{"system": "local", "value": f"{number:07}"}]
            ),
            "name_and_grade": _named(number),
            "header": _entry(
                "header",
                plan_type={"set": "CEDS.IndividualizedProgramType", "code": "02197"},
                school_year=2027,
                status="draft",
                plan_version=1,
            ),
        },
        "goals": {"career_goals": [_goal(number, at) for at in range(goals)]},
    }


def _entry(id_: str, **values: Any) -> Plan:
    return {"id": id_, "version": 1, **values, "changed": _CHANGED}


def _named(number: int) -> Plan:
    given, family = _NAMES[number % len(_NAMES)]
    grade = f"{7 + number % 6:02}"
    return _entry(
        "name-and-grade",
        legal_given_name=given,
        legal_family_name=family,
        grade_level={"set": "CEDS.GradeLevel", "code": grade},
        graduation_year=2039 - int(grade),
    )


def _goal(number: int, at: int) -> Plan:
    return _entry(
        f"goal-{at}",
        text=f"Something with {_INTERESTS[(number + at) % len(_INTERESTS)].lower()}.",
        status="current",
        set_on="2026-09-08",
        cluster={
            "set": "CareerClusters",
            "code": f"{1 + (number + at) % 16:02}",
            "version": "2002",
        },
    )


def plans(count: int, goals: int = 1) -> Iterator[Plan]:
    """So many plans, `KINDS` of them different."""
    kinds = [small_plan(number, goals) for number in range(min(count, KINDS))]
    return islice(cycle(kinds), count)
