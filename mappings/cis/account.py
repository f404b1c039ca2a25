"""Where every element of the plan goes in a layout, or why it stays: told by the layout alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.cis.facts import Pupil
from mappings.cis.layout import NEVER, Layout
from mappings.cis.paths import ITEM, fields_read
from mappings.cis.rows import Told
from schemas.ilp.entry import BOOKKEEPING, Entry
from schemas.ilp.plan import ELEMENTS

_NEVER = "special education goes to no career system"
_NOWHERE = "the target documents no file for it"
_AS_ROSTER = "as the roster says it"
_NO_COLUMN = "the target's file has no column for it"

_WITHHELD = "withheld from this recipient"

_ROSTER = frozenset({"PRO.01", "PRO.02", "PRO.03"})
"""Elements that say what the roster says; they go as the facts of the student."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a layout does with one element: the files that take it, or the reason why none does.

    `missing` are its fields without a column.
    """

    element: str
    files: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str

    def as_json(self) -> dict[str, object]:
        """The fate as plain JSON values."""
        name = ELEMENTS[self.element].name
        files, missing = list(self.files), list(self.missing)
        said = {"element": self.element, "name": name, "files": files, "missing": missing}
        return {**said, "reason": self.reason}


def fates_of(layout: Layout) -> tuple[Fate, ...]:
    """The fate of every canonical element, in order; none is left unsaid."""
    return tuple(_fate(layout, element) for element in ELEMENTS)


def _fate(layout: Layout, element: str) -> Fate:
    if element in NEVER:
        return Fate(element, (), (), _NEVER)
    files = tuple(one.name for one in layout.written if element in one.elements)
    if files:
        return Fate(element, files, tuple(_missing(layout, element)), "")
    if element in _ROSTER and (takes := _of_students(layout)):
        return Fate(element, takes, (), _AS_ROSTER)
    return Fate(element, (), (), _reason(layout, element))


def _of_students(layout: Layout) -> tuple[str, ...]:
    return tuple(one.name for one in layout.written if one.rows == "students")


def _reason(layout: Layout, element: str) -> str:
    off = [one.name for one in layout.file if one.off and element in one.elements]
    if off:
        return f"{', '.join(off)} is off; a copy of the layout may turn it on"
    said = [one.reason for one in layout.left_out if element in one.elements]
    return said[0] if said else _NOWHERE


def _missing(layout: Layout, element: str) -> Iterator[str]:
    """The fields of an element that no column of its files reads."""
    read = set()
    for one in layout.written:
        if element in one.elements:
            paths = [path for column in one.columns.values() for path in column.from_]
            whole = [
                f"{one.within}.{path.removeprefix(f'{ITEM}.')}"
                for path in paths
                if path.startswith(f"{ITEM}.")
            ]
            read |= {field for _, field in fields_read((element,), [*paths, *whole])}
    fields = ELEMENTS[element].model.model_fields
    yield from (name for name in fields if name not in read | BOOKKEEPING)


def _facts_read(layout: Layout) -> Iterator[str]:
    """The facts about students that the layout's columns ask for."""
    for one in layout.written:
        for column in one.columns.values():
            yield from (path[8:] for path in column.from_ if path.startswith("student."))


@dataclass(frozen=True, slots=True)
class Accountant:
    """Counts what no column takes, student by student."""

    fates: tuple[Fate, ...]
    facts: frozenset[str]
    told: Told

    @classmethod
    def of(cls, layout: Layout, told: Told) -> Accountant:
        """An accountant for one layout."""
        return cls(fates_of(layout), frozenset(_facts_read(layout)), told)

    def account_for(self, pupil: Pupil) -> None:
        """Count what of one student stays, besides what its rows report."""
        for fact in sorted(pupil.withheld & self.facts):
            self.told.lost("student", fact, _WITHHELD)
        if pupil.plan is None:
            return
        for path in pupil.plan.withheld:
            self.told.lost(path[:6], path[7:] or "*", _WITHHELD)
        for fate in self.fates:
            for entry in pupil.plan.entries(fate.element):
                self._stays(fate, entry)

    def _stays(self, fate: Fate, entry: Entry) -> None:
        if not fate.files:
            self.told.lost(fate.element, "*", fate.reason)
        for name in fate.missing:
            if getattr(entry, name) not in (None, ()):
                self.told.lost(fate.element, name, _NO_COLUMN)
