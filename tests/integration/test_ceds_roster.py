"""A roster without plans out to CEDS and back: who it names, by which numbers, who is whose."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support.edfi_hub import plans, roster

from mappings.ceds.bridge import v14
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from schemas.standards.shape import StandardRecord


@pytest.fixture(scope="module")
def before(fixtures: Path) -> Hub:
    return roster(fixtures / "district" / "night1")


@pytest.fixture(scope="module")
def after(before: Hub) -> Hub:
    made = list(v14().write(before, Losses(), Choice()))
    return v14().read(lambda: iter(made), Losses())


def _rows(hub: Hub, entity: str, *names: str) -> set[tuple[object, ...]]:
    return set(hub.frame(entity).select(names).rows())


def test_people_of_whom_little_is_said_come_back(before: Hub, after: Hub) -> None:
    assert _rows(after, "person", "id", "family_name") == _rows(
        before, "person", "id", "family_name"
    )


def test_who_is_whose_contact_comes_back(before: Hub, after: Hub) -> None:
    assert _rows(after, "relation", "person_id", "agent_id") == _rows(
        before, "relation", "person_id", "agent_id"
    )


def test_identifiers_come_back_once(before: Hub, after: Hub) -> None:
    def told(hub: Hub) -> set[tuple[object, ...]]:
        decoded = pl.col("user_ids").str.json_decode(
            pl.List(pl.Struct({"identifier": pl.String(), "type": pl.String()}))
        )
        listed = hub.frame("person").select("id", "identifier", decoded).explode("user_ids")
        return set(listed.unnest("user_ids", separator=".").rows())

    assert told(after) == told(before)


def test_a_roster_has_no_plans(after: Hub) -> None:
    assert list(after.plans) == []


def test_an_iep_makes_no_learning_plan(fixtures: Path) -> None:
    whole = Hub({}, plans(fixtures / "plans")[:1])
    (made,) = v14().write(whole, Losses(), Choice())
    for membership in made.values["hasMembership"]:
        for program in membership.get("hasIndividualizedProgram", ()):
            program["hasIndividualizedProgramType"] = "IndividualizedProgramType_02196"
    told = StandardRecord("Person", made.values)
    assert list(v14().read(lambda: iter([told]), Losses()).plans) == []
