"""Every table does what its golden pairs say; a book that has pairs has one for each table."""

from __future__ import annotations

import pytest
from support.mapping_books import ALL, book, golden, table, tables
from support.mapping_golden import disagreements, pairs

from mappings.engine.coverage import uncovered

PAIRED = [pair for pair in tables() if pairs(golden(pair[0]), pair[1])]


@pytest.mark.parametrize(("name", "of"), PAIRED)
def test_a_table_does_what_its_golden_pairs_say(name: str, of: str) -> None:
    found = [disagreements(table(name, of), pair) for pair in pairs(golden(name), of)]
    assert not [each for each in found if each]


@pytest.mark.parametrize("name", [name for name in ALL if golden(name).is_dir()])
def test_every_table_has_a_golden_pair(name: str) -> None:
    assert {each.name for each in book(name).tables} - {
        of for at, of in PAIRED if at == name
    } == set()


@pytest.mark.parametrize("name", ALL)
def test_a_book_accounts_for_everything(name: str) -> None:
    assert uncovered(book(name)) == []
