"""Whether every reference of some collections leads to a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from adapters.oneroster.listing import Kind, joined, list_rows, nothing_found, rejected_of
from adapters.port import ROW, RowCheck
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import Column, column_map

Known = Callable[[str, pl.Series], pl.Series]
"""Asked with a collection name and ids: those of the ids that the receiver already holds."""

ID = "id"
_KEY = "sourcedId"


def check_references(
    frames: Mapping[str, pl.DataFrame],
    version: str,
    known: Known | None = None,
    *,
    rest: bool = False,
) -> dict[str, RowCheck]:
    """Find references that lead nowhere, for each of `frames` by collection name.

    A reference is good when its target is a row of `frames` or is `known`. A row is rejected when
    a value that it must have leads nowhere; an optional one is a warning. Rows to be deleted are
    not looked at. Source: CSV Binding 1.2.1, Bulk/Delta Behavior Constraints.
    """
    return {
        name: joined(
            _check_column(frames, name, column, known, rest=rest)
            for column in column_map(version, name).values()
            if column.refers and column.name in frame.columns
        )
        for name, frame in frames.items()
    }


def _check_column(
    frames: Mapping[str, pl.DataFrame],
    name: str,
    column: Column,
    known: Known | None,
    *,
    rest: bool,
) -> RowCheck:
    file = name if rest else f"{name}.csv"
    target = str(column.refers)
    loose = dangling(frames[name], column, frames.get(target))
    if not loose.is_empty() and known is not None:
        held = known(target, loose[ID].unique())
        loose = loose.filter(~pl.col(ID).is_in(held.implode()))
    if loose.is_empty():
        return nothing_found()
    if target not in frames and known is None:
        return _unchecked(column, target, file, loose.height)
    return joined(_explained(frames[name], column, loose, file))


def references(frame: pl.DataFrame, column: Column) -> pl.DataFrame:
    """Every reference of a column as rows of `_row` and `id`, lists taken apart."""
    living = pl.col("status").ne_missing("tobedeleted") if "status" in frame.columns else True
    value = pl.col(column.name)
    single = frame.lazy().filter(value.is_not_null() & living).select(ROW, value.alias(ID))
    if column.is_list:
        items = pl.col(ID).str.split(",")
        single = single.with_columns(items).explode(ID, empty_as_null=False)
        single = single.with_columns(pl.col(ID).str.strip_chars()).filter(pl.col(ID) != "")
    return single.collect()


def dangling(frame: pl.DataFrame, column: Column, target: pl.DataFrame | None) -> pl.DataFrame:
    """The references of a column that are no `sourcedId` of `target`, as `_row` and `id`."""
    every = references(frame, column)
    if target is None:
        return every
    held = target.select(pl.col(_KEY).alias(ID)).drop_nulls()
    return every.join(held, on=ID, how="anti", maintain_order="left")


def _unchecked(column: Column, target: str, file: str, count: int) -> RowCheck:
    finding = Finding(
        Severity.WARNING,
        "reference.unchecked",
        f"{column.name} points to {target}, which this delivery does not hold",
        f"A complete delivery holds {target} as well; add it to the export.",
        file=file,
        column=column.name,
        count=count,
    )
    return RowCheck((finding,), nothing_found().rejected)


def _explained(
    frame: pl.DataFrame, column: Column, loose: pl.DataFrame, file: str
) -> Iterator[RowCheck]:
    """Fatal where a row keeps none of the targets that it must have, else a warning."""
    whole = references(frame.filter(pl.col(ROW).is_in(loose[ROW].implode())), column)
    kept = whole.join(loose, on=[ROW, ID], how="anti")
    lost = pl.lit(column.required == "always") & ~pl.col(ROW).is_in(kept[ROW].implode())
    split = ((Severity.ROW, loose.filter(lost)), (Severity.WARNING, loose.filter(~lost)))
    for severity, hits in split:
        if not hits.is_empty():
            kind = _kind(severity, column, file)
            rows = frame.filter(pl.col(ROW).is_in(hits[ROW].implode()))
            rejected = rejected_of(rows if severity >= Severity.ROW else rows.clear())
            yield RowCheck(tuple(list_rows(kind, hits)), rejected)


def _kind(severity: Severity, column: Column, file: str) -> Kind:
    return Kind(
        severity,
        "reference.dangling",
        column.name,
        f"{column.name} names no record of {column.refers}",
        f"Add the record to {column.refers}, or correct {column.name} in the sending system.",
        file,
    )
