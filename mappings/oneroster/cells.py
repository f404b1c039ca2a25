"""Cells of extension columns: text as it is, lists and objects as canonical JSON."""

from __future__ import annotations

import json
from typing import Any

from mappings.engine.codecs import canonical_json


def to_cell(value: Any) -> str:
    """The text that stands for a value in a CSV cell: `from_cell` gives the value back."""
    if isinstance(value, str) and from_cell(value) == value:
        return value
    return canonical_json(value)


def from_cell(cell: str) -> Any:
    """The value of a cell: the list or object that it is the canonical JSON of, else its text."""
    if cell[:1] not in {"[", "{", '"'}:
        return cell
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return cell
    is_plain = isinstance(value, str) and from_cell(value) == value
    return cell if is_plain or canonical_json(value) != cell else value
