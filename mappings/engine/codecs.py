"""The closed set of codecs: how the text of a cell becomes a value of ours.

A cell that a codec cannot read becomes null here and a loss in `decode`: never a silent gap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl

from schemas.codes.grades import normalize_grade

_FEW = 4
"""Each distinct cell stands at least so often where it is worth to look for them."""

USER_ID = r"\{([^{}:]+):([^{}]*)\}"
"""One item of a `userIds` cell: type and identifier."""


def canonical_json(value: Any) -> str:
    """JSON text that is equal exactly when the values are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def split_list(text: str) -> list[str]:
    """The elements of a list cell: comma-separated, or a JSON array where elements hold commas."""
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return [str(element).strip() for element in listed if str(element).strip()]
    return [element.strip() for element in text.split(",") if element.strip()]


def _list(text: str) -> str | None:
    elements = split_list(text)
    return canonical_json(elements) if elements else None


def _grades(text: str) -> str | None:
    grades = [normalize_grade(element) or element for element in split_list(text)]
    return canonical_json(list(dict.fromkeys(grades))) if grades else None


def parse_user_ids(text: str) -> list[dict[str, str]] | None:
    """The items of a `userIds` cell, `{type:identifier}` each; None where anything else stands."""
    items = [
        {"identifier": identifier.strip(), "type": kind.strip()}
        for kind, identifier in re.findall(USER_ID, text)
        if identifier.strip()
    ]
    rest = re.sub(USER_ID, "", text).replace(",", "").strip()
    return None if rest or not items else items


def _user_ids(text: str) -> str | None:
    items = parse_user_ids(text)
    return canonical_json(items) if items else None


_PART = r"[^{}:,\"\\\s[:cntrl:]]+"
_PLAIN_IDS = rf"^\{{{_PART}:{_PART}\}}(,\{{{_PART}:{_PART}\}})*$"
"""Cells of `userIds` that can be rewritten as JSON without a look at their parts."""


def _user_id_cells(cells: pl.Series) -> pl.Series:
    """A column of `userIds`: plain cells are rewritten, all others are read one by one."""
    plain = cells.str.contains(_PLAIN_IDS).fill_null(value=False)
    rewritten = cells.str.replace_all(r"\{([^{}:]+):([^{}]+)\}", r'{"identifier":"$2","type":"$1"}')
    texts = rewritten.to_frame().select(pl.concat_str(pl.lit("["), pl.first(), pl.lit("]")))
    others = map_distinct(cells.set(plain, None), _user_ids)
    return texts.to_series().zip_with(plain, others).rename(cells.name)


_SCALAR: dict[str, Callable[[str], str | None]] = {
    "list": _list,
    "grades": _grades,
    "references": _list,
}
_TRUTH = {"true": True, "false": False}


def _text(column: pl.Expr) -> pl.Expr:
    stripped = column.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _date(column: pl.Expr) -> pl.Expr:
    # Some REST providers send a date-time where the standard has a date.
    day = pl.when(column.str.contains(r"^\d{4}-\d\d-\d\dT")).then(column.str.slice(0, 10))
    return day.otherwise(column).str.to_date("%Y-%m-%d", strict=False)


def decode_column(codec: str, cells: pl.Series) -> pl.Series:
    """The values of a column of cells; null where a cell is blank or cannot be read."""
    if codec == "user_ids":
        return _user_id_cells(cells)
    if codec in _SCALAR:
        return map_distinct(cells, _SCALAR[codec])
    if codec == "date":
        return each_distinct(cells, lambda few: _decoded(codec, few), pl.Date)
    return _decoded(codec, cells)


def _decoded(codec: str, cells: pl.Series) -> pl.Series:
    cell = _text(pl.col(cells.name))
    expression = {
        "text": cell,
        "reference": cell,
        "bool": cell.str.to_lowercase().replace_strict(
            _TRUTH, default=None, return_dtype=pl.Boolean
        ),
        "date": _date(cell),
        "int": cell.cast(pl.Int64, strict=False),
    }[codec]
    return cells.to_frame().select(expression).to_series()


def each_distinct(
    cells: pl.Series, function: Callable[[pl.Series], pl.Series], kind: type[pl.DataType]
) -> pl.Series:
    """Apply a function to the distinct cells alone, where these are few; null stays null."""
    distinct = cells.drop_nulls().unique()
    if len(distinct) > len(cells) // _FEW:
        return function(cells)
    return cells.replace_strict(distinct, function(distinct), default=None, return_dtype=kind)


def map_distinct(cells: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """Apply a function once to each distinct cell."""
    distinct = cells.drop_nulls().unique()
    if distinct.is_empty():
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.String)
    table = pl.DataFrame(
        {"cell": distinct, "value": [function(cell) for cell in distinct]},
        schema={"cell": pl.String, "value": pl.String},
    )
    joined = (
        cells.rename("cell").to_frame().join(table, on="cell", how="left", maintain_order="left")
    )
    return joined["value"].rename(cells.name)
