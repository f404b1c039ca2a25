"""Whole plans by compiled tables: what `plans.write_plan` gives, for plans by the ten thousand.

A plan all of whose values fit is written by generated code. Any other goes to the interpreter
whole, so that records and losses are its. What stays behind of an entry that fits is asked of the
interpreter once for each pattern of filled fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.engine import plans
from mappings.engine.book import Book
from mappings.engine.compile_patterns import PATTERNS
from mappings.engine.compile_places import Add, Places, adding, entered, lay
from mappings.engine.compile_python import (
    UNFIT,
    Compiled,
    Pattern,
    Patterns,
    compile_table,
    key_function,
)
from mappings.engine.compile_rows import Finish, telling
from mappings.engine.compile_source import INDENT, Unfit, run_source
from mappings.engine.loss import Losses
from mappings.engine.model import WHOLE, Table
from mappings.engine.paths import Path, Step, Tree, is_under, parse_path, read_at, write_at
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

Records = dict[tuple[str, ...], tuple[str, Tree]]
AREAS = frozenset(place.area for place in ELEMENTS.values())


@dataclass(frozen=True, slots=True)
class Carrier:
    """A table that carries entries of an element, compiled.

    `key` is the key of its records, `add` how items get to their place in one.
    """

    compiled: Compiled
    key: Callable[[Tree], tuple[str, ...]]
    add: Add

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
            lay(run.records[key][1], made)
        else:
            run.records[key] = (self.table.entity, made)

    def put_pair(self, run: Run, made: tuple[Tree, Tree]) -> None:
        """Add an item with its own root."""
        root, item = made
        here = self.record(run, root)
        for step in self.table.within.steps:
            here = entered(here, step)
        self.add(here, item)

    def record(self, run: Run, root: Tree) -> Tree:
        """The record of this root."""
        key = self.key(root)
        known = run.records.get(key)
        if known is None:
            run.records[key] = (self.table.entity, root)
            return root
        lay(known[1], root)
        return known[1]


@dataclass(slots=True)
class Run:
    """One plan on its way out; `whole` is the number of its outline.

    `places` are the objects and lists that items go to, by number, as soon as they are reached.
    `vouched`: no table was met that cannot be vouched for.
    """

    writer: PlanWriter
    plan: Tree
    context: Tree
    places: list[Any]
    whole: int
    records: Records
    makers: set[tuple[str, ...]]
    patterns: list[Pattern]
    vouched: bool

    def reach(self, number: int) -> Any:
        """The place with a number: what a record has at its root is the same for all entries."""
        above, step = self.writer.places.ways[number]
        if step is None:
            carrier = self.writer.carriers[above]
            assert carrier.compiled.root is not None  # noqa: S101 - only such begin a record
            place: Any = carrier.record(self, carrier.compiled.root(self.context))
        else:
            place = entered(self.places[above] or self.reach(above), step)
        self.places[number] = place
        return place

    def find(self, subject: str, ours: Tree) -> Pattern:
        """Ask the interpreter what stays behind of an entry like this."""
        return self.writer.ask(subject, ours, self)


Write = Callable[[Iterable[Tree], Run], None]
Calls = list[tuple[str, str, bool, Write]]


@dataclass(slots=True)
class PlanWriter:
    """Writes plans one after the other, and counts what none of their records says.

    `source` is the generated code, `missed` what the interpreter counted, `telling` the fields
    whose value is part of every pattern, since tables of whole plans ask for it. What fits is
    written with its `finish`; what the interpreter writes is not.
    """

    book: Book
    switched: frozenset[str] = frozenset()
    finish: Finish | None = None
    carriers: list[Carrier] = field(default_factory=list)
    patterns: dict[str, Patterns] = field(default_factory=dict)
    missed: Losses = field(default_factory=Losses)
    source: str = ""
    telling: frozenset[str] = frozenset()
    _writes: dict[str, Write] = field(default_factory=dict)
    _calls: dict[tuple[Any, ...], tuple[Calls, bool]] = field(default_factory=dict)
    looks: dict[str, Path] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    _outlines: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _is_compiled: bool = False

    def __post_init__(self) -> None:
        tables = self._open(WHOLE)
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

    def _open(self, subject: str) -> list[Table]:
        """The tables of a subject that are not turned off."""
        tables = self.book.of(subject) if subject not in self.book.elements else ()
        return [table for table in tables if not table.switch or table.switch in self.switched]

    def _write_of(self, name: str) -> Write:
        """What writes the entries of an element; generated when a plan first has one."""
        if name not in self._writes:
            text, bound = _Subject(self, name, self._open(name)).source()
            self.source += text
            self._writes[name] = run_source(text, name, bound)["write"]
        return self._writes[name]

    def write(self, plan: Tree, context: Mapping[str, Any]) -> list[StandardRecord]:
        """The records that a plan becomes."""
        made = self.fitting(plan, dict(context))
        if made is not None:
            return made
        return plans.write_plan(self.book, plan, context, self.missed, self.switched)

    def fitting(self, plan: Tree, context: Tree) -> list[StandardRecord] | None:
        """The records of a plan all of whose values fit; None for any other.

        Generated code writes it where entries can be told apart: no table of whole plans takes
        lists of entries.
        """
        if not self._is_compiled:
            return None
        try:
            return self._written(plan, context)
        except UNFIT:
            return None

    def _written(self, plan: Tree, context: Tree) -> list[StandardRecord]:
        write_whole = self._write_of(WHOLE)
        calls, is_bare = self._present(plan)
        whole = 0 if is_bare else self._outline(plan, context)
        places = [None] * len(self.places.ways)
        run = Run(self, plan, context, places, whole, {}, set(), [], self.finish is not None)
        write_whole((plan,), run)
        for area, name, many, write in calls:
            found = plan[area][name]
            if found is not None:
                write(found if many else (found,), run)
        for pattern in run.patterns:
            pattern.records += 1
        vouched = run.vouched
        return [StandardRecord(entity, tree, "", vouched) for entity, tree in run.records.values()]

    def _present(self, plan: Tree) -> tuple[Calls, bool]:
        """What writes the elements that a plan has, in their order; plans are often alike.

        Also whether tables of whole plans see nothing of it: its outline is number 0.
        """
        shape = tuple(
            [(area, *held) if held.__class__ is dict else area for area, held in plan.items()]
        )
        found = self._calls.get(shape)
        if found is None:
            if len(self._calls) >= PATTERNS:
                self._calls.clear()
            calls = [
                (place.area, place.field, place.many, self._write_of(name))
                for name, place in ELEMENTS.items()
                if place.field in (plan.get(place.area) or ())
            ]
            found = self._calls[shape] = (calls, not self.looks and plan.keys() <= AREAS)
        return found

    def _outline(self, plan: Tree, context: Tree) -> int:
        """What the tables of whole plans see of a plan: the number of its pattern."""
        seen = {key: value for key, value in plan.items() if key not in AREAS}
        whole = {**seen, **context}
        for spelled, path in self.looks.items():
            seen[spelled] = read_at(whole if path.steps[0].name in whole else plan, path)
        outline = self.patterns[WHOLE].key_of(seen)
        return self._outlines.setdefault(outline, len(self._outlines) + 1)

    def ask(self, subject: str, ours: Tree, run: Run) -> Pattern:
        """Ask the interpreter what stays behind of an entry in a plan that has only this one."""
        losses = Losses()
        alone = self._alone(subject, ours, run.plan)
        plans.write_plan(self.book, alone, run.context, losses, self.switched)
        told = tuple((key, losses.counts[key]) for key in losses if key.subject == subject)
        patterns = self.patterns[subject]
        own = () if subject == WHOLE else patterns.key_of(ours)
        return patterns.keep((run.whole, own), Pattern(told))

    def _alone(self, subject: str, ours: Tree, plan: Tree) -> Tree:
        alone: Tree = {key: value for key, value in plan.items() if key not in AREAS}
        for path in self.looks.values():
            value = read_at(plan, path)
            if value is not None:
                write_at(alone, path, value)
        if subject != WHOLE:
            place = ELEMENTS[subject]
            alone.setdefault(place.area, {})[place.field] = [ours] if place.many else ours
        return alone

    def place_of(self, carrier: int) -> int:
        """The number of the place where a carrier's items go, whose root is given."""
        table = self.carriers[carrier].table
        rows = [row for row in table.rows if any(target.root for target in row.targets)]
        roots = [(str(row.ours), row.targets, row.codec, row.when) for row in rows]
        constants = [each for each in table.constants if each.target.root]
        record = self.places.record(repr((table.entity, roots, constants)), carrier)
        return self.places.within(record, table.within.steps)

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
        told = frozenset(name for table in self.tables for name in telling(table))
        patterns = self.writer.patterns[self.name] = Patterns(self.writer.telling | told)
        looking = patterns.looking
        bound = {"known": patterns.known, "looks": looking.looks, "learn": looking.learn}
        numbers = [self._carrier(table, bound) for table in self.tables]
        own = "()" if self.name == WHOLE else "(looks.get(tuple(ours)) or learn(ours))(ours)"
        lines = [
            *(line for number in numbers for line in self._put(number)),
            f"pattern = known.get((run.whole, {own}))",
            f"if pattern is None: pattern = run.find({self.name!r}, ours)",
            "run.patterns.append(pattern)",
        ]
        body = "\n".join(INDENT * 2 + line for line in lines)
        head = "def write(entries, run):\n    given, places = run.context, run.places\n"
        if not self._is_vouched():
            head += f"{INDENT}run.vouched = False\n"
        return f"{head}{INDENT}for ours in entries:\n{body}\n\n\n", bound

    def _is_vouched(self) -> bool:
        finish = self.writer.finish
        return finish is not None and all(map(finish.vouches, self.tables))

    def _carrier(self, table: Table, bound: dict[str, Any]) -> int:
        """Compile a table and let the source name its functions; the table's number."""
        number = len(self.writer.carriers)
        compiled = compile_table(table, self.writer.finish)
        key = key_function(self.writer.book.shapes[table.entity])
        carrier = Carrier(compiled, key, adding(table))
        self.writer.carriers.append(carrier)
        if table.is_at_root():
            bound[f"make_{number}"], bound[f"put_{number}"] = compiled.item, carrier.put
        elif compiled.root is None:
            bound[f"make_{number}"], bound[f"put_{number}"] = compiled.pair, carrier.put_pair
        else:
            bound[f"make_{number}"] = compiled.item
            bound[f"put_{number}"] = carrier.add
        return number

    def _put(self, number: int) -> Iterator[str]:
        carrier = self.writer.carriers[number]
        where = "run"
        if carrier.compiled.root is not None:
            place = self.writer.place_of(number)
            where = f"places[{place}] or run.reach({place})"
        yield f"made = make_{number}(ours, given)"
        yield f"if made is not None: put_{number}({where}, made)"


def _told(table: Table) -> Iterator[Path]:
    """What a table of whole plans looks at."""
    yield from (row.ours for row in table.rows)
    yield from (each.path for each in table.when)
    yield from (each.path for each in table.assumed)
    yield from (each.path for row in table.rows for each in row.when)
    for text in table.ours_only:
        yield Path(tuple(Step(step.name) for step in parse_path(text).steps))


def plan_writer(
    book: Book, switched: frozenset[str] = frozenset(), finish: Finish | None = None
) -> PlanWriter:
    """A writer of plans by a book's tables; `switched` are the carriers that are turned on."""
    return PlanWriter(book, switched, finish)
