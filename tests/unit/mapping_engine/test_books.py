"""A book builds its tables as they are asked for, and every table that we ship can be built."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.mapping_books import ALL, TOY

from mappings.engine.book import Options, open_book, raw_book
from mappings.engine.errors import MappingTableError
from mappings.iep.bridge import IEP_BOOKS
from schemas.standards.shape import Shape

SHIPPED = {**ALL, **{f"iep-{name}": at for name, at in IEP_BOOKS.items()}}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_table_of_a_book_can_be_built(name: str) -> None:
    at = SHIPPED[name]
    tables = at.open().tables
    assert [table.name for table in tables] == sorted(raw_book(at.package)[1])


def test_only_the_tables_asked_for_are_built() -> None:
    asked = []

    def shape_of(version: str, entity: str) -> Shape:
        asked.append(entity)
        return TOY.shape_of(version, entity)

    book = open_book(TOY.package, shape_of)
    assert asked == []
    assert book.by_entity["events"]
    assert set(asked) == {"events"}


def test_what_a_book_has_is_known_before_a_table_is_built() -> None:
    book = TOY.open()
    assert "ACT.04" in book.by_subject
    assert set(book.by_subject) == {table.subject for table in book.tables}
    assert set(book.by_entity) == {table.entity for table in book.tables} == set(book.shapes)


def test_a_table_is_the_same_whichever_way_it_is_asked_for() -> None:
    book = TOY.open()
    (of,) = book.by_subject["ACT.04"]
    assert of in book.by_entity[of.entity]
    assert next(each for each in book.tables if each.name == of.name) is of


def test_a_fault_of_an_overlay_is_told_when_the_book_is_opened(tmp_path: Path) -> None:
    (tmp_path / "sessions.toml").write_text('add.rows.odd = { to = "topic", codec = "odd" }')
    with pytest.raises(MappingTableError, match=r"sessions\.toml"):
        TOY.open(Options(overlay=tmp_path))
