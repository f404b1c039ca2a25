"""Where the items of a plan go: the objects and lists of its records, each looked up once a plan.

Records under way hold what several tables make. A place is a list that items are added to, or an
object that they are laid over. It lies in another place or is a record, and has a number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mappings.engine.compile_rows import picked
from mappings.engine.compile_source import Unfit
from mappings.engine.model import Table
from mappings.engine.paths import Path, Step, Tree, read_at

Add = Callable[[Any, Tree], None]


@dataclass(slots=True)
class Places:
    """Numbers places: a step from another place, or the record that a table begins."""

    ways: list[tuple[int, Step | None]] = field(default_factory=list)
    _numbers: dict[tuple[int | str, Step | None], int] = field(default_factory=dict)

    def record(self, told: str, begun_by: int) -> int:
        """The number of a record; `told` is what such records have in common."""
        return self._number((told, None), (begun_by, None))

    def within(self, record: int, steps: tuple[Step, ...]) -> int:
        """The number of the place that steps lead to from a record."""
        here = record
        for step in steps:
            here = self._number((here, step), (here, step))
        return here

    def _number(self, key: tuple[int | str, Step | None], way: tuple[int, Step | None]) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.ways)
            self.ways.append(way)
        return self._numbers[key]


def entered(here: Tree, step: Step) -> Any:
    """The object or list at a step, made where it is absent. Raises Unfit within a list."""
    if here.__class__ is not dict:
        raise Unfit
    if step.where:
        return picked(here, step.name, step.where)
    return here.setdefault(step.name, [] if step.every else {})


def adding(table: Table) -> Add:
    """How a table's items get to their place; raises Unfit where they do not fit there."""
    if table.is_at_root() or not table.within.steps[-1].every:
        return lay
    return partial(_append_unique, table.unique) if table.unique else list.append


def _append_unique(unique: tuple[Path, ...], items: list[Tree], item: Tree) -> None:
    mine = [read_at(item, path) for path in unique]
    if any([read_at(other, path) for path in unique] == mine for other in items):
        raise Unfit
    items.append(item)


def lay(record: Tree, more: Tree) -> None:
    """Lay values over a record. Raises Unfit where it says otherwise."""
    for name, value in more.items():
        held = record.setdefault(name, value)
        if held is value or held == value:
            continue
        if held is None:
            record[name] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            lay(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            held.extend(item for item in value if item not in held)
        else:
            raise Unfit
