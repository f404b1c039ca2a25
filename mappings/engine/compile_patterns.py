"""Which fields of a record are filled, told quickly: those with the same names are looked at alike.

What stays behind of a record that fits depends on this alone; see `compile_python`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from mappings.engine.compile_source import Names, Scope, defined, run_source
from mappings.engine.paths import Tree
from mappings.engine.reasons import ROUTINE

PATTERNS: Final = 10_000
"""So many patterns of filled fields are remembered; data with more of them is interpreted."""

Look = Callable[[Tree], tuple[Any, ...]]


@dataclass(slots=True)
class Looking:
    """Tells the pattern of records; `telling` are the fields whose value is part of it.

    Bookkeeping is one loss whatever is in it, unless rows look into it.
    """

    telling: frozenset[str]
    looks: dict[tuple[str, ...], Look] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def pattern_of(self, tree: Tree) -> tuple[Any, ...]:
        """A number for the names that are filled, and the type of each; the telling with values."""
        return (self.looks.get(tuple(tree)) or self.learn(tree))(tree)

    def learn(self, tree: Tree) -> Look:
        """How records with the names of this one are looked at, from now on in `looks`."""
        if len(self.looks) >= PATTERNS:
            self.looks.clear()
        names = tuple(tree)
        look = self.looks[names] = self._look(names)
        return look

    def _look(self, names: tuple[str, ...]) -> Look:
        """One expression for all records of these names, which themselves are no source."""
        bound = {"part": self._part, "told": self._told}
        scope = Scope(Names(bound))
        values = [f"v{at}" for at in range(len(names))]
        if names:
            scope.line(f"{', '.join(values)}, = tree.values()")
        parts = [self._source(name, value) for name, value in zip(names, values, strict=True)]
        scope.line(f"return ({', '.join([str(next(self._numbers)), *parts])},)")
        look: Look = run_source(defined("look", "tree", scope), "pattern", bound)["look"]
        return look

    def _source(self, name: str, value: str) -> str:
        """Most values are text, which needs no further question."""
        if name in self.telling:
            return f"{value} if {value}.__class__ is str else told({value})"
        if name in ROUTINE:
            return f"{value}.__class__ is str or not not {value}"
        return f"str if {value}.__class__ is str else part({value})"

    def _part(self, value: Any) -> Any:
        if value.__class__ is dict:
            return self.pattern_of(value)
        return tuple(map(self._part, value)) if value.__class__ is list else value.__class__

    def _told(self, value: Any) -> Any:
        if value.__class__ is dict:
            return self.pattern_of(value)
        return (
            tuple(map(self._told, value)) if value.__class__ is list else (value.__class__, value)
        )
