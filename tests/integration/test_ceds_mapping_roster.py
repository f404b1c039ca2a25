"""The fixture district as CEDS and back, and students whose plan meets their roster."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.ceds_mapping import OPEN, PLANS, plan_in, said

from mappings.ceds.bridge import v14
from mappings.engine.loss import Losses, Side
from mappings.hub import Choice, Hub
from schemas.standards.shape import StandardRecord
from service.formats import bridge_of, format_of

DISTRICT = Path(__file__).resolve().parents[2] / "fixtures" / "district" / "night1"
CARRIED = ("organization", "academic_session", "course", "class", "person", "role", "relation")
ENTITIES = (*CARRIED, "demographics", "enrollment")


@cache
def district() -> Hub:
    adapter, bridge = format_of("oneroster-csv-1.2"), bridge_of("oneroster-csv-1.2")
    return bridge.read(lambda: adapter.read(DISTRICT), Losses())


@cache
def there_and_back() -> tuple[Hub, Losses, Losses]:
    out, read = Losses(), Losses()
    records = list(v14().write(Hub(district().frames), out, Choice()))
    return v14().read(lambda: iter(records), read), out, read


def values(hub: Hub, entity: str) -> set[tuple[str, str, str]]:
    return {
        (row["id"], name, repr(value))
        for row in hub.rows(entity)
        for name, value in row.items()
        if name != "extras"
    }


@pytest.mark.parametrize("entity", ENTITIES)
def test_what_is_gone_of_the_roster_is_listed(entity: str) -> None:
    back, out, _ = there_and_back()
    told = {key.path for key in out if key.subject == entity}
    gone = values(district(), entity) - values(back, entity)
    whole = {row["id"] for row in district().rows(entity)} - {
        row["id"] for row in back.rows(entity)
    }
    assert {name for id_, name, _ in gone if id_ not in whole} <= told
    assert not whole or "" in told


@pytest.mark.parametrize("entity", ENTITIES)
def test_nothing_is_made_up_in_the_roster(entity: str) -> None:
    back, _, _ = there_and_back()
    assert not values(back, entity) - values(district(), entity)


def test_all_that_we_wrote_is_read() -> None:
    assert not there_and_back()[2]


def with_plan() -> tuple[dict[str, Any], list[StandardRecord], Losses]:
    losses, plan = Losses(), plan_in(PLANS[2])
    records = list(v14().write(Hub(district().frames, [plan]), losses, OPEN))
    return plan, records, losses


def test_a_student_with_a_plan_is_one_tree() -> None:
    _, records, _ = with_plan()
    addresses = [each.values["@id"] for each in records if each.entity == "Person"]
    assert len(addresses) == len(set(addresses))


def test_the_plan_of_a_rostered_student_comes_back() -> None:
    plan, records, losses = with_plan()
    (back,) = v14().read(lambda: iter(records), Losses()).plans
    gone = {element for element, _, _ in said(plan) - said(back)}
    assert gone <= {key.subject for key in losses if key.side is Side.OURS}


def test_the_sections_of_a_student_with_a_plan_are_in_the_tree() -> None:
    _, records, _ = with_plan()
    tree = next(each.values for each in records if each.values["@id"].endswith("stu-0001088"))
    kinds = {each["@type"] for each in tree["hasMembership"]}
    assert kinds >= {"ProgramParticipation", "StudentCourseSectionEnrollment"}
