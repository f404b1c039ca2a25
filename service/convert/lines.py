"""Targets that take records by the thousand as text: the bridge makes it in columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from adapters.port import Progress
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub, Lines, Needs
from schemas.standards.shape import StandardRecord

Pieces = Iterable[StandardRecord | Lines]


@runtime_checkable
class TakesLines(Protocol):
    """A format whose files hold one record a line."""

    def write_lines(self, path: Path, pieces: Pieces, progress: Progress) -> None: ...


@runtime_checkable
class MakesLines(Protocol):
    """A bridge that makes such lines out of our tables."""

    def needs(self, choice: Choice) -> Needs | None: ...

    def write_lines(self, hub: Hub, losses: Losses, choice: Choice) -> Pieces: ...


def counted(
    pieces: Pieces, choice: Choice, counter: Counter[str]
) -> Iterator[StandardRecord | Lines]:
    """Those that are wanted, counted by entity."""
    for piece in pieces:
        if choice.wants(piece.entity):
            counter[piece.entity] += len(piece.texts) if isinstance(piece, Lines) else 1
            yield piece
