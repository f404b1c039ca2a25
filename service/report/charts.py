"""Small charts as inline SVG, each with its text alternative.

Widths are percentages and there is no viewBox, so a chart follows the page from a telephone to
A4 without scaling its letters. Colours are classes: the style sheet knows day, night and paper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from service.report.words import CARRIED_OUT, COUNTED, amount, cell, entity_name
from service.sync.report import Counts, FileReport, RunReport

STACKED = ("added", "updated", "revived", "missing", "detached")
"""The counts that are drawn, in the order in which they are stacked."""

STRIPS: Mapping[str, tuple[str, ...]] = {
    "added or came back": ("added", "revived"),
    "changed": ("updated",),
    "missing or detached": ("missing", "detached"),
}
"""The small multiples of the history: what is counted together, and as what it is drawn."""

LEAST_COLUMNS = 8
"""For how many runs a strip has room at least, so that three runs are not three walls."""

_BAR = 14
_STRIP = 44
_LEAST = 0.8
"""The narrowest bar in per cent: one record among a million is still seen."""

_SHORT = ((1_000_000, "M"), (1_000, "k"))


def compact(number: int) -> str:
    """A count in at most four characters or so: `950`, `1.2k`, `34k`, `5M`."""
    for size, letter in _SHORT:
        if number >= size:
            scaled = number / size
            digits = 1 if scaled < 10 else 0
            return f"{scaled:.{digits}f}".removesuffix(".0") + letter
    return str(number)


def _svg(label: str, height: int, body: Markup) -> Markup:
    return Markup(
        '<svg class="chart" role="img" width="100%" height="{}" aria-label="{}">'
        "<title>{}</title>{}</svg>"
    ).format(height, label, label, body)


def _bar(kind: str, x: float, width: float, y: float = 0, height: float = _BAR) -> Markup:
    return Markup(
        '<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}" rx="1.5"/>'
    ).format(kind, x, y, width, height)


def change_bar(entity: str, counts: Counts, most: int) -> Markup:
    """What happens to one entity, stacked; `most` is the largest total, which fills the width."""
    parts = [(name, getattr(counts, name)) for name in STACKED if getattr(counts, name)]
    told = ", ".join(f"{number:,} {COUNTED[name]}" for name, number in parts) or "no change"
    room = 100 - _LEAST * len(parts)
    x, body = 0.0, Markup()
    for name, number in parts:
        width = _LEAST + room * number / max(most, 1)
        body += _bar(f"bar-{name}", x, width)
        x += width
    return _svg(f"{cell(entity_name(entity))}: {told}", _BAR, body)


def rows_bar(file: FileReport) -> Markup:
    """A file's rows tonight over last night's, on the file's own scale."""
    tonight, before = file.rows or 0, file.rows_before or 0
    most = max(tonight, before, 1)
    body = _bar("bar-before", 0, 100 * before / most)
    body += _bar("bar-rows", 0, 100 * tonight / most, y=3, height=_BAR - 6)
    told = "rows unknown" if file.rows is None else amount(file.rows, "row")
    last = "none known" if file.rows_before is None else f"{file.rows_before:,}"
    return _svg(f"{cell(file.name)}: {told} tonight, last night {last}", _BAR, body)


def history_strip(title: str, runs: Sequence[RunReport]) -> Markup:
    """One of the `STRIPS` over the runs, oldest first.

    Heights go by order of magnitude: beside a first load, an ordinary night would be a line.
    Runs that changed nothing in the end are drawn hollow.
    """
    numbers = [max(_counted(title, one), 0) for one in runs]
    top = math.log1p(max([*numbers, 1]))
    step = 100 / max(len(runs), LEAST_COLUMNS)
    body = Markup().join(
        _column(
            place * step,
            step,
            number,
            math.log1p(number) / top,
            _column_class(title, one),
        )
        for place, (number, one) in enumerate(zip(numbers, runs, strict=True))
    )
    told = "; ".join(f"run {one.run}: {n:,}" for n, one in zip(numbers, runs, strict=True))
    return _svg(f"Records {title}, by run. {told}", _STRIP + 16, body)


def _counted(title: str, run: RunReport) -> int:
    return sum(getattr(one, name) for one in run.counts.values() for name in STRIPS[title])


def _column_class(title: str, run: RunReport) -> str:
    kind = f"bar-{STRIPS[title][0]}"
    return kind if run.state in CARRIED_OUT else f"{kind} hollow"


def _column(x: float, step: float, number: int, share: float, kind: str) -> Markup:
    height = max(share * _STRIP, 2) if number else 1
    bar = _bar(
        kind if number else "bar-none", x + step * 0.2, step * 0.6, 14 + _STRIP - height, height
    )
    label = Markup('<text class="tick" x="{:.2f}%" y="{:.1f}">{}</text>').format(
        x + step / 2, 10 + _STRIP - height, compact(number) if number else ""
    )
    return bar + label
