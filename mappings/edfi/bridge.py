"""The bridge between our records and Ed-Fi's, one for each Data Standard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mappings.edfi.reading import Into
from mappings.edfi.writing import Out
from mappings.engine.book import Book, Options, open_book
from mappings.engine.loss import Losses
from mappings.hub import USUAL, Choice, Hub, Lines, Records
from schemas.standards.edfi import shape
from schemas.standards.shape import StandardRecord


@cache
def book_of(package: str, namespace: str) -> Book:
    """The tables of a version, with the tenant's namespace in its own codes."""
    return open_book(package, shape, Options(namespace))


@dataclass(frozen=True, slots=True)
class EdFiBridge:
    """The way between one Data Standard and our records."""

    package: str

    def read(self, records: Records, losses: Losses, choice: Choice = USUAL) -> Hub:
        """Roster tables, and a plan for every student of whom more is said than the profile."""
        return Into(book_of(self.package, choice.namespace), losses).hub(records())

    def write_lines(
        self, hub: Hub, losses: Losses, choice: Choice
    ) -> Iterator[StandardRecord | Lines]:
        """The same records; those of the large resources as JSON text, made in columns."""
        from mappings.edfi.bulk import BulkOut

        return BulkOut(book_of(self.package, choice.namespace), hub, losses, choice).pieces()

    def write(self, hub: Hub, losses: Losses, choice: Choice) -> Iterator[StandardRecord]:
        """Resources of the roster and of the plans; closed carriers stay closed."""
        return Out(book_of(self.package, choice.namespace), hub, losses, choice).records()


def v5p2() -> EdFiBridge:
    """The bridge of Data Standard 5.2."""
    return EdFiBridge("mappings.edfi.v5p2")


def v6p1() -> EdFiBridge:
    """The bridge of Data Standard 6.1."""
    return EdFiBridge("mappings.edfi.v6p1")
