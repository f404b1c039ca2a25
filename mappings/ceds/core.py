"""The book without terms of our own, for receivers that want CEDS and nothing else.

What only our own terms say is then a loss, field by field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from mappings.engine.book import Book
from mappings.engine.model import Direction, Row, Table
from schemas.ilp.plan import ELEMENTS
from schemas.roster.entities import FIELDS as ROSTER
from schemas.standards.ceds.extension import PREFIX

LEFT_OUT: Final = "CEDS 14 has no element for it, and terms of our own are left out"
_UNTOLD: Final = "the term of our own that tells its kind is left out"
_INEXACT: Final = "the term of our own that says it exactly is left out"
_UNREAD: Final = "the term of our own for what such a record needs is left out"
_DERIVED: Final = frozenset({"school_year"})
"""Fields that reading finds by other ways, where no term says them."""


def core_of(book: Book) -> Book:
    """The tables of a book without rows that write terms of our own."""
    tables = tuple(_core(table) for table in book.tables if PREFIX not in str(table.within))
    subjects = {table.subject for table in tables}
    gone = {element: LEFT_OUT for element in ELEMENTS if element not in subjects}
    return replace(
        book,
        elements={**gone, **book.never},
        by_entity=_grouped(tables, lambda table: table.entity),
        by_subject=_grouped(tables, lambda table: table.subject),
    )


def _core(table: Table) -> Table:
    constants = tuple(each for each in table.constants if PREFIX not in str(each.target))
    plain = tuple(row for row in table.rows if not _is_own(row))
    told = len(constants) == len(table.constants) and not any(
        row.decisive and _is_own(row) for row in table.rows
    )
    why = _UNREAD if _lacks(table, plain) else None if told else _UNTOLD
    rows = tuple(_outward(_cut(row), why) if why else _cut(row) for row in plain)
    return replace(
        table,
        rows=rows,
        constants=constants,
        ours_only={**table.ours_only, **dict(_gone(table, rows)), **_unsaid(rows, why)},
    )


def _lacks(table: Table, rows: tuple[Row, ...]) -> bool:
    """Whether no row writes a field any longer without which no roster record is read."""
    needed = {each.name for each in ROSTER.get(table.subject, ()) if each.required} - _DERIVED
    before, after = ({str(row.ours) for row in these} for these in (table.rows, rows))
    return bool(needed & before - after)


def _gone(table: Table, rows: tuple[Row, ...]) -> Iterator[tuple[str, str]]:
    """The paths of ours that no row writes any longer."""
    kept = {str(row.ours): row for row in rows}
    for row in table.rows:
        if str(row.ours) not in kept:
            yield str(row.ours), LEFT_OUT
        else:
            inner = (each for each in row.rows if _is_own(each))
            yield from ((f"{row.ours}.{each.ours}", LEFT_OUT) for each in inner)


def _cut(row: Row) -> Row:
    """A row without inner rows of our own; one that only leaves says why it does not return."""
    reason = _INEXACT if row.direction is Direction.OUT else row.reason
    return replace(row, rows=tuple(each for each in row.rows if not _is_own(each)), reason=reason)


def _outward(row: Row, why: str) -> Row:
    """A row of a record that does not tell any longer which table made it.

    Its conditions hold as before, and tell nothing: a second value keeps them from it.
    """
    asked = tuple(replace(each, values=(*each.values, *each.values)) for each in row.when)
    inner = tuple(_outward(each, why) for each in row.rows)
    return replace(row, rows=inner, when=asked, direction=Direction.OUT, reason=why)


def _unsaid(rows: tuple[Row, ...], why: str | None) -> dict[str, str]:
    """The conditions of rows that are not read back: what they ask for is lost as well."""
    out = (row for row in rows if row.direction is Direction.OUT)
    return {str(each.path): why or _UNTOLD for row in out for each in row.when}


def _is_own(row: Row) -> bool:
    return any(PREFIX in str(target) for target in row.targets)


def _grouped(
    tables: tuple[Table, ...], key: Callable[[Table], str]
) -> dict[str, tuple[Table, ...]]:
    names = dict.fromkeys(key(table) for table in tables)
    return {name: tuple(each for each in tables if key(each) == name) for name in names}
