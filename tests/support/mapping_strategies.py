"""Records to try a table with: drawn from our models, bent to the edges of the rows' codecs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import singledispatch
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from support.ilp_plans import plans, records

from mappings.engine.codec import Codec
from mappings.engine.codec.codes import Crossed, Verbatim
from mappings.engine.codec.fixed import Flag
from mappings.engine.codec.lists import Cell, Native, Split
from mappings.engine.codec.named import Grade, UserIds
from mappings.engine.codec.scalars import Day, Exact, Integer, Moment, Text, Truth
from mappings.engine.coverage import covered, told_paths
from mappings.engine.model import Row, Table
from mappings.engine.paths import Tree, bare, leaves, read_at, write_at
from mappings.engine.reasons import ROUTINE
from schemas.codes.grades import GRADE_LEVELS
from schemas.gradebook.entities import ENTITIES as GRADEBOOK
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.roster.entities import ENTITIES as ROSTER

Drawn = st.SearchStrategy[Any]

EDGES = ("x", "é", "名前", 'say "no"', "a, b", "two words", "a/b", "one\ntwo", "#", "C#", "'")
_ALIKE = st.sampled_from(EDGES)


def texts(longest: int | None = None, shortest: int | None = None) -> Drawn:
    """Texts about as long as the other side takes, and those that are awkward to write."""
    most, least = min(longest or 40, 400), shortest or 1
    sizes = [size for size in (least - 1, least, most - 1, most, most + 1) if size > 0]
    return st.one_of(_ALIKE, st.sampled_from(sizes).map(lambda size: "w" * size))


@singledispatch
def values(codec: Codec) -> Drawn:
    """Values of ours that a codec meets, those that it refuses among them."""
    return texts()


@values.register
def _(codec: Text) -> Drawn:
    return texts(codec.max_length, codec.min_length)


@values.register
def _(codec: Verbatim) -> Drawn:
    return texts(codec.max_length or codec.longest)


@values.register
def _(codec: Crossed) -> Drawn:
    known = sorted(codec.table.forward)
    coarse = [code for code in known if codec.known_as(code) != code]
    lone = sorted({row.ours for row in codec.table.rows if row.relation == "none" and row.ours})
    return st.one_of(*(st.sampled_from(each) for each in (known, coarse, lone) if each))


@values.register
def _(codec: Integer) -> Drawn:
    low = int(codec.minimum) if codec.minimum is not None else 0
    high = int(codec.maximum) if codec.maximum is not None else 10**6
    return st.sampled_from([low, high, low - 1, high + 1, 7])


@values.register
def _(codec: Exact) -> Drawn:
    return st.sampled_from(["0", "0.5", "2.50", "100", "12.125", "99999.99"])


@values.register
def _(codec: Truth) -> Drawn:
    return st.booleans()


@values.register
def _(codec: Day) -> Drawn:
    return st.sampled_from(["2026-02-28", "2024-02-29", "1999-12-31"])


@values.register
def _(codec: Moment) -> Drawn:
    return st.sampled_from(["2026-08-15T10:00:00Z", "2026-01-01T00:00:00.250000Z"])


@values.register
def _(codec: Grade) -> Drawn:
    return st.sampled_from(sorted(GRADE_LEVELS))


@values.register
def _(codec: Split) -> Drawn:
    return st.sampled_from(["Ada Ash", "Ada Maria Ash", "Ada", "A/B é, C"])


@values.register
def _(codec: Cell) -> Drawn:
    return st.lists(values(codec.item), min_size=1, max_size=3)


@values.register
def _(codec: UserIds) -> Drawn:
    item = st.fixed_dictionaries(dict.fromkeys(codec.names, _ALIKE))
    return st.lists(item, min_size=1, max_size=2)


@values.register
def _(codec: Native) -> Drawn:
    return st.just(None)


@values.register
def _(codec: Flag) -> Drawn:
    return st.sampled_from([term for term in (codec.true, codec.false) if term is not None])


def row_values(row: Row) -> Drawn:
    """Values for a row; None where its own model draws them better."""
    if row.rows or row.codec is None:
        return st.none()
    one = values(row.codec)
    many = row.targets[0].path.many and not row.single and not isinstance(row.codec, Cell)
    return st.lists(one, min_size=1, max_size=3) if many else one


def _model(subject: str) -> type[BaseModel] | None:
    if subject in ELEMENTS:
        return ELEMENTS[subject].model
    return Plan if subject == "plan" else ROSTER.get(subject) or GRADEBOOK.get(subject)


def _base(subject: str) -> Drawn:
    """Valid records of a subject in their JSON form; for a view, records of nothing yet."""
    model = _model(subject)
    if model is None:
        return st.builds(dict)
    drawn = plans() if model is Plan else records(model)
    return drawn.map(lambda record: record.model_dump(mode="json", exclude_defaults=True))


def _accepts(subject: str) -> Callable[[Tree], bool]:
    model = _model(subject)
    if model is None:
        return lambda tree: True
    known = model

    def accepts(tree: Tree) -> bool:
        own = {name: value for name, value in tree.items() if not name.startswith("$")}
        try:
            return _json(known.model_validate(own)) == own
        except ValidationError:
            return False

    return accepts


def _json(record: BaseModel) -> Tree:
    return record.model_dump(mode="json", exclude_defaults=True)


@st.composite
def subjects(draw: st.DrawFn, table: Table) -> Tree:
    """A record of ours for a table: what the table speaks of, and nothing else."""
    ours = draw(_base(table.subject))
    accepts = _accepts(table.subject)
    for condition in table.when:
        write_at(ours, condition.path, draw(st.sampled_from(condition.values)))
    for row in table.rows:
        if str(row.ours).startswith("$"):
            write_at(ours, row.ours, draw(row_values(row)))
    for row in table.rows:
        if not str(row.ours).startswith("$") and draw(st.booleans()):
            _bend(draw, ours, row, accepts)
    return spoken_of(table, ours)


def _bend(draw: st.DrawFn, ours: Tree, row: Row, accepts: Callable[[Tree], bool]) -> None:
    """Put an edge of the row's codec into a record, unless our model refuses it."""
    for holder, inner in _places(ours, row):
        value = draw(row_values(inner))
        if value is None:
            continue
        before = copy.deepcopy(holder)
        for condition in inner.when:
            write_at(holder, condition.path, draw(st.sampled_from(condition.values)))
        write_at(holder, inner.ours, value)
        if not accepts(ours):
            holder.clear()
            holder.update(before)


def _places(holder: Tree, row: Row) -> Iterator[tuple[Tree, Row]]:
    """Where the values of a row stand: the record, or the items of a list."""
    if not row.rows:
        yield holder, row
        return
    held = read_at(holder, row.ours)
    for item in held if isinstance(held, list) else [held] if isinstance(held, dict) else []:
        for inner in row.rows:
            yield from _places(item, inner)


def spoken_of(table: Table, ours: Tree) -> Tree:
    """A record without what the table says nothing of: other tables, or nobody, carry that."""
    told = set(told_paths(table))
    kept = copy.deepcopy(ours)
    for place, _ in list(leaves(ours)):
        path = bare(place)
        if path.split(".")[0] in ROUTINE or not covered(path, told):
            _forget(kept, place)
    return _pruned(kept) or {}


def _forget(tree: Any, place: str) -> None:
    names = place.replace("[", ".[").split(".")
    for name in names[:-1]:
        tree = tree[int(name[1:-1])] if name.startswith("[") else tree[name]
    last = names[-1]
    if last.startswith("["):
        tree[int(last[1:-1])] = None
    else:
        del tree[last]


def _pruned(value: Any) -> Any:
    """The value without empty objects and lists; None for nothing."""
    if isinstance(value, dict):
        kept = {name: _pruned(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None} or None
    if isinstance(value, list):
        return [each for item in value if (each := _pruned(item)) is not None] or None
    return value
