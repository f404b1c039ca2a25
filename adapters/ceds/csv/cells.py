"""Cells that a spreadsheet does not take for formulas, and back.

A spreadsheet computes what starts with `=`, `+`, `-` or `@`, also behind a tab or a line break.
Such cells get an apostrophe in front, and so do cells that start with one, so that taking one
apostrophe away always restores the text.
"""

from __future__ import annotations

from typing import Final

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def safe(text: str) -> str:
    """The text as a cell."""
    return f"'{text}" if text.startswith(_RISKY) else text


def plain(cell: str) -> str:
    """The text that a cell holds."""
    return cell.removeprefix("'")
