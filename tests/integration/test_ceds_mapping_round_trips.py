"""Plans through CEDS and back: what is gone is listed, and what is listed is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from support.ceds_mapping import (
    OPEN,
    PLANS,
    false_alarms,
    plan_in,
    read,
    said,
    unlisted,
    written,
)
from support.ilp_plans import plans

from mappings.engine.loss import Losses
from mappings.hub import Choice
from schemas.ilp.plan import Plan
from service.convert.run import Order, convert

FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
each_plan = pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
each_choice = pytest.mark.parametrize("choice", [Choice(), OPEN], ids=["closed", "open"])
each_format = pytest.mark.parametrize("name", ["ceds-jsonld-14", "ceds-csv-14"])


def there_and_back(plan: dict[str, Any], choice: Choice) -> tuple[dict[str, Any], Losses]:
    losses = Losses()
    (back,) = read(written([plan], losses, choice), losses)
    return back, losses


@each_choice
@each_plan
def test_what_is_gone_of_a_plan_is_listed(path: Path, choice: Choice) -> None:
    plan = plan_in(path)
    back, losses = there_and_back(plan, choice)
    assert list(unlisted(said(plan) - said(back), losses)) == []


@each_choice
@each_plan
def test_what_is_listed_is_gone(path: Path, choice: Choice) -> None:
    plan = plan_in(path)
    back, losses = there_and_back(plan, choice)
    assert list(false_alarms(said(plan) - said(back), losses)) == []


@each_plan
def test_nothing_is_made_up(path: Path) -> None:
    plan = plan_in(path)
    back, _ = there_and_back(plan, OPEN)
    assert not said(back) - said(plan)


@given(plans())
@FEW
def test_generated_plans_come_back_but_for_what_is_listed(drawn: Plan) -> None:
    plan = drawn.model_dump(mode="json", exclude_defaults=True)
    back, losses = there_and_back(plan, OPEN)
    assert list(unlisted(said(plan) - said(back), losses)) == []


@given(plans())
@FEW
def test_of_generated_plans_nothing_is_listed_that_came_back(drawn: Plan) -> None:
    plan = drawn.model_dump(mode="json", exclude_defaults=True)
    back, losses = there_and_back(plan, OPEN)
    assert list(false_alarms(said(plan) - said(back), losses)) == []


@each_plan
def test_without_our_terms_what_is_gone_is_listed(path: Path) -> None:
    plan = plan_in(path)
    core = Choice(OPEN.switched, core_only=True)
    back, losses = there_and_back(plan, core)
    assert list(unlisted(said(plan) - said(back), losses)) == []


@each_format
@each_plan
def test_files_carry_what_trees_carry(path: Path, name: str, tmp_path: Path) -> None:
    there, back = tmp_path / "there.x", tmp_path / "back.ilp.json"
    convert(Order(path, "ilp", there, name, OPEN))
    convert(Order(there, name, back, "ilp"))
    straight, _ = there_and_back(plan_in(path), OPEN)
    assert said(plan_in(back)) == said(straight)
