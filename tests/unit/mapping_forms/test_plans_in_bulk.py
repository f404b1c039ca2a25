"""Plans written by generated code are those of the interpreter, their losses included."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from support.forms_toy.plans import CONTEXT, PLANS, book

from mappings.engine.compile_plans import plan_writer
from mappings.engine.loss import Losses
from mappings.engine.plans import write_plan

GOAL = {"id": "g", "text": "be a baker", "status": "active", "version": 2}
PLAN = {"goals": {"career_goals": [GOAL, {**GOAL, "id": "h"}]}}


@pytest.mark.parametrize("name", ["people", "carriers"])
@pytest.mark.parametrize("switched", [frozenset(), frozenset({"skills"})])
@settings(max_examples=40)
@given(plans=PLANS.flatmap(lambda plan: PLANS.map(lambda other: [plan, other, plan])))
def test_plans_and_losses_are_the_interpreters(
    name: str, switched: frozenset[str], plans: list[dict[str, Any]]
) -> None:
    writer, losses = plan_writer(book(name), switched), Losses()
    for plan in plans:
        expected = write_plan(book(name), plan, CONTEXT, losses, switched)
        assert writer.write(plan, CONTEXT) == expected
    assert writer.losses().counts == losses.counts


def test_what_fits_does_not_reach_the_interpreter() -> None:
    writer = plan_writer(book("people"))
    writer.write(PLAN, CONTEXT)
    assert not writer.missed


def test_a_value_that_does_not_fit_is_named_by_the_interpreter() -> None:
    writer = plan_writer(book("people"))
    writer.write({"goals": {"career_goals": [{**GOAL, "target_date": "soon"}]}}, CONTEXT)
    assert [key.path for key in writer.missed if "date" in key.reason] == ["target_date"]


def test_the_generated_code_can_be_read() -> None:
    writer = plan_writer(book("people"))
    writer.write(PLAN, CONTEXT)
    goals = next(each for each in writer.carriers if each.table.name == "goals")
    assert "item['Goal'] = " in goals.compiled.source
