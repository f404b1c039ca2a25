"""The condition algebra. A rule is stated once in these terms and read in two ways.

`predicate.py` turns it into a function of one subject and one student, `clause.py` into SQL over
all students. To mean the same in both, it has no unknowns: a comparison with something absent is
false, and `Not` stands only around conditions, which are always true or false, never around a
comparison within a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Given:
    """A value of the request, such as `now` or `ids`; see `request.py`."""

    name: str


Value = Given | str | bool | date


@dataclass(frozen=True, slots=True)
class Is:
    """The column holds this value."""

    column: str
    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """The column holds one of these values."""

    column: str
    values: Given | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtMost:
    """The column is not after this value."""

    column: str
    value: Value


@dataclass(frozen=True, slots=True)
class After:
    """The column is after this value."""

    column: str
    value: Value


@dataclass(frozen=True, slots=True)
class Absent:
    """The column is empty."""

    column: str


@dataclass(frozen=True, slots=True)
class Each:
    """All of these hold of one row."""

    parts: tuple[RowCondition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these holds of the row."""

    parts: tuple[RowCondition, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known before any student is looked at; see `request.py`."""

    name: str


@dataclass(frozen=True, slots=True)
class Some:
    """The student has at least one row of this source (`sources.py`) that fits."""

    source: str
    where: RowCondition


@dataclass(frozen=True, slots=True)
class Other:
    """Another subject of the request (`party`, `user`) may do this to the same student.

    Where a field is named, it has to be among those that are open to the other.
    """

    who: str
    section: str
    action: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    """All of these hold; nothing in it always holds."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds; nothing in it never holds."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    part: Expr


RowCondition = Is | Within | AtMost | After | Absent | Each | Either | Fact
Expr = Fact | Some | Other | All | AnyOf | Not

ALWAYS = All(())
NEVER = AnyOf(())


def every(*parts: Expr) -> Expr:
    """All of these, without nesting; NEVER where one of them is."""
    flat = tuple(dict.fromkeys(one for part in parts for one in _of(All, part)))
    if NEVER in flat:
        return NEVER
    return flat[0] if len(flat) == 1 else All(flat)


def some_of(*parts: Expr) -> Expr:
    """At least one of these, without nesting; ALWAYS where one of them is."""
    flat = tuple(dict.fromkeys(one for part in parts for one in _of(AnyOf, part)))
    if ALWAYS in flat:
        return ALWAYS
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def negated(part: Expr) -> Expr:
    """The opposite."""
    if isinstance(part, Not):
        return part.part
    if part in (ALWAYS, NEVER):
        return NEVER if part == ALWAYS else ALWAYS
    return Not(part)


def rows(source: str, *where: RowCondition) -> Some:
    """At least one row of a source for which all of these hold."""
    return Some(source, Each(where))


def _of(kind: type[All] | type[AnyOf], part: Expr) -> tuple[Expr, ...]:
    return part.parts if isinstance(part, kind) else (part,)
