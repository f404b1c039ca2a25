"""The way in: what a table reads in a record of theirs, with what we held before kept.

A value that we hold is kept when writing it gives what stands there. So reading back what was
written changes nothing, also where several values of ours share one of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.codec.lists import Cell
from mappings.engine.errors import Unrepresentable
from mappings.engine.held import (
    Olds,
    is_reached,
    keep_value,
    key_row,
    read_key,
    same_values,
    still_fits,
    written_member,
)
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Condition, Direction, Row, Table, Target
from mappings.engine.outward import ABSENT, attempted, encoded, encoded_value
from mappings.engine.paths import (
    Path,
    Tree,
    bare,
    parse_path,
    read_at,
    resolve,
    shape_of_place,
    write_at,
)


@dataclass(frozen=True, slots=True)
class Read:
    """A record of ours as a table reads it, and the object of theirs that it was read from.

    `place` is where that object stands in the record, `taken` the places that were read or that
    the table knows to be so.
    """

    table: Table
    ours: Tree
    item: Tree
    place: str = ""
    taken: frozenset[str] = frozenset()


def read(table: Table, record: Tree, losses: Losses, old: Tree | None = None) -> list[Read]:
    """The records of ours that a record of theirs holds.

    With `old`, what we held before, a value of ours that is written as what stands there is kept,
    and so is what the standard cannot say.
    """
    return [each for one in sightings(table, record) if (each := one.read(losses, old))]


@dataclass(frozen=True, slots=True)
class Sighting:
    """An object in a record that a table may make something of ours of."""

    table: Table
    root: Tree
    item: Tree
    place: str
    picks: frozenset[str] = frozenset()

    def read(self, losses: Losses, old: Tree | None = None) -> Read | None:
        """What the object says; None where it turns out not to be this table's."""
        own = Losses()
        run = _Read(self.table, own, set(self.picks))
        ours = run.whole(self, old)
        if ours is None:
            return None
        losses.merge(own)
        return Read(self.table, ours, self.item, self.place, frozenset(run.taken))

    def glance(self) -> Tree:
        """What identifies it: the entry's id and what it says of the student and the plan."""
        run = _Read(self.table, Losses(), set())
        rows = [row for row in self.table.rows if _identifies(row)]
        ours: Tree = {}
        run.rows(rows, _Scope(self.item, self.root, self.place, None), ours)
        return ours


def _identifies(row: Row) -> bool:
    first = row.ours.steps[0].name
    return first.startswith("$") or str(row.ours) == "id"


def sightings(table: Table, record: Tree) -> Iterator[Sighting]:
    """The objects in a record that have a table's constants."""
    picks: set[str] = set()
    for place, item in resolve(record, table.within, seen=picks):
        if isinstance(item, dict):
            fixed = _fixed(table, item, record, place)
            if fixed is not None and _is_own(table, item, record):
                yield Sighting(table, record, item, place, frozenset(fixed | picks))


def _is_own(table: Table, item: Tree, root: Tree) -> bool:
    """Whether the rows that decide it can read what stands there."""
    decisive = (row for row in table.rows if row.decisive and row.direction is not Direction.OUT)
    return all(_can_read(row, root if row.targets[0].root else item) for row in decisive)


def _can_read(row: Row, tree: Tree) -> bool:
    assert row.codec is not None  # noqa: S101 - only `each` has none
    standing = read_at(tree, row.targets[0].path)
    try:
        return standing is not None and row.codec.decode(standing) is not None
    except Unrepresentable:
        return False


def _fixed(table: Table, item: Tree, root: Tree, place: str) -> set[str] | None:
    """The places of a table's constants; None where something else stands there."""
    found: set[str] = set()
    for constant in table.constants:
        target = constant.target
        at = "" if target.root else place
        standing = list(resolve(root if target.root else item, target.path, at, found))
        same = [spot for spot, value in standing if value == constant.value]
        if not same:
            return None
        found.update(same)
    return found


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where rows of one level read: an item of theirs, its record, and what we held before."""

    item: Tree
    root: Tree
    at: str
    old: Tree | None

    def standing(self, target: Target, seen: set[str]) -> list[tuple[str, Any]]:
        tree, at = (self.root, "") if target.root else (self.item, self.at)
        return list(resolve(tree, target.path, at, seen))


@dataclass(slots=True)
class _Read:
    """The way in of one record."""

    table: Table
    losses: Losses
    taken: set[str] = field(default_factory=set)
    stem: str = ""

    def lose(self, place: str, reason: str, value: Any) -> None:
        key = LossKey(Side.THEIRS, self.table.entity, shape_of_place(place), reason)
        self.losses.add(key, value)

    def whole(self, sighting: Sighting, old: Tree | None) -> Tree | None:
        """The record of ours; None where it has a value that this table is not for."""
        ours: Tree = {}
        scope = _Scope(sighting.item, sighting.root, sighting.place, old)
        self.rows(self.table.rows, scope, ours)
        if any(_contradicts(condition, ours) for condition in self.table.when):
            return None
        for condition in self.table.when:
            _tell(condition, ours, old)
        self._said_again(scope, ours)
        if old:
            self._keep(ours, old)
        for assumed in self.table.assumed:
            if read_at(ours, assumed.path) is None:
                held = read_at(old, assumed.path) if old else assumed.value
                if held is not None:
                    write_at(ours, assumed.path, held)
        return ours

    def rows(self, rows: Iterable[Row], scope: _Scope, ours: Tree) -> None:
        """Read rows into a record of ours; what stands nowhere may be kept from before."""
        rows = list(rows)
        for row in rows:
            if row.direction is not Direction.OUT:
                self._row(row, scope, ours)
        if scope.old:
            self._keep_unsaid(rows, scope.old, ours)

    def _keep_unsaid(self, rows: list[Row], old: Tree, ours: Tree) -> None:
        """Keep what stands nowhere because it was not written: nobody has taken it away."""
        gone = [row for row in rows if read_at(ours, row.ours) is None]
        missing = [(row, held) for row in gone if (held := read_at(old, row.ours)) is not None]
        carried = self._carried(old, ours) if missing and not self.stem else None
        for row, held in missing:
            fallen = carried is not None and not is_reached(str(row.ours), carried)
            if fallen or not any(_would_write(self.table, each, row.ours, old) for each in rows):
                keep_value(row, ours, old, held)

    def _carried(self, old: Tree, ours: Tree) -> Collection[str] | None:
        """The places of the old record that were written; None where that cannot be told."""
        context = {name: value for name, value in ours.items() if name.startswith("$")}
        whole = {**context, **old}
        written = attempted(self.table, whole).written if self.table.applies(whole) else None
        return None if written is None else written.carried.keys()

    def _said_again(self, scope: _Scope, ours: Tree) -> None:
        """Take what rows that only go out have written of values that other rows have read."""
        for row in self.table.rows:
            if row.direction is not Direction.OUT or row.rows or row.codec_name == "split":
                continue
            written = encoded(self.table, row, ours)
            for target in row.targets if written is not ABSENT else ():
                seen: set[str] = set()
                found = scope.standing(target, seen)
                if found and same_values(written, [value for _, value in found]):
                    self.taken |= seen | {place for place, _ in found}

    def _row(self, row: Row, scope: _Scope, ours: Tree) -> None:
        held = read_at(scope.old, row.ours) if scope.old else None
        standing, places = self._standing(row, scope)
        if standing is None:
            return
        same = held is not None and encoded(self.table, row, scope.old or {}) == standing
        value = held if same else self._value(row, standing, places, held)
        if same and row.rows:  # their places have to be taken all the same
            self._value(row, standing, places, held)
        if value is None or value is ABSENT:
            return
        known = read_at(ours, row.ours)
        if known is not None and known != value:
            self.lose(places[0], "says otherwise than what was read already", standing)
            return
        write_at(ours, row.ours, value)
        for condition in row.when:
            _tell(condition, ours, scope.old if same else None)

    def _standing(self, row: Row, scope: _Scope) -> tuple[Any, list[str]]:
        """What stands where a row reads, and where: a value, a list, or the parts of a split."""
        found = [scope.standing(target, self.taken) for target in row.targets]
        if not row.rows:
            self.taken.update(place for each in found for place, _ in each)
        if row.codec_name == "split":
            parts = tuple(each[0][1] if each else None for each in found)
            empty = all(part is None for part in parts)
            return (None if empty else parts), [place for each in found for place, _ in each]
        first, *others = found
        self._compare(first, [each for other in others for each in other])
        if row.targets[0].path.many:
            values = [value for _, value in first]
            return values or None, [place for place, _ in first]
        return (first[0][1], [first[0][0]]) if first else (None, [])

    def _compare(self, first: list[tuple[str, Any]], others: list[tuple[str, Any]]) -> None:
        said = [value for _, value in first]
        for place, value in others:
            if value not in said:
                self.lose(place, "another property is the one that is read", value)

    def _value(self, row: Row, standing: Any, places: list[str], held: Any) -> Any:
        if row.rows:
            return self._each(row, standing, places[0], held)
        if isinstance(row.codec, Cell):
            cells = row.codec.elements(standing)
            return self._members(row, cells, places * len(cells), held)
        if not row.targets[0].path.many:
            return self._one(row, standing, places[0])
        if not row.single:
            return self._members(row, standing, places, held)
        for place, value in zip(places[1:], standing[1:], strict=True):
            self.lose(place, "we hold one value", value)
        return self._one(row, standing[0], places[0])

    def _one(self, row: Row, value: Any, place: str) -> Any:
        codec = row.codec.item if isinstance(row.codec, Cell) else row.codec
        assert codec is not None  # noqa: S101 - only `each` has none
        try:
            return codec.decode(value)
        except Unrepresentable as unfit:
            self.lose(place, unfit.reason, unfit.value)
            return ABSENT

    def _members(self, row: Row, standing: list[Any], places: list[str], held: Any) -> Any:
        """A list, member by member: what we held and writes so is kept, what says nothing stays."""
        olds = Olds(held, lambda member: written_member(row, member))
        values = [
            known if (known := olds.take(value)) is not None else self._one(row, value, place)
            for value, place in zip(standing, places, strict=True)
        ]
        return [value for value in [*values, *olds.unsaid()] if value is not ABSENT] or None

    def _each(self, row: Row, standing: Any, at: str, held: Any) -> Any:
        if isinstance(standing, dict):
            old = held if isinstance(held, dict) else None
            return self._member(row, standing, at, old) or None
        if not isinstance(standing, list):
            return None  # a value where objects belong is left over, and told as that
        olds = Olds(held, lambda member: self._key(row, member))
        values = [
            self._member(row, item, f"{at}[{number}]", olds.take(read_key(row, item)))
            for number, item in enumerate(standing)
            if isinstance(item, dict)
        ]
        return [value for value in [*values, *olds.unsaid()] if value] or None

    def _key(self, row: Row, member: Any) -> Any:
        """What the key of an item of ours is written as; ABSENT for one that is not written."""
        whole = encoded_value(self.table, row, [member])
        keyed = key_row(row)
        if whole is ABSENT or keyed is None or not isinstance(member, dict):
            return ABSENT if whole is ABSENT else None
        return encoded(self.table, keyed, member)

    def _member(self, row: Row, item: Tree, at: str, old: Tree | None) -> Tree:
        ours: Tree = {}
        before, self.stem = self.stem, f"{self.stem}{bare(str(row.ours))}."
        self.rows(row.rows, _Scope(item, {}, at, old), ours)
        if old:
            self._keep(ours, old)
        self.stem = before
        return ours

    def _keep(self, ours: Tree, old: Tree) -> None:
        """What the standard cannot say stays as we held it."""
        for text in self.table.ours_only:
            stays = bare(text)
            if not stays.startswith(self.stem) or stays.startswith("$"):
                continue
            path = parse_path(stays.removeprefix(self.stem))
            held = read_at(old, path)
            if held is None:
                continue
            if read_at(ours, path) is None and still_fits(path, ours, old):
                write_at(ours, path, held)


def _would_write(table: Table, row: Row, path: Path, old: Tree) -> bool:
    """Whether a row that is read as well would have written what we held."""
    both = row.ours == path and row.direction is Direction.BOTH
    return both and encoded(table, row, old) is not ABSENT


def _contradicts(condition: Condition, ours: Tree) -> bool:
    value = read_at(ours, condition.path)
    return value is not None and value not in condition.values


def _tell(condition: Condition, ours: Tree, old: Tree | None) -> None:
    held = read_at(old, condition.path) if old else None
    if condition.tells:
        write_at(ours, condition.path, condition.values[0])
    elif held in condition.values and read_at(ours, condition.path) is None:
        write_at(ours, condition.path, held)
