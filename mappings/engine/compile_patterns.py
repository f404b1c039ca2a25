"""Which fields of a record are filled, told quickly: those with the same names are looked at alike.

What stays behind of a record that fits depends on this alone; see `compile_python`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from mappings.engine.compile_source import Names, Scope, defined, run_source
from mappings.engine.paths import Tree
from mappings.engine.reasons import ROUTINE

PATTERNS: Final = 10_000
"""So many patterns of filled fields are remembered; data with more of them is interpreted."""

_DEEP: Final[frozenset[type]] = frozenset({dict, list})
_Look = Callable[[Tree], tuple[Any, ...]]


@dataclass(slots=True)
class Looking:
    """Tells the pattern of records; `telling` are the fields whose value is part of it.

    Bookkeeping is one loss whatever is in it, unless rows look into it.
    """

    telling: frozenset[str]
    _looks: dict[tuple[str, ...], _Look] = field(default_factory=dict)

    def pattern_of(self, tree: Tree) -> tuple[Any, ...]:
        """The names of what is filled, at any depth, with types; the telling ones with values."""
        names = tuple(tree)
        look = self._looks.get(names)
        if look is None:
            if len(self._looks) >= PATTERNS:
                self._looks.clear()
            look = self._looks[names] = self._look(names)
        return look(tree)

    def _look(self, names: tuple[str, ...]) -> _Look:
        """One expression for all records of these names, which themselves are no source."""
        bound = {"names": names, "deep": _DEEP, "part": self._part, "told": self._told}
        scope = Scope(Names(bound))
        values = [f"v{at}" for at in range(len(names))]
        if names:
            scope.line(f"{', '.join(values)}, = tree.values()")
        parts = [self._source(name, value) for name, value in zip(names, values, strict=True)]
        scope.line(f"return ({', '.join(['names', *parts])},)")
        look: _Look = run_source(defined("look", "tree", scope), "pattern", bound)["look"]
        return look

    def _source(self, name: str, value: str) -> str:
        kind = f"{value}.__class__"
        if name in self.telling:
            return f"told({value})"
        if name in ROUTINE:
            return f"{kind} is str or not not {value}"
        return f"part({value}) if {kind} in deep else {kind}"

    def _part(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.pattern_of(value)
        return tuple([self._part(e) if e.__class__ in _DEEP else e.__class__ for e in value])

    def _told(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.pattern_of(value)
        return (
            tuple(map(self._told, value)) if isinstance(value, list) else (value.__class__, value)
        )
