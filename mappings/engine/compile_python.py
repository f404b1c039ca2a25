"""Mapping tables as straight-line Python: for plans and records by the ten thousand.

Generated code makes records of what fits. At anything else (a value that the other side cannot
say, one that is required and absent, data of another type) it stops, and the interpreter takes
that record. What stays behind of a record that fits depends on which of its fields are filled, not
on their values: the interpreter is asked once for each such pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mappings.engine import interpret
from mappings.engine.compile_patterns import PATTERNS, Looking
from mappings.engine.compile_rows import (
    Finish,
    Maker,
    Trees,
    are_apart,
    condition,
    is_plain,
    new_names,
    telling,
)
from mappings.engine.compile_source import Names, Reader, Scope, Unfit, defined, run_source
from mappings.engine.compile_values import decoding
from mappings.engine.errors import Unrepresentable
from mappings.engine.loss import Losses, LossKey
from mappings.engine.model import Direction, Need, Row, Table
from mappings.engine.paths import Path, Tree, parse_path
from schemas.standards.shape import Shape

UNFIT = (Unfit, Unrepresentable, AttributeError, TypeError, KeyError)
"""What generated code raises where the interpreter has to judge."""

WriteFunction = Callable[[Tree, Losses], Tree | None]
ReadFunction = Callable[[Tree, Losses], Tree | None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table's way out as functions; `source` is their text.

    `item(ours, given)` gives the record, the item within it, or None where the table does not
    apply; `given` holds what `$student` and `$plan` are read from. `root(given)` gives what stands
    at the record's root, where all of it comes from there. `pair` gives root and item.
    """

    table: Table
    source: str
    item: Callable[[Tree, Tree], Tree | None]
    root: Callable[[Tree], Tree] | None
    pair: Callable[[Tree, Tree], tuple[Tree, Tree] | None]


@dataclass(slots=True)
class Pattern:
    """What stays behind of every record with the same fields filled, and how many there were."""

    losses: tuple[tuple[LossKey, int], ...]
    records: int = 0


@dataclass(slots=True)
class Patterns:
    """The patterns met so far. `telling` are the fields whose value is part of a pattern."""

    telling: frozenset[str]
    known: dict[tuple[Any, ...], Pattern] = field(default_factory=dict)
    looking: Looking = field(init=False)

    def __post_init__(self) -> None:
        self.looking = Looking(self.telling)

    def key_of(self, ours: Tree) -> tuple[Any, ...]:
        """The fields of a record that are filled, at any depth; the telling with their values."""
        return self.looking.pattern_of(ours)

    def find(self, ours: Tree, ask: Callable[[Losses], object]) -> Pattern:
        """The pattern of a record; `ask` runs the interpreter on it."""
        key = self.key_of(ours)
        found = self.known.get(key)
        if found is None:
            losses = Losses()
            ask(losses)
            found = self.keep(key, Pattern(tuple((each, losses.counts[each]) for each in losses)))
        return found

    def keep(self, key: tuple[Any, ...], pattern: Pattern) -> Pattern:
        """Remember a pattern. Raises Unfit where there are too many of them."""
        if len(self.known) >= PATTERNS:
            raise Unfit
        self.known[key] = pattern
        return pattern


def compile_table(table: Table, finish: Finish | None = None) -> Compiled:
    """Generate a table's way out for plans; `finish` adds what its standard does to every record.

    There is a `pair` where the root depends on the entry, else an `item`.
    """
    names, given = new_names(), is_given(table)
    whole = not table.is_at_root() and not given
    parts = [_function("pair" if whole else "item", table, names, finish, with_root=whole)]
    if given:
        parts.append(_root(table, names, finish))
    source = "\n\n\n".join(parts)
    space = run_source(source, table.name, names.bound)
    item, pair = space.get("item", _unfit), space.get("pair", _unfit)
    return Compiled(table, source, item, space.get("root"), pair)


def _unfit(ours: Tree, given: Tree) -> Any:
    raise Unfit


def is_given(table: Table) -> bool:
    """Whether all that a table puts at the root comes from the student and the plan's header."""
    return not table.is_at_root() and all(
        all(target.root for target in row.targets)
        and row.ours.steps[0].name.startswith("$")
        and not row.when
        for row in table.rows
        if any(target.root for target in row.targets)
    )


def _function(
    name: str, table: Table, names: Names, finish: Finish | None, *, with_root: bool
) -> str:
    """The source of `pair` (with the rows at the record's root) or `item` (without)."""
    scope = Scope(names)
    apart = not table.is_at_root()
    at_root = tuple(each for each in table.constants if each.target.root and apart)
    within = tuple(each for each in table.constants if not (each.target.root and apart))
    plain = is_plain(table.rows, table.constants)
    item = Trees(scope, "item", within, plain)
    root = Trees(scope, "root", at_root, plain) if apart else item
    for tree in (item, root) if apart and with_root else (item,):
        tree.begin()
    maker = Maker(scope, Reader(scope, "ours", "given"), item, root, finish)
    if asked := condition(table.when, maker.reader):
        scope.line(f"if not ({asked}): return None")
    whole = with_root or not apart
    maker.rows(
        table.rows if whole else _item_rows(table), table.needs if whole else _item_needs(table)
    )
    scope.line(f"return ({'root' if apart else 'item'}, item)" if with_root else "return item")
    return defined(name, "ours, given", scope)


def _item_rows(table: Table) -> tuple[Row, ...]:
    return tuple(row for row in table.rows if not any(target.root for target in row.targets))


def _item_needs(table: Table) -> tuple[Need, ...]:
    return tuple(need for need in table.needs if not need.target.root)


def _root(table: Table, names: Names, finish: Finish | None) -> str:
    """The source of `root`: what is the same for all entries of a plan."""
    scope = Scope(names)
    constants = tuple(each for each in table.constants if each.target.root)
    rows = tuple(row for row in table.rows if row.targets[0].root)
    root = Trees(scope, "root", constants, is_plain(rows, constants))
    root.begin()
    needs = tuple(need for need in table.needs if need.target.root)
    Maker(scope, Reader(scope, "given"), root, root, finish).rows(rows, needs)
    scope.line("return root")
    return defined("root", "given", scope)


def write_function(table: Table) -> WriteFunction:
    """A table's way out: the record that one of ours becomes; losses are counted."""
    names = new_names()
    source = _function("pair", table, names, None, with_root=True)
    pair = run_source(source, table.name, names.bound)["pair"]
    patterns = Patterns(telling(table))

    def write(ours: Tree, losses: Losses) -> Tree | None:
        try:
            made = pair(ours, ours)
            if made is None:
                return None
            pattern = patterns.find(ours, lambda own: interpret.write(table, ours, own))
        except UNFIT:
            return whole(interpret.write(table, ours, losses))
        for key, count in pattern.losses:
            losses.add(key, count=count)
        return whole(interpret.Written(table, *made))

    return write


def whole(written: interpret.Written | None) -> Tree | None:
    """A record that nothing else adds to."""
    if written is None or written.table.is_at_root():
        return written.root if written else None
    record: Tree = {}
    written.into(record)
    return record


@cache
def key_function(shape: Shape) -> Callable[[Tree], tuple[str, ...]]:
    """What tells a record from others, as `plans.key_of` gives it; Unfit where a part is absent."""
    scope = Scope(new_names())
    reader = Reader(scope, "root")
    parts = [reader.value(parse_path(text)) for text in shape.key]
    for part in parts:
        scope.line(f"if {part} is None: raise Unfit")
    told = ", ".join([repr(shape.entity), *(f"str({part})" for part in parts)])
    scope.line(f"return ({told},)")
    space = run_source(defined("key", "root", scope), f"{shape.entity} key", scope.names.bound)
    key: Callable[[Tree], tuple[str, ...]] = space["key"]
    return key


def read_function(table: Table) -> ReadFunction:
    """A table's way in for whole records, without what we held before: our record, or None.

    None stands for a record that is not this table's. A table with lists of objects, or one that
    reads items of a list, is left to the interpreter.
    """
    if not _is_flat(table):
        return _interpreted(table)
    names = new_names()
    source = _reading(table, names)
    function = run_source(source, f"{table.name} in", names.bound)["read"]
    slow = _interpreted(table)

    def read(record: Tree, losses: Losses) -> Tree | None:
        try:
            ours: Tree | None = function(record)
        except UNFIT:
            return slow(record, losses)
        return ours

    return read


def _is_flat(table: Table) -> bool:
    return table.is_at_root() and not any(
        row.rows
        or row.codec_name == "split"
        or row.ours.many
        or any(target.path.many for target in row.targets)
        for row in table.rows
    )


def _interpreted(table: Table) -> ReadFunction:
    def read(record: Tree, losses: Losses) -> Tree | None:
        return next((each.ours for each in interpret.read(table, record, losses)), None)

    return read


def _reading(table: Table, names: Names) -> str:
    scope = Scope(names)
    reader = Reader(scope, "record")
    for constant in table.constants:
        scope.line(f"if {reader.value(constant.target.path)} != {constant.value!r}: return None")
    ours = Trees(scope, "ours", (), are_apart({("", *_names(path)) for path in _told(table)}))
    ours.begin()
    for told in table.when:
        if len(told.values) == 1:
            ours.put(told.path, repr(told.values[0]))
    for row in table.rows:
        if row.direction is not Direction.OUT:
            _read_row(row, scope, reader, ours)
    for assumed in table.assumed:
        place = names.bind("path", assumed.path)
        with scope.block(f"if read_at(ours, {place}) is None:"):
            ours.put(assumed.path, repr(assumed.value))
    scope.line("return ours")
    return defined("read", "record", scope)


def _told(table: Table) -> list[Path]:
    """The paths of ours that reading writes."""
    asked = [*table.when, *(each for row in table.rows for each in row.when)]
    paths = [*(each.path for each in asked), *(each.path for each in table.assumed)]
    return [*(row.ours for row in table.rows), *paths]


def _names(path: Path) -> tuple[str, ...]:
    return tuple(step.name for step in path.steps)


def _read_row(row: Row, scope: Scope, reader: Reader, ours: Trees) -> None:
    value = reader.value(row.targets[0].path)
    with scope.block(f"if {value} is not None:"):
        assert row.codec is not None  # noqa: S101 - only `each` has none
        _tell(row, ours, decoding(row.codec, value, scope))


def _tell(row: Row, ours: Trees, expression: str) -> None:
    ours.put(row.ours, expression)
    for told in row.when:
        if len(told.values) == 1:
            ours.put(told.path, repr(told.values[0]))
