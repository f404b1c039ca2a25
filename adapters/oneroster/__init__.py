"""OneRoster 1.1 and 1.2 over REST and as CSV, and the file formats of its conversions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.formats import Format

__all__ = ["FORMATS"]

FORMATS: tuple[Format, ...]


def __getattr__(name: str) -> object:
    """`FORMATS` is made when it is asked for: whoever only syncs never loads it."""
    if name != "FORMATS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from adapters.oneroster.files.csv_format import OneRosterCsv
    from adapters.oneroster.files.json_format import OneRosterJson

    return (OneRosterCsv("1.1"), OneRosterCsv("1.2"), OneRosterJson("1.2"))
