"""Decisions turn at the right moment: a second before, at it, and a second after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.access_states import STUDENT, row
from support.access_world import FOREVER, LONG_AGO, at_work, district

from service.access.desk import Desk
from service.access.request import Agreement, Subject, born_by
from service.settings import instant

TURN = datetime(2027, 3, 14, 10, tzinfo=UTC)
ON = instant(TURN)
HAWAII = ZoneInfo("Pacific/Honolulu")
ME = Subject("district", "me", person_id="me")
SELF = Subject("district", STUDENT, person_id=STUDENT)
GUARDIAN = row("guardian", agent_id="me")


@dataclass(frozen=True)
class Turn:
    """A question whose answer changes at `at`, to `after`."""

    name: str
    section: str
    rows: tuple[tuple[str, tuple[Any, ...]], ...]
    after: bool
    who: Subject = ME
    action: str = "read"
    at: datetime = TURN
    place: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)


def birth(day: date) -> tuple[str, tuple[Any, ...]]:
    return row("birth", birth_date=day)


def consent(**values: Any) -> tuple[str, tuple[Any, ...]]:
    plain = {
        "recipient": "me",
        "regime": "FERPA_99_30",
        "decision": "granted",
        "entitled": True,
        "capacity": "student",
        "section": "careerGoals",
        "purpose": "instruction",
        "signed_at": LONG_AGO,
        "effective_from": LONG_AGO,
        "expires_at": FOREVER,
    }
    return row("consent", **{**plain, **values})


SHARED = row("share", section="careerGoals", audience="me")
MENTOR = (row("tie", agent_id="me", kind="mentor"), SHARED)
FORMER = (birth(date(2000, 1, 1)), GUARDIAN)
MIDNIGHT = datetime(2027, 3, 15, tzinfo=HAWAII).astimezone(UTC)
AT_HOME = {"zone": "Pacific/Honolulu"}
BORN = {age: birth(date(2027 - age, 3, 15)) for age in (16, 18, 19, 21)}
STAYS = {"idea_transfers": False, **AT_HOME}
MOVES = {"idea_transfers": True, **AT_HOME}
AGREED = Agreement("a1", frozenset({"profile"}), LONG_AGO, ON, None, FOREVER, bound=True)
VENDOR = Subject(
    "district",
    "me",
    kind="client",
    role="CIS",
    scopes=frozenset({("profile", "read", "*")}),
    agreements=(AGREED,),
)
TEACHER = row("teaching", agent_id="me")
SIGNS = {"signs": True}

TURNS = (
    Turn("18: parent loses", "profile", (BORN[18], GUARDIAN), False, at=MIDNIGHT, place=AT_HOME),
    Turn("18: student gains", "disclosureLog", (BORN[18], row("student")), True, SELF, at=MIDNIGHT,
         place=AT_HOME),
    Turn("18: where IDEA rights stay", "iepLink", (BORN[18], GUARDIAN), True, action="approve",
         at=MIDNIGHT - timedelta(days=900), place=STAYS, context=SIGNS),
    Turn("18: where they move, parent", "iepLink", (BORN[18], GUARDIAN), False, action="approve",
         at=MIDNIGHT, place=MOVES, context=SIGNS),
    Turn("18: where they move, student", "iepLink", (BORN[18], row("student")), True, SELF,
         action="approve", at=MIDNIGHT, place=MOVES, context=SIGNS),
    Turn("19: majority of some States", "iepLink", (BORN[19], GUARDIAN), False, action="approve",
         at=MIDNIGHT, place={**MOVES, "majority_age": 19}, context=SIGNS),
    Turn("21: majority of Mississippi", "iepLink", (BORN[21], GUARDIAN), False, action="approve",
         at=MIDNIGHT, place={**MOVES, "majority_age": 21}, context=SIGNS),
    Turn("postsecondary at 16", "disclosureLog",
         (BORN[16], row("student"), row("standing", kind="postsecondary", valid_from=ON)), True,
         SELF),
    Turn("consent starts", "careerGoals", (*MENTOR, consent(effective_from=ON)), True),
    Turn("consent expires", "careerGoals", (*MENTOR, consent(expires_at=ON)), False),
    Turn("consent revoked", "careerGoals", (*MENTOR, consent(revoked_at=ON)), False),
    Turn("a parent's consent lapses at 18", "careerGoals",
         (*MENTOR, BORN[18], consent(capacity="parent")), False, at=MIDNIGHT, place=AT_HOME),
    Turn("with ten days of grace", "careerGoals",
         (*MENTOR, BORN[18], consent(capacity="parent")), False, at=MIDNIGHT + timedelta(days=10),
         place={**AT_HOME, "grace_days": 10}),
    Turn("roster goes stale", "careerGoals", (TEACHER,), False,
         at=TURN + timedelta(hours=72, milliseconds=1), place={"roster_as_of": ON}),
    Turn("class ends with its term", "careerGoals",
         (row("teaching", agent_id="me", class_ends=date(2027, 3, 15)),), False, at=MIDNIGHT,
         place={**AT_HOME, "roster_as_of": FOREVER}),
    Turn("student leaves the class", "careerGoals",
         (row("teaching", agent_id="me", ends=date(2027, 3, 15)),), False, at=MIDNIGHT,
         place={**AT_HOME, "roster_as_of": FOREVER}),
    Turn("restriction begins", "profile",
         (birth(date(2015, 1, 1)), GUARDIAN, row("restriction", person_id="me", valid_from=ON)),
         False),
    Turn("restriction ends", "profile",
         (birth(date(2015, 1, 1)), GUARDIAN, row("restriction", person_id="me", valid_to=ON)),
         True),
    Turn("dependency attested", "profile",
         (*FORMER, row("standing", kind="dependent", valid_from=ON)), True),
    Turn("agreement ends", "profile", (row("enrolled", org_id="s1"),), False, VENDOR,
         context={"strength": "mtls"}),
)  # fmt: skip


def allowed(turn: Turn, at: datetime) -> bool:
    place = district(**{"roster_as_of": FOREVER, "idea_transfers": None, **turn.place})
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for name, one in turn.rows:
        rows.setdefault(name, []).append(one)
    desk = Desk(turn.who, at_work(at, **turn.context), place)
    case = desk.case({name: tuple(found) for name, found in rows.items()})
    return case.decide(turn.section, turn.action).allowed


TURNING = [one for one in TURNS if "stay" not in one.name]


@pytest.mark.parametrize("turn", TURNING, ids=lambda turn: turn.name)
def test_the_answer_turns_at_the_moment(turn: Turn) -> None:
    second = timedelta(seconds=1)
    answers = [allowed(turn, turn.at + step) for step in (-second, second * 0, second)]
    assert answers == [not turn.after, turn.after, turn.after]


@pytest.mark.parametrize("years", [-3, 0, 1, 10])
def test_where_idea_rights_stay_they_never_turn(years: int) -> None:
    turn = next(one for one in TURNS if "stay" in one.name)
    assert allowed(turn, MIDNIGHT + timedelta(days=366 * years))


def test_where_the_rule_is_unknown_nobody_of_age_is_represented() -> None:
    turn = Turn("unknown", "iepLink", (BORN[18], GUARDIAN), False, action="approve", context=SIGNS)
    answers = [allowed(turn, MIDNIGHT + timedelta(days=days)) for days in (-30, 30)]
    assert answers == [True, False]


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 2, 28), date(2008, 2, 28)),
        (date(2026, 3, 1), date(2008, 3, 1)),
        (date(2028, 2, 29), date(2010, 2, 28)),
    ],
)
def test_who_is_born_on_a_leap_day_waits_for_march(today: date, last: date) -> None:
    assert born_by(today, 18) == last


def test_summer_time_moves_no_birthday() -> None:
    """Clocks change on the birthday itself; the day begins at midnight as it always did."""
    zone = ZoneInfo("America/New_York")
    midnight = datetime(2027, 3, 14, tzinfo=zone).astimezone(UTC)
    rows = (birth(date(2009, 3, 14)), row("student"))
    turn = Turn("dst", "disclosureLog", rows, True, SELF, place={"zone": str(zone)})
    answers = [allowed(turn, midnight + timedelta(seconds=step)) for step in (-1, 0, 14400)]
    assert answers == [False, True, True]
