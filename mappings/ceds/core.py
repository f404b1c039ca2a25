"""The book without terms of our own, for receivers that want CEDS and nothing else.

What only our own terms say is then a loss, field by field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mappings.engine.book import Book
from mappings.engine.model import Direction, Row, Table
from schemas.ilp.plan import ELEMENTS
from schemas.standards.ceds.extension import PREFIX

LEFT_OUT: Final = "CEDS 14 has no element for it, and terms of our own are left out"
_INEXACT: Final = "the term of our own that says it exactly is left out"


def core_of(book: Book) -> Book:
    """The tables of a book without rows that write terms of our own."""
    tables = tuple(_core(table) for table in book.tables if PREFIX not in str(table.within))
    subjects = {table.subject for table in tables}
    gone = {element: LEFT_OUT for element in ELEMENTS if element not in subjects}
    return replace(
        book,
        tables=tables,
        by_entity=_grouped(tables, lambda table: table.entity),
        by_subject=_grouped(tables, lambda table: table.subject),
        never={**gone, **book.never},
    )


def _core(table: Table) -> Table:
    rows = tuple(_cut(row) for row in table.rows if not _is_own(row))
    kept = {str(row.ours) for row in rows}
    gone = {str(row.ours): LEFT_OUT for row in table.rows if str(row.ours) not in kept}
    inner = {
        f"{row.ours}.{each.ours}": LEFT_OUT
        for row in table.rows
        for each in row.rows
        if _is_own(each) and str(row.ours) in kept
    }
    return replace(
        table,
        rows=rows,
        constants=tuple(each for each in table.constants if PREFIX not in str(each.target)),
        ours_only={**table.ours_only, **gone, **inner},
    )


def _cut(row: Row) -> Row:
    """A row without inner rows of our own; one that only leaves says why it does not return."""
    reason = _INEXACT if row.direction is Direction.OUT else row.reason
    return replace(row, rows=tuple(each for each in row.rows if not _is_own(each)), reason=reason)


def _is_own(row: Row) -> bool:
    return any(PREFIX in str(target) for target in row.targets)


def _grouped(
    tables: tuple[Table, ...], key: Callable[[Table], str]
) -> dict[str, tuple[Table, ...]]:
    names = dict.fromkeys(key(table) for table in tables)
    return {name: tuple(each for each in tables if key(each) == name) for name in names}
