"""No account is called like a role or like somebody else: consents name all three in one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT, World
from support.privacy_school import School, school_in

from service.access.accounts import appoint
from service.access.load import load_subject
from service.access.workflow.agreements import Terms, add_agreement, link_account
from service.access.workflow.clerk import Clerk
from service.access.workflow.clients import add_account
from service.errors import Invalid
from service.store.database import writing
from service.store.tables import person_identifier

LATER = NOW + timedelta(days=1)
NAMES = ("PRV", "MEN", "nurse", "0042", " custodian", "", "a\nb")
TERMS = Terms("CIS", "a1", "instruction", frozenset({"profile"}), LATER, LATER, terms="x")


pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def nurse(engine: Engine, tmp_path: Path) -> School:
    """Somebody of the roster without an account, whom people know by a number."""
    school = school_in(engine, tmp_path)
    made = World(count=5000)
    made.person("nurse")
    row = {"tenant": TENANT, "kind": "local", "value": "0042", "person_id": "nurse"}
    with writing(engine) as connection:
        made.insert(connection)
        connection.execute(sa.insert(person_identifier).values(row))
    return school


Naming = Callable[[Clerk, str], object]
NAMING: dict[str, Naming] = {
    "add": lambda clerk, name: add_account(clerk, name, "A name"),
    "link": lambda clerk, name: link_account(clerk, name, "teacher"),
    "agreement": lambda clerk, name: add_agreement(clerk, name, TERMS),
    "appoint": lambda clerk, name: appoint(clerk.connection, TENANT, name, "PRV", clerk.act),
}
"""Every way in which an account comes to be."""


@pytest.mark.parametrize("way", NAMING)
def test_no_account_is_called_like_a_role_or_somebody_else(nurse: School, way: str) -> None:
    with nurse.visit("custodian") as visit:
        for name in NAMES:
            with pytest.raises(Invalid, match=r"^account"):
                NAMING[way](visit.clerk, name)


def test_a_persons_own_account_may_have_the_persons_own_number(nurse: School) -> None:
    with nurse.visit("custodian") as visit:
        link_account(visit.clerk, "0042", "nurse")
        assert load_subject(visit.connection, TENANT, "0042").person_id == "nurse"
