"""Rosters by the million: files that are read and written column by column where both ends can.

Plans go one at a time; a package that holds some is read record by record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from adapters.port import Progress
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from service.convert.lines import MakesLines, TakesLines, counted

if TYPE_CHECKING:
    import polars as pl

    Files = Mapping[str, pl.DataFrame]


@runtime_checkable
class ByColumns(Protocol):
    """A format that reads and writes whole files as columns of cells."""

    def read_frames(self, path: Path, progress: Progress) -> Files: ...

    def write_frames(self, path: Path, frames: Files, progress: Progress) -> None: ...


@runtime_checkable
class Columnar(Protocol):
    """A bridge between such files and our tables."""

    def has_plans(self, files: Files) -> bool: ...

    def read_frames(self, files: Files, losses: Losses) -> Hub: ...

    def write_frames(self, hub: Hub, losses: Losses) -> Files: ...


@dataclass(frozen=True, slots=True)
class Way:
    """A format and its bridge, where its files lie, and the account of what is lost there."""

    form: object
    bridge: object
    path: Path
    losses: Losses
    progress: Progress

    def read(self, counter: Counter[str]) -> Hub | None:
        """The hub of a package without plans; None where it has to be read record by record."""
        if not isinstance(self.form, ByColumns) or not isinstance(self.bridge, Columnar):
            return None
        files = self.form.read_frames(self.path, self.progress)
        if self.bridge.has_plans(files):
            return None
        counter.update({name: frame.height for name, frame in files.items()})
        return self.bridge.read_frames(files, self.losses)

    def write(self, hub: Hub, counter: Counter[str], choice: Choice) -> bool:
        """Write a hub without plans; False where it has to be written record by record."""
        if hub.plans != ():
            return False
        if isinstance(self.form, TakesLines) and isinstance(self.bridge, MakesLines):
            pieces = self.bridge.write_lines(hub, self.losses, choice)
            self.form.write_lines(self.path, counted(pieces, choice, counter), self.progress)
            return True
        if isinstance(self.form, ByColumns) and isinstance(self.bridge, Columnar):
            made = self.bridge.write_frames(hub, self.losses)
            files = {name: frame for name, frame in made.items() if choice.wants(name)}
            counter.update({name: frame.height for name, frame in files.items() if frame.height})
            self.form.write_frames(self.path, files, self.progress)
            return True
        return False
