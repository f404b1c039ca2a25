"""Rows of a view, each key once: a host would take a second record of a key for a change of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from mappings.engine.book import Book
from mappings.engine.model import Table

AGAIN = "another record has the same key"


def distinct_parts(
    book: Book, subject: str, parts: Iterable[pl.DataFrame]
) -> Iterator[pl.DataFrame | None]:
    """Parts of a view as long as no key stands twice in them; None, and an end, where one does."""
    seen = pl.Series(dtype=pl.UInt64)
    for part in parts:
        names = _key_columns(book, subject, part)
        keys = part.select(names).drop_nulls().hash_rows() if names else seen.clear()
        # The part's keys are the fewer: it costs less to make a table of them than of all others.
        if keys.n_unique() < len(keys) or seen.is_in(keys.implode()).any():
            yield None
            return
        seen = pl.concat([seen, keys])
        yield part


def repeated(book: Book, subject: str, frame: pl.DataFrame) -> pl.Series | None:
    """Which rows of a view have a key that an earlier one has; None where there are none.

    Rows that lack a part of their key are left to the table, which says what is missing.
    """
    names = _key_columns(book, subject, frame)
    if not names or frame.select(names).hash_rows().n_unique() == frame.height:
        return None
    whole = pl.all_horizontal(pl.col(names).is_not_null())
    again = whole & ~pl.struct(names).is_first_distinct()
    return frame.select(again).to_series()


def _key_columns(book: Book, subject: str, frame: pl.DataFrame) -> list[str]:
    """The columns of a view that its resource's key is made of; none if the key needs others."""
    tables = [table for table in book.by_subject.get(subject, ()) if table.writes]
    records = [table for table in tables if not table.within.steps]
    found = {name for table in records[:1] for name in _named(book, table)}
    return sorted(found) if found <= set(frame.columns) else []


def _named(book: Book, table: Table) -> set[str]:
    key = set(book.shapes[table.entity].key)
    return {
        row.ours.steps[0].name
        for row in table.rows
        for target in row.targets
        if str(target.path) in key
    }
