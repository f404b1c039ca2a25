"""Rosters by the million: files that are read and written column by column where both ends can.

Plans go one at a time; a package that holds some is read record by record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from adapters.port import Progress
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from service.convert.lines import MakesLines, TakesLines, counted

if TYPE_CHECKING:
    import polars as pl

    Files = Mapping[str, pl.DataFrame]
    Read = Iterable[tuple[str, pl.DataFrame]]


@runtime_checkable
class ByColumns(Protocol):
    """A format that reads and writes whole files as columns of cells."""

    def read_frames(self, path: Path, progress: Progress) -> Read: ...

    def write_frames(self, path: Path, frames: Files, progress: Progress) -> None: ...


@runtime_checkable
class Columnar(Protocol):
    """A bridge between such files and our tables."""

    def read_frames(self, files: Read, losses: Losses) -> Hub | None: ...

    def write_frames(self, hub: Hub, losses: Losses) -> Files: ...


def telling(form: Any, losses: Losses) -> Any:
    """The format as one that counts what its files cannot hold; most hold all they are given."""
    reporting = getattr(form, "reporting", None)
    return reporting(losses) if reporting else form


def _counted(files: Read, counter: Counter[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, frame in files:
        counter[name] = frame.height
        yield name, frame
        del frame  # gone before the next is read


@dataclass(frozen=True, slots=True)
class Way:
    """A format and its bridge, where its files lie, and the account of what is lost there."""

    form: object
    bridge: object
    path: Path
    losses: Losses
    progress: Progress

    def read(self, counter: Counter[str]) -> Hub | None:
        """The hub of a package without plans; None where it has to be read record by record.

        Files are taken one by one, so that none is held longer than its tables take. What was
        lost of those read before plans were met is told by whoever reads the records.
        """
        own = Losses()
        form = telling(self.form, own)
        if not isinstance(form, ByColumns) or not isinstance(self.bridge, Columnar):
            return None
        files = _counted(form.read_frames(self.path, self.progress), counter)
        try:
            hub = self.bridge.read_frames(files, own)
        except Exception:
            self.losses.merge(own)
            raise
        if hub is not None:
            self.losses.merge(own)
        return hub

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
