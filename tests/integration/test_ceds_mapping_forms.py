"""Generated code writes CEDS as the interpreter does, plan by plan and loss by loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from support.ceds_mapping import PLANS, plan_in
from support.ilp_plans import plans

from mappings.ceds.addresses import PREFIX, person_key
from mappings.ceds.bridge import book_of, v14
from mappings.engine.book import Book
from mappings.engine.compile_plans import plan_writer
from mappings.engine.loss import Losses
from mappings.engine.plans import write_plan
from mappings.hub import Choice, Hub
from schemas.ilp.plan import Plan

FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
both_books = pytest.mark.parametrize("core", [False, True], ids=["whole", "core"])
each_plan = pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)


def opened(core: bool) -> Book:
    return book_of("mappings.ceds.v14", core)


def context(plan: dict[str, Any]) -> dict[str, Any]:
    return {"$student": {"iri": f"{PREFIX}person:{person_key(plan)}"}}


def assert_alike(plan: dict[str, Any], core: bool) -> None:
    book, losses = opened(core), Losses()
    compiled = plan_writer(book)
    slow = write_plan(book, plan, context(plan), losses)
    assert compiled.write(plan, context(plan)) == slow
    assert compiled.losses().counts == losses.counts


@both_books
@each_plan
def test_fixture_plans_are_written_alike(path: Path, core: bool) -> None:
    assert_alike(plan_in(path), core)


@both_books
@given(drawn=plans())
@FEW
def test_generated_plans_are_written_alike(drawn: Plan, core: bool) -> None:
    assert_alike(drawn.model_dump(mode="json", exclude_defaults=True), core)


def test_plans_are_written_one_at_a_time() -> None:
    asked: list[int] = []

    def stream() -> Iterator[dict[str, Any]]:
        for number in range(3):
            asked.append(number)
            yield plan_in(PLANS[0])

    records = v14().write(Hub({}, stream()), Losses(), Choice())
    next(records)
    assert asked == [0]
