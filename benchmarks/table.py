"""Figures beside what they are measured against, and what was asked of them."""

from __future__ import annotations

from dataclasses import dataclass

_HEAD = f"{'what':44}{'ours':>14}{'beside':>14}{'ratio':>9}{'budget':>12}  met"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure. `is_met` is None where nothing is asked of it."""

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    budget: str = ""
    is_met: bool | None = None

    def line(self) -> str:
        """The figure as a line of the table."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x"
        met = {None: "", True: "yes", False: "NO"}[self.is_met]
        return f"{self.what:44}{self.ours:>14}{self.beside:>14}{ratio:>9}{self.budget:>12}  {met}"


def show(title: str, figures: list[Figure]) -> None:
    """Print a table."""
    print(f"\n{title}\n{_HEAD}")
    for each in figures:
        print(each.line(), flush=True)
