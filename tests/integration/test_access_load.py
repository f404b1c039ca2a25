"""What is kept of districts and accounts comes back as decisions need it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import FOREVER, LONG_AGO, NOW, TENANT, World

from service.access import policy
from service.access.accounts import appoint
from service.access.district import Choices, choose
from service.access.load import load_district, load_subject, subject_of_person
from service.access.request import Agreement, District, Subject
from service.access.table import shipped
from service.act import Act
from service.errors import Invalid, Misconfigured, NotFound
from service.settings import instant
from service.store.database import reading, writing
from service.store.tables import change, run, source

ACT = Act("custodian", "board minutes", instant(NOW))
DENVER = Choices("America/Denver", state="CO")


def chosen(engine: Engine, choices: Choices) -> District:
    with writing(engine) as connection:
        choose(connection, TENANT, choices, ACT)
    with reading(engine) as connection:
        return load_district(connection, TENANT)


def test_a_district_that_chose_nothing_gets_the_strictest(engine: Engine) -> None:
    with reading(engine) as connection:
        found = load_district(connection, TENANT)
    assert found == District(TENANT, shipped(), purposes=policy.purposes())


def test_choices_come_back(engine: Engine) -> None:
    choices = replace(
        DENVER,
        idea_transfers=True,
        roster_hours=48,
        dependents=True,
        directory_notice_at=LONG_AGO,
        directory_fields=frozenset({"person.given_name"}),
        directory_audience=frozenset({"PNR"}),
        purposes=frozenset({"instruction"}),
        overlay={"TCH.careerGoals.propose": {"cell": "-"}},
    )
    found = chosen(engine, choices)
    assert (found.zone, found.idea_transfers, found.majority_age) == ("America/Denver", True, 18)
    assert (found.roster_hours, found.dependents, found.purposes) == (48, True, choices.purposes)
    assert found.directory_fields == choices.directory_fields
    assert found.table.cell("TCH", "careerGoals", "propose") == "-"


@pytest.mark.parametrize(
    ("state", "rule"), [("NE", (19, False)), ("MD", (18, False)), ("MS", (21, None))]
)
def test_what_is_known_of_the_state_holds(
    engine: Engine, state: str, rule: tuple[int, bool | None]
) -> None:
    found = chosen(engine, replace(DENVER, state=state))
    assert (found.majority_age, found.idea_transfers) == rule


def test_page_tokens_outlive_a_change_of_choices(engine: Engine) -> None:
    first, second = chosen(engine, DENVER), chosen(engine, replace(DENVER, grace_days=3))
    assert first.cursor_key == second.cursor_key
    assert len(first.cursor_key) == 32


def test_the_journal_says_what_was_changed(engine: Engine) -> None:
    chosen(engine, DENVER)
    chosen(engine, replace(DENVER, grace_days=3))
    with reading(engine) as connection:
        query = sa.select(change.c.actor, change.c.fields).order_by(change.c.seq.desc())
        actor, fields = connection.execute(query).fetchone() or ("", "")
    assert (actor, fields) == ("custodian", '{"grace_days":[0,3]}')


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Base"},
        {"zone": "../../etc/passwd"},
        {"purposes": frozenset({"marketing"})},
        {"directory_fields": frozenset({"disability.category"})},
        {"directory_audience": frozenset({"XXX"})},
        {"majority_age": 12},
        {"roster_hours": 0},
        {"overlay": {"TCH.contacts.read": {"cell": "LEI"}}},
    ],
)
def test_choices_that_cannot_be_are_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    with writing(engine) as connection, pytest.raises((Invalid, Misconfigured)):
        choose(connection, TENANT, replace(DENVER, **wrong), ACT)


def vendor(engine: Engine) -> None:
    made = World()
    made.held("account", id="vendor", kind="client", name="Vendor", role="CIS", k12=False)
    made.held("client_scope", account_id="vendor", section="profile", action="read", org_id="s1")
    made.held("source_field", account_id="vendor", section="profile", field="STR.01")
    bound = {"direct_control": True, "no_redisclosure": True}
    what = {"account_id": "vendor", "exception": "a1", "valid_to": FOREVER}
    made.held("agreement", id="a", **what, **bound)
    made.held("agreement_section", agreement_id="a", section="profile")
    made.held("agreement_section", agreement_id="another", section="disability")
    with writing(engine) as connection:
        made.insert(connection)


def test_a_client_comes_with_scopes_agreements_and_sources(engine: Engine) -> None:
    vendor(engine)
    with reading(engine) as connection:
        found = load_subject(connection, TENANT, "vendor")
    sections = frozenset({"profile"})
    assert found == Subject(
        TENANT,
        "vendor",
        kind="client",
        name="Vendor",
        role="CIS",
        scopes=frozenset({("profile", "read", "s1")}),
        source_fields=frozenset({("profile", "STR.01")}),
        agreements=(Agreement("a1", sections, LONG_AGO, FOREVER, None, None, bound=True),),
    )


def test_accounts_of_another_tenant_are_unknown(engine: Engine) -> None:
    vendor(engine)
    with reading(engine) as connection, pytest.raises(NotFound):
        load_subject(connection, "another", "vendor")


def test_an_appointment_begins_when_it_is_made(engine: Engine) -> None:
    with writing(engine) as connection:
        appoint(connection, TENANT, "ada", "PRV", ACT)
        found = load_subject(connection, TENANT, "ada")
    assert found.appointed == (("PRV", ACT.at, None),)


@pytest.mark.parametrize("role", ["TCH", "PAR", "CIS", ""])
def test_nobody_is_appointed_to_what_only_ties_give(engine: Engine, role: str) -> None:
    with writing(engine) as connection, pytest.raises(Invalid, match="appointed"):
        appoint(connection, TENANT, "ada", role, ACT)


def test_a_person_without_an_account_has_the_rosters_ties_alone(engine: Engine) -> None:
    with reading(engine) as connection:
        found = subject_of_person(connection, TENANT, "person-1")
    assert found == Subject(TENANT, "person-1", person_id="person-1")


_KINDS = {"sis": "oneroster-csv", "staff": "oneroster-rest", "iep": "iep-csv", "xello": "cis-csv"}


def heard(engine: Engine, **finished: str | None) -> None:
    """Sources, each with a quiet run that finished then and a failed one that ended now."""
    settings = {"settings": "{}", "serial": 0, "memory": "{}"}
    plain = {"mode": "normal", "started_at": LONG_AGO, "report": "{}", "tenant": TENANT}
    with writing(engine) as connection:
        for number, (name, at) in enumerate(finished.items()):
            connection.execute(
                sa.insert(source).values(tenant=TENANT, name=name, kind=_KINDS[name], **settings)
            )
            for step, state, ended in ((0, "quiet", at), (1, "failed", instant(NOW))):
                values = {"number": 2 * number + step, "source": name, "state": state, **plain}
                if ended is not None:
                    connection.execute(sa.insert(run).values(finished_at=ended, **values))


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        ({}, False),
        ({"sis": instant(NOW)}, True),
        ({"sis": instant(NOW - timedelta(hours=73))}, False),
        ({"sis": instant(NOW), "staff": instant(NOW - timedelta(hours=73))}, False),
        ({"sis": instant(NOW), "staff": None}, True),
        ({"staff": None}, False),
        ({"sis": instant(NOW), "iep": LONG_AGO, "xello": LONG_AGO}, True),
        ({"iep": instant(NOW)}, False),
    ],
)
def test_the_roster_is_as_fresh_as_its_stalest_source_that_was_heard(
    engine: Engine, finished: dict[str, str | None], expected: bool
) -> None:
    heard(engine, **finished)
    with reading(engine) as connection:
        assert load_district(connection, TENANT).is_fresh(NOW) is expected
