"""Rosters by the million: files that are read and written column by column where both ends can.

Plans go one at a time; a package that holds some is read record by record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from adapters.port import Progress
from mappings.engine.loss import Losses
from mappings.hub import CellFile, Choice, Hub, Needs
from service.convert.lines import MakesLines, TakesLines, counted

if TYPE_CHECKING:
    import polars as pl

    Files = Mapping[str, pl.DataFrame]


@runtime_checkable
class ByColumns(Protocol):
    """A format that reads and writes files as columns of cells."""

    def open_frames(
        self, path: Path, progress: Progress
    ) -> AbstractContextManager[Mapping[str, CellFile]]: ...

    def write_frames(self, path: Path, frames: Files, progress: Progress) -> None: ...


@runtime_checkable
class Columnar(Protocol):
    """A bridge between such files and our tables."""

    def read_frames(
        self, files: Mapping[str, CellFile], losses: Losses, needs: Needs | None
    ) -> Hub | None: ...

    def write_frames(self, hub: Hub, losses: Losses) -> Files: ...


def telling(form: Any, losses: Losses) -> Any:
    """The format as one that counts what its files cannot hold; most hold all they are given."""
    reporting = getattr(form, "reporting", None)
    return reporting(losses) if reporting else form


def _counted(files: Mapping[str, CellFile], counter: Counter[str]) -> dict[str, CellFile]:
    """Files that count their rows when they are read to the end; those without any are not told."""

    def counting(name: str, file: CellFile) -> CellFile:
        def parts() -> Iterator[pl.DataFrame]:
            rows = 0
            for frame in file.parts():
                rows += frame.height
                yield frame
            counter.update({name: rows - counter[name]} if rows else {})

        return replace(file, parts=parts)

    return {name: counting(name, file) for name, file in files.items()}


@dataclass(frozen=True, slots=True)
class Way:
    """A format and its bridge, where its files lie, and the account of what is lost there."""

    form: object
    bridge: object
    path: Path
    losses: Losses
    progress: Progress

    def needs(self, choice: Choice) -> Needs | None:
        """What of a hub is needed to `write` it; None for everything."""
        if isinstance(self.form, TakesLines) and isinstance(self.bridge, MakesLines):
            return self.bridge.needs(choice)
        return None

    def read(
        self, counter: Counter[str], opened: ExitStack, needs: Needs | None = None
    ) -> Hub | None:
        """The hub of a package without plans; None where it has to be read record by record.

        Its tables have what is needed, and are there as long as `opened` is: large ones are read
        when they are asked for. What was lost is in the account at the end; what was lost before
        plans were met is told by whoever reads the records.
        """
        own = Losses()
        form = telling(self.form, own)
        if not isinstance(form, ByColumns) or not isinstance(self.bridge, Columnar):
            return None
        hub = None
        try:
            files = opened.enter_context(form.open_frames(self.path, self.progress))
            hub = self.bridge.read_frames(_counted(files, counter), own, needs)
        except Exception:
            self.losses.merge(own)
            raise
        if hub is not None:
            opened.callback(self.losses.merge, own)
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
