"""Standard records as frames of text, and frames as standard records.

Rows are those of `schemas.standards.oneroster.shape`. A CSV cell joins the elements of a list by
commas, so an element cannot hold one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from adapters.oneroster.files.loss import Loss, OnLoss, sample
from adapters.oneroster.files.metadata import PREFIX
from adapters.oneroster.files.sound import Sheet
from adapters.oneroster.rest.scrub import canonical
from adapters.port import ROW
from mappings.oneroster.cells import from_cell, to_cell
from schemas.standards.oneroster import Column
from schemas.standards.shape import StandardRecord

_SLICE = 20_000
_PAIRED = frozenset({"subjects", "subjectCodes"})
"""Lists whose elements belong together by position: one that cannot be written takes them all."""


def scalar(value: Any) -> str:
    """A value as text: what a cell and a JSON string both hold."""
    if isinstance(value, str):
        return value
    return canonical(value) if isinstance(value, bool | int | float | list | dict) else str(value)


def to_sheet(
    entity: str,
    records: Sequence[StandardRecord],
    columns: Mapping[str, Column],
    on_loss: OnLoss,
) -> Sheet:
    """The records as a frame with a column for each key that has a value somewhere.

    A key that is neither one of `columns` nor `metadata.` and a name is a loss.
    """
    rows = [_cells(entity, record, columns, on_loss) for record in records]
    names = dict.fromkeys(name for row in rows for name in row)
    data = {name: [row.get(name) for row in rows] for name in names}
    frame = pl.DataFrame(data, schema=dict.fromkeys(names, pl.String), height=len(rows))
    places = [record.where for record in records]
    return Sheet(entity, frame.with_row_index(ROW), places)


def _cells(
    entity: str, record: StandardRecord, columns: Mapping[str, Column], on_loss: OnLoss
) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in record.values.items():
        if value is None or value == "" or value == []:
            continue
        column = columns.get(name)
        if column is None and not name.startswith(PREFIX):
            on_loss(_no_column(entity, record, name))
            continue
        cell = _cell(entity, record, name, column, on_loss)
        if cell and not cell.isascii():
            cell = _encodable(entity, record, name, cell, on_loss)
        if cell:
            cells[name] = cell
    return cells


def _cell(
    entity: str, record: StandardRecord, name: str, column: Column | None, on_loss: OnLoss
) -> str:
    value = record.values[name]
    if column is None:
        return to_cell(value)
    if column.is_list and isinstance(value, list):
        return _joined(entity, record, name, value, on_loss)
    return scalar(value)


def _joined(
    entity: str, record: StandardRecord, name: str, value: Sequence[Any], on_loss: OnLoss
) -> str:
    items = [scalar(item).strip() for item in value]
    if not any("," in item for item in items):
        return ",".join(items)
    reason = "an element of a list holds a comma, which separates elements in CSV"
    bad = items if name in _PAIRED else [item for item in items if "," in item]
    for item in bad:
        on_loss(Loss(entity, name, "list.comma", reason, sample(item), record.where))
    return "" if name in _PAIRED else ",".join(item for item in items if "," not in item)


def _no_column(entity: str, record: StandardRecord, name: str) -> Loss:
    reason = f"{entity} has no place for {name} in this format"
    value = sample(scalar(record.values[name]))
    return Loss(entity, name, "no_column", reason, value, record.where)


def _encodable(entity: str, record: StandardRecord, name: str, cell: str, on_loss: OnLoss) -> str:
    try:
        cell.encode()
    except UnicodeEncodeError:
        reason = "the value holds half of a character, which is no Unicode text"
        on_loss(Loss(entity, name, "value.surrogate", reason, None, record.where))
        return ""
    return cell


def to_records(
    entity: str, frame: pl.DataFrame, columns: Mapping[str, Column], file: str
) -> Iterator[StandardRecord]:
    """The rows of a frame as records, blanks left out, lists taken apart."""
    names = [name for name in frame.columns if name != ROW]
    lists = {name for name in names if name in columns and columns[name].is_list}
    free = {name for name in names if name.startswith(PREFIX)}
    for part in frame.iter_slices(_SLICE):
        rows = zip(part[ROW].to_list(), part.select(names).iter_rows(), strict=True)
        for number, cells in rows:
            values: dict[str, Any] = {
                name: cell for name, cell in zip(names, cells, strict=True) if cell is not None
            }
            for name in lists & values.keys():
                values[name] = [item.strip() for item in values[name].split(",")]
            for name in free & values.keys():
                values[name] = from_cell(values[name])
            yield StandardRecord(entity, values, f"{file}, row {number}")
