"""How each codec stands as a Polars expression: the text of theirs, null where a value is unfit.

A codec without an expression is run by the interpreter, once for each distinct value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import polars as pl

from mappings.engine.codec.base import Codec
from mappings.engine.codec.codes import Crossed, Verbatim
from mappings.engine.codec.lists import Cell, Native
from mappings.engine.codec.named import Grade, UserIds
from mappings.engine.codec.scalars import Day, Integer, Text, Truth
from mappings.engine.fragments import Missed
from mappings.engine.model import Row, Table, Target
from mappings.engine.outward import attempted
from mappings.engine.paths import Path, Step, read_at, write_at

_SPECIAL = r'["\\\x00-\x1f]'
_ESCAPES = {chr(code): json.dumps(chr(code))[1:-1] for code in (*range(32), 34, 92)}


@singledispatch
def fitting(codec: Codec, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """The text of theirs for a column of ours, or None for a codec that has no expression."""
    return None


@fitting.register
def _(codec: Text, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    if dtype != pl.String:
        return None
    fits = pl.lit(True)
    if codec.max_length is not None:
        fits &= column.str.len_chars() <= codec.max_length
    if codec.min_length is not None:
        fits &= column.str.len_chars() >= codec.min_length
    if codec.one_line:
        fits &= ~column.str.contains(r"[\r\n]")
    return pl.when(fits).then(column)


@fitting.register
def _(codec: Verbatim, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    if dtype != pl.String:
        return None
    room = [codec.max_length, codec.longest and codec.longest - len(codec.before)]
    fits = column != ""
    for most in room:
        if most is not None:
            fits &= column.str.len_chars() <= most
    return pl.when(fits).then(pl.lit(codec.before) + column)


@fitting.register
def _(codec: Crossed, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    table = {ours: codec.encode(ours) for ours in codec.table.forward}
    if dtype != pl.String or not table:
        return None
    return column.replace_strict(table, default=None, return_dtype=pl.String)


@fitting.register
def _(codec: Integer, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    if not dtype.is_integer():
        return None
    fits = pl.lit(True)
    if codec.minimum is not None:
        fits &= column >= codec.minimum
    if codec.maximum is not None:
        fits &= column <= codec.maximum
    return pl.when(fits).then(column.cast(pl.String))


@fitting.register
def _(codec: Truth, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    return column.cast(pl.String) if dtype == pl.Boolean else None


@fitting.register
def _(codec: Day, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    return column.dt.to_string("%Y-%m-%d") if dtype == pl.Date else None


@fitting.register
def _(codec: Grade, column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    return column if dtype == pl.String else None


def is_quoted(codec: Codec) -> bool:
    """Whether the text of theirs stands in quotes in JSON."""
    return not (isinstance(codec, (Integer, Truth)) and codec.wire == "json")


def holds_json(row: Row) -> bool:
    """Whether a column of ours holds the JSON text of a list or object."""
    many = any(target.path.many for target in row.targets) and not row.single
    return many or bool(row.rows) or isinstance(row.codec, (Cell, Native, UserIds))


def value_in(cell: Any, is_json: bool) -> Any:
    """A cell of a column of ours in the JSON form of our records."""
    if is_json and isinstance(cell, str):
        return json.loads(cell)
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What the interpreter makes of one value: JSON text for each target, and what it missed."""

    texts: tuple[str | None, ...]
    missed: tuple[Missed, ...]


def interpreter_of(table: Table, row: Row) -> Callable[[Any], Interpreted]:
    """The interpreter on one row alone, whatever its conditions are, for distinct values."""
    bare = replace(row, when=(), required=False)
    alone = replace(
        table,
        rows=(bare,),
        constants=(),
        when=(),
        needs=(),
        ours_only={},
        assumed=(),
        within=Path(()),
    )
    is_json = holds_json(row)

    def run(cell: Any) -> Interpreted:
        ours: dict[str, Any] = {}
        write_at(ours, row.ours, value_in(cell, is_json))
        attempt = attempted(alone, ours)
        made = attempt.written.root if attempt.written else {}
        texts = tuple(_text(read_at(made, holder(target))) for target in row.targets)
        return Interpreted(texts, attempt.missed)

    return run


def holder(target: Target) -> Path:
    """Where a target's value stands whole: the list, for one that walks its items."""
    steps = target.path.steps
    split = next((number for number, step in enumerate(steps) if step.every), None)
    if split is None:
        return target.path
    return Path((*steps[:split], Step(steps[split].name)))


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def object_texts(values: pl.DataFrame, names: Iterable[str]) -> pl.Series:
    """These columns of each row as the JSON text of an object, members in order of their names.

    Columns hold JSON text. A null makes no member, and a row of nulls no object.
    """
    filled = sorted(name for name in names if values[name].null_count() < values.height)
    if not filled:
        return pl.Series([None] * values.height, dtype=pl.String)
    members = [pl.lit(f"{json.dumps(name, ensure_ascii=False)}:") + pl.col(name) for name in filled]
    inner = pl.concat_str(members, separator=",", ignore_nulls=True)
    return values.select(pl.when(inner != "").then("{" + inner + "}")).to_series()


def quoted(texts: pl.Series) -> pl.Series:
    """Texts as JSON has them."""
    safe = escaped(texts)
    return safe.to_frame().select(pl.lit('"') + pl.first() + pl.lit('"')).to_series()


def escaped(texts: pl.Series) -> pl.Series:
    """Texts as they stand between quotes in JSON."""
    if not texts.str.contains(_SPECIAL).any():
        return texts
    return (
        texts.to_frame()
        .select(pl.first().str.replace_many(list(_ESCAPES), list(_ESCAPES.values())))
        .to_series()
    )
