"""What must hold of every decision, whoever asks: shown on random worlds without a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.access_questions import Asking
from support.access_states import STUDENT, row
from support.access_world import LONG_AGO, NOW, World, somebody

from service.access import policy
from service.access.conditions import holds
from service.access.desk import Desk, Rows
from service.access.predicate import predicate
from service.access.request import as_party, as_user
from service.access.sources import SOURCES, source
from service.settings import instant

_QUESTIONS = 2500
ROSTERED = ("birth", "guardian", "teaching", "site", "enrolled", "student")
TABLES = {
    "team": "team_member",
    "owner": "item_owner",
    "share": "item_share",
    "hold": "legal_hold",
    "request": "record_request",
    "opt_out": "directory_opt_out",
    **dict.fromkeys(ROSTERED, ""),
}
"""Where the rows of a source are kept, where it is called otherwise."""

PARTS = {"": "consent_section", "_field": "consent_field"}
STAFF = {"CNS", "CMG", "TCH", "ADM"}
"""The roles that a deputy takes over."""


def drawn(seed: int) -> Iterator[tuple[Asking, Desk, Rows, str, str]]:
    """Random questions about one student, of whom much is held."""
    draw = Asking(seed, students=1)
    draw.students = [STUDENT]
    draw.people = [STUDENT, "a0", "a1"]
    for _ in range(_QUESTIONS):
        asked = draw.question()
        yield draw, asked.desk, rows_of(draw), asked.section, asked.action


def rows_of(draw: Asking) -> Rows:
    """Random rows of the roster and of the service's own tables about the student."""
    made = World()
    draw.about(made, STUDENT)
    values = {"agent_id": draw.pick(draw.people), "org_id": "s1", "birth_date": draw.born()}
    found = {name: (roster_row(name, values),) for name in ROSTERED if draw.chance(0.6)}
    held = {name: made.rows.get(TABLES.get(name, name), []) for name in SOURCES}
    held |= {f"consent{one}": list(with_parts(made, part)) for one, part in PARTS.items()}
    rows = {name: tuple(row(name, **one)[1] for one in held[name]) for name in SOURCES}
    return {**{name: kept for name, kept in rows.items() if kept}, **found}


def roster_row(name: str, values: dict[str, Any]) -> tuple[Any, ...]:
    known = {key: value for key, value in values.items() if key in source(name).names}
    return row(name, **known)[1]


def with_parts(made: World, part: str) -> Iterator[dict[str, Any]]:
    """Consents as their sources give them: one row for each section or field."""
    by_id = {one["id"]: one for one in made.rows.get("consent", [])}
    for named in made.rows.get(part, []):
        what = {"section": named["section"], "field": named.get("field")}
        yield {**by_id[named["consent_id"]], **what}


def roles(desk: Desk, rows: Rows) -> set[str]:
    """The roles that the subject holds for the student."""
    side = desk.side(rows)
    return {role for role in policy.roles() if predicate(holds(role))(side)}


def allowed(desk: Desk, rows: Rows, section: str, action: str) -> bool:
    return desk.case(rows).decide(section, action).allowed


def opened(desk: Desk, rows: Rows, section: str, action: str) -> frozenset[str]:
    """The fields that are open."""
    return desk.case(rows).decide(section, action).fields


def more(rows: Rows, *added: tuple[str, tuple[Any, ...]]) -> Rows:
    """The rows with some more."""
    grown = dict(rows)
    for name, one in added:
        grown[name] = (*grown.get(name, ()), one)
    return grown


@pytest.mark.parametrize("seed", [1, 2])
def test_a_restriction_a_hold_or_an_opt_out_never_opens(seed: int) -> None:
    counted = 0
    for draw, desk, rows, section, action in drawn(seed):
        barred = row("restriction", person_id=draw.pick(draw.people))
        after = more(rows, draw.pick((barred, row("hold"), row("opt_out"))))
        counted += allowed(desk, rows, section, action)
        assert allowed(desk, rows, section, action) >= allowed(desk, after, section, action)
    assert counted > 50


def revoked(name: str, rows: Rows) -> tuple[tuple[Any, ...], ...]:
    at = source(name).names.index("revoked_at")
    return tuple((*one[:at], LONG_AGO, *one[at + 1 :]) for one in rows.get(name, ()))


def test_revoking_a_consent_never_opens() -> None:
    for _, desk, rows, section, action in drawn(3):
        after = {**rows, **{name: revoked(name, rows) for name in ("consent", "consent_field")}}
        assert opened(desk, rows, section, action) >= opened(desk, after, section, action)


def test_a_stale_roster_never_opens() -> None:
    for _, desk, rows, section, action in drawn(4):
        old = replace(desk.district, roster_as_of=instant(NOW - timedelta(days=400)))
        after = Desk(desk.subject, desk.context, old)
        assert allowed(desk, rows, section, action) >= allowed(after, rows, section, action)


def test_a_client_never_gets_more_than_the_user_it_acts_for() -> None:
    for _, desk, rows, section, action in drawn(5):
        user = desk.context.user
        if user is not None:
            behind = Desk(user, as_user(desk.context), desk.district)
            assert opened(desk, rows, section, action) <= opened(behind, rows, section, action)


def test_a_deputy_gets_no_role_that_neither_has() -> None:
    """Nor any from somebody who is barred from this student."""
    gained = 0
    for _, desk, rows, *_ in drawn(9):
        for ids in {one.ids for one in desk.subject.deputy}:
            alone = Desk(replace(desk.subject, deputy=()), desk.context, desk.district)
            theirs = Desk(somebody(min(ids)), desk.context, desk.district)
            before = roles(alone, rows)
            limit = before if "PXR" in roles(theirs, rows) else before | roles(theirs, rows)
            assert before <= roles(desk, rows) <= limit
            assert roles(desk, rows) - before <= STAFF
            gained += roles(desk, rows) != before
    assert gained > 20


def test_nothing_is_shared_or_exported_with_whom_may_not_read_it() -> None:
    for _, desk, rows, section, action in drawn(6):
        party = desk.context.party
        leaves = party is not None and action in {"share", "export"}
        if party is not None and leaves:
            theirs = Desk(party, as_party(desk.context), desk.district)
            assert opened(desk, rows, section, action) <= opened(theirs, rows, section, "read")


def test_an_answer_never_has_fields_of_another_section() -> None:
    for _, desk, rows, section, action in drawn(7):
        decision = desk.case(rows).decide(section, action)
        assert decision.fields <= policy.sections()[section].fields
        assert bool(decision.fields) is decision.allowed


def test_naming_what_a_filter_uses_never_opens() -> None:
    for draw, desk, rows, section, action in drawn(8):
        used = replace(desk.context, uses=desk.context.uses | {draw.pick(draw.sections)})
        after = Desk(desk.subject, used, desk.district)
        assert allowed(desk, rows, section, action) >= allowed(after, rows, section, action)
