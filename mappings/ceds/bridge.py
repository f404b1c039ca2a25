"""The bridge between our records and trees of CEDS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mappings.ceds.addresses import marks_of, person_key
from mappings.ceds.core import core_of
from mappings.ceds.plans import PlanTrees
from mappings.ceds.reading import Reading
from mappings.ceds.roster_out import RosterTrees, joined
from mappings.engine.book import Book, Options, open_book
from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.hub import USUAL, Choice, Hub, Records
from schemas.standards.ceds import shape
from schemas.standards.shape import StandardRecord


@cache
def book_of(package: str, core_only: bool = False, overlay: Path | None = None) -> Book:
    """The tables of a version, with or without terms of our own."""
    whole = open_book(package, shape, Options(overlay=overlay))
    return core_of(whole) if core_only else whole


@dataclass(frozen=True, slots=True)
class CedsBridge:
    """The way between one version of CEDS and our records."""

    package: str
    overlay: Path | None = None

    def over(self, overlay: Path) -> CedsBridge:
        """The same with a district's own tables, a file or a folder, laid over its own."""
        return replace(self, overlay=overlay)

    def book(self, choice: Choice = USUAL) -> Book:
        """Its tables. Raises MappingTableError for an overlay that does not hold."""
        return book_of(self.package, choice.core_only, self.overlay)

    def read(self, records: Records, losses: Losses, choice: Choice = USUAL) -> Hub:
        """The roster, and a plan for every person who has a learning plan."""
        book = self.book()
        return Reading(book, marks_of(book), losses).hub(records)

    def write(self, hub: Hub, losses: Losses, choice: Choice) -> Iterator[StandardRecord]:
        """What is shared, then one tree for every person: those with a plan first."""
        book = self.book(choice)
        roster = RosterTrees(book, hub, losses, marks_of(book))
        plans = PlanTrees(book, choice.switched, losses)
        yield from roster.shared()
        written: set[str] = set()
        for plan in hub.plans:
            person = plans.person(plan)
            if person is not None:
                yield _with_roster(person, plan, roster, written, losses)
        plans.done()
        yield from roster.people(written)


def _with_roster(
    person: StandardRecord, plan: Tree, roster: RosterTrees, written: set[str], losses: Losses
) -> StandardRecord:
    """A student with what the roster knows of the student, if there is a roster."""
    key = person_key(plan) if roster.hub.frames else None
    if key is None:
        return person
    written.add(key)
    known = roster.of(key)
    if not known:
        return person
    return StandardRecord(person.entity, joined(person.values, known, losses))


def v14() -> CedsBridge:
    """The bridge of CEDS 14."""
    return CedsBridge("mappings.ceds.v14")
