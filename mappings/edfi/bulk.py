"""The way out for a whole district at once: lines of JSON for the large resources, in columns.

The records are those of the bridge, losses included; only plans are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from mappings.edfi.bridge import book_of
from mappings.edfi.left import count_left
from mappings.edfi.views import LINKS, STUDENTS
from mappings.engine.book import Book
from mappings.engine.compile_polars import encode_json
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.hub import Choice, Hub

SUBJECTS = ("edfi.student", "edfi.student_section")
"""The views of students and of their sections."""

PACKAGE = "mappings.edfi.v6p1"


def write_bulk(
    frames: Mapping[str, pl.DataFrame], choice: Choice, losses: Losses, package: str = PACKAGE
) -> Iterator[tuple[str, pl.Series]]:
    """`students` and `studentSectionAssociations` of a roster as JSON, one text a record.

    `frames` are tables of our records as a hub has them.
    """
    hub, book = Hub(frames), book_of(package, choice.namespace)
    count_left(hub, losses)
    for subject in SUBJECTS:
        table = _table(book, subject)
        rows = {**STUDENTS, **LINKS}[subject](hub)
        encoded = encode_json(table, rows.select(_named(table, rows)))
        losses.merge(encoded.all_losses(subject))
        yield table.entity, encoded.frame["json"]


def _table(book: Book, subject: str) -> Table:
    return next(table for table in book.by_subject[subject] if table.writes)


def _named(table: Table, rows: pl.DataFrame) -> list[str]:
    """The columns that the table speaks of."""
    named = {row.ours.steps[0].name for row in table.rows}
    return [name for name in rows.columns if name in named]
