"""The books of mapping tables that there are, each opened when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType

from mappings.engine.book import Book, Options, ShapeOf, open_book


@dataclass(frozen=True, slots=True)
class BookAt:
    """Where the tables of one version stand, and the module that knows the standard's shapes."""

    package: str
    shapes: str

    @property
    def exists(self) -> bool:
        """Whether the package holds a book."""
        try:
            return files(self.package).joinpath("standard.toml").is_file()
        except ModuleNotFoundError:
            return False

    @property
    def shape_of(self) -> ShapeOf:
        """The shape of an entity of a version."""
        shape_of: ShapeOf = import_module(self.shapes).shape
        return shape_of

    def open(self, options: Options | None = None) -> Book:
        """The book. Raises MappingTableError for tables, or an overlay, that do not hold."""
        return open_book(self.package, self.shape_of, options)


BOOKS: Mapping[str, BookAt] = MappingProxyType(
    {
        "oneroster-1.1": BookAt("mappings.oneroster.v1p1", "mappings.oneroster.shapes"),
        "oneroster-1.2": BookAt("mappings.oneroster.v1p2", "mappings.oneroster.shapes"),
        "edfi-5.2": BookAt("mappings.edfi.v5p2", "schemas.standards.edfi"),
        "edfi-6.1": BookAt("mappings.edfi.v6p1", "schemas.standards.edfi"),
        "ceds-14": BookAt("mappings.ceds.v14", "schemas.standards.ceds"),
    }
)
"""Every version of a standard that has, or will have, a book."""


def books() -> tuple[str, ...]:
    """The names of the books that there are."""
    return tuple(name for name, book in BOOKS.items() if book.exists)
