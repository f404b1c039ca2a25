"""The algebra as Python: a function of one subject's side of a request about one student."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, singledispatch
from typing import Any

from service.access.algebra import (
    Absent,
    After,
    All,
    AnyOf,
    AtMost,
    Each,
    Either,
    Expr,
    Fact,
    Given,
    Is,
    Not,
    Other,
    RowCondition,
    Some,
    Value,
    Within,
)
from service.access.sources import source

Row = tuple[Any, ...]
Answer = Callable[[str, str], frozenset[str]]
"""The fields of a section that are open to another subject for an action."""
Predicate = Callable[["Side"], bool]
RowPredicate = Callable[[Row, "Side"], bool]


@dataclass(slots=True)
class Side:
    """What is known of one subject and one student: facts, values, and rows by source.

    `others` answers for the other subjects of the request. `memo` keeps what was found, since
    the conditions of many cells ask the same.
    """

    facts: frozenset[str]
    given: Mapping[str, Any]
    rows: Mapping[str, tuple[Row, ...]]
    others: Mapping[str, Answer] = field(default_factory=dict)
    memo: dict[int, bool] = field(default_factory=dict)


@cache
def predicate(expr: Expr) -> Predicate:
    """The expression as a function; the same expression gives the same function."""
    return _predicate(expr)


@singledispatch
def _predicate(expr: Any) -> Predicate:
    raise TypeError(f"no condition: {expr!r}")


@_predicate.register
def _fact(expr: Fact) -> Predicate:
    name = expr.name
    return lambda side: name in side.facts


@_predicate.register
def _other(expr: Other) -> Predicate:
    who, section, action, field_name = expr.who, expr.section, expr.action, expr.field

    def asks(side: Side) -> bool:
        answer = side.others.get(who)
        fields = answer(section, action) if answer is not None else frozenset()
        return field_name in fields if field_name is not None else bool(fields)

    return asks


@_predicate.register
def _not(expr: Not) -> Predicate:
    part = predicate(expr.part)
    return lambda side: not part(side)


@_predicate.register
def _all(expr: All) -> Predicate:
    parts = tuple(predicate(part) for part in expr.parts)

    def holds(side: Side) -> bool:
        for part in parts:  # noqa: SIM110  # a generator would cost three times as much
            if not part(side):
                return False
        return True

    return holds


@_predicate.register
def _any(expr: AnyOf) -> Predicate:
    parts = tuple(predicate(part) for part in expr.parts)

    def holds(side: Side) -> bool:
        for part in parts:  # noqa: SIM110  # as above
            if part(side):
                return True
        return False

    return holds


@_predicate.register
def _some(expr: Some) -> Predicate:
    name = expr.source
    fits = _row(expr.where, source(name).names)
    mark = id(fits)

    def holds(side: Side) -> bool:
        known = side.memo.get(mark)
        if known is None:
            known = any(fits(row, side) for row in side.rows.get(name, ()))
            side.memo[mark] = known
        return known

    return holds


@cache
def row_predicate(name: str, where: RowCondition) -> RowPredicate:
    """A condition on one row of a source."""
    return _row(where, source(name).names)


def _value(value: Value) -> Callable[[Side], Any]:
    if isinstance(value, Given):
        name = value.name
        return lambda side: side.given[name]
    return lambda _: value


def _row(where: RowCondition, names: tuple[str, ...]) -> RowPredicate:
    """A condition on one row, whose cells stand in the order of `names`."""
    if isinstance(where, Fact):
        name = where.name
        return lambda _, side: name in side.facts
    if isinstance(where, Each | Either):
        return _row_parts(where, names)
    at = names.index(where.column)
    if isinstance(where, Absent):
        return lambda row, _: row[at] is None
    if isinstance(where, Within):
        return _row_within(where, at)
    return _row_compared(where, at)


def _row_parts(where: Each | Either, names: tuple[str, ...]) -> RowPredicate:
    parts = tuple(_row(part, names) for part in where.parts)
    if isinstance(where, Each):
        return lambda row, side: all(part(row, side) for part in parts)
    return lambda row, side: any(part(row, side) for part in parts)


def _row_within(where: Within, at: int) -> RowPredicate:
    if isinstance(where.values, Given):
        name = where.values.name
        return lambda row, side: row[at] in side.given.get(name, ())
    values = where.values
    return lambda row, _: row[at] in values


def _row_compared(where: Is | AtMost | After, at: int) -> RowPredicate:
    value = _value(where.value)
    if isinstance(where, Is):
        return lambda row, side: row[at] == value(side)
    if isinstance(where, AtMost):
        return lambda row, side: row[at] is not None and row[at] <= value(side)
    return lambda row, side: row[at] is not None and row[at] > value(side)
