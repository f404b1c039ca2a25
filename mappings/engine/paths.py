"""Paths into records: `schoolReference.schoolId`, `races[].code`, `ids[system=SSID].value`.

A step is a name; `[]` after it means every item of a list, `[key=value, ...]` the one item that
has these values. A name that holds a dot or a bracket stands in single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from mappings.engine.errors import MappingTableError

_STEP = re.compile(
    r"(?:'(?P<quoted>[^']+)'|(?P<plain>[^.\[\]']+))"
    r"(?P<selector>\[(?P<inside>[^\]]*)\])?"
    r"(?P<end>\.|$)"
)

_MOST_STEPS = 50

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path. `every` walks a list, `where` picks the item with these values."""

    name: str
    every: bool = False
    where: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        name = f"'{self.name}'" if re.search(r"[.\[\]]", self.name) else self.name
        if self.every:
            return f"{name}[]"
        chosen = ",".join(f"{key}={value}" for key, value in self.where)
        return f"{name}[{chosen}]" if chosen else name


@dataclass(frozen=True, slots=True)
class Path:
    """A path from the root of a record to a value."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return ".".join(str(step) for step in self.steps)

    @property
    def shape(self) -> str:
        """The path as a shape spells it: whatever picks an item reads `[]`."""
        names = (f"{step.name}[]" if step.every or step.where else step.name for step in self.steps)
        return ".".join(names)

    @property
    def many(self) -> bool:
        """Whether the path walks every item of a list."""
        return any(step.every for step in self.steps)

    def __add__(self, other: Path) -> Path:
        return Path(self.steps + other.steps)


ROOT = Path(())


@cache
def parse_path(text: str) -> Path:
    """The path that a text spells. Raises MappingTableError where it spells none."""
    steps, position = [], 0
    while position < len(text) or text.endswith("."):
        match = _STEP.match(text, position)
        if not match or match.end() == position:
            raise MappingTableError(f"{text!r} is no path")
        steps.append(_step(match))
        position = match.end()
        if len(steps) > _MOST_STEPS:
            raise MappingTableError(f"{text[:40]}... leads deeper than {_MOST_STEPS} steps")
        if not match["end"]:
            break
    if not steps:
        raise MappingTableError("an empty path leads nowhere")
    return Path(tuple(steps))


def _step(match: re.Match[str]) -> Step:
    name = match["quoted"] or match["plain"]
    if match["selector"] is None:
        return Step(name)
    if not match["inside"]:
        return Step(name, every=True)
    pairs = tuple(tuple(part.strip().split("=", 1)) for part in match["inside"].split(","))
    if any(len(pair) != 2 for pair in pairs):
        raise MappingTableError(f"{match[0]!r} picks no item: write [key=value]")
    return Step(name, where=tuple((pair[0], pair[1]) for pair in pairs))


def read_at(tree: Tree, path: Path) -> Any:
    """The value at a path without `[]`, or None."""
    here: Any = tree
    for step in path.steps:
        if not isinstance(here, dict):
            return None
        here = here.get(step.name)
        if step.where:
            here = _picked(here, step)
        if here is None:
            return None
    return here


def _picked(items: Any, step: Step) -> Tree | None:
    if not isinstance(items, list):
        return None
    return next((item for item in items if fits(item, step)), None)


def fits(item: Any, step: Step) -> bool:
    """Whether an item of a list has the values that a step asks for."""
    return isinstance(item, dict) and all(item.get(key) == value for key, value in step.where)


def write_at(tree: Tree, path: Path, value: Any) -> None:
    """Put a value at a path without `[]`, making the objects and picked items on the way."""
    here = tree
    for step in path.steps[:-1]:
        here = _entered(here, step)
    here[path.steps[-1].name] = value


def _entered(here: Tree, step: Step) -> Tree:
    if not step.where:
        child: Tree = here.setdefault(step.name, {})
        return child
    items = here.setdefault(step.name, [])
    found = _picked(items, step)
    if found is None:
        found = dict(step.where)
        items.append(found)
    return found


def items_at(tree: Tree, path: Path) -> list[Tree]:
    """The objects that a path ending in a list leads to, an object instead of a list included."""
    here: list[Any] = [tree]
    for step in path.steps:
        here = [child for node in here for child in _children(node, step)]
    return [node for node in here if isinstance(node, dict)]


def _children(node: Any, step: Step) -> list[Any]:
    value = node.get(step.name) if isinstance(node, dict) else None
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [item for item in items if fits(item, step)] if step.where else items


def resolve(
    tree: Any, path: Path, at: str = "", seen: set[str] | None = None
) -> Iterator[tuple[str, Any]]:
    """Every value that a path leads to, each with its place: `races[0].code`.

    An object that stands where the path has a list counts as a list of one. `seen` collects the
    places of the values by which items were picked.
    """
    if not path.steps:
        if tree is not None:
            yield at, tree
        return
    step, rest = path.steps[0], Path(path.steps[1:])
    value = tree.get(step.name) if isinstance(tree, dict) else None
    if value is None:
        return
    here = f"{at}.{step.name}" if at else step.name
    for place, child in _chosen(value, step, here):
        if seen is not None:
            seen.update(f"{place}.{key}" for key, _ in step.where)
        yield from resolve(child, rest, place, seen)


def _chosen(value: Any, step: Step, here: str) -> Iterator[tuple[str, Any]]:
    if not step.every and not step.where:
        yield here, value
    elif not isinstance(value, list):
        if not step.where or fits(value, step):
            yield here, value
    elif step.every:
        yield from ((f"{here}[{number}]", item) for number, item in enumerate(value))
    else:
        found = (number for number, item in enumerate(value) if fits(item, step))
        yield from ((f"{here}[{number}]", value[number]) for number in found)


def leaves(tree: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a record with its place; empty lists and objects hold none."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves(value, f"{place}.{name}" if place else name)
    elif isinstance(tree, list):
        for number, item in enumerate(tree):
            yield from leaves(item, f"{place}[{number}]")
    elif tree is not None:
        yield place, tree


_INDEX = re.compile(r"\[\d+\]")
_EDGE = re.compile(r"[.\[]")


def shape_of_place(place: str) -> str:
    """The path that a shape gives a place: `races[0].code` is `races[].code`."""
    return _INDEX.sub("[]", place)


def bare(path: str) -> str:
    """A path or a place without the marks of lists."""
    return _INDEX.sub("", path).replace("[]", "")


def is_under(place: str, places: Container[str]) -> bool:
    """Whether a place is one of these, or lies below one of them."""
    if place in places:
        return True
    return any(place[: edge.start()] in places for edge in _EDGE.finditer(place))
