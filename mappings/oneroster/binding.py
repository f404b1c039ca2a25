"""The bindings of OneRoster that files are written in, each with its book of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mappings.engine.book import Book, Options, open_book
from mappings.engine.codec import Wire
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.engine.paths import Tree
from mappings.hub import ENTITIES
from mappings.oneroster.shapes import shape

PACKAGES = {"1.1": "mappings.oneroster.v1p1", "1.2": "mappings.oneroster.v1p2"}
_JSON_NEEDS = {"organization": "identifier", "course": "course_code"}
"""What JSON requires and CSV does not (`oneroster.md` §10)."""

Run = Callable[[Tree, Losses], Tree | None]


@cache
def book_of(version: str, wire: Wire = "rows", overlay: Path | None = None) -> Book:
    """The book of a version; `wire` text has the cells of CSV where rows have lists."""
    return open_book(PACKAGES[version], shape, Options(overlay=overlay, wire=wire))


@dataclass(frozen=True, slots=True)
class Binding:
    """One version as CSV or JSON."""

    version: str
    is_json: bool = False
    overlay: Path | None = None

    @property
    def book(self) -> Book:
        """The tables of the version."""
        return book_of(self.version, overlay=self.overlay)

    @property
    def plan_book(self) -> Book:
        """The tables of plans alone: what rows say of the roster is read apart from them."""
        return _plan_book(self.version, self.overlay)

    @property
    def name(self) -> str:
        """The version as people call it."""
        return f"OneRoster {self.version}"

    @property
    def switches(self) -> frozenset[str]:
        """The carriers that this binding turns on: where results of assessments go."""
        return frozenset({"json" if self.is_json else "csv"})

    def tables(self) -> Mapping[str, Table]:
        """The tables of records that are no part of a plan, by our entity."""
        return _tables(self.version, "rows", self.overlay)

    def needs(self, entity: str) -> frozenset[str]:
        """The fields of ours without which there is no record."""
        table = self.tables()[entity]
        needs = {str(need.ours) for need in table.needs} - {"id"}
        own = _JSON_NEEDS.get(entity) if self.is_json else None
        return frozenset(needs | ({own} if own else set()))

    def writer(self, entity: str) -> Run:
        """Makes rows of our records."""
        return _writer(self.version, entity, self.overlay)

    def reader(self, entity: str) -> Run:
        """Makes our records of rows."""
        return _reader(self.version, entity, self.overlay)


@cache
def _plan_book(version: str, overlay: Path | None) -> Book:
    whole = book_of(version, overlay=overlay)
    by_entity = {
        entity: kept
        for entity, held in whole.by_entity.items()
        if (kept := tuple(table for table in held if table.subject not in ENTITIES))
    }
    return replace(whole, by_entity=by_entity)


@cache
def _tables(version: str, wire: Wire, overlay: Path | None) -> Mapping[str, Table]:
    by_subject = book_of(version, wire, overlay).by_subject
    return {subject: by_subject[subject][-1] for subject in by_subject if subject in ENTITIES}


def cell_tables(binding: Binding) -> Mapping[str, Table]:
    """The same tables for columns of cells."""
    return _tables(binding.version, "text", binding.overlay)


@cache
def _writer(version: str, entity: str, overlay: Path | None) -> Run:
    from mappings.engine.compile_python import write_function

    return write_function(_tables(version, "rows", overlay)[entity])


@cache
def _reader(version: str, entity: str, overlay: Path | None) -> Run:
    from mappings.engine.compile_python import read_function

    return read_function(_tables(version, "rows", overlay)[entity])
