"""Static accounts of a book: the fate of every field, and the pages made from it."""

from __future__ import annotations

import json

from support.mapping_books import book, table

from mappings.engine.document import standard_page, table_page
from mappings.engine.fates import Fate, as_json, fates, fates_of
from schemas.ilp.plan import ELEMENTS

TOY = book("toy")


def fate(subject: str, path: str) -> list[Fate]:
    return [way.fate for each in fates_of(TOY, subject) if each.path == path for way in each.ways]


def test_every_element_has_a_fate() -> None:
    assert {each.subject for each in fates(TOY)} == ELEMENTS.keys()


def test_a_field_with_a_row_is_carried() -> None:
    assert fate("GOA.01", "text") == [Fate.CARRIED]


def test_a_field_of_a_switched_carrier_says_so() -> None:
    assert fate("STR.03", "text") == [Fate.SWITCHED]


def test_a_field_that_conditions_tell_is_told() -> None:
    assert set(fate("GOA.01", "occupation.set")) == {Fate.TOLD}


def test_a_field_of_the_whole_plan_is_found() -> None:
    assert fate("PRO.02", "legal_given_name") == [Fate.CARRIED]


def test_an_element_that_never_leaves_is_lost_whole() -> None:
    assert fate("REV.01", "") == [Fate.LOST]


def test_bookkeeping_is_lost_for_its_own_reason() -> None:
    (way,) = next(each.ways for each in fates_of(TOY, "STR.03") if each.path == "version")
    assert "number of a version" in way.reason


def test_the_account_is_json_and_always_the_same() -> None:
    assert json.dumps(as_json(TOY)) == json.dumps(as_json(book("toy")))


def test_a_property_that_is_not_read_gives_its_reason() -> None:
    assert as_json(TOY)["entities"]["students"]["shoeSize"] == "none of our business"


def test_the_page_of_a_standard_names_every_element() -> None:
    page = standard_page(TOY)
    assert not [place.name for place in ELEMENTS.values() if f"| {place.name} |" not in page]


def test_the_page_of_a_table_shows_its_rows() -> None:
    page = table_page(table("toy", "career_goals"))
    assert "| `target_date` | `by` | date | both |  |" in page


def test_a_bar_in_a_reason_does_not_break_the_grid() -> None:
    lines = standard_page(TOY).splitlines()
    grids = [line for line in lines if line.startswith("| ")]
    assert all(line.endswith(" |") for line in grids)
