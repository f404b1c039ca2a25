"""The bridge between our records and Ed-Fi's, one for each Data Standard.

Each way imports what it needs when it is used: rosters go without all that plans need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mappings.engine.book import Book, Options, open_book
from mappings.engine.loss import Losses
from mappings.hub import USUAL, Choice, Hub, Lines, Needs, Records
from schemas.standards.edfi import shape
from schemas.standards.shape import StandardRecord


@cache
def book_of(package: str, namespace: str, overlay: Path | None = None) -> Book:
    """The tables of a version, with the tenant's namespace in its own codes, and its overlay."""
    return open_book(package, shape, Options(namespace, overlay))


@dataclass(frozen=True, slots=True)
class EdFiBridge:
    """The way between one Data Standard and our records."""

    package: str
    overlay: Path | None = None

    def over(self, overlay: Path) -> EdFiBridge:
        """The same with a district's own tables, a file or a folder, laid over its own."""
        return replace(self, overlay=overlay)

    def book(self, choice: Choice = USUAL) -> Book:
        """Its tables. Raises MappingTableError for an overlay that does not hold."""
        return book_of(self.package, choice.namespace, self.overlay)

    def read(self, records: Records, losses: Losses, choice: Choice = USUAL) -> Hub:
        """Roster tables, and a plan for every student of whom more is said than the profile."""
        from mappings.edfi.reading import Into

        return Into(self.book(choice), losses).hub(records())

    def write_lines(
        self, hub: Hub, losses: Losses, choice: Choice
    ) -> Iterator[StandardRecord | Lines]:
        """The same records; those of the large resources as JSON text, made in columns."""
        from mappings.edfi.bulk import BulkOut

        return BulkOut(self.book(choice), hub, losses, choice).pieces()

    def needs(self, choice: Choice) -> Needs | None:
        """What of our tables `write_lines` needs; None for everything."""
        from mappings.edfi.needs import needs

        return needs(self.book(choice), choice)

    def write(self, hub: Hub, losses: Losses, choice: Choice) -> Iterator[StandardRecord]:
        """Resources of the roster and of the plans; closed carriers stay closed."""
        from mappings.edfi.writing import Out

        return Out(self.book(choice), hub, losses, choice).records()


def v5p2() -> EdFiBridge:
    """The bridge of Data Standard 5.2."""
    return EdFiBridge("mappings.edfi.v5p2")


def v6p1() -> EdFiBridge:
    """The bridge of Data Standard 6.1."""
    return EdFiBridge("mappings.edfi.v6p1")
