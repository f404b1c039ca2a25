"""A district's own mapping tables, laid over ours for one conversion."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from mappings.engine.book import Book
from mappings.engine.errors import MappingTableError
from mappings.hub import Bridge
from service.errors import Invalid
from service.formats import bridge_of, row_of

_NATIVE = "ilp"
_BOOKS = {
    "or11": "oneroster-1.1",
    "or12c": "oneroster-1.2",
    "or12j": "oneroster-1.2",
    "edfi52": "edfi-5.2",
    "edfi61": "edfi-6.1",
    "ceds": "ceds-14",
}


@runtime_checkable
class Overlaid(Protocol):
    """A bridge whose tables a district may revise."""

    def over(self, overlay: Path) -> Bridge: ...

    def book(self) -> Book: ...


def bridges(source: str, target: str, overlay: Path | None) -> tuple[Bridge, Bridge]:
    """The bridges of a conversion.

    Tables of the overlay itself are for the standard that is written, or read where plans are
    written; those of a folder in it are for the book that it is called after (`edfi-6.1`).
    Raises Invalid for tables that do not hold, naming file, row and fix.
    """
    ways = bridge_of(source), bridge_of(target)
    if overlay is None:
        return ways
    if row_of(source).book == row_of(target).book:
        raise Invalid(
            f"{source} and {target} hold the same records: nothing is mapped between them.",
            "Leave --overlay out.",
        )
    own = 0 if target == _NATIVE else 1
    places = [
        _place(name, overlay, is_own=number == own) for number, name in enumerate((source, target))
    ]
    if not any(places):
        raise Invalid(
            f"{overlay} has no tables for {source} or {target}.",
            "Name a TOML file, or a folder of them, called as the tables that they revise.",
        )
    first, second = (_over(way, place) for way, place in zip(ways, places, strict=True))
    return first, second


def _place(name: str, overlay: Path, *, is_own: bool) -> Path | None:
    """The file or folder that revises the tables of a format."""
    book = _BOOKS.get(row_of(name).book)
    if book is None:
        return None
    if (overlay / book).is_dir():
        return overlay / book
    has_tables = overlay.is_file() or any(overlay.glob("*.toml"))
    return overlay if is_own and has_tables else None


def _over(way: Bridge, place: Path | None) -> Bridge:
    if place is None or not isinstance(way, Overlaid):
        return way
    laid = way.over(place)
    assert isinstance(laid, Overlaid)  # noqa: S101 - a bridge laid over is one still
    try:
        laid.book()
    except MappingTableError as error:
        raise Invalid(f"{error}.", "Correct the overlay.") from None
    return laid
