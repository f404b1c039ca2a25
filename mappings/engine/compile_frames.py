"""One table over one frame of ours: what each row writes, and an account of what it does not.

What does not fit is found as an expression; the interpreter says why, once for each distinct value,
and judges whole records where one of their values decides about others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from mappings.engine.codec.codes import Crossed
from mappings.engine.codec.scalars import Day
from mappings.engine.codecs import each_distinct
from mappings.engine.compile_columns import (
    escaped,
    fitting,
    holds_json,
    interpreter_of,
    is_quoted,
    quoted,
    value_in,
)
from mappings.engine.compile_tree import Filler, Leaf
from mappings.engine.fragments import Missed
from mappings.engine.loss import SAMPLES, Losses, LossKey, Side
from mappings.engine.model import Condition, Direction, Row, Table
from mappings.engine.outward import attempted
from mappings.engine.paths import Path, Tree, bare, leaves, parse_path, shape_of_place, write_at
from schemas.roster.entities import FIELDS
from schemas.roster.kinds import FieldKind

UNFIT = pl.Schema({"id": pl.String, "path": pl.String, "reason": pl.String, "value": pl.String})


@dataclass(slots=True)
class Work:
    """One table over one frame: the values of its rows, and what of them is lost."""

    table: Table
    rows: pl.DataFrame
    _values: dict[int, Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        out = [row for row in self.table.rows if row.direction is not Direction.IN]
        for row in out:
            column, mask = self.source(row.ours), self.holds(row.when)
            self._values[id(row)] = Values(self.table, row, column, mask)

    def source(self, path: Path | str) -> pl.Series:
        """The column of ours at a path; nulls where the frame has none."""
        name = str(path)
        if name in self.rows.columns:
            return self.rows[name]
        return pl.Series(name, [None] * self.rows.height, dtype=pl.String)

    def holds(self, conditions: tuple[Condition, ...]) -> pl.Series | None:
        """Where all conditions hold; None for no condition."""
        mask: pl.Series | None = None
        for each in conditions:
            column = self.source(each.path)
            told = [value for value in each.values if _compares(value, column.dtype)]
            here = column.is_in(told).fill_null(False) if told else column.is_null() & False
            mask = here if mask is None else mask & here
        return mask

    def value(self, leaf: Leaf, as_json: bool) -> pl.Series:
        """A leaf's values, the last filler first: cells, or JSON text."""
        found: pl.Series | None = None
        for filler in reversed(leaf.fillers):
            made = self._filled(filler, as_json)
            found = made if found is None else found.zip_with(found.is_not_null(), made)
        assert found is not None  # noqa: S101 - a leaf has a filler
        return found

    def _filled(self, filler: Filler, as_json: bool) -> pl.Series:
        if filler.constant is not None:
            told: Any = filler.constant.value
            text = json.dumps(told, ensure_ascii=False) if as_json else str(told)
            return pl.repeat(text, self.rows.height, dtype=pl.String, eager=True)
        values = self._values[id(filler.row)]
        return values.json(filler.number) if as_json else values.cells(filler.number)

    def plain(self, leaf: Leaf) -> pl.Series | None:
        """A leaf's values without the quotes that JSON puts around them, where all of them have."""
        (first, *others) = leaf.fillers
        if others or first.row is None or not self._values[id(first.row)].quoted:
            return None
        return self._values[id(first.row)].escaped(first.number)

    def applies(self) -> pl.Series:
        """The rows of ours that go this way."""
        mask = self.holds(self.table.when)
        return pl.repeat(True, self.rows.height, eager=True) if mask is None else mask

    def values(self) -> list[Values]:
        """What the rows of the table write."""
        return list(self._values.values())


def _compares(value: Any, dtype: pl.DataType) -> bool:
    """Whether a value of a condition can stand in a column of this type."""
    kinds: dict[type, bool] = {
        str: dtype == pl.String,
        bool: dtype == pl.Boolean,
        int: dtype.is_integer(),
    }
    return kinds.get(type(value), False)


@dataclass(slots=True)
class Values:
    """The values that one row writes: `quoted` cells, or JSON text, for each of its targets.

    Those that are `plain` have nothing that JSON escapes.

    It does not know the work: a circle would hold whole columns until the collector comes by.
    """

    table: Table
    row: Row
    column: pl.Series
    mask: pl.Series | None
    quoted: bool = field(init=False)
    plain: bool = field(init=False, default=False)
    missed: dict[Any, tuple[Missed, ...]] = field(default_factory=dict)
    _texts: list[pl.Series] = field(default_factory=list)

    def __post_init__(self) -> None:
        codec, many = self.row.codec, any(target.path.many for target in self.row.targets)
        fast = None
        if codec is not None and not many and self.row.codec_name != "split":
            fast = fitting(codec, pl.col(self.column.name), self.column.dtype)
        if codec is None or fast is None:
            self._interpret()
        else:
            self.quoted = is_quoted(codec)
            self.plain = isinstance(codec, Day)
            made = self._spelled(fast) if self.plain else _selected(self.column, fast)
            self._texts = [self._masked(made)] * len(self.row.targets)
            if isinstance(codec, Crossed):
                self.explain(self.column)

    def _spelled(self, fast: pl.Expr) -> pl.Series:
        """Days as text: there are few of them, and spelling takes long."""
        return each_distinct(self.column, lambda few: _selected(few, fast), pl.String)

    def cells(self, number: int) -> pl.Series:
        """Values without quotes."""
        return self._texts[number]

    def escaped(self, number: int) -> pl.Series:
        """Values as they stand between quotes in JSON."""
        return self._texts[number] if self.plain else escaped(self._texts[number])

    def json(self, number: int) -> pl.Series:
        """Values as JSON text."""
        texts = self._texts[number]
        if not self.quoted:
            return texts
        return quoted(texts)

    def explain(self, cells: pl.Series) -> None:
        """Ask the interpreter about these values, each once."""
        run = interpreter_of(self.table, self.row)
        for cell in cells.drop_nulls().unique():
            if cell not in self.missed:
                self.missed[cell] = run(cell).missed

    def unfit(self) -> pl.Series:
        """Where a value is lost wholly: it is there and asked for, and nothing is written."""
        return self.asked() & self._texts[0].is_null()

    def lost(self) -> pl.Series:
        """Where the interpreter has something to say of a value."""
        told = [cell for cell, missed in self.missed.items() if missed]
        here = self.unfit()
        if told:
            here |= self.asked() & self.column.is_in(
                pl.Series(told, dtype=self.column.dtype).implode()
            )
        return here

    def asked(self) -> pl.Series:
        """Where the row has a value to write."""
        there = self.column.is_not_null()
        return there if self.mask is None else there & self.mask

    def _masked(self, values: pl.Series) -> pl.Series:
        if self.mask is None:
            return values
        return values.zip_with(self.mask, values.clear(len(values)))

    def _interpret(self) -> None:
        run = interpreter_of(self.table, self.row)
        distinct = self.column.drop_nulls().unique()
        made = {cell: run(cell) for cell in distinct}
        self.missed = {cell: each.missed for cell, each in made.items()}
        texts = [each.texts for each in made.values()]
        told = [text for each in texts for text in each if text is not None]
        self.quoted = all(text.startswith('"') for text in told)
        for number in range(len(self.row.targets)):
            found = [self._unquoted(each[number]) for each in texts]
            self._texts.append(self._masked(_replaced(self.column, distinct, found)))

    def _unquoted(self, text: str | None) -> str | None:
        return json.loads(text) if text is not None and self.quoted else text


def _selected(column: pl.Series, expression: pl.Expr) -> pl.Series:
    return column.to_frame().select(expression).to_series()


def _replaced(column: pl.Series, distinct: pl.Series, found: list[str | None]) -> pl.Series:
    if distinct.is_empty():
        return pl.Series(column.name, [None] * len(column), dtype=pl.String)
    new = pl.Series(found, dtype=pl.String)
    return column.replace_strict(distinct, new, default=None, return_dtype=pl.String)


@dataclass(slots=True)
class Account:
    """What is lost: record by record where `odd`, else value by value.

    `losses` has a row for each value that does not fit, `left` counts what stays behind whatever
    its value.
    """

    work: Work
    applies: pl.Series
    odd: pl.Series
    left: Losses = field(default_factory=Losses)

    def __post_init__(self) -> None:
        self.odd = (self.odd | self._contested()) & self.applies

    def losses(self) -> pl.DataFrame:
        """The values that do not fit."""
        plain = self.applies & ~self.odd
        parts = [self._unfit(values, plain) for values in self.work.values()]
        self._leave(plain)
        return pl.concat([UNFIT.to_frame(), *parts, self._judged()])

    def _contested(self) -> pl.Series:
        """Records with a value that several rows are for: one may carry what another cannot."""
        rows = Counter(str(row.ours) for row in self.work.table.rows)
        odd = pl.repeat(False, self.work.rows.height, eager=True)
        for path in (path for path, count in rows.items() if count > 1):
            odd |= self.work.source(path).is_not_null()
        return odd

    def _ids(self) -> pl.Series:
        return self.work.source("id").rename("id")

    def _unfit(self, values: Values, plain: pl.Series) -> pl.DataFrame:
        values.explain(values.column.filter(values.unfit() & plain))
        told = [
            (cell, shape_of_place(each.place), each.reason, _shown(each.value))
            for cell, missed in values.missed.items()
            for each in missed
        ]
        if not told:
            return UNFIT.to_frame()
        cells, paths, reasons, shown = zip(*told, strict=True)
        reasons_of = pl.DataFrame(
            {
                "cell": pl.Series(cells, dtype=values.column.dtype),
                "path": paths,
                "reason": reasons,
                "value": pl.Series(shown, dtype=pl.String),
            }
        )
        here = pl.DataFrame([self._ids(), values.column.rename("cell")])
        lost = here.filter(plain & values.asked()).join(
            reasons_of, on="cell", maintain_order="left"
        )
        return lost.select(UNFIT.names())

    def _leave(self, plain: pl.Series) -> None:
        """Count what stays behind whatever its value."""
        table = self.work.table
        for values in self.work.values():
            if values.mask is not None:
                asked = " and ".join(str(each) for each in values.row.when)
                here = plain & ~values.mask & values.column.is_not_null()
                self._count(str(values.row.ours), f"only where {asked}", values.column.filter(here))
        for row in (row for row in table.rows if row.direction is Direction.IN):
            self._count(str(row.ours), row.reason, self.work.source(row.ours).filter(plain))
        for text, reason in table.ours_only.items():
            stem = bare(text)
            for name in self.work.rows.columns:
                if name == stem or name.startswith(f"{stem}."):
                    self._count_leaves(name, reason, self.work.rows[name].filter(plain))
        for assumed in table.assumed:
            column = self.work.source(assumed.path).filter(plain).drop_nulls()
            other = [value for value in column if value != assumed.value]
            reason = f"read as {assumed.value}: {assumed.reason}"
            self._count(str(assumed.path), reason, pl.Series(other, dtype=column.dtype))

    def _count(self, path: str, reason: str, lost: pl.Series) -> None:
        lost = lost.drop_nulls()
        if len(lost):
            key = LossKey(Side.OURS, self.work.table.subject, path, reason)
            for value in lost.head(SAMPLES):
                self.left.add(key, value)
            self.left.add(key, count=max(0, len(lost) - SAMPLES))

    def _count_leaves(self, name: str, reason: str, lost: pl.Series) -> None:
        if not is_json_field(self.work.table.subject, name):
            self._count(name, reason, lost)
            return
        for cell, times in lost.drop_nulls().value_counts().iter_rows():
            for place, value in leaves(json.loads(cell), name):
                key = LossKey(Side.OURS, self.work.table.subject, shape_of_place(place), reason)
                self.left.add(key, value, times)

    def _judged(self) -> pl.DataFrame:
        """The losses of odd records, by the interpreter."""
        rows = [
            (id_, shape_of_place(each.place), each.reason, _shown(each.value))
            for id_, ours in zip(self._ids().filter(self.odd), self._records(), strict=True)
            for each in attempted(self.work.table, ours).missed
        ]
        return pl.DataFrame(rows, schema=UNFIT, orient="row")

    def _records(self) -> Iterator[Tree]:
        table, rows = self.work.table, self.work.rows.filter(self.odd)
        listed = {str(row.ours) for row in table.rows if holds_json(row)}
        is_json = [name in listed or is_json_field(table.subject, name) for name in rows.columns]
        paths = [parse_path(name) for name in rows.columns]
        for cells in rows.iter_rows():
            ours: Tree = {}
            for path, cell, listed_here in zip(paths, cells, is_json, strict=True):
                if cell is not None:
                    write_at(ours, path, value_in(cell, listed_here))
            yield ours


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)


def is_json_field(subject: str, name: str) -> bool:
    """Whether a field of a roster entity is kept as JSON text."""
    fields = FIELDS.get(subject, ())
    return any(field.name == name and field.kind is FieldKind.JSON for field in fields)
