"""Spoil one row of a mapping table, and a golden pair, a law or the coverage objects.

A sample of one row a table in every run; all rows with `-m stress`.
"""

from __future__ import annotations

import pytest
from support.mapping_books import ALL, book, golden, table, tables
from support.mapping_golden import pairs
from support.mapping_mutations import breaks, crossed, is_noticed, mutants, places, recoded

from mappings.engine.book import raw_book

PAIRED = [pair for pair in tables() if pairs(golden(pair[0]), pair[1])]
each_table = pytest.mark.parametrize(("name", "of"), PAIRED)


def survivors(name: str, of: str, sample: bool) -> list[str]:
    """The mutants of a table that nothing notices."""
    raw = raw_book(ALL[name].package)[1][of]
    known = list(places(raw["rows"]))
    chosen = known[len(of) % len(known) :][:1] if sample else known
    mutated = [(place, what, spoiled) for place in chosen for what, spoiled in mutants(raw, place)]
    whole, own, golden_pairs = book(name), table(name, of), pairs(golden(name), of)
    return [
        f"{place} {what}"
        for place, what, spoiled in mutated
        if not is_noticed(whole, own, spoiled, golden_pairs)
    ]


@each_table
def test_a_spoiled_row_is_noticed(name: str, of: str) -> None:
    assert survivors(name, of, sample=True) == []


@pytest.mark.stress
@each_table
def test_every_spoiled_row_is_noticed(name: str, of: str) -> None:
    assert survivors(name, of, sample=False) == []


@each_table
def test_swapped_codes_are_noticed(name: str, of: str) -> None:
    own, golden_pairs = table(name, of), pairs(golden(name), of)
    silent = [
        path
        for path, row in crossed(own)
        if not breaks(book(name), own, recoded(own, row, golden_pairs), golden_pairs)
    ]
    assert silent == []
