"""The rows of a table as straight-line Python: what they make of a record all of which fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from mappings.engine.codec.codes import Crossed
from mappings.engine.codec.lists import Cell, Native
from mappings.engine.codec.scalars import Text, Truth
from mappings.engine.compile_source import Names, Reader, Scope, Unfit
from mappings.engine.compile_values import encoding, trying
from mappings.engine.model import Condition, Constant, Direction, Need, Row, Table, Target
from mappings.engine.paths import Path, Step, Tree, fits, read_at, resolve, write_at
from mappings.engine.reasons import ROUTINE


def picked(parent: Tree, name: str, where: tuple[tuple[str, str], ...]) -> Tree:
    """The item of a list with these values, made where it is absent."""
    items: list[Tree] = parent.setdefault(name, [])
    for item in items:
        for key, value in where:
            if item.get(key) != value:
                break
        else:
            return item
    found: Tree = dict(where)
    items.append(found)
    return found


def lacks(tree: Tree, need: Need) -> bool:
    """Whether what a record or an object in it cannot be without is absent."""
    if need.owner is not None and read_at(tree, need.owner) is None:
        return False
    return not any(True for _ in resolve(tree, need.target.path))


@dataclass(slots=True)
class Trees:
    """A record under way: its nested objects are made when first needed, and kept in locals.

    Where one target lies within another (`plain` is false), each is written from the root.
    """

    scope: Scope
    tree: str
    constants: tuple[Constant, ...] = ()
    plain: bool = True
    _nodes: dict[tuple[Step, ...], str] = field(default_factory=dict)
    _standing: dict[tuple[Step, ...], str] = field(default_factory=dict)

    def begin(self) -> None:
        """Start the record with its constants."""
        start: Tree = {}
        for constant in self.constants:
            write_at(start, constant.target.path, constant.value)
            self._stand(start, constant.target.path.steps)
        self.scope.header.append(f"{self.tree} = {start!r}")

    def _stand(self, held: Any, steps: tuple[Step, ...]) -> None:
        """Note where the objects that hold a constant are: these need not be made."""
        for end, step in enumerate(steps[:-1], 1):
            held, way = held[step.name], f"[{step.name!r}]"
            if step.where:
                at = next(n for n, item in enumerate(held) if fits(item, step))
                held, way = held[at], f"{way}[{at}]"
            self._standing[steps[:end]] = way

    def put(self, path: Path, value: str) -> None:
        """Write an expression at a path; a list at a path with `[]` becomes one object an item."""
        steps = path.steps
        split = next((number for number, step in enumerate(steps) if step.every), None)
        if split is not None:
            inner = steps[split + 1 :]
            value = f"[{_wrapped(inner, 'each')} for each in {value}]" if inner else value
            path = Path((*steps[:split], Step(steps[split].name)))
        if not self.plain:
            place = self.scope.names.bind("path", path)
            self.scope.line(f"write_at({self.tree}, {place}, {value})")
            return
        holder = self._node(path.steps[:-1])
        self.scope.line(f"{holder}[{path.steps[-1].name!r}] = {value}")

    def need(self, need: Need) -> None:
        """Leave to the interpreter what lacks something that the standard requires."""
        steps = need.target.path.steps
        if len(steps) == 1 and need.owner is None:
            self.scope.line(f"if {steps[0].name!r} not in {self.tree}: raise Unfit")
            return
        place = self.scope.names.bind("need", need)
        self.scope.line(f"if lacks({self.tree}, {place}): raise Unfit")

    def _node(self, steps: tuple[Step, ...]) -> str:
        if not steps:
            return self.tree
        if steps in self._standing:
            return self._nodes.get(steps) or self._stood(steps)
        if steps not in self._nodes:
            self._nodes[steps] = self.scope.names.fresh("n")
            self.scope.header.append(f"{self._nodes[steps]} = None")
        name = self._nodes[steps]
        with self.scope.block(f"if {name} is None:"):
            parent, last = self._node(steps[:-1]), steps[-1]
            if last.where:
                self.scope.line(f"{name} = {dict(last.where)!r}")
                self.scope.line(f"{parent}.setdefault({last.name!r}, []).append({name})")
            else:
                self.scope.line(f"{name} = {parent}.setdefault({last.name!r}, {{}})")
        return name

    def _stood(self, steps: tuple[Step, ...]) -> str:
        """The local of an object that holds a constant."""
        above, name = self._node(steps[:-1]), self.scope.names.fresh("n")
        self.scope.header.append(f"{name} = {above}{self._standing[steps]}")
        self._nodes[steps] = name
        return name


def _wrapped(steps: tuple[Step, ...], value: str) -> str:
    """An object literal that holds a value at a path."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    inner = _wrapped(rest, value)
    if step.where and rest:
        picks = "".join(f"{key!r}: {held!r}, " for key, held in step.where)
        inner = f"[{{{picks}**{inner}}}]"
    elif step.every:
        inner = f"[{inner}]"
    return f"{{{step.name!r}: {inner}}}"


class Finish(Protocol):
    """What a standard does to every record once its tables have made it, said row by row."""

    def value(self, row: Row, value: str, scope: Scope) -> str:
        """An expression for a value that a row has made and a local holds."""
        ...

    def item(self, row: Row, value: str, scope: Scope) -> Tree:
        """What stands in the items that a row makes of a list, after all that its rows make."""
        ...

    def vouches(self, table: Table) -> bool:
        """Whether whoever writes what a table makes need not look at it once more."""
        ...


@dataclass(slots=True)
class Maker:
    """Emits what makes one object: a record, an item of a list, the part at a record's root."""

    scope: Scope
    reader: Reader
    item: Trees
    root: Trees
    finish: Finish | None = None

    def rows(self, rows: Iterable[Row], needs: Iterable[Need]) -> None:
        """Emit rows, and then the question whether all is there that has to be."""
        rows = tuple(rows)
        for row in rows:
            if row.direction is not Direction.IN:
                self._row(row, is_spare(row, rows))
        for need in needs:
            (self.root if need.target.root else self.item).need(need)

    def _row(self, row: Row, spare: bool) -> None:
        value = self.reader.value(row.ours)
        asked = condition(row.when, self.reader)
        test = f"{value} is not None and {asked}" if asked else f"{value} is not None"
        with self.scope.block(f"if {test}:"):
            unsaid = _unsaid(row)
            if spare:
                self._spare(row, value)
            elif not unsaid:
                self._put(row, self._encoded(row, value))
            else:  # which code it is stands in the pattern, and so does its loss
                with self.scope.block(f"if {value} not in {unsaid!r}:"):
                    self._put(row, self._encoded(row, value))

    def _put(self, row: Row, encoded: str) -> None:
        for number, target in enumerate(row.targets):
            part = f"{encoded}[{number}]" if row.codec_name == "split" else encoded
            (self.root if target.root else self.item).put(target.path, part)

    def _spare(self, row: Row, value: str) -> None:
        """Emit a row that may fail without a loss."""
        assert row.codec is not None  # noqa: S101 - only `each` has none
        encoded = self._local(trying(row.codec, value, self.scope))
        with self.scope.block(f"if {encoded} is not None:"):
            self._put(row, self._finished(row, encoded))

    def _encoded(self, row: Row, value: str) -> str:
        if row.rows:
            return self._each(row, value)
        assert row.codec is not None  # noqa: S101 - only `each` has none
        if isinstance(row.codec, Cell):
            self.scope.line(f"if not {value}: raise Unfit")
        elif row.targets[0].path.many and not row.single:
            return self._members(row, value)
        encoded = self._finished(row, self._local(encoding(row.codec, value, self.scope)))
        return f"[{encoded}]" if row.single else encoded

    def _finished(self, row: Row, value: str) -> str:
        return self.finish.value(row, value, self.scope) if self.finish else value

    def _local(self, expression: str) -> str:
        if expression.isidentifier():
            return expression
        name = self.scope.names.fresh("t")
        self.scope.line(f"{name} = {expression}")
        return name

    def _members(self, row: Row, value: str) -> str:
        assert row.codec is not None  # noqa: S101 - only `each` has none
        made, one = self.scope.names.fresh("t"), self.scope.names.fresh("one")
        self.scope.line(f"if {value}.__class__ is not list or not {value}: raise Unfit")
        self.scope.line(f"{made} = []")
        with self.scope.block(f"for {one} in {value}:"):
            encoded = self._finished(row, self._local(encoding(row.codec, one, self.scope)))
            self.scope.line(f"{made}.append({encoded})")
        return made

    def _each(self, row: Row, value: str) -> str:
        names, listed = self.scope.names, f"{value}.__class__ is list"
        made, one, tree = names.fresh("t"), names.fresh("one"), names.fresh("item")
        inner = Scope(names)
        item = Trees(inner, tree, plain=is_plain(row.rows))
        item.begin()
        Maker(inner, Reader(inner, one), item, item, self.finish).rows(row.rows, row.needs)
        inner.line(f"if not {tree}: raise Unfit")
        added = self.finish.item(row, value, self.scope) if self.finish else {}
        for name, last in added.items():
            inner.line(f"{tree}[{name!r}] = {last!r}")
        inner.line(f"{made}.append({tree})")
        self.scope.line(f"if not {value}: raise Unfit")
        self.scope.line(f"{made} = []")
        self.scope.nested(f"for {one} in ({value} if {listed} else ({value},)):", inner)
        if not row.targets[0].path.many:
            self.scope.line(f"if not {listed}: {made} = {made}[0]")
        return made


def _unsaid(row: Row) -> tuple[str, ...]:
    """The codes that a crosswalk knows to have no counterpart: nothing is written for them."""
    if not isinstance(row.codec, Crossed) or any(target.root for target in row.targets):
        return ()
    codes = row.codec.table
    known = (each.ours for each in codes.rows if each.ours and not each.theirs)
    return tuple(sorted({code for code in known if code not in codes.forward}))


def is_spare(row: Row, rows: Iterable[Row]) -> bool:
    """Whether another row carries the same value whatever it is, so that this one may fail."""
    if row.rows or row.single or len(row.targets) > 1 or row.targets[0].path.many:
        return False
    return any(
        other is not row
        and other.ours == row.ours
        and other.direction is Direction.BOTH
        and not other.when
        and _takes_all(other)
        for other in rows
    )


def _takes_all(row: Row) -> bool:
    codec = row.codec
    if isinstance(codec, Text):
        return codec.max_length is None and codec.min_length is None and not codec.one_line
    return isinstance(codec, Truth)


def condition(asked: tuple[Condition, ...], reader: Reader) -> str:
    """An expression that is true where all conditions hold; empty for none."""
    tests = []
    for each in asked:
        value = reader.value(each.path)
        (only, *others) = each.values
        tests.append(f"{value} in {each.values!r}" if others else f"{value} == {only!r}")
    return " and ".join(tests)


def is_plain(rows: tuple[Row, ...], constants: tuple[Constant, ...] = ()) -> bool:
    """Whether no target lies within another, so that nested objects can be kept in locals."""
    targets = [target for row in rows for target in row.targets]
    names = {_names(target) for target in (*targets, *(each.target for each in constants))}
    return are_apart(names) and not any(_touches(target.path) for target in targets)


def are_apart(paths: set[tuple[str, ...]]) -> bool:
    """Whether none of these paths, as names, is the beginning of another."""
    return not any(path[:end] in paths for path in paths for end in range(1, len(path)))


def _names(target: Target) -> tuple[str, ...]:
    return ("/" if target.root else "", *(step.name for step in target.path.steps))


def _touches(path: Path) -> bool:
    """Whether a path writes a value by which its item is picked."""
    pairs = zip(path.steps, path.steps[1:], strict=False)
    return any(after.name in dict(step.where) for step, after in pairs)


def new_names() -> Names:
    """Names for a piece of generated code, the helpers that it calls among them."""
    names = Names()
    names.bound.update(Unfit=Unfit, lacks=lacks, read_at=read_at, write_at=write_at)
    return names


def telling(table: Table) -> frozenset[str]:
    """Names of fields whose value decides what is carried, and not only that there is one."""
    paths = [*(each.path for each in table.when), *(each.path for each in table.assumed)]
    paths += [each.path for row in _all(table.rows, spares=False) for each in row.when]
    paths += [row.ours for row in _all(table.rows, spares=False) if _is_coarse(row)]
    names = {path.steps[-1].name for path in paths}
    for row in _all(table.rows):
        names |= ROUTINE.keys() & {step.name for step in row.ours.steps}
        names |= ROUTINE.keys() if isinstance(row.codec, Native) else set()
    return frozenset(names)


def _is_coarse(row: Row) -> bool:
    """Whether codes may share a counterpart, so that which code it is decides what is told."""
    codec = row.codec.item if isinstance(row.codec, Cell) else row.codec
    return isinstance(codec, Crossed)


def _all(rows: tuple[Row, ...], spares: bool = True) -> Iterator[Row]:
    """Rows and the rows within them, on request without those that may fail without a loss."""
    for row in rows:
        if spares or not is_spare(row, rows):
            yield row
            yield from _all(row.rows, spares)
