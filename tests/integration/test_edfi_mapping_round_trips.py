"""A plan goes out to Ed-Fi and comes back equal, but for what the losses name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from support.edfi_hub import ALL, CARRIERS, NO_EXTENSION
from support.edfi_hub import plans as fixture_plans
from support.edfi_round_trips import ghosts, places, said, unlisted
from support.ilp_plans import plans

from mappings.edfi.bridge import book_of
from mappings.engine.book import LOCAL_NAMESPACE
from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.hub import Choice, Hub
from schemas.ilp.plan import Plan
from service.formats import bridge_of, format_of

JSON = ("edfi-json-5.2", "edfi-json-6.1")
PACKAGES = {"5.2": "mappings.edfi.v5p2", "6.1": "mappings.edfi.v6p1"}
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "plans"


def check(plan: Tree, name: str, choice: Choice, folder: Path | None = None) -> None:
    """Assert that what differs after the journey is what the losses say."""
    bridge = bridge_of(name)
    out, back = Losses(), Losses()
    records = list(bridge.write(Hub({}, [plan]), out, choice))
    if folder is not None:
        format_of(name).write(folder, records)
        records = list(format_of(name).read(folder))
    returned = next(iter(bridge.read(lambda: iter(records), back).plans), {})
    before, after = said(plan), said(returned)
    lost = places(before - after)
    assert unlisted(lost, out, back) == []
    assert ghosts(lost, out) == []
    assert places(after - before) <= lost


@pytest.mark.parametrize("name", [*JSON, "edfi-xml-5.2", "edfi-xml-6.1"])
@pytest.mark.parametrize("number", range(4))
def test_fixture_plans_through_files(name: str, number: int, tmp_path: Path) -> None:
    choice = ALL if name in JSON else NO_EXTENSION
    check(fixture_plans(FIXTURES)[number], name, choice, tmp_path / "out")


@settings(max_examples=20)
@pytest.mark.parametrize("name", JSON)
@given(plan=plans())
def test_any_plan(name: str, plan: Plan) -> None:
    check(plan.model_dump(mode="json", exclude_defaults=True), name, ALL)


@pytest.mark.parametrize("name", JSON)
def test_nothing_of_closed_classes_leaves(name: str) -> None:
    open_only = Choice(switched=CARRIERS - {"sped", "fin"}, extensions=ALL.extensions)
    hub = Hub({}, fixture_plans(FIXTURES))
    text = str([each.values for each in bridge_of(name).write(hub, Losses(), open_only)])
    assert not any(word in text for word in ("IDEA IEP", "504 Plan", "FAFSA"))


@pytest.mark.parametrize("name", JSON)
def test_a_tenant_that_switched_nothing_on_opens_no_carrier(name: str) -> None:
    book = book_of(PACKAGES[name[-3:]], LOCAL_NAMESPACE)
    closed = {table.entity for table in book.tables if table.switch} - {"students"}
    hub = Hub({}, fixture_plans(FIXTURES))
    sent = {each.entity for each in bridge_of(name).write(hub, Losses(), Choice())}
    assert sent & closed == set()


@pytest.mark.parametrize(
    "place",
    [
        ("CRS.01", "credits"),
        ("CRS.01", "grade_level.set"),
        ("STR.01", "name"),
    ],
)
def test_what_only_leaves_is_told_when_it_leaves(place: tuple[str, str]) -> None:
    out = Losses()
    list(bridge_of(JSON[1]).write(Hub({}, fixture_plans(FIXTURES)), out, ALL))
    told = {(key.subject, key.path) for key in out if "not read back" in key.reason}
    assert place in told
