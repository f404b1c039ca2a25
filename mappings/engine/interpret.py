"""Running a table one record at a time, with the best account of what did not fit.

The compiled forms do the same for many records; this form says what they must do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.errors import Unrepresentable
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Condition, Direction, Row, Table, Target
from mappings.engine.paths import Path, Tree, fits, items_at, parse_path, read_at, write_at

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Written:
    """What a table made of one record of ours: values at the root, and the item within it.

    `done` are the paths of ours that it carries.
    """

    table: Table
    root: Tree
    item: Tree
    done: frozenset[str] = frozenset()

    def into(self, record: Tree) -> None:
        """Add it to a record that has the same key; its lists are carried on."""
        combine(record, self.root)
        if self.table.is_at_root():
            return
        *before, last = self.table.within.steps
        here = record
        for step in before:
            here = _enter(here, Path((step,)))
        if last.every:
            here.setdefault(last.name, []).append(self.item)
        else:
            combine(_enter(here, Path((last,))), self.item)


def _enter(here: Tree, path: Path) -> Tree:
    """The object at a path of one step, made where it is absent."""
    step = path.steps[0]
    if not step.where:
        child: Tree = here.setdefault(step.name, {})
        return child
    items = here.setdefault(step.name, [])
    found: Tree | None = next((item for item in items if fits(item, step)), None)
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


def write(table: Table, ours: Tree, losses: Losses) -> Written | None:
    """What the table makes of a record of ours; None where it does not apply or cannot be whole."""
    if not all(condition.holds(ours) for condition in table.when):
        return None
    root: Tree = {}
    item: Tree = root if table.is_at_root() else {}
    run = _Write(table, losses)
    for constant in table.constants:
        write_at(root if constant.target.root else item, constant.target.path, constant.value)
    written = [run.row(row, ours, item, root) for row in table.rows]
    run.left_behind(ours)
    return Written(table, root, item, frozenset(run.done)) if all(written) else None


@dataclass(slots=True)
class _Write:
    """The way out of one record."""

    table: Table
    losses: Losses
    done: set[str] = field(default_factory=set)
    skipped: list[tuple[Row, Any]] = field(default_factory=list)

    def lose(self, path: Path | str, reason: str, value: Any) -> None:
        self.losses.add(LossKey(Side.OURS, self.table.subject, str(path), reason), value)

    def row(self, row: Row, ours: Tree, item: Tree, root: Tree) -> bool:
        """Write one row; False where a value that the other side requires is not there."""
        if row.direction is Direction.IN:
            return True
        value = read_at(ours, row.ours)
        if value is None:
            return not self._is_missed(row, ours)
        if not all(condition.holds(ours) for condition in row.when):
            self.skipped.append((row, value))
            return True
        encoded = self._encoded(row, value, root)
        if encoded is _ABSENT:
            return not row.required
        self.done.add(str(row.ours))
        for number, target in enumerate(row.targets):
            part = encoded[number] if row.codec_name == "split" else encoded
            _put(root if target.root else item, target, part)
        return True

    def _is_missed(self, row: Row, ours: Tree) -> bool:
        missed = row.required and all(condition.holds(ours) for condition in row.when)
        if missed:
            self.lose(row.ours, f"{self.table.entity} needs {row.targets[0]}", None)
        return missed

    def _encoded(self, row: Row, value: Any, root: Tree) -> Any:
        if row.rows:
            return self._each(row, value, root)
        if row.targets[0].path.many:
            return self._members(row, value)
        return self._one(row, value, row.ours)

    def _one(self, row: Row, value: Any, path: Path | str) -> Any:
        assert row.codec is not None  # noqa: S101 - only `each` has none
        try:
            return row.codec.encode(value)
        except Unrepresentable as unfit:
            self.lose(path, unfit.reason, unfit.value)
            return _ABSENT

    def _members(self, row: Row, values: list[Any]) -> Any:
        encoded = [self._one(row, value, f"{row.ours}[]") for value in values]
        kept = [value for value in encoded if value is not _ABSENT]
        return kept or _ABSENT

    def _each(self, row: Row, values: Any, root: Tree) -> Any:
        listed = values if isinstance(values, list) else [values]
        items = []
        for value in listed:
            inner = _Write(self.table, self.losses)
            item: Tree = {}
            written = [inner.row(each, value, item, root) for each in row.rows]
            if all(written):
                items.append(item)
            inner.left_behind(value, f"{row.ours}[].", only_skipped=True)
        return (items if isinstance(values, list) else items[0]) if items else _ABSENT

    def left_behind(self, ours: Tree, prefix: str = "", only_skipped: bool = False) -> None:
        """Count what has no row, or none that applies."""
        for row, value in self.skipped:
            if str(row.ours) not in self.done:
                asked = " and ".join(_told(condition) for condition in row.when)
                self.lose(f"{prefix}{row.ours}", f"only where {asked}", value)
        for text, reason in self.table.ours_only.items() if not only_skipped else ():
            for value in _every(ours, parse_path(text)):
                self.lose(text, reason, value)


def _told(condition: Condition) -> str:
    return f"{condition.path} is {' or '.join(str(value) for value in condition.values)}"


def _every(tree: Any, path: Path) -> Iterator[Any]:
    """Every value at a path that may walk lists."""
    if not path.steps:
        if tree is not None and tree != [] and tree != {}:
            yield tree
        return
    step, rest = path.steps[0], Path(path.steps[1:])
    value = tree.get(step.name) if isinstance(tree, dict) else None
    if step.every and isinstance(value, list):
        for item in value:
            yield from _every(item, rest)
    elif value is not None:
        yield from _every(value, rest)


def _put(tree: Tree, target: Target, value: Any) -> None:
    """Write a value, or the values of a list one object each."""
    steps = target.path.steps
    split = next((number for number, step in enumerate(steps) if step.every), None)
    if split is None:
        write_at(tree, target.path, value)
        return
    inner = Path(steps[split + 1 :])
    items = [_wrapped(inner, each) for each in value] if inner.steps else value
    holder = Path((*steps[:split], type(steps[split])(steps[split].name)))
    write_at(tree, holder, items)


def _wrapped(path: Path, value: Any) -> Tree:
    tree: Tree = {}
    write_at(tree, path, value)
    return tree


@dataclass(frozen=True, slots=True)
class Read:
    """A record of ours as a table reads it, and the object of theirs that it was read from."""

    table: Table
    ours: Tree
    item: Tree


def read(table: Table, record: Tree, losses: Losses, old: Tree | None = None) -> list[Read]:
    """The records of ours that a record of theirs holds.

    With `old`, what we held before, a value of ours that is written as what stands there is kept,
    and so is what the standard cannot say.
    """
    items = [record] if table.is_at_root() else items_at(record, table.within)
    mine = [item for item in items if _is_of(table, item, record)]
    return [Read(table, _Read(table, losses).item(item, record, old), item) for item in mine]


def _is_of(table: Table, item: Tree, root: Tree) -> bool:
    return all(
        read_at(root if constant.target.root else item, constant.target.path) == constant.value
        for constant in table.constants
    )


@dataclass(slots=True)
class _Read:
    """The way in of one record."""

    table: Table
    losses: Losses

    def item(self, item: Tree, root: Tree, old: Tree | None) -> Tree:
        ours = self._kept(old)
        _tell(ours, self.table.when)
        for row in self.table.rows:
            self.row(row, item, root, ours, old)
        for assumed in self.table.assumed:
            if read_at(ours, assumed.path) is None:
                held = read_at(old, assumed.path) if old else None
                write_at(ours, assumed.path, assumed.value if held is None else held)
        return ours

    def _kept(self, old: Tree | None) -> Tree:
        """What the standard cannot say stays as we held it."""
        kept: Tree = {}
        paths = [parse_path(text) for text in self.table.ours_only]
        paths += [row.ours for row in self.table.rows if row.direction is Direction.OUT]
        for path in paths if old else ():
            value = read_at(old or {}, path) if not path.many else None
            if value is not None:
                write_at(kept, path, value)
        return kept

    def row(self, row: Row, item: Tree, root: Tree, ours: Tree, old: Tree | None) -> None:
        if row.direction is Direction.OUT:
            return
        held = read_at(old, row.ours) if old else None
        theirs = _standing(row, item, root)
        value = held if self._says_the_same(row, held, theirs) else self._decoded(row, theirs, held)
        if value is None or value is _ABSENT:
            return
        write_at(ours, row.ours, value)
        _tell(ours, row.when)

    def _says_the_same(self, row: Row, held: Any, theirs: Any) -> bool:
        """Whether what we hold is written as what stands there, or not at all and nothing does."""
        if held is None or row.rows:
            return False
        written = _Write(self.table, Losses())._encoded(row, held, {})
        return bool((None if written is _ABSENT else written) == theirs)

    def _decoded(self, row: Row, theirs: Any, held: Any) -> Any:
        if theirs is None:
            return None
        if row.rows:
            return self._each(row, theirs, held)
        if row.targets[0].path.many:
            values = [self._one(row, value) for value in theirs]
            return [value for value in values if value is not _ABSENT] or None
        return self._one(row, theirs)

    def _one(self, row: Row, value: Any) -> Any:
        assert row.codec is not None  # noqa: S101 - only `each` has none
        try:
            return row.codec.decode(value)
        except Unrepresentable as unfit:
            path = (self.table.within + row.targets[0].path).shape
            key = LossKey(Side.THEIRS, self.table.entity, path, unfit.reason)
            self.losses.add(key, unfit.value)
            return _ABSENT

    def _each(self, row: Row, theirs: Any, held: Any) -> Any:
        items = theirs if isinstance(theirs, list) else [theirs]
        olds = held if isinstance(held, list) else [held] if held else []
        values = [self._member(row, item, olds) for item in items]
        return (values if isinstance(theirs, list) else values[0]) if values else None

    def _member(self, row: Row, item: Tree, olds: list[Tree]) -> Tree:
        plain: Tree = {}
        for each in row.rows:
            self.row(each, item, {}, plain, None)
        old = next((one for one in olds if row.key and _same(one, plain, row.key)), None)
        if old is None:
            return plain
        ours: Tree = {}
        for each in row.rows:
            self.row(each, item, {}, ours, old)
        return ours


def _same(one: Tree, other: Tree, key: Path) -> bool:
    value = read_at(one, key)
    return value is not None and value == read_at(other, key)


def _tell(ours: Tree, conditions: tuple[Condition, ...]) -> None:
    for condition in conditions:
        if len(condition.values) == 1:
            write_at(ours, condition.path, condition.values[0])


def _standing(row: Row, item: Tree, root: Tree) -> Any:
    """What stands where a row reads: one value, the values of a list, or the parts of a split."""
    first = row.targets[0]
    tree = root if first.root else item
    if row.codec_name == "split":
        parts = tuple(read_at(root if each.root else item, each.path) for each in row.targets)
        return None if all(part is None for part in parts) else parts
    if not first.path.many:
        return read_at(tree, first.path)
    found = list(_every(tree, first.path))
    return found or None
