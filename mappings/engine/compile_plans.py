"""Whole plans by compiled tables: what `plans.write_plan` gives, for plans by the ten thousand.

A plan all of whose values fit is written by generated code. Any other goes to the interpreter
whole, so that records and losses are its. What stays behind of an entry that fits is asked of the
interpreter once for each pattern of filled fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mappings.engine import plans
from mappings.engine.book import Book
from mappings.engine.compile_patterns import PATTERNS
from mappings.engine.compile_python import (
    UNFIT,
    Compiled,
    Pattern,
    Patterns,
    compile_table,
    key_function,
)
from mappings.engine.compile_rows import picked, telling
from mappings.engine.compile_source import INDENT, Unfit, run_source
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.engine.paths import Path, Step, Tree, is_under, parse_path, read_at, write_at
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

Records = dict[tuple[str, ...], tuple[str, Tree]]
Put = Callable[[Tree], None]
AREAS = frozenset(place.area for place in ELEMENTS.values())


@dataclass(frozen=True, slots=True)
class Carrier:
    """A table that carries entries of an element, compiled, and the key of its records.

    `origin` is a number that carriers have in common whose records have the same root, `shares`
    one of those whose items go below the same object of it.
    """

    compiled: Compiled
    key: Callable[[Tree], tuple[str, ...]]
    origin: int = 0
    shares: int = 0

    @property
    def table(self) -> Table:
        """The table."""
        return self.compiled.table

    def put(self, run: Run, made: Tree) -> None:
        """Add a record of its own, one for each key."""
        key = self.key(made)
        maker = (self.table.name, *key)
        if maker in run.makers:
            raise Unfit
        run.makers.add(maker)
        if key in run.records:
            _lay(run.records[key][1], made)
        else:
            run.records[key] = (self.table.entity, made)

    def put_pair(self, run: Run, made: tuple[Tree, Tree]) -> None:
        """Add an item with its own root."""
        root, item = made
        self._place(run, root)(item)

    def open(self, run: Run) -> Put:
        """Where the items of one plan go: what stands at the root is the same for all of them."""
        assert self.compiled.root is not None  # noqa: S101 - only such carriers are opened
        holder = run.holders.get(self.shares)
        if holder is None:
            record = run.origins.get(self.origin)
            if record is None:
                record = self._record(run, self.compiled.root(run.context))
                run.origins[self.origin] = record
            holder = run.holders[self.shares] = self._below(record)
        return self._put_within(holder)

    def _place(self, run: Run, root: Tree) -> Put:
        return self._put_within(self._below(self._record(run, root)))

    def _record(self, run: Run, root: Tree) -> Tree:
        """The record of this root."""
        key = self.key(root)
        known = run.records.get(key)
        if known is None:
            run.records[key] = (self.table.entity, root)
            return root
        _lay(known[1], root)
        return known[1]

    def _below(self, here: Tree) -> Tree:
        """The object of a record below which items go."""
        for step in self.table.within.steps[:-1]:
            here = _entered(here, step)
        return here

    def _put_within(self, here: Tree) -> Put:
        last = self.table.within.steps[-1]
        if last.every:
            items: list[Tree] = here.setdefault(last.name, [])
            return (
                partial(_put_unique, self.table.unique, items)
                if self.table.unique
                else items.append
            )
        return partial(_lay, _entered(here, last))


def _put_unique(unique: tuple[Path, ...], items: list[Tree], item: Tree) -> None:
    mine = [read_at(item, path) for path in unique]
    if any([read_at(other, path) for path in unique] == mine for other in items):
        raise Unfit
    items.append(item)


def _entered(here: Tree, step: Step) -> Tree:
    if step.every:
        raise Unfit
    if step.where:
        return picked(here, step.name, step.where)
    child: Tree = here.setdefault(step.name, {})
    return child


def _lay(record: Tree, more: Tree) -> None:
    """Lay values over a record. Raises Unfit where it says otherwise."""
    if record.keys().isdisjoint(more):
        record.update(more)
        return
    for name, value in more.items():
        held = record.get(name)
        if held is None:
            record[name] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            _lay(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            held.extend(item for item in value if item not in held)
        elif held != value:
            raise Unfit


@dataclass(slots=True)
class Run:
    """One plan on its way out. `puts` are the carriers' places for items, once opened."""

    writer: PlanWriter
    plan: Tree
    context: Tree
    puts: list[Put | None]
    whole: int
    records: Records = field(default_factory=dict)
    makers: set[tuple[str, ...]] = field(default_factory=set)
    origins: dict[int, Tree] = field(default_factory=dict)
    holders: dict[int, Tree] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)

    def open(self, number: int) -> Put:
        """Open the place where a carrier's items go."""
        put = self.puts[number] = self.writer.carriers[number].open(self)
        return put

    def find(self, subject: str, ours: Tree) -> Pattern:
        """Ask the interpreter what stays behind of an entry like this."""
        return self.writer.ask(subject, ours, self)


Write = Callable[[Iterable[Tree], Run], None]
Calls = list[tuple[str, str, bool, Write]]


@dataclass(slots=True)
class PlanWriter:
    """Writes plans one after the other, and counts what none of their records says.

    `source` is the generated code, `missed` what the interpreter counted, `telling` the fields
    whose value is part of every pattern, since tables of whole plans ask for it.
    """

    book: Book
    switched: frozenset[str] = frozenset()
    carriers: list[Carrier] = field(default_factory=list)
    patterns: dict[str, Patterns] = field(default_factory=dict)
    missed: Losses = field(default_factory=Losses)
    source: str = ""
    telling: frozenset[str] = frozenset()
    _areas: dict[str, list[tuple[str, bool, Write]]] = field(default_factory=dict)
    _calls: dict[tuple[tuple[str, ...], ...], Calls] = field(default_factory=dict)
    _whole: Write | None = None
    looks: dict[str, Path] = field(default_factory=dict)
    _outlines: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _origins: dict[str, int] = field(default_factory=dict)
    _shared: dict[tuple[int, str], int] = field(default_factory=dict)
    _is_compiled: bool = False

    def __post_init__(self) -> None:
        tables = self._open(plans.WHOLE)
        self.looks = {f"/{path}": path for table in tables for path in _told(table)}
        self._is_compiled = not any(
            is_under(place.path, {str(path)})
            for place in ELEMENTS.values()
            for path in self.looks.values()
            if place.many
        )
        told = frozenset(name for table in self.book.tables for name in telling(table))
        looked = {key for key, path in self.looks.items() if path.steps[-1].name in told}
        self.telling = frozenset(looked).union(*(telling(table) for table in tables))
        for name in (plans.WHOLE, *ELEMENTS):
            self._compile(name)

    def _open(self, subject: str) -> list[Table]:
        """The tables of a subject that are not turned off."""
        tables = self.book.of(subject) if subject not in self.book.elements else ()
        return [table for table in tables if not table.switch or table.switch in self.switched]

    def _compile(self, name: str) -> None:
        text, bound = _Subject(self, name, self._open(name)).source()
        self.source += text
        write: Write = run_source(text, name, bound)["write"]
        if name == plans.WHOLE:
            self._whole = write
        else:
            place = ELEMENTS[name]
            self._areas.setdefault(place.area, []).append((place.field, place.many, write))

    def write(self, plan: Tree, context: Mapping[str, Any]) -> list[StandardRecord]:
        """The records that a plan becomes.

        Generated code writes it where entries can be told apart: no table of whole plans takes
        lists of entries.
        """
        if self._is_compiled:
            try:
                return self._written(plan, dict(context))
            except UNFIT:
                pass
        return plans.write_plan(self.book, plan, context, self.missed, self.switched)

    def _written(self, plan: Tree, context: Tree) -> list[StandardRecord]:
        outline = self._outline(plan, context)
        run = Run(self, plan, context, [None] * len(self.carriers), outline)
        assert self._whole is not None  # noqa: S101 - made with the writer
        self._whole([plan], run)
        for area, name, many, write in self._present(plan):
            found = plan[area][name]
            if found is not None:
                write(found if many else (found,), run)
        for pattern in run.patterns:
            pattern.records += 1
        return [StandardRecord(entity, tree) for entity, tree in run.records.values()]

    def _present(self, plan: Tree) -> Calls:
        """What writes the elements that a plan has, in their order; plans are often alike."""
        shape = tuple([(area, *held) for area, held in plan.items() if held.__class__ is dict])
        found = self._calls.get(shape)
        if found is None:
            if len(self._calls) >= PATTERNS:
                self._calls.clear()
            found = self._calls[shape] = [
                (area, name, many, write)
                for area, subjects in self._areas.items()
                for name, many, write in subjects
                if name in (plan.get(area) or ())
            ]
        return found

    def _outline(self, plan: Tree, context: Tree) -> int:
        """What the tables of whole plans see of a plan: the number of its pattern."""
        seen = {key: value for key, value in plan.items() if key not in AREAS}
        whole = {**seen, **context}
        for spelled, path in self.looks.items():
            seen[spelled] = read_at(whole if path.steps[0].name in whole else plan, path)
        outline = self.patterns[plans.WHOLE].key_of(seen)
        return self._outlines.setdefault(outline, len(self._outlines))

    def ask(self, subject: str, ours: Tree, run: Run) -> Pattern:
        """Ask the interpreter what stays behind of an entry in a plan that has only this one."""
        losses = Losses()
        alone = self._alone(subject, ours, run.plan)
        plans.write_plan(self.book, alone, run.context, losses, self.switched)
        told = tuple((key, losses.counts[key]) for key in losses if key.subject == subject)
        patterns = self.patterns[subject]
        own = () if subject == plans.WHOLE else patterns.key_of(ours)
        return patterns.keep((run.whole, own), Pattern(told))

    def _alone(self, subject: str, ours: Tree, plan: Tree) -> Tree:
        alone: Tree = {key: value for key, value in plan.items() if key not in AREAS}
        for path in self.looks.values():
            value = read_at(plan, path)
            if value is not None:
                write_at(alone, path, value)
        if subject != plans.WHOLE:
            place = ELEMENTS[subject]
            alone.setdefault(place.area, {})[place.field] = [ours] if place.many else ours
        return alone

    def shared_by(self, table: Table) -> tuple[int, int]:
        """The numbers of a table's root, and of the object of it below which its items go."""
        rows = [row for row in table.rows if any(target.root for target in row.targets)]
        roots = [(str(row.ours), row.targets, row.codec, row.when) for row in rows]
        constants = [each for each in table.constants if each.target.root]
        told = repr((table.entity, roots, constants))
        origin = self._origins.setdefault(told, len(self._origins))
        below = repr([str(step) for step in table.within.steps[:-1]])
        return origin, self._shared.setdefault((origin, below), len(self._shared))

    def losses(self) -> Losses:
        """What was lost of all plans so far; of what fitted, counts without samples."""
        losses = Losses()
        for key in self.missed:
            losses.absorb(self.missed, key)
        for patterns in self.patterns.values():
            for pattern in patterns.known.values():
                for key, count in pattern.losses if pattern.records else ():
                    losses.add(key, count=count * pattern.records)
        return losses


@dataclass(frozen=True, slots=True)
class _Subject:
    """Generates what writes the entries of one element."""

    writer: PlanWriter
    name: str
    tables: list[Table]

    def source(self) -> tuple[str, dict[str, Any]]:
        """The source of `write(entries, run)`, and the objects that it names."""
        own = frozenset(name for table in self.tables for name in telling(table))
        patterns = self.writer.patterns[self.name] = Patterns(self.writer.telling | own)
        bound: dict[str, Any] = {"key_of": patterns.key_of, "known": patterns.known}
        numbers = [self._carrier(table, bound) for table in self.tables]
        key = "(run.whole, ())" if self.name == plans.WHOLE else "(run.whole, key_of(ours))"
        lines = [
            *(line for number in numbers for line in self._put(number)),
            f"pattern = known.get({key})",
            f"if pattern is None: pattern = run.find({self.name!r}, ours)",
            "run.patterns.append(pattern)",
        ]
        body = "\n".join(INDENT * 2 + line for line in lines)
        head = "def write(entries, run):\n    given, puts = run.context, run.puts\n"
        return f"{head}    for ours in entries:\n{body}\n\n\n", bound

    def _carrier(self, table: Table, bound: dict[str, Any]) -> int:
        """Compile a table and let the source name its functions; the table's number."""
        number = len(self.writer.carriers)
        compiled = compile_table(table)
        key = key_function(self.writer.book.shapes[table.entity])
        carrier = Carrier(compiled, key, *self.writer.shared_by(table))
        self.writer.carriers.append(carrier)
        pairs = compiled.root is None and not table.is_at_root()
        bound[f"make_{number}"] = compiled.pair if pairs else compiled.item
        bound[f"put_{number}"] = carrier.put_pair if pairs else carrier.put
        return number

    def _put(self, number: int) -> Iterator[str]:
        is_given = self.writer.carriers[number].compiled.root is not None
        put = f"(puts[{number}] or run.open({number}))(" if is_given else f"put_{number}(run, "
        yield f"made = make_{number}(ours, given)"
        yield f"if made is not None: {put}made)"


def _told(table: Table) -> Iterator[Path]:
    """What a table of whole plans looks at."""
    yield from (row.ours for row in table.rows)
    yield from (each.path for each in table.when)
    yield from (each.path for each in table.assumed)
    yield from (each.path for row in table.rows for each in row.when)
    for text in table.ours_only:
        yield Path(tuple(Step(step.name) for step in parse_path(text).steps))


def plan_writer(book: Book, switched: frozenset[str] = frozenset()) -> PlanWriter:
    """A writer of plans by a book's tables; `switched` are the carriers that are turned on."""
    return PlanWriter(book, switched)
