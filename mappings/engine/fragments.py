"""What a table made of one record of ours, and how such fragments become one record of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.model import Table
from mappings.engine.paths import Path, Step, Tree, bare, is_under, read_at


@dataclass(frozen=True, slots=True)
class Missed:
    """A value of ours that a table does not carry; an empty place is the whole record.

    `blurred`: it is carried, yet reads back as another value.
    """

    place: str
    reason: str
    value: Any = None
    blurred: bool = False

    def below(self, prefix: str) -> Missed:
        """The same, seen from a record that holds this one at `prefix`."""
        place = f"{prefix}.{self.place}" if self.place else prefix
        return Missed(place, self.reason, self.value, self.blurred)


@dataclass(frozen=True, slots=True)
class Written:
    """What a table made of one record of ours: values at the root, and the item within it.

    `done` are the paths of ours that it carries; `carried` says of every place of ours where its
    value went, from the record's root (`/`) or within the item.
    """

    table: Table
    root: Tree
    item: Tree
    done: frozenset[str] = frozenset()
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def into(self, record: Tree) -> list[Missed]:
        """Add it to a record that has the same key; what contradicts it there is not added.

        A fragment whose constants or keys are contradicted is missed whole, and not added at all.
        """
        clashes = [f"/{place}" for place in clashing(record, self.root)]
        held = self._item_in(record)
        if held is not None:
            clashes += clashing(held, self.item)
        missed = [self._clashed(clash) for clash in clashes]
        if any(not each for each in missed):
            reason = f"the {self.table.entity} with this key says otherwise"
            return [Missed("", reason)]
        self._add(record)
        return [one for each in missed for one in each]

    def _item_in(self, record: Tree) -> Tree | None:
        """The item of a record that this one would be laid over."""
        steps = self.table.within.steps
        return None if not steps or steps[-1].every else read_at(record, self.table.within)

    def _clashed(self, clash: str) -> list[Missed]:
        reason = f"{clash.lstrip('/')} of the {self.table.entity} with this key says otherwise"
        return [
            Missed(place, reason)
            for place, theirs in self.carried.items()
            if not place.startswith("$")
            and any(
                is_under(bare(each), {bare(clash)}) or is_under(bare(clash), {bare(each)})
                for each in theirs
            )
        ]

    def _add(self, record: Tree) -> None:
        combine(record, self.root)
        if self.table.is_at_root():
            return
        *before, last = self.table.within.steps
        here = record
        for step in before:
            here = _enter(here, step)
        if last.every:
            here.setdefault(last.name, []).append(self.item)
        else:
            combine(_enter(here, last), self.item)


def _enter(here: Tree, step: Step) -> Tree:
    """The object at a step, made where it is absent; `[]` makes an item of its own."""
    if not step.where and not step.every:
        child: Tree = here.setdefault(step.name, {})
        return child
    items = here.setdefault(step.name, [])
    found: Tree | None = None if step.every else read_at(here, Path((step,)))
    if found is None:
        found = dict(step.where)
        items.append(found)
    return found


def combine(record: Tree, more: Tree) -> None:
    """Add the values of one record to another; lists are joined, what stands is kept."""
    for name, value in more.items():
        held = record.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            combine(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            held.extend(item for item in value if item not in held)
        elif held is None:
            record[name] = value


def clashing(record: Tree, more: Tree, at: str = "") -> Iterator[str]:
    """The places of values of `more` that `combine` would not add."""
    for name, value in more.items():
        held, here = record.get(name), f"{at}.{name}" if at else name
        if isinstance(held, dict) and isinstance(value, dict):
            yield from clashing(held, value, here)
        elif held is not None and held != value and not _joined(held, value):
            yield here


def _joined(held: Any, value: Any) -> bool:
    return isinstance(held, list) and isinstance(value, list)
