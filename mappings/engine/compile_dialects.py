"""JSON in SQL: the words of SQLite and of PostgreSQL for the few things that a mapping does.

A place is where a value of ours stands: a path in a document, or an element of a list. Every
expression is SQL text; literals are quoted here and nowhere else.
"""

# ruff: noqa: S608 - expressions are put together here from tables of ours; every text is quoted

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What Python takes off the ends of a text."""


def literal(text: str) -> str:
    """A text as SQL spells it. Raises ValueError for one that no database holds."""
    if "\0" in text:
        raise ValueError("a NUL character cannot stand in SQL")
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its kind (of JSON), the value as SQL has it, and as JSON."""

    kind: str
    text: str
    json: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object; one that does not count does not make an object by itself."""

    name: str
    value: str
    counts: bool = True


class Dialect(Protocol):
    """One database's words. Expressions named `text` are SQL text; each of all may be NULL."""

    string: str
    number: str

    def document(self, expression: str) -> Place:
        """A whole document, by a column or an expression."""
        ...

    def at(self, place: Place, names: tuple[str, ...]) -> Place:
        """The value under plain names."""
        ...

    def truth(self, place: Place) -> str:
        """`true` or `false` as text."""
        ...

    def quoted(self, text: str) -> str:
        """Text as JSON."""
        ...

    def whole(self, number: str) -> str:
        """A whole number as JSON."""
        ...

    def constant(self, value: Any) -> str:
        """A value that a table states, as JSON."""
        ...

    def matches(self, text: str, digits: str) -> str:
        """Whether a text has a form, where 0 stands for a digit; `*` before it for any start."""
        ...

    def is_decimal(self, text: str) -> str: ...

    def elements(self, place: Place) -> tuple[str, Place, str]:
        """What to select from for the elements of a list, an element, and what orders them."""
        ...

    def joined(self, select: str, order: str) -> str:
        """The column `v` of a selection, joined by commas."""
        ...

    def array(self, select: str, order: str) -> str:
        """The column `v` of a selection as a JSON list; NULL for an empty one."""
        ...

    def object(self, members: Iterable[Member], having: str, empty: bool) -> str:
        """An object of the members that are not NULL; NULL for an empty one unless `empty`."""
        ...


def _union(members: Iterable[Member]) -> str:
    rows = [
        f"SELECT {literal(each.name)} AS k, {each.value} AS v, {int(each.counts)} AS c"
        for each in members
    ]
    return " UNION ALL ".join(rows)


class Sqlite:
    """SQLite with its JSON functions; JSON is text."""

    string = "text"
    number = "integer"

    def __init__(self) -> None:
        self._numbers = count()

    def document(self, expression: str) -> Place:
        return Place(f"json_type({expression})", f"json_extract({expression}, '$')", expression)

    def at(self, place: Place, names: tuple[str, ...]) -> Place:
        if any('"' in name or "\\" in name for name in names):
            raise ValueError("a quote in a name has no place in a path")
        path = literal("$" + "".join(f'."{name}"' for name in names))
        kind, text = f"json_type({place.json}, {path})", f"json_extract({place.json}, {path})"
        return Place(kind, text, f"({place.json} -> {path})")

    def truth(self, place: Place) -> str:
        return f"CASE WHEN {place.kind} IN ('true', 'false') THEN {place.kind} END"

    def quoted(self, text: str) -> str:
        return f"(SELECT json_quote(q) FROM (SELECT {text} AS q) WHERE q IS NOT NULL)"

    def whole(self, number: str) -> str:
        return f"CAST({number} AS TEXT)"

    def constant(self, value: Any) -> str:
        return literal(json.dumps(value, ensure_ascii=False))

    def matches(self, text: str, digits: str) -> str:
        return f"{text} GLOB {literal(digits.replace('0', '[0-9]').replace('±', '[+-]'))}"

    def is_decimal(self, text: str) -> str:
        return f"{text} GLOB '*[0-9]*' AND {text} NOT GLOB '*[^-+.0-9]*'"

    def elements(self, place: Place) -> tuple[str, Place, str]:
        name = f"e{next(self._numbers)}"
        listed = f"CASE WHEN {place.kind} = 'array' THEN {place.json} ELSE '[]' END"
        element = Place(f"{name}.type", f"{name}.value", f"{name}.value")
        return f"json_each({listed}) AS {name}", element, f"{name}.key"

    def joined(self, select: str, order: str) -> str:
        return f"(SELECT group_concat(v, ',') FROM ({select} ORDER BY {order}))"

    def array(self, select: str, order: str) -> str:
        ordered = f"{select} ORDER BY {order}" if order else select
        return (
            f"(SELECT NULLIF(json_group_array(json(v)), '[]') FROM ({ordered}) WHERE v IS NOT NULL)"
        )

    def object(self, members: Iterable[Member], having: str, empty: bool) -> str:
        made = "json_group_object(k, json(v))"
        made = made if empty else f"NULLIF({made}, '{{}}')"
        return f"(SELECT {made} FROM ({_union(members)}) WHERE v IS NOT NULL{having})"


class Postgresql:
    """PostgreSQL with `jsonb`."""

    string = "string"
    number = "number"

    def __init__(self) -> None:
        self._numbers = count()

    def document(self, expression: str) -> Place:
        return self._place(expression)

    def at(self, place: Place, names: tuple[str, ...]) -> Place:
        steps = "".join(f" -> {literal(name)}" for name in names)
        return self._place(f"({place.json}{steps})")

    @staticmethod
    def _place(expression: str) -> Place:
        # `->` of what is no object is NULL, `#>> '{}'` is a scalar's text.
        return Place(f"jsonb_typeof({expression})", f"({expression} #>> '{{}}')", expression)

    def truth(self, place: Place) -> str:
        return f"CASE WHEN {place.kind} = 'boolean' THEN {place.text} END"

    def quoted(self, text: str) -> str:
        return f"to_jsonb(({text})::text)"

    def whole(self, number: str) -> str:
        return f"to_jsonb({number})"

    def constant(self, value: Any) -> str:
        return literal(json.dumps(value, ensure_ascii=False)) + "::jsonb"

    def matches(self, text: str, digits: str) -> str:
        form = digits.replace("0", "[0-9]").replace("±", "[+-]")
        return f"{text} ~ {literal(f'{form[1:]}$' if form.startswith('*') else f'^{form}$')}"

    def is_decimal(self, text: str) -> str:
        return f"{text} ~ '^[+-]?[0-9]+([.][0-9]+)?$'"

    def elements(self, place: Place) -> tuple[str, Place, str]:
        name = f"e{next(self._numbers)}"
        listed = f"CASE WHEN {place.kind} = 'array' THEN {place.json} ELSE '[]'::jsonb END"
        source = f"jsonb_array_elements({listed}) WITH ORDINALITY AS {name}(value, number)"
        return source, self._place(f"{name}.value"), f"{name}.number"

    def joined(self, select: str, order: str) -> str:
        return f"(SELECT string_agg(v, ',') FROM ({select} ORDER BY {order}) AS j)"

    def array(self, select: str, order: str) -> str:
        ordered = f"{select} ORDER BY {order}" if order else select
        return f"(SELECT jsonb_agg(v) FROM ({ordered}) AS a WHERE v IS NOT NULL)"

    def object(self, members: Iterable[Member], having: str, empty: bool) -> str:
        made = "jsonb_object_agg(k, v)"
        made = f"COALESCE({made}, '{{}}'::jsonb)" if empty else made
        return f"(SELECT {made} FROM ({_union(members)}) AS m WHERE v IS NOT NULL{having})"


def trimmed(text: str, dialect: Dialect) -> str:
    """A text without the blanks at its ends, as Python takes them off."""
    function = "trim" if isinstance(dialect, Sqlite) else "btrim"
    return f"{function}({text}, {literal(_BLANKS)})"
