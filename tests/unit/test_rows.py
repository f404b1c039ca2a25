"""Rows for people: side by side where they fit, one below the other where not."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from service.cli.rows import Rows

ID = "2166dfe9bb791687219c2d70"
WIDE = Rows(
    "People", ["id", "name", "school_id", "note", "since"], [[ID, "Ada", ID, "new", "2026"]]
)


def shown(rows: Rows, width: int = 80) -> str:
    """What a terminal of this width shows."""
    out = io.StringIO()
    Console(file=out, width=width, markup=False).print(rows)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(WIDE, width).splitlines())) <= width


def test_what_fits_is_a_table() -> None:
    (line,) = [line for line in shown(WIDE, 100).splitlines() if "Ada" in line]
    assert line.split() == [ID, "Ada", ID, "new", "2026"]


def test_what_does_not_fit_goes_row_by_row_with_no_id_broken() -> None:
    lines = [line.split() for line in shown(WIDE, 60).splitlines()]
    assert ["id", ID] in lines
    assert ["school", "id", ID] in lines


def test_moments_are_read_to_the_minute() -> None:
    assert "2026-11-22 06:30 UTC" in shown(Rows("T", ["at"], [["2026-11-22T06:30:53.080Z"]]))


@pytest.mark.parametrize("cell", ["[bold]x[/bold]", ":smile:", "", None, 0])
def test_cells_are_shown_as_they_are(cell: Any) -> None:
    assert ("" if cell is None else str(cell)) in shown(Rows("T", ["a", "b"], [[cell, "end"]]))


def test_no_rows_are_said_in_a_word() -> None:
    assert shown(Rows("Sets", ["target"], [])) == "Sets: none.\n"
