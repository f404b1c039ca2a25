"""Pages add up to exactly what is open, whatever their size, and no token opens more."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine
from support.access_world import World, at_work, district, somebody

from service.access.cursor import read_cursor, write_cursor
from service.access.desk import Desk
from service.access.load import at_desk, load_rows
from service.access.sources import source
from service.access.students import Listing, count, masks, page
from service.errors import Invalid
from service.store.database import reading, writing

MINE = [f"p{n:02}" for n in range(0, 30, 3)]
BY_NAME = Listing("careerGoals", order=("person.family_name",))
KEY, BOUND = b"key", ("district", "me")


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Thirty students, every third of whom is on the counselor's caseload; names repeat."""
    made = World()
    for number in range(30):
        id_ = f"p{number:02}"
        made.person(id_, family=f"Name{number % 4}")
        made.roster("role", person_id=id_, org_id="s1", role="student")
    for id_ in MINE:
        made.held("tie", student_id=id_, agent_id="counselor", kind="counselor")
    with writing(engine) as connection:
        made.insert(connection)
    return engine


def desk_of(connection: Connection, who: str = "counselor", purpose: str = "counseling") -> Desk:
    return at_desk(connection, somebody(who), at_work(purpose=purpose), district())


def pages(connection: Connection, desk: Desk, listing: Listing, size: int) -> list[str]:
    """The ids on all pages, in order."""
    found: list[str] = []
    token = None
    while True:
        got = page(connection, desk, listing, size, token)
        found += [row["id"] for row in got.rows]
        token = got.next
        if token is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 10, 11])
@pytest.mark.parametrize("listing", [Listing("careerGoals"), BY_NAME])
def test_pages_add_up(filled: Engine, listing: Listing, size: int) -> None:
    with reading(filled) as connection:
        found = pages(connection, desk_of(connection), listing, size)
    assert sorted(found) == MINE
    assert len(found) == len(set(found))


def test_counts_are_of_what_is_open(filled: Engine) -> None:
    with reading(filled) as connection:
        where = {"person.family_name": "Name0"}
        listings = (Listing("careerGoals"), Listing("careerGoals", where=where), Listing("iepLink"))
        counted = [count(connection, desk_of(connection), one) for one in listings]
    assert counted == [10, 3, 0]


def test_a_filter_on_what_may_not_be_read_finds_nobody(filled: Engine) -> None:
    """A mentor sees given names only, so that filtering by family name would tell it."""
    with writing(filled) as connection:
        made = World(count=1000)
        made.held("tie", student_id="p00", agent_id="mentor", kind="mentor")
        consent = made.held(
            "consent",
            student_id="p00",
            regime="FERPA_99_30",
            decision="granted",
            capacity="student",
            recipient="mentor",
            purpose="mentoring",
        )
        made.held("consent_section", consent_id=consent, section="directory")
        made.insert(connection)
    with reading(filled) as connection:
        desk = desk_of(connection, "mentor", "mentoring")
        (row,) = page(connection, desk, Listing(), 10).rows
        assert row == {"id": "p00", "given_name": "p00"}
        where = {"person.family_name": "Name0"}
        assert page(connection, desk, Listing(where=where), 10).rows == ()
        assert page(connection, desk, Listing(order=("person.family_name",)), 10).rows == ()


def token_of(connection: Connection, desk: Desk) -> str:
    token = page(connection, desk, BY_NAME, 2).next
    assert token is not None
    return token


@pytest.mark.parametrize("other", ["who", "purpose", "listing", "policy"])
def test_a_token_of_another_question_is_refused(filled: Engine, other: str) -> None:
    with reading(filled) as connection:
        mine = desk_of(connection)
        token = token_of(connection, mine)
        table = replace(mine.district.table, version="another")
        asking = {
            "who": desk_of(connection, "somebody"),
            "purpose": desk_of(connection, purpose="instruction"),
            "policy": replace(mine, district=replace(mine.district, table=table)),
        }.get(other, mine)
        listing = Listing("profile", order=BY_NAME.order) if other == "listing" else BY_NAME
        with pytest.raises(Invalid, match="page token"):
            page(connection, asking, listing, 2, token)


def test_a_token_goes_on_after_its_student_is_gone(filled: Engine) -> None:
    with reading(filled) as connection:
        desk = desk_of(connection)
        first = page(connection, desk, Listing("careerGoals"), 5)
        later = replace(desk, context=at_work(purpose="counseling", strength="password"))
        rest = page(connection, later, Listing("careerGoals"), 5, first.next)
    assert [row["id"] for row in (*first.rows, *rest.rows)] == MINE


@given(st.data())
def test_no_edit_of_a_token_is_accepted(data: st.DataObject) -> None:
    token = write_cursor(KEY, BOUND, ("Name", "p03"))
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_=").filter(lambda one: one != token[at]))
    with pytest.raises(Invalid):
        read_cursor(KEY, BOUND, token[:at] + letter + token[at + 1 :])


@given(st.binary(max_size=80))
def test_no_invented_token_is_accepted(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_cursor(KEY, BOUND, base64.urlsafe_b64encode(raw).decode())


@pytest.mark.parametrize("text", ["", "%", "é", "a" * 5000, "===="])
def test_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(KEY, BOUND, text)


def test_a_token_gives_back_where_it_stood() -> None:
    assert read_cursor(KEY, BOUND, write_cursor(KEY, BOUND, ("Name", "p03"))) == ["Name", "p03"]


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_pages_have_a_sensible_size(filled: Engine, size: int) -> None:
    with reading(filled) as connection, pytest.raises(Invalid, match="rows"):
        page(connection, desk_of(connection), BY_NAME, size)


@pytest.mark.parametrize("name", ["person.email", "person.tenant", "id", "plan.x", "person.grades"])
def test_only_plain_directory_fields_sort_and_filter(filled: Engine, name: str) -> None:
    with reading(filled) as connection, pytest.raises(Invalid, match="not listed by"):
        page(connection, desk_of(connection), Listing(order=(name,)), 5)


def test_masks_tell_of_every_section_what_a_single_question_tells(filled: Engine) -> None:
    with reading(filled) as connection:
        desk = desk_of(connection)
        found = masks(connection, desk, ["p00", "p01"])
        rows = load_rows(connection, desk, ["p00", "p01"])
        alone = {one: desk.case(rows[one]).decide("profile", "read") for one in rows}
    assert {one: mask["profile"] for one, mask in found.items()} == alone
    opened = {one: {name for name, it in mask.items() if it.allowed} for one, mask in found.items()}
    assert opened["p01"] == set()
    assert {"careerGoals", "financialAid"} <= opened["p00"]
    assert "disability" not in opened["p00"]


def test_a_student_who_does_not_exist_has_nothing_open(filled: Engine) -> None:
    with reading(filled) as connection:
        found = masks(connection, desk_of(connection), ["nobody"])["nobody"]
    assert not any(decision.allowed for decision in found.values())


def test_a_clause_fits_a_query_over_the_tables_that_it_looks_at(filled: Engine) -> None:
    of = source("student")
    student_id = of.columns["student_id"]
    with reading(filled) as connection:
        open_to = desk_of(connection, "p03").clause("profile", "read", student_id)
        found = connection.execute(of.select("student_id").where(open_to)).scalars().all()
    assert found == ["p03"]
