"""The way out: what a table makes of one record of ours, and what it leaves behind.

Every value of ours is accounted for by its place (`identifiers[0].value`): a row carries it, or it
is missed, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.codec.codes import Crossed
from mappings.engine.codec.lists import Cell, Native
from mappings.engine.errors import Unrepresentable
from mappings.engine.fragments import Missed, Written
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Direction, Need, Row, Table, Target
from mappings.engine.paths import (
    Path,
    Step,
    Tree,
    bare,
    is_under,
    leaves,
    read_at,
    resolve,
    shape_of_place,
    write_at,
)
from mappings.engine.reasons import ROUTINE

ABSENT = object()
"""What a value becomes that the other side cannot say."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a record of ours: what was made, and every place that was missed."""

    written: Written | None
    missed: tuple[Missed, ...]


def write(table: Table, ours: Tree, losses: Losses) -> Written | None:
    """What the table makes of a record of ours; None where it does not apply or cannot be whole."""
    if not table.applies(ours):
        return None
    attempt = attempted(table, ours)
    for each in attempt.missed:
        path = shape_of_place(each.place)
        losses.add(LossKey(Side.OURS, table.subject, path, each.reason), each.value)
    return attempt.written


def attempted(table: Table, ours: Tree) -> Attempt:
    """A table tried on a record of ours that it applies to, with a full account."""
    root: Tree = {}
    item: Tree = root if table.is_at_root() else {}
    for constant in table.constants:
        _put(root if constant.target.root else item, constant.target.path, constant.value)
    run = _Write(table, root)
    run.rows(table.rows, ours, item, "")
    failed = run.lacking(table.needs, ours, item, "")
    if failed:
        return Attempt(None, (failed,))
    run.told(ours)
    missed = tuple(run.still_missed())
    done = frozenset(str(row.ours) for row in run.used)
    return Attempt(Written(table, root, item, done, run.carried), missed)


def encoded(table: Table, row: Row, ours: Tree) -> Any:
    """What a row writes of a record of ours, or ABSENT."""
    value = read_at(ours, row.ours)
    if value is None or not all(condition.holds(ours) for condition in row.when):
        return ABSENT
    return encoded_value(table, row, value)


def encoded_value(table: Table, row: Row, value: Any) -> Any:
    """What a row writes of a value, whatever its conditions are, or ABSENT."""
    return _Write(table, {}).encode(row, value, str(row.ours))


@dataclass(slots=True)
class _Write:
    """The way out of one record."""

    table: Table
    root: Tree
    carried: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missed: dict[str, Missed] = field(default_factory=dict)
    one_way: dict[str, Missed] = field(default_factory=dict)
    exact: set[str] = field(default_factory=set)
    used: list[Row] = field(default_factory=list)

    def miss(self, place: str, reason: str, value: Any) -> None:
        """Note what is not carried; the first reason for a place stands."""
        self.missed.setdefault(place, Missed(place, reason, value))

    def rows(self, rows: Iterable[Row], ours: Tree, item: Tree, at: str) -> None:
        for row in rows:
            value = read_at(ours, row.ours)
            if value is not None:
                self.row(row, value, ours, item, f"{at}{row.ours}")

    def row(self, row: Row, value: Any, ours: Tree, item: Tree, place: str) -> None:
        """Write one row, or note why not."""
        unmet = [condition for condition in row.when if not condition.holds(ours)]
        if row.direction is Direction.IN or unmet:
            asked = " and ".join(str(condition) for condition in row.when)
            return self.miss(place, f"only where {asked}" if unmet else row.reason, value)
        written = self.encode(row, value, place)
        if written is ABSENT:
            return None
        for number, target in enumerate(row.targets):
            part = written[number] if row.codec_name == "split" else written
            _put(self.root if target.root else item, target.path, part)
        self._carry(row, place, ours)
        self._blur(row, place, value)
        return None

    def _carry(self, row: Row, place: str, ours: Tree) -> None:
        self.used.append(row)
        theirs = tuple(self._spelled(target) for target in row.targets)
        at = place[: len(place) - len(str(row.ours))]
        for condition in row.when:
            if condition.tells:
                self.carried[f"{at}{condition.path}"] = theirs
                self._return(row, [f"{at}{condition.path}"], read_at(ours, condition.path))
        if row.rows:
            return
        members = [each for each in self.carried if each.startswith(f"{place}[")]
        for each in members or [place]:
            self.carried[each] = theirs
        self._return(row, members or [place], read_at(ours, row.ours))
        if isinstance(row.codec, Native) and row.codec.without:
            self._carry_part(row.codec, place, read_at(ours, row.ours), theirs)

    def _return(self, row: Row | None, places: list[str], value: Any) -> None:
        """Note whether places that were carried are read again, by a row or by the table itself."""
        one_way = row is not None and row.direction is not Direction.BOTH
        if not one_way and self.table.returns:
            self.exact.update(places)
            return
        reason = row.reason if row is not None and one_way else self.table.reason
        told = f"leaves, and is not read back: {reason}"
        for place in places:
            self.one_way.setdefault(place, Missed(place, told, value, blurred=True))

    def _carry_part(self, codec: Native, place: str, value: Any, theirs: tuple[str, ...]) -> None:
        """Of content that leaves some keys behind, carry the rest value by value."""
        self.carried.pop(place, None)
        for each, held in leaves(value, place):
            name = codec.leaves_out(each[len(place) :])
            if name is None:
                self.carried[each] = theirs
            else:
                self.miss(each, ROUTINE.get(name, f"{name} stays with us"), held)

    def _spelled(self, target: Target) -> str:
        at_root = target.root or self.table.is_at_root()
        return f"/{target.path.shape}" if at_root else target.path.shape

    def encode(self, row: Row, value: Any, place: str) -> Any:
        """The value as the row writes it, or ABSENT; members of a list are lost one by one."""
        if row.rows:
            return self._each(row, value, place)
        if isinstance(row.codec, Cell):
            cells = self._members(row.codec.element, value, place)
            return cells if cells is ABSENT else row.codec.join(cells)
        assert row.codec is not None  # noqa: S101 - only `each` has none
        if not row.targets[0].path.many:
            return self._one(row.codec.encode, value, place)
        if row.single:
            one = self._one(row.codec.encode, value, place)
            return one if one is ABSENT else [one]
        return self._members(row.codec.encode, value, place)

    def _one(self, encode: Any, value: Any, place: str) -> Any:
        try:
            return encode(value)
        except Unrepresentable as unfit:
            self.miss(place, unfit.reason, unfit.value)
            return ABSENT

    def _blur(self, row: Row, place: str, value: Any) -> None:
        """Note codes that share their counterpart with a preferred one."""
        codec = row.codec.item if isinstance(row.codec, Cell) else row.codec
        if not isinstance(codec, Crossed) or row.direction is Direction.OUT:
            return  # what is not read back at all is told as that
        members = enumerate(value) if isinstance(value, list) else [(None, value)]
        for number, member in members:
            known = codec.known_as(member)
            at = place if number is None else f"{place}[{number}]"
            if known is not None and known != member and at not in self.missed:
                self.missed[at] = Missed(at, f"reads back as {known}", member, blurred=True)

    def _members(self, encode: Any, values: Any, place: str) -> Any:
        if not isinstance(values, list):
            self.miss(place, "no list", values)
            return ABSENT
        kept = []
        for number, value in enumerate(values):
            one = self._one(encode, value, f"{place}[{number}]")
            if one is not ABSENT:
                kept.append(one)
                self.carried[f"{place}[{number}]"] = ()
        return kept or ABSENT

    def _each(self, row: Row, values: Any, place: str) -> Any:
        if isinstance(values, dict):
            return self._item(row, values, place)
        if not isinstance(values, list):
            self.miss(place, "no list of objects", values)
            return ABSENT
        items = [self._item(row, each, f"{place}[{n}]") for n, each in enumerate(values)]
        kept = [item for item in items if item is not ABSENT]
        return kept or ABSENT

    def _item(self, row: Row, value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            self.miss(place, "no object", value)
            return ABSENT
        inner = _Write(self.table, {})
        item: Tree = {}
        inner.rows(row.rows, value, item, f"{place}.")
        failed = inner.lacking(row.needs, value, item, f"{place}.")
        if failed or not item:
            self.miss(place, failed.reason if failed else "nothing of it can be said", value)
            return ABSENT
        base = f"{self._spelled(row.targets[0])}[]"
        for each, theirs in inner.carried.items():
            self.carried[each] = tuple(f"{base}.{path.lstrip('/')}" for path in theirs)
        for missed in inner.still_missed():
            self.missed.setdefault(missed.place, missed)
        self.exact |= inner.exact
        return item

    def lacking(self, needs: Iterable[Need], ours: Tree, item: Tree, at: str) -> Missed | None:
        """Take away optional objects that lack something; say why the whole cannot be."""
        for need in needs:
            tree = self.root if need.target.root else item
            if need.owner is not None and read_at(tree, need.owner) is None:
                continue
            if any(True for _ in resolve(tree, need.target.path)):
                continue
            missed = self._lack(need, ours, at)
            if need.owner is None:
                return missed
            self._take_away(tree, need, missed.reason)
        return None

    def _lack(self, need: Need, ours: Tree, at: str) -> Missed:
        why = self.missed.get(f"{at}{need.ours}")
        told = f"{need.ours}: {why.reason}" if why else f"{need.ours} is absent"
        lacks = f"{self.table.entity} needs {need.target}; {told}"
        return Missed("", lacks, why.value if why else None)

    def _take_away(self, tree: Tree, need: Need, reason: str) -> None:
        owner = need.owner
        assert owner is not None  # noqa: S101 - asked for an object within
        _remove(tree, owner)
        gone = self._spelled(Target(owner, need.target.root))
        for place, theirs in list(self.carried.items()):
            if any(is_under(bare(each), {bare(gone)}) for each in theirs):
                del self.carried[place]
                if not place.startswith("$"):
                    self.miss(place, reason, None)

    def told(self, ours: Tree) -> None:
        """Account for what the table says without a row: conditions, assumptions, ours only."""
        for condition in self.table.when:
            if condition.tells:
                self.carried[str(condition.path)] = ()
                self._return(None, [str(condition.path)], read_at(ours, condition.path))
        for assumed in self.table.assumed:
            value = read_at(ours, assumed.path)
            if value == assumed.value:
                self.carried[str(assumed.path)] = ()
            elif value is not None:
                self.miss(str(assumed.path), f"read as {assumed.value}: {assumed.reason}", value)
        self._stays(ours)

    def _stays(self, ours: Tree) -> None:
        """Count what stays with us value by value, each under its nearest reason."""
        for text in sorted(self.table.ours_only, key=len, reverse=True):
            for spot, held in reach(ours, bare(text).split(".")):
                for place, value in leaves(held, spot):
                    self.miss(place, self.table.ours_only[text], value)

    def still_missed(self) -> Iterator[Missed]:
        """What is missed for good: no other row carries it."""
        for each in self.missed.values():
            if each.blurred or not is_under(each.place, self.carried):
                yield each
        for each in self.one_way.values():
            if not is_under(each.place, self.exact) and not each.place.startswith("$"):
                yield each


def reach(tree: Any, names: list[str], at: str = "") -> Iterator[tuple[str, Any]]:
    """What stands under plain names, in every item of the lists on the way."""
    if isinstance(tree, list):
        for number, item in enumerate(tree):
            yield from reach(item, names, f"{at}[{number}]")
    elif not names:
        yield at, tree
    elif isinstance(tree, dict) and tree.get(names[0]) is not None:
        yield from reach(tree[names[0]], names[1:], f"{at}.{names[0]}" if at else names[0])


def nearest(path: str, reasons: Mapping[str, str]) -> str | None:
    """The reason under a path or under the nearest path above it."""
    while path:
        if path in reasons:
            return reasons[path]
        path = path.rpartition(".")[0]
    return None


def _remove(tree: Tree, path: Path) -> None:
    """Take an object out of a tree, a picked one out of its list."""
    holder = read_at(tree, Path(path.steps[:-1])) if len(path.steps) > 1 else tree
    last = path.steps[-1]
    if not last.where:
        holder.pop(last.name, None)
        return
    gone = read_at(holder, Path((last,)))
    holder[last.name] = [item for item in holder[last.name] if item is not gone]


def _put(tree: Tree, path: Path, value: Any) -> None:
    """Write a value, or the values of a list one object each."""
    split = next((number for number, step in enumerate(path.steps) if step.every), None)
    if split is None:
        write_at(tree, path, value)
        return
    inner = Path(path.steps[split + 1 :])
    values = value if isinstance(value, list) else [value]
    items = [_wrapped(inner, each) for each in values] if inner.steps else values
    write_at(tree, Path((*path.steps[:split], Step(path.steps[split].name))), items)


def _wrapped(path: Path, value: Any) -> Tree:
    tree: Tree = {}
    _put(tree, path, value)
    return tree
