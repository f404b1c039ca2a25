"""Every book of mapping tables, the toy included, and every table of them, for the laws."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from mappings.books import BOOKS, BookAt, books
from mappings.engine.book import Book, Options, raw_book
from mappings.engine.model import Table

TOY = BookAt("support.mapping_toy", "support.mapping_toy_shapes")
ALL: dict[str, BookAt] = {"toy": TOY, **{name: BOOKS[name] for name in books()}}
GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "golden"
TOY_GOLDEN = Path(__file__).resolve().parent / "mapping_toy" / "golden"


@cache
def book(name: str) -> Book:
    return ALL[name].open(Options())


def golden(name: str) -> Path:
    """The folder of a book's golden pairs."""
    return TOY_GOLDEN if name == "toy" else GOLDEN / name


@cache
def tables() -> tuple[tuple[str, str], ...]:
    """Every table by the names of its book and of itself."""
    return tuple((name, table.name) for name in ALL for table in book(name).tables)


def both_ways() -> tuple[tuple[str, str], ...]:
    """The tables that write and read."""
    return tuple(pair for pair in tables() if table(*pair).writes and table(*pair).reads)


def table(name: str, of: str) -> Table:
    return next(each for each in book(name).tables if each.name == of)


def alone(whole: Book, only: Table) -> Book:
    """A book with one table, to see what that table does by itself."""
    return replace(
        whole,
        by_entity={only.entity: (only,)},
        by_subject={only.subject: (only,)},
    )


@cache
def distinct() -> tuple[tuple[str, str], ...]:
    """The tables that write and read, without those that a book inherits as they are."""
    found: dict[str, tuple[str, str]] = {}
    for name, of in both_ways():
        raw = raw_book(ALL[name].package)[1][of]
        found.setdefault(f"{of} {sorted(map(str, raw.items()))}", (name, of))
    return tuple(found.values())
