"""What we held before a record was read: which values still stand, member by member."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mappings.engine.codec.lists import Cell
from mappings.engine.errors import Unrepresentable
from mappings.engine.model import Row
from mappings.engine.outward import ABSENT
from mappings.engine.paths import Path, Tree, read_at, write_at


def same_values(written: Any, standing: list[Any]) -> bool:
    """Whether what a value is written as, one or several, is what stands there."""
    return standing == (written if isinstance(written, list) else [written])


def still_fits(path: Path, ours: Tree, old: Tree) -> bool:
    """Whether a value may stay: the version of a code goes with the code."""
    if len(path.steps) < 2 or path.steps[-1].name != "version":
        return True
    above = Path(path.steps[:-1])
    now, before = read_at(ours, above), read_at(old, above)
    keys = ("set", "code")
    return isinstance(now, dict) and all(now.get(key) == before.get(key) for key in keys)


def keep_value(row: Row, ours: Tree, old: Tree, held: Any) -> None:
    """Keep what we held at a row, and the fields that tell when the row applies."""
    write_at(ours, row.ours, held)
    for condition in row.when:
        value = read_at(old, condition.path)
        if value is not None and read_at(ours, condition.path) is None:
            write_at(ours, condition.path, value)


def is_reached(path: str, places: Collection[str]) -> bool:
    """Whether a value, or a member of it, was written."""
    return any(place == path or place.startswith((f"{path}.", f"{path}[")) for place in places)


def written_member(row: Row, member: Any) -> Any:
    """What one member of a list is written as; ABSENT where it cannot be."""
    assert row.codec is not None  # noqa: S101 - only `each` has none
    encode = row.codec.element if isinstance(row.codec, Cell) else row.codec.encode
    try:
        return encode(member)
    except Unrepresentable:
        return ABSENT


def key_row(row: Row) -> Row | None:
    """The row of an item's key, where its list has one."""
    return next((each for each in row.rows if row.key and each.ours == row.key), None)


def read_key(row: Row, item: Tree) -> Any:
    """What stands for the key of an item of theirs; ABSENT where the row has no key."""
    keyed = key_row(row)
    return ABSENT if keyed is None else read_at(item, keyed.targets[0].path)


class Olds:
    """Members of a list that we held, each given out once to what it is written as."""

    def __init__(self, held: Any, written: Any) -> None:
        members = held if isinstance(held, list) else []
        self._left = [(written(member), member) for member in members]

    def take(self, standing: Any) -> Any:
        """The first member left that is written so, or None."""
        if standing is ABSENT or standing is None:
            return None
        for number, (written, member) in enumerate(self._left):
            if written is not ABSENT and written == standing:
                del self._left[number]
                return member
        return None

    def unsaid(self) -> list[Any]:
        """The members left that the standard cannot say: nobody has taken them away."""
        return [member for written, member in self._left if written is ABSENT]
