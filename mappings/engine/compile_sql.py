"""A table's way out as SQL: from a column of our records' JSON to the standard's JSON.

What does not fit is NULL and left out, what lacks something required is NULL whole: lists are shown
as the interpreter would write them, without its account of losses. Values are taken as our models
type them: a date is not looked up in the calendar again. `split`, `fingerprint`, content
of which parts stay behind, and paths that pick items of ours have no form in SQL.
"""

# ruff: noqa: S608 - expressions are put together here from tables of ours; every text is quoted

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Literal

from mappings.engine.codec.base import Codec
from mappings.engine.codec.codes import Crossed, Verbatim
from mappings.engine.codec.fixed import Always, Flag, SchoolYear
from mappings.engine.codec.lists import Cell, Items, Native
from mappings.engine.codec.named import Grade, UserIds
from mappings.engine.codec.scalars import Day, Exact, Integer, Moment, Text, Truth
from mappings.engine.compile_dialects import (
    Dialect,
    Member,
    Place,
    Postgresql,
    Sqlite,
    literal,
    trimmed,
)
from mappings.engine.compile_tree import (
    Branch,
    Filler,
    Leaf,
    NotInForm,
    item_tree,
    tree_of,
)
from mappings.engine.model import Condition, Row, Table
from mappings.engine.paths import Path, Step

DialectName = Literal["sqlite", "postgresql"]
_DIALECTS: dict[DialectName, Callable[[], Dialect]] = {"sqlite": Sqlite, "postgresql": Postgresql}


_SQLITE_DEPTH = 14
"""SQLite's parser has a stack of 100 entries, and a level of ours takes six or seven of them."""


class NotInSql(NotInForm):
    """A table, or one of its rows, has no form in SQL; the row and its codec are named."""


def sql_object(table: Table, document: str, dialect: DialectName) -> str:
    """An SQL expression for the standard's record of one of ours, NULL where there is none.

    `document` is an expression of ours for the JSON document (a column's name): text in SQLite,
    `jsonb` in PostgreSQL. A table that makes items gives a record with its one item. Raises
    NotInSql naming the row and codec that has no form.
    """
    try:
        form = _Form(_DIALECTS[dialect]())
        place = form.dialect.document(document)
        made = form.branch(tree_of(table), place)
        asked = form.holds(table.when, place)
    except (NotInForm, ValueError) as unsaid:
        raise NotInSql(f"{table.name}: {unsaid}") from None
    expression = f"CASE WHEN {asked} THEN {made} END" if asked else made
    if dialect == "sqlite" and (depth := _depth(expression)) > _SQLITE_DEPTH:
        raise NotInSql(f"{table.name}: nested {depth} deep, more than SQLite's parser can hold")
    return expression


def _depth(expression: str) -> int:
    """How deep parentheses are nested, those in quotes left out."""
    deepest = depth = 0
    for mark in re.sub(r"'[^']*'", "", expression):
        depth += (mark == "(") - (mark == ")")
        deepest = max(deepest, depth)
    return deepest


@dataclass(frozen=True, slots=True)
class _Form:
    """Builds expressions in one dialect; all of them are JSON, or NULL for nothing."""

    dialect: Dialect

    def branch(self, branch: Branch, place: Place) -> str:
        """An object, within a list of one where it is listed."""
        members = [
            Member(key, self.dialect.constant(value), counts=False) for key, value in branch.picks
        ]
        for name, held in branch.members.items():
            members.append(Member(name, self._held(held, place)))
        if not members:
            return self.dialect.constant({}) if branch.stands else "NULL"
        return self.dialect.object(members, _having(branch), branch.stands)

    def _held(self, held: list[Leaf | Branch], place: Place) -> str:
        (first, *_) = held
        if isinstance(first, Leaf):
            made = [self._filled(filler, place) for filler in reversed(first.fillers)]
            return made[0] if len(made) == 1 else f"COALESCE({', '.join(made)})"
        branches = [self.branch(each, place) for each in held if isinstance(each, Branch)]
        if not first.listed:
            return branches[0]
        select = " UNION ALL ".join(f"SELECT {each} AS v" for each in branches)
        return self.dialect.array(select, "")

    def _filled(self, filler: Filler, place: Place) -> str:
        if filler.row is None:
            assert filler.constant is not None  # noqa: S101 - it is one or the other
            return self.dialect.constant(filler.constant.value)
        row = filler.row
        if row.codec_name == "split":
            raise NotInSql(f"rows.{row.ours}: `split` has no form in SQL")
        try:
            made = self._row(filler, row, self.dialect.at(place, _names(row.ours)))
            asked = self.holds(row.when, place)
        except NotInForm as unsaid:
            raise NotInSql(f"rows.{row.ours}: {unsaid}") from None
        return f"CASE WHEN {asked} THEN {made} END" if asked else made

    def _row(self, filler: Filler, row: Row, place: Place) -> str:
        if row.rows:
            return self._each(filler, row, place)
        assert row.codec is not None  # noqa: S101 - only `each` has none
        codec = row.codec
        if not filler.many:
            return encoded(codec, place, self.dialect)
        if row.single:
            one = self._wrapped(filler.inner, encoded(codec, place, self.dialect))
            return self.dialect.array(f"SELECT {one} AS v", "")
        return self._members(filler, place, lambda each: encoded(codec, each, self.dialect))

    def _members(self, filler: Filler, place: Place, made: Callable[[Place], str]) -> str:
        source, element, order = self.dialect.elements(place)
        wrapped = self._wrapped(filler.inner, made(element))
        return self.dialect.array(f"SELECT {wrapped} AS v FROM {source}", order)

    def _each(self, filler: Filler, row: Row, place: Place) -> str:
        item = item_tree(row)
        listed = self._members(filler, place, lambda each: self.branch(item, each))
        single = self._wrapped(filler.inner, self.branch(item, place))
        if filler.many:
            single = self.dialect.array(f"SELECT {single} AS v", "")
        return f"CASE {place.kind} WHEN 'array' THEN {listed} WHEN 'object' THEN {single} END"

    def _wrapped(self, steps: tuple[Step, ...], value: str) -> str:
        if not steps:
            return value
        inner = self._wrapped(steps[1:], value)
        if steps[0].where or steps[0].every:
            raise NotInSql("a list within a list has no form in SQL")
        return self.dialect.object([Member(steps[0].name, inner)], "", empty=False)

    def holds(self, conditions: tuple[Condition, ...], place: Place) -> str:
        """Whether all conditions hold; empty for none."""
        return " AND ".join(self._holds(each, place) for each in conditions)

    def _holds(self, condition: Condition, place: Place) -> str:
        here = self.dialect.at(place, _names(condition.path))
        if all(isinstance(value, str) for value in condition.values):
            told = ", ".join(literal(value) for value in condition.values)
            return f"({here.kind} = {literal(self.dialect.string)} AND {here.text} IN ({told}))"
        if all(isinstance(value, bool) for value in condition.values):
            told = ", ".join(literal(str(value).lower()) for value in condition.values)
            return f"({self.dialect.truth(here)} IN ({told}))"
        raise NotInSql(f"a condition on {condition.path} that is neither text nor truth")


def _names(path: Path) -> tuple[str, ...]:
    if any(step.where or step.every for step in path.steps):
        raise NotInSql(f"{path} picks items of ours")
    return tuple(step.name for step in path.steps)


def _having(branch: Branch) -> str:
    """What an object needs to be one: something that counts, and all that is required."""
    asked = [] if branch.stands or not branch.picks else ["SUM(c) > 0"]
    told = (literal(name) for name in sorted(branch.needs))
    asked += [f"SUM(CASE WHEN k = {name} THEN 1 ELSE 0 END) > 0" for name in told]
    return f" HAVING {' AND '.join(asked)}" if asked else ""


@singledispatch
def encoded(codec: Codec, place: Place, dialect: Dialect) -> str:
    """What a codec makes of the value at a place, as JSON; NULL where it does not fit."""
    raise NotInSql(f"{type(codec).__name__.lower()} has no form in SQL")


def _string(place: Place, dialect: Dialect) -> str:
    return f"CASE WHEN {place.kind} = {literal(dialect.string)} THEN {place.text} END"


def _text(place: Place, dialect: Dialect, tests: list[str], made: str | None = None) -> str:
    """A text that passes all tests, as JSON; `made` is what is written of it."""
    asked = " AND ".join([f"{place.kind} = {literal(dialect.string)}", *tests])
    return dialect.quoted(f"CASE WHEN {asked} THEN {made or place.text} END")


@encoded.register
def _(codec: Text, place: Place, dialect: Dialect) -> str:
    tests = []
    if codec.max_length is not None:
        tests.append(f"length({place.text}) <= {codec.max_length}")
    if codec.min_length is not None:
        tests.append(f"length({place.text}) >= {codec.min_length}")
    if codec.one_line:
        ends = f"replace(replace({place.text}, {_char(10, dialect)}, ''), {_char(13, dialect)}, '')"
        tests.append(f"{place.text} = {ends}")
    return _text(place, dialect, tests)


def _char(code: int, dialect: Dialect) -> str:
    return f"char({code})" if isinstance(dialect, Sqlite) else f"chr({code})"


@encoded.register
def _(codec: Grade, place: Place, dialect: Dialect) -> str:
    return _text(place, dialect, [])


@encoded.register
def _(codec: Verbatim, place: Place, dialect: Dialect) -> str:
    room = [codec.max_length, codec.longest and codec.longest - len(codec.before)]
    tests = [f"length({place.text}) <= {most}" for most in room if most is not None]
    made = f"{literal(codec.before)} || {place.text}"
    return _text(place, dialect, [f"{place.text} <> ''", *tests], made)


@encoded.register
def _(codec: Crossed, place: Place, dialect: Dialect) -> str:
    pairs = [(ours, codec.encode(ours)) for ours in codec.table.forward]
    if not pairs:
        return "NULL"
    whens = " ".join(f"WHEN {literal(ours)} THEN {literal(theirs)}" for ours, theirs in pairs)
    return dialect.quoted(f"CASE {_string(place, dialect)} {whens} END")


@encoded.register
def _(codec: Integer, place: Place, dialect: Dialect) -> str:
    tests = [f"{place.kind} = {literal(dialect.number)}", dialect.matches(place.text, "*0")]
    number = place.text if isinstance(dialect, Sqlite) else f"{place.text}::numeric"
    if codec.minimum is not None:
        tests.append(f"{number} >= {codec.minimum!r}")
    if codec.maximum is not None:
        tests.append(f"{number} <= {codec.maximum!r}")
    asked = " AND ".join(tests)
    if codec.wire == "text":
        return dialect.quoted(f"CASE WHEN {asked} THEN CAST({place.text} AS TEXT) END")
    return f"CASE WHEN {asked} THEN {place.json} END"


@encoded.register
def _(codec: Exact, place: Place, dialect: Dialect) -> str:
    number = f"CAST({place.text} AS {'REAL' if isinstance(dialect, Sqlite) else 'numeric'})"
    bounds = []
    if codec.minimum is not None:
        bounds.append(f"{number} >= {codec.minimum!r}")
    if codec.maximum is not None:
        bounds.append(f"{number} <= {codec.maximum!r}")
    kinds = f"({literal(dialect.string)}, {literal(dialect.number)})"
    decimal = f"{place.kind} IN {kinds} AND {dialect.is_decimal(place.text)}"
    text = f"CAST({place.text} AS TEXT)"
    inner = f"CASE WHEN {' AND '.join(bounds)} THEN {text} END" if bounds else text
    return dialect.quoted(f"CASE WHEN {decimal} THEN {inner} END")


@encoded.register
def _(codec: Truth, place: Place, dialect: Dialect) -> str:
    told = dialect.truth(place)
    if codec.wire == "text":
        return dialect.quoted(told)
    return f"CASE WHEN ({told}) IS NOT NULL THEN {place.json} END"


@encoded.register
def _(codec: Day, place: Place, dialect: Dialect) -> str:
    made = f"{place.text} || {literal(codec.at)}" if codec.at else place.text
    return _text(place, dialect, [dialect.matches(place.text, "0000-00-00")], made)


@encoded.register
def _(codec: SchoolYear, place: Place, dialect: Dialect) -> str:
    day = (
        f"{place.kind} = {literal(dialect.string)} AND {dialect.matches(place.text, '0000-00-00')}"
        f" AND {place.text} < '9999-07'"
    )
    turned = f"CASE WHEN substr({place.text}, 6, 2) >= '07' THEN 1 ELSE 0 END"
    year = f"CAST(substr({place.text}, 1, 4) AS INTEGER) + {turned}"
    return f"CASE WHEN {day} THEN {dialect.whole(year)} END"


@encoded.register
def _(codec: Moment, place: Place, dialect: Dialect) -> str:
    zoned = [dialect.matches(place.text, form) for form in ("*Z", "*±00:00")]
    return _text(place, dialect, [f"({' OR '.join(zoned)})"])


@encoded.register
def _(codec: Native, place: Place, dialect: Dialect) -> str:
    if codec.text or codec.without:
        raise NotInSql("native content as text, or without parts, has no form in SQL")
    return f"CASE WHEN {place.kind} <> 'null' THEN {place.json} END"


@encoded.register
def _(codec: Always, place: Place, dialect: Dialect) -> str:
    return f"CASE WHEN {place.kind} <> 'null' THEN {dialect.constant(codec.value)} END"


@encoded.register
def _(codec: Flag, place: Place, dialect: Dialect) -> str:
    whens = [
        f"WHEN {_is(place, ours, dialect)} THEN {dialect.constant(theirs)}"
        for ours, theirs in ((codec.true, codec.says_true), (codec.false, codec.says_false))
        if ours is not None
    ]
    return f"CASE {' '.join(whens)} END"


def _is(place: Place, value: object, dialect: Dialect) -> str:
    if isinstance(value, bool):
        return f"{dialect.truth(place)} = {literal(str(value).lower())}"
    if isinstance(value, str):
        return f"{_string(place, dialect)} = {literal(value)}"
    raise NotInSql("a flag of another type than text or truth has no form in SQL")


@encoded.register
def _(codec: Cell, place: Place, dialect: Dialect) -> str:
    source, element, order = dialect.elements(place)
    if not isinstance(codec.item, (Text, Grade)):
        raise NotInSql(f"a list of {type(codec.item).__name__.lower()} has no form in SQL")
    tests = [
        f"{element.kind} = {literal(dialect.string)}",
        f"{element.text} <> ''",
        f"{trimmed(element.text, dialect)} = {element.text}",
    ]
    if not isinstance(codec, Items):
        tests.append(f"replace({element.text}, ',', '') = {element.text}")
        tests.append(f"substr({element.text}, 1, 1) <> '['")
    item = codec.item if isinstance(codec.item, Text) else Text()
    tests += [f"length({element.text}) <= {item.max_length}"] if item.max_length else []
    tests += [f"length({element.text}) >= {item.min_length}"] if item.min_length else []
    asked = " AND ".join(tests)
    if isinstance(codec, Items):
        made = dialect.quoted(f"CASE WHEN {asked} THEN {element.text} END")
        return dialect.array(f"SELECT {made} AS v FROM {source}", order)
    select = f"SELECT {element.text} AS v FROM {source} WHERE {asked}"
    return dialect.quoted(dialect.joined(select, order))


@encoded.register
def _(codec: UserIds, place: Place, dialect: Dialect) -> str:
    source, element, order = dialect.elements(place)
    if codec.listed:
        raise NotInSql("pairs in a list have no form in SQL")
    kind, identifier = (dialect.at(element, (name,)).text for name in codec.names)
    select = f"SELECT '{{' || {kind} || ':' || {identifier} || '}}' AS v FROM {source}"
    both = f"{kind} || {identifier}"
    bare = both
    for mark in "{},:":
        bare = f"replace({bare}, '{mark}', '')"
    bad = f"EXISTS (SELECT 1 FROM {source} WHERE {bare} <> {both})"
    return dialect.quoted(f"CASE WHEN NOT {bad} THEN {dialect.joined(select, order)} END")
