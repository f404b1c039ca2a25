"""Two plans of one student that went different ways, united: nothing of either is lost.

Compared with the last version that both have, what only one side changed is taken; a field that
both changed keeps our value, and a person decides. An entry that one side removed and the other
changed stays. What one side did not have, or has otherwise, its signers did not see: that is new in
the united version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from schemas.ilp.entry import BOOKKEEPING, Change, Entry
from schemas.ilp.plan import ELEMENTS, Plan

_HEADER: Final = "PRO.04"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed."""

    element: str
    entry: str
    field: str
    base: Any
    ours: Any
    theirs: Any


@dataclass(slots=True)
class United:
    """The united plan, and what a person has to decide."""

    plan: Plan
    clashes: list[Clash] = field(default_factory=list)


def unite(base: Plan | None, ours: Plan, theirs: Plan, change: Change) -> United:
    """Our plan with everything of theirs, as its next version; `base` is what both come from.

    Raises ValueError for plans that no plan can hold together, as where one id means two things.
    """
    try:
        return _united(_Union(base, change, keeps_removed=False), ours, theirs)
    except ValidationError:
        # An entry of one side refers to what the other side removed: then nothing is removed.
        return _united(_Union(base, change, keeps_removed=True), ours, theirs)


def _united(union: _Union, ours: Plan, theirs: Plan) -> United:
    return United(union.plan(ours, theirs), union.clashes)


@dataclass(slots=True)
class _Union:
    base: Plan | None
    change: Change
    keeps_removed: bool
    clashes: list[Clash] = field(default_factory=list)

    def plan(self, ours: Plan, theirs: Plan) -> Plan:
        """The union, its header telling the next version."""
        areas: dict[str, dict[str, Any]] = {}
        for element, place in ELEMENTS.items():
            entries = tuple(self._entries(element, ours, theirs))
            held = entries if place.many else next(iter(entries), None)
            areas.setdefault(place.area, {})[place.field] = held
        return Plan.model_validate({**areas, "withheld": self._withheld(areas, ours, theirs)})

    @staticmethod
    def _withheld(areas: dict[str, dict[str, Any]], ours: Plan, theirs: Plan) -> tuple[str, ...]:
        """What both sides lack because it was withheld."""
        held = {id_ for id_, place in ELEMENTS.items() if areas[place.area][place.field]}
        return tuple({*ours.withheld, *theirs.withheld} - held)

    def _entries(self, element: str, ours: Plan, theirs: Plan) -> Iterator[Entry]:
        was = _by_key(self.base, element) if self.base else {}
        mine, other = _by_key(ours, element), _by_key(theirs, element)
        for key in {**mine, **other}:
            kept = self._entry(element, was.get(key), mine.get(key), other.get(key))
            if kept is not None:
                yield kept

    def _entry(
        self, element: str, was: Entry | None, mine: Entry | None, other: Entry | None
    ) -> Entry | None:
        if mine is None or other is None:
            left = mine or other
            untouched = was is not None and left is not None and _same(left, was)
            if left is None or (untouched and not self.keeps_removed):
                return None
            return self._unseen(left)
        if _same(mine, other) and element != _HEADER:
            return mine
        values = dict(self._moved(element, was, mine, other))
        if element == _HEADER:
            values["plan_version"] = self.change.plan_version
        return mine.revised(self.change, **values) if values else self._unseen(mine)

    def _unseen(self, entry: Entry) -> Entry:
        """An entry as it is, first read so in the united version: signatures before that end."""
        number = {"plan_version": self.change.plan_version}
        return entry.model_copy(update={"changed": entry.changed.model_copy(update=number)})

    def _moved(
        self, element: str, was: Entry | None, mine: Entry, other: Entry
    ) -> Iterator[tuple[str, Any]]:
        for name in type(mine).model_fields:
            if name in BOOKKEEPING or (element, name) == (_HEADER, "plan_version"):
                continue
            old = getattr(was, name) if was else None
            ours, theirs = getattr(mine, name), getattr(other, name)
            if theirs in (ours, old):
                continue
            if ours == old:
                yield name, theirs
            else:
                self.clashes.append(Clash(element, mine.id, name, old, ours, theirs))


def _by_key(plan: Plan, element: str) -> dict[str, Entry]:
    """Entries by id; where there is only one, it is the same whatever its id."""
    many = ELEMENTS[element].many
    return {entry.id if many else "": entry for entry in plan.entries(element)}


def _same(one: Entry, other: Entry) -> bool:
    """Whether two entries say the same, whoever wrote it when."""
    names = (name for name in type(one).model_fields if name not in BOOKKEEPING)
    return all(getattr(one, name) == getattr(other, name) for name in names)
