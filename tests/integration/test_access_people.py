"""Ties, IEP Teams, deputies, accounts and shares: who records them, and what follows at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.access_world import NOW, TENANT, World, at_work, district

from service.access.load import at_desk, load_rows, load_subject
from service.access.workflow.clerk import Clerk, Refused, at_counter
from service.access.workflow.clients import (
    Scope,
    add_account,
    drop_source,
    grant_scope,
    list_accounts,
    name_source,
    restore,
    revoke_scope,
    suspend,
)
from service.access.workflow.deputies import add_deputy, end_deputy, list_deputies
from service.access.workflow.items import Item, list_shares, name_owner, share_item, take_back
from service.access.workflow.spans import Span
from service.access.workflow.teams import Member, add_version, list_team
from service.access.workflow.ties import Bond, add_tie, end_tie, list_ties
from service.act import Act
from service.errors import Denied, Invalid, NotFound
from service.settings import instant
from service.store.database import writing
from service.store.tables import change, ilp_plan, ilp_plan_version

DAY = timedelta(days=1)
GOAL = Item("careerGoals", "goal-1")
TEAM = (Member("head", represents_agency=True), Member("aide"))


pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def school(engine: Engine) -> Engine:
    """A minor with a mother, a case manager and a plan; staff without ties; a custodian."""
    made = World()
    made.roster("organization", id="s1", name="s1", type="school")
    made.student("pupil", date(2011, 1, 1))
    made.roster("role", person_id="mother", org_id="s1", role="parent")
    made.roster("relation", person_id="pupil", agent_id="mother")
    made.held("tie", student_id="pupil", agent_id="manager", kind="caseManager")
    people = ("mother", "manager", "custodian", "aide", "head", "coach", "teacher", "pupil")
    for id_ in people:
        made.held("account", id=id_, kind="person", name=id_, person_id=id_, k12=False)
        if id_ != "pupil":
            made.person(id_)
    made.held("account", id="college", kind="outside", name="college", role="PSE", k12=False)
    made.held("account_role", account_id="custodian", role="PRV")
    with writing(engine) as connection:
        made.insert(connection)
        plan(connection)
    return engine


def plan(connection: Connection) -> None:
    """A plan with one goal, as far as its items matter here."""
    head = {"tenant": TENANT, "id": "plan", "person_id": "pupil"}
    connection.execute(sa.insert(ilp_plan).values(**head, attachment="attached", version=1))
    text = json.dumps({"plan": {"goals": [{"id": "goal-1"}]}})
    words = dict.fromkeys(("digest", "author", "source", "reason", "at"), "x")
    row = {"tenant": TENANT, "plan_id": "plan", "version": 1, "document": text, **words}
    connection.execute(sa.insert(ilp_plan_version).values(row))


@contextmanager
def work(engine: Engine, who: str = "custodian", reason: str = "as decided") -> Iterator[Clerk]:
    with writing(engine) as connection:
        found = at_counter(connection, TENANT, Act(who, reason, instant(NOW)))
        yield Clerk(connection, district(), found.subject, found.act, found.now)


def sees(engine: Engine, who: str, section: str, purpose: str = "instruction") -> bool:
    with writing(engine) as connection:
        subject = load_subject(connection, TENANT, who)
        desk = at_desk(connection, subject, at_work(purpose=purpose), district())
        rows = load_rows(connection, desk, ["pupil"])["pupil"]
    return desk.case(rows).decide(section, "read").allowed


# Ties.


@pytest.mark.parametrize("kind", ["counselor", "caseManager", "guardian"])
def test_a_tie_opens_at_once_and_ends(school: Engine, kind: str) -> None:
    assert not sees(school, "coach", "careerGoals")
    with work(school) as clerk:
        tie = add_tie(clerk, "pupil", Bond("coach", kind, "letter")).id
    assert sees(school, "coach", "careerGoals")
    with work(school) as clerk:
        assert [row["in_force"] for row in list_ties(clerk, "pupil")] == [True, True]
        end_tie(clerk, tie)
    assert not sees(school, "coach", "careerGoals")


@pytest.mark.parametrize("kind", ["counselor", "serviceProvider", "guardian"])
@pytest.mark.parametrize("who", ["mother", "manager", "coach"])
def test_staff_and_guardians_are_tied_by_the_custodian_alone(
    school: Engine, who: str, kind: str
) -> None:
    with work(school, who) as clerk, pytest.raises(Refused):
        add_tie(clerk, "pupil", Bond("aide", kind, "letter"))


def test_a_mother_brings_a_mentor_to_whom_nothing_opens_yet(school: Engine) -> None:
    with work(school, "mother") as clerk:
        add_tie(clerk, "pupil", Bond("coach", "mentor", "talked on the phone"))
    assert not sees(school, "coach", "careerGoals")


def test_a_college_reads_for_a_transfer_once_notice_was_given(school: Engine) -> None:
    bond = Bond("college", "enrollment", "application", notice_met=True)
    with work(school, "mother") as clerk, pytest.raises(Refused):
        add_tie(clerk, "pupil", bond)
    assert not sees(school, "college", "plannedCourses", "transfer")
    with work(school) as clerk:
        add_tie(clerk, "pupil", bond)
    assert sees(school, "college", "plannedCourses", "transfer")
    assert not sees(school, "college", "careerGoals", "transfer")


@pytest.mark.parametrize(
    ("bond", "words"),
    [
        (Bond("coach", "friend", "x"), "kind"),
        (Bond("coach", "mentor", " "), "evidence"),
        (Bond("college", "mentor", "x"), "agent"),
        (Bond("coach", "enrollment", "x"), "agent"),
        (Bond("pupil", "mentor", "x"), "student"),
        (Bond("coach", "mentor", "x", notice_met=True), "notice-met"),
        (Bond("nobody", "mentor", "x"), "nobody"),
        (Bond("custodian", "counselor", "x"), "own account"),
    ],
)
def test_ties_that_cannot_be(school: Engine, bond: Bond, words: str) -> None:
    with work(school) as clerk, pytest.raises((Invalid, NotFound, Denied), match=words):
        add_tie(clerk, "pupil", bond)


# Teams.


def test_a_new_version_of_a_team_ends_the_one_before(school: Engine) -> None:
    with work(school, "manager") as clerk:
        add_version(clerk, "pupil", TEAM)
    assert [sees(school, who, "iepLink") for who in ("aide", "teacher")] == [True, False]
    with work(school, "manager") as clerk:
        add_version(clerk, "pupil", (TEAM[0], Member("teacher")))
        assert [row["person_id"] for row in list_team(clerk, "pupil")] == ["head", "teacher"]
        assert len(list_team(clerk, "pupil", every=True)) == 4
    assert [sees(school, who, "iepLink") for who in ("aide", "teacher")] == [False, True]


def test_a_list_of_tomorrow_changes_nothing_today(school: Engine) -> None:
    with work(school, "manager") as clerk:
        add_version(clerk, "pupil", TEAM)
        add_version(clerk, "pupil", TEAM[:1], NOW + DAY)
    assert sees(school, "aide", "iepLink")


def test_who_is_not_employed_is_on_the_list_and_reads_nothing_by_it(school: Engine) -> None:
    with work(school, "manager") as clerk:
        add_version(clerk, "pupil", (TEAM[0], Member("coach", employed=False)))
    assert not sees(school, "coach", "iepLink")


@pytest.mark.parametrize("who", ["mother", "aide"])
def test_a_team_is_composed_by_the_agency(school: Engine, who: str) -> None:
    with work(school, who) as clerk, pytest.raises(Refused):
        add_version(clerk, "pupil", TEAM)


def test_nobody_takes_a_place_on_a_team(school: Engine) -> None:
    own = (TEAM[0], Member("manager"))
    with work(school, "manager") as clerk, pytest.raises(Denied, match="own account"):
        add_version(clerk, "pupil", own)
    with work(school) as clerk:
        add_version(clerk, "pupil", own)
    with work(school, "manager") as clerk:
        add_version(clerk, "pupil", own)  # stays what it was
        with pytest.raises(Denied, match="own account"):
            add_version(clerk, "pupil", (TEAM[0], Member("manager", represents_agency=True)))


@pytest.mark.parametrize("members", [(), (Member("aide"),), (*TEAM, Member("aide"))])
def test_teams_that_cannot_be(school: Engine, members: tuple[Member, ...]) -> None:
    with work(school, "manager") as clerk, pytest.raises(Invalid, match="member"):
        add_version(clerk, "pupil", members)


# Deputies.


def test_a_deputy_stands_in_until_it_ends(school: Engine) -> None:
    with work(school) as clerk:
        deputy = add_deputy(clerk, "coach", "manager", Span(ends=NOW + DAY)).id
    assert sees(school, "coach", "iepLink")
    with work(school) as clerk:
        assert [row["in_force"] for row in list_deputies(clerk)] == [True]
        end_deputy(clerk, deputy)
    assert not sees(school, "coach", "iepLink")


@pytest.mark.parametrize(
    ("account", "staff", "days"),
    [
        ("coach", "coach", 1),
        ("coach", "manager", 400),
        ("coach", "manager", 0),
        ("coach", "college", 1),
        ("college", "manager", 1),
        ("pupil", "manager", 1),
        ("coach", "pupil", 1),
        ("custodian", "manager", 1),
        ("coach", "nobody", 1),
    ],
)
def test_deputies_that_cannot_be(school: Engine, account: str, staff: str, days: int) -> None:
    with work(school) as clerk, pytest.raises((Invalid, Denied, NotFound)):
        add_deputy(clerk, account, staff, Span(ends=NOW + days * DAY))


def test_a_deputyship_is_the_custodians_to_give_and_seen_by_whom_it_concerns(
    school: Engine,
) -> None:
    with work(school, "manager") as clerk, pytest.raises(Refused):
        add_deputy(clerk, "coach", "manager", Span(ends=NOW + DAY))
    with work(school) as clerk:
        add_deputy(clerk, "coach", "manager", Span(ends=NOW + DAY))
    counted = []
    for who in ("coach", "manager", "mother"):
        with work(school, who) as clerk:
            counted.append(len(list_deputies(clerk)))
    assert counted == [1, 1, 0]


# Accounts.


def test_a_client_has_the_scopes_and_sources_that_are_on_record(school: Engine) -> None:
    wide, narrow = Scope("profile", "read"), Scope("disability", "read", "s1")
    with work(school) as clerk:
        add_account(clerk, "vendor", "A vendor", "CIS")
        for scope in (wide, narrow):
            grant_scope(clerk, "vendor", scope)
        name_source(clerk, "vendor", "ASM.01")
        found = load_subject(clerk.connection, TENANT, "vendor")
        assert (found.kind, found.role) == ("client", "CIS")
        assert found.scopes == {("profile", "read", "*"), ("disability", "read", "s1")}
        assert found.source_fields == {("assessments", "ASM.01")}
        revoke_scope(clerk, "vendor", wide)
        drop_source(clerk, "vendor", "ASM.01")
        row = next(row for row in list_accounts(clerk) if row["id"] == "vendor")
    assert (row["scopes"], row["sources"]) == (["disability:read:s1"], [])


@pytest.mark.parametrize(
    "scope",
    [
        Scope("soul", "read"),
        Scope("profile", "eat"),
        Scope("profile", "read", "nowhere"),
        Scope("disability", "read"),
    ],
)
def test_scopes_that_cannot_be(school: Engine, scope: Scope) -> None:
    with work(school) as clerk, pytest.raises((Invalid, NotFound)):
        grant_scope(clerk, "college", scope)


def test_who_is_suspended_reads_nothing_until_restored(school: Engine) -> None:
    with work(school) as clerk:
        suspend(clerk, "manager")
    assert not sees(school, "manager", "careerGoals")
    with work(school) as clerk:
        restore(clerk, "manager")
    assert sees(school, "manager", "careerGoals")


@pytest.mark.parametrize("who", ["mother", "manager"])
def test_accounts_are_the_custodians(school: Engine, who: str) -> None:
    with work(school, who) as clerk:
        for act in (lambda: suspend(clerk, "aide"), lambda: list_accounts(clerk)):
            with pytest.raises(Refused):
                act()


@pytest.mark.parametrize(
    ("id_", "role"), [("aide", None), ("new", "TCH"), ("VRA", None), (" ", None)]
)
def test_accounts_that_cannot_be(school: Engine, id_: str, role: str | None) -> None:
    with work(school) as clerk, pytest.raises(Invalid):
        add_account(clerk, id_, "name", role)


def test_nobody_changes_the_own_account(school: Engine) -> None:
    with work(school) as clerk, pytest.raises(Denied, match="own account"):
        suspend(clerk, "custodian")


# Items.


def test_a_student_shares_an_item_and_takes_it_back(school: Engine) -> None:
    with work(school, "pupil") as clerk:
        share = share_item(clerk, "pupil", GOAL, "coach").id
        assert [row["in_force"] for row in list_shares(clerk, "pupil")] == [True]
        take_back(clerk, share)
        assert [row["in_force"] for row in list_shares(clerk, "pupil")] == [False]


@pytest.mark.parametrize("who", ["mother", "manager", "custodian", "coach"])
def test_only_the_student_shares(school: Engine, who: str) -> None:
    with work(school, who) as clerk, pytest.raises(Refused):
        share_item(clerk, "pupil", GOAL, "aide")


@pytest.mark.parametrize(
    ("item", "audience"),
    [
        (Item("careerGoals", "goal-2"), "coach"),
        (Item("reflectionsPrivate", "goal-1"), "coach"),
        (GOAL, "PRV"),
        (GOAL, "pupil"),
        (GOAL, "nobody"),
    ],
)
def test_shares_that_cannot_be(school: Engine, item: Item, audience: str) -> None:
    with work(school, "pupil") as clerk, pytest.raises((Invalid, NotFound)):
        share_item(clerk, "pupil", item, audience)


def test_an_owner_is_named_by_the_custodian(school: Engine) -> None:
    with work(school, "pupil") as clerk, pytest.raises(Refused):
        name_owner(clerk, "pupil", GOAL, "coach")
    with work(school) as clerk:
        assert name_owner(clerk, "pupil", GOAL, "coach").id == "item_owner-1"


def test_the_journal_keeps_who_did_it(school: Engine) -> None:
    with work(school, reason="hired in May") as clerk:
        add_tie(clerk, "pupil", Bond("coach", "counselor", "contract"))
        query = sa.select(change.c.actor, change.c.fields).where(change.c.entity == "tie")
        (row,) = clerk.connection.execute(query).all()
    assert row.actor == "custodian"
    assert "hired in May" in row.fields
