"""The algebra as SQL: a clause over any column that holds a student's id.

Facts are known before, so they fold away; what remains are `IN (SELECT ...)`, which both
databases answer from an index or hash once, whatever the number of students.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import sqlalchemy as sa

from service.access.algebra import (
    ALWAYS,
    NEVER,
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
    every,
    negated,
    some_of,
)
from service.access.sources import Source, source

Clause = sa.ColumnElement[bool]
Translate = Callable[[str, str, sa.ColumnElement[Any], str | None], Clause]
"""The clause for a section, an action, a column of student ids and perhaps one field."""


@dataclass(frozen=True)
class Frame:
    """What a clause is made for: the district, one subject's facts and values, the others.

    `empty` names sources that are known to hold nothing for any of them.
    """

    tenant: str
    facts: frozenset[str]
    given: Mapping[str, Any]
    others: Mapping[str, Translate] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()


def folded(expr: Expr, frame: Frame) -> Expr:
    """The expression without what the facts settle."""
    if isinstance(expr, Fact):
        return ALWAYS if expr.name in frame.facts else NEVER
    if isinstance(expr, Some):
        return NEVER if expr.source in frame.empty else expr
    if isinstance(expr, Other):
        return expr if expr.who in frame.others else NEVER
    if isinstance(expr, Not):
        return negated(folded(expr.part, frame))
    join = every if isinstance(expr, All) else some_of
    return join(*(folded(part, frame) for part in expr.parts))


def clause(expr: Expr, student_id: sa.ColumnElement[Any], frame: Frame) -> Clause:
    """The expression over the students whose ids a column holds."""
    return _clause(folded(expr, frame), student_id, frame)


@singledispatch
def _clause(expr: Any, _student_id: sa.ColumnElement[Any], _frame: Frame) -> Clause:
    raise TypeError(f"no condition: {expr!r}")


@_clause.register
def _other(expr: Other, student_id: sa.ColumnElement[Any], frame: Frame) -> Clause:
    return frame.others[expr.who](expr.section, expr.action, student_id, expr.field)


@_clause.register
def _not(expr: Not, student_id: sa.ColumnElement[Any], frame: Frame) -> Clause:
    return sa.not_(_clause(expr.part, student_id, frame))


@_clause.register
def _all(expr: All, student_id: sa.ColumnElement[Any], frame: Frame) -> Clause:
    return sa.and_(sa.true(), *(_clause(part, student_id, frame) for part in expr.parts))


@_clause.register
def _any(expr: AnyOf, student_id: sa.ColumnElement[Any], frame: Frame) -> Clause:
    return sa.or_(sa.false(), *(_clause(part, student_id, frame) for part in expr.parts))


@_clause.register
def _some(expr: Some, student_id: sa.ColumnElement[Any], frame: Frame) -> Clause:
    of = source(expr.source)
    query = of.select("student_id").where(
        of.columns["tenant"] == frame.tenant, _row(expr.where, of, frame)
    )
    # Without this, a subquery that names a table of the query around it would lose its own.
    return student_id.in_(query.correlate(None))


def _row(where: RowCondition, of: Source, frame: Frame) -> Clause:
    if isinstance(where, Fact):
        return sa.true() if where.name in frame.facts else sa.false()
    if isinstance(where, Each):
        return sa.and_(sa.true(), *(_row(part, of, frame) for part in where.parts))
    if isinstance(where, Either):
        return sa.or_(sa.false(), *(_row(part, of, frame) for part in where.parts))
    column = of.columns[where.column]
    if isinstance(where, Absent):
        empty: Clause = column.is_(None)
        return empty
    if isinstance(where, Within):
        values = where.values
        listed = frame.given.get(values.name, ()) if isinstance(values, Given) else values
        one_of: Clause = column.in_(sorted(listed))
        return one_of
    return _compared(where, column, frame)


def _compared(where: Is | AtMost | After, column: sa.ColumnElement[Any], frame: Frame) -> Clause:
    value = _value(where.value, frame)
    if isinstance(where, Is):
        # A flag is compared as such: SQLite knows no true, and an index wants a plain term.
        flag: Clause = column.is_(value) if isinstance(value, bool) else column == value
        return flag
    order: Clause = column <= value if isinstance(where, AtMost) else column > value
    return order


def _value(value: Value, frame: Frame) -> Any:
    return frame.given[value.name] if isinstance(value, Given) else value
