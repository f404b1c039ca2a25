"""Rows for people: a table where it fits the terminal, and one row below the other where not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.report.words import moment

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_WIDEST_WORD: Final = 40
"""Longer ones, such as addresses, are folded."""
_FEW: Final = 4
"""So few columns stand side by side whatever has to be folded."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A title, the names of the columns, and the rows."""

    title: str
    columns: list[str]
    rows: list[list[Any]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Choose the form by the room there is."""
        if not self.rows:
            yield Text(f"{self.title}: none.")
            return
        names = [name.replace("_", " ") for name in self.columns]
        cells = [[_shown(cell) for cell in row] for row in self.rows]
        yield Text(self.title, "italic")
        widths = _widths(names, cells, options.max_width)
        if widths or len(names) <= _FEW:
            yield _table(names, cells, widths)
        else:
            yield from _one_by_one(names, cells)


def _widths(names: list[str], cells: list[list[str]], width: int) -> list[int]:
    """How wide each column is if no ordinary word is folded; empty where there is no such way."""
    columns = [
        [name, *column] for name, column in zip(names, zip(*cells, strict=True), strict=True)
    ]
    widths = [_longest_word(column) for column in columns]
    wanted = [max(map(len, column)) - given for column, given in zip(columns, widths, strict=True)]
    left = width - 2 * len(names) - 1 - sum(widths)
    if left < 0:
        return []
    for number, column in enumerate(sorted(range(len(names)), key=wanted.__getitem__)):
        more = min(wanted[column], left // (len(names) - number))
        widths[column] += more
        left -= more
    return widths


def _longest_word(texts: list[str]) -> int:
    return min(max((len(word) for text in texts for word in text.split()), default=0), _WIDEST_WORD)


def _table(names: list[str], cells: list[list[str]], widths: list[int]) -> Table:
    made = Table(box=box.SIMPLE, padding=(0, 1, 0, 0))
    fixed: list[int | None] = [*widths] or [None] * len(names)
    for name, width in zip(names, fixed, strict=True):
        made.add_column(Text(name), overflow="fold", width=width)
    for row in cells:
        made.add_row(*map(Text, row))
    return made


def _one_by_one(names: list[str], cells: list[list[str]]) -> Iterator[Any]:
    for row in cells:
        grid = Table.grid(padding=(0, 3, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for name, cell in zip(names[1:], row[1:], strict=True):
            if cell:
                grid.add_row(Text(name), Text(cell))
        yield Text(f"\n{names[0]} {row[0]}", "bold")
        yield Padding(grid, (0, 0, 0, 2), expand=False)
    yield Text()


def _shown(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return moment(text) if _INSTANT.fullmatch(text) else text
