"""The books of both Data Standards: complete, and true to the rules of `edfi.md` §7."""

from __future__ import annotations

import pytest

from mappings.edfi.bridge import book_of
from mappings.edfi.origins import ELSEWHERE, MADE_OF, RENAMED
from mappings.edfi.stays import ASSUMED, STAYS
from mappings.edfi.views import LINKS, PLACES, STAFF_VIEWS, STUDENTS
from mappings.engine.book import LOCAL_NAMESPACE, Book
from mappings.engine.coverage import uncovered
from mappings.hub import ENTITIES
from schemas.standards.edfi import entities

BOOKS = {"5.2": "mappings.edfi.v5p2", "6.1": "mappings.edfi.v6p1"}
ENROLLING = {
    "studentCTEProgramAssociations",
    "studentProgramAssociations",
    "studentSectionAssociations",
}
INTERESTS = {"STR.03", "GOA.01", "GOA.02", "CRS.05", "CRS.06", "CRS.07", "ACT.05"}


@pytest.fixture(params=BOOKS)
def book(request: pytest.FixtureRequest) -> Book:
    return book_of(BOOKS[request.param], LOCAL_NAMESPACE)


def test_every_element_field_and_property_is_accounted_for(book: Book) -> None:
    assert uncovered(book) == []


def test_every_resource_has_a_table_or_a_reason(book: Book) -> None:
    """Descriptors have neither: their values travel in the records that name them."""
    named = {each for each in entities(book.version) if not each.endswith("Descriptors")}
    assert named == book.by_entity.keys() | book.entities.keys()


def test_carriers_open_to_strangers_are_closed_until_switched_on(book: Book) -> None:
    open_to_all = [table for table in book.tables if table.protection in {"N", "O"}]
    assert open_to_all
    assert [table.name for table in open_to_all if table.writes and not table.switch] == []


def test_the_extension_leaves_only_where_the_host_offers_it(book: Book) -> None:
    ours = [table for table in book.tables if table.entity.startswith("ilp/")]
    assert {table.switch for table in ours} == {"ilp"}


def test_interest_is_never_written_as_enrollment(book: Book) -> None:
    enrolling = {table.subject for table in book.tables if table.entity in ENROLLING}
    assert enrolling & INTERESTS == set()


def test_planned_courses_are_never_graduation_plans(book: Book) -> None:
    assert "graduationPlans" not in book.by_entity


def test_every_view_has_a_table_and_every_table_of_a_view_a_view(book: Book) -> None:
    views = {*PLACES, *STUDENTS, *STAFF_VIEWS, *LINKS}
    written = {table.subject for table in book.tables if table.writes}
    assert views == {subject for subject in written if subject.startswith("edfi.")}


def _fields(entity: str) -> set[str]:
    return {"", "id", "extras", *(each.name for each in ENTITIES[entity])}


def test_fields_left_behind_are_fields_of_ours() -> None:
    for entity, fields in (*STAYS.items(), *ASSUMED.items()):
        assert fields.keys() <= _fields(entity)


def test_columns_lead_to_fields_of_ours() -> None:
    renamed = {(MADE_OF[view], name) for view, names in RENAMED.items() for name in names.values()}
    elsewhere = {(entity, name) for entity, name, _ in ELSEWHERE.values()}
    assert [name for entity, name in renamed | elsewhere if name not in _fields(entity)] == []
