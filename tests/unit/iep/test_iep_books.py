"""Every field of an IEP, and every property of theirs, stands in a row or under its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.engine.book import Book
from mappings.engine.coverage import covered, theirs_told, told_paths
from mappings.engine.paths import bare
from mappings.iep.bridge import IEP_BOOKS
from schemas.iep.iep import Iep
from schemas.iep.part import fields_below
from schemas.standards.iep_csv import KEY, layout
from schemas.standards.iep_csv.generate import PAGE, page

NOT_IN_CSV = {
    "id": "$iep.id",
    "version": "$iep.version",
    "student": "the key and the file of IEPs",
}
"""Parts that the layout tells otherwise, or not at all."""

BOUND = {"course_of_study.courses": "course", "agencies.commitments": "commitments"}


def csv_told() -> set[str]:
    """The paths of ours of which the book of CSV says what becomes of them."""
    told = set()
    for table in IEP_BOOKS["csv-1"].open().tables:
        prefix = "" if table.subject == "iep" else f"{table.subject}."
        told |= {f"{prefix}{path}".removesuffix(".value") for path in told_paths(table)}
    return told


def leaves() -> Iterator[str]:
    paths = [path for path, _ in fields_below(Iep)]
    return (path for path in paths if not any(each.startswith(f"{path}.") for each in paths))


def test_the_csv_layout_has_a_place_for_every_field() -> None:
    told = csv_told() | NOT_IN_CSV.keys() | BOUND.keys()
    versions = {path for path in leaves() if path.endswith((".version", ".dose"))}

    missing = [path for path in leaves() if not covered(path, told) and path not in versions]

    assert [path for path in missing if ".dose." not in path] == []


def test_every_column_is_read() -> None:
    read: dict[str, set[str]] = {}
    for table in IEP_BOOKS["csv-1"].open().tables:
        read.setdefault(table.entity, set()).update(theirs_told(table))

    for file, columns in layout().items():
        assert {column.name for column in columns} == read[file]


def test_every_file_begins_with_the_key() -> None:
    assert {tuple(one.name for one in columns[:3]) for columns in layout().values()} == {KEY}


EDFI = [
    ("edfi-5.2", "studentSpecialEducationProgramAssociations"),
    ("edfi-6.1", "studentSpecialEducationProgramAssociations"),
    ("edfi-6.1", "studentIEPs"),
    ("edfi-6.1", "studentIEPGoals"),
    ("edfi-6.1", "studentIEPServicePrescriptions"),
    ("edfi-6.1", "studentIEPServiceDeliveries"),
    ("edfi-6.1", "ideaEvents"),
]


@pytest.mark.parametrize(("name", "entity"), EDFI)
def test_every_property_of_an_entity_is_accounted_for(name: str, entity: str) -> None:
    book = IEP_BOOKS[name].open()
    told = {path for table in book.by_entity[entity] for path in theirs_told(table)}

    open_ = [path for path, _ in book.shapes[entity].leaves() if not covered(bare(path), told)]

    assert open_ == []


@pytest.mark.parametrize("name", sorted(IEP_BOOKS))
def test_every_subject_is_a_part_of_an_iep(name: str) -> None:
    book: Book = IEP_BOOKS[name].open()
    parts = {path for path, _ in fields_below(Iep)} | {"iep", "commitments"}

    assert {table.subject for table in book.tables} <= parts


@pytest.mark.parametrize("name", sorted(IEP_BOOKS))
def test_every_row_names_a_field_that_there_is(name: str) -> None:
    known = {path for path, _ in fields_below(Iep)}
    for table in IEP_BOOKS[name].open().tables:
        prefix = {"iep": "", "commitments": "agencies.commitments."}.get(table.subject)
        prefix = f"{table.subject}." if prefix is None else prefix
        ours = {f"{prefix}{path}" for path in told_paths(table) if not path.startswith("$")}
        assert ours - known <= {"course_of_study.course", f"{table.subject}.value"}


def test_the_reference_of_the_layout_is_up_to_date() -> None:
    if not PAGE.exists():
        pytest.skip("the documentation is not part of this installation")

    text = PAGE.read_text(encoding="utf-8")

    assert "### ieps.csv" in text
    assert text == page(text)
