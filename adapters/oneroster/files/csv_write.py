"""Writing a CSV package: CSV Binding 1.2.1, package rules, manifest.csv and the data files.

Lines end with LF, as most packages have it; RFC 4180's CR LF would be as good. Cells are data and
are written as they are, also where a spreadsheet would take them for a formula.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from adapters.oneroster.files.loss import WHOLE, Loss, OnLoss, refuse
from adapters.oneroster.files.metadata import PREFIX
from adapters.oneroster.files.sheets import to_sheet
from adapters.oneroster.files.sound import Rulebook, Sheet, sound
from adapters.oneroster.files.target import new_package
from adapters.port import ROW, FileMode, Progress, silent
from schemas.standards.oneroster import Column, files, manifest
from schemas.standards.shape import StandardRecord

_BATCH = 5_000
_MOST_COLUMNS = 2_000
"""Extension columns of one file; names beyond are data that ended up in a header."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How a package is written.

    In a `mode` of BULK status and dateLastModified stay blank; in DELTA every record needs both.
    `system` and `code` name the sending system in the manifest.
    """

    version: str
    mode: FileMode = FileMode.BULK
    system: str | None = None
    code: str | None = None
    on_loss: OnLoss = refuse


def write_records(
    path: Path, records: Iterable[StandardRecord], packing: Packing, progress: Progress = silent
) -> None:
    """Write records, in whatever order they come, as a zip (`.zip`) or a folder.

    Raises FileExistsError where something stands at `path`, and what `packing.on_loss` raises.
    """
    with new_package(path) as folder:
        spool = _Spool(folder, packing)
        for done, record in enumerate(records, start=1):
            spool.add(record)
            if done % _BATCH == 0:
                progress(f"Writing {path.name}", done)
        _write_manifest(folder, spool.finish(), packing)


def write_tables(
    path: Path, frames: Mapping[str, pl.DataFrame], packing: Packing, progress: Progress = silent
) -> None:
    """Write whole collections, columns of text as `read_frames` gives them, with Polars.

    Raises FileExistsError where something stands at `path`, and what `packing.on_loss` raises.
    """
    with new_package(path) as folder:
        written = set()
        for done, (entity, frame) in enumerate(frames.items(), start=1):
            if _write_table(folder, entity, frame, packing):
                written.add(entity)
            progress(f"Writing {entity}.csv", done, len(frames))
        _write_manifest(folder, written, packing)


def rulebook(entity: str, packing: Packing) -> Rulebook:
    """What the rows of a file must hold to be written."""
    columns = files(packing.version)[entity]
    needed = frozenset(one.name for one in columns if _is_needed(one, packing.mode))
    return Rulebook(columns, needed, packing.mode, is_csv=True)


def _is_needed(column: Column, mode: FileMode) -> bool:
    """What our own check would only warn of may be blank: it is better kept than lost."""
    if column.required == "delta":
        return mode is FileMode.DELTA
    unsure = not column.verified and column.name != "sourcedId"
    return column.required == "always" and not (column.optional_over_rest or unsure)


def _write_table(folder: Path, entity: str, frame: pl.DataFrame, packing: Packing) -> bool:
    known = {column.name for column in files(packing.version).get(entity, ())}
    if not known:
        reason = f"OneRoster {packing.version} has no such CSV file"
        packing.on_loss(Loss(entity, WHOLE, "no_file", reason, count=frame.height))
        return False
    text = frame if ROW in frame.columns else frame.with_row_index(ROW, offset=2)
    for name in text.columns:
        if name not in known and name != ROW and not name.startswith(PREFIX):
            filled = text[name].drop_nulls()
            if not filled.is_empty():
                reason = f"{entity} has no place for {name} in this format"
                value = str(filled[0])
                packing.on_loss(Loss(entity, name, "no_column", reason, value, "", filled.len()))
            text = text.drop(name)
    kept = sound(Sheet(entity, text), rulebook(entity, packing), packing.on_loss)
    free = sorted(name for name in kept.columns if name.startswith(PREFIX))
    if kept.is_empty():
        return False
    header = [*_names(entity, packing.version), *free]
    with (folder / f"{entity}.csv").open("wb") as stream:
        stream.write(_line(header))
        _columns_of(kept, header).write_csv(stream, include_header=False)
    return True


def _names(entity: str, version: str) -> list[str]:
    return [column.name for column in files(version)[entity]]


def _columns_of(frame: pl.DataFrame, header: list[str]) -> pl.DataFrame:
    """The columns of a file in order; one that was dropped as secret is blank."""
    absent = [name for name in header if name not in frame.columns]
    blank = pl.lit(None, pl.String)
    return frame.with_columns(blank.alias(name) for name in absent).select(header)


def _line(cells: Iterable[str]) -> bytes:
    one = pl.DataFrame([[cell] for cell in cells], orient="col")
    return one.write_csv(include_header=False).encode()


@dataclass(slots=True)
class _File:
    """One data file in the making: rows wait in `waiting`, whole batches lie in `parts`."""

    target: Path
    standard: list[str]
    free: set[str] = field(default_factory=set)
    waiting: list[StandardRecord] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)


class _Spool:
    """Rows of every file, on disk as soon as a batch is full."""

    def __init__(self, folder: Path, packing: Packing) -> None:
        self._folder = folder
        self._packing = packing
        self._files: dict[str, _File] = {}

    def add(self, record: StandardRecord) -> None:
        """Take a record; one that no file of this version holds is a loss."""
        if record.entity not in files(self._packing.version):
            reason = f"OneRoster {self._packing.version} has no CSV file {record.entity}.csv"
            key = record.values.get("sourcedId")
            loss = Loss(record.entity, WHOLE, "no_file", reason, key, record.where)
            self._packing.on_loss(loss)
            return
        file = self._files.get(record.entity) or self._open(record.entity)
        file.waiting.append(record)
        if len(file.waiting) == _BATCH:
            self._flush(record.entity, file)

    def _open(self, entity: str) -> _File:
        target = self._folder / f"{entity}.csv"
        self._files[entity] = _File(target, _names(entity, self._packing.version))
        return self._files[entity]

    def _flush(self, entity: str, file: _File) -> None:
        book = rulebook(entity, self._packing)
        columns = {column.name: column for column in book.columns}
        sheet = to_sheet(entity, file.waiting, columns, self._packing.on_loss)
        file.waiting.clear()
        kept = sound(sheet, book, self._packing.on_loss)
        if kept.is_empty():
            return
        for name in kept.columns:
            if name.startswith(PREFIX) and name not in file.free:
                self._extend(entity, file, name, kept)
        part = file.target.with_suffix(f".{len(file.parts)}.rows")
        kept.write_ipc(part)
        file.parts.append(part)

    def _extend(self, entity: str, file: _File, name: str, kept: pl.DataFrame) -> None:
        if len(file.free) < _MOST_COLUMNS:
            file.free.add(name)
            return
        reason = f"a file may have {_MOST_COLUMNS:,} extension columns; this would be one more"
        count = kept.height - kept[name].null_count()
        self._packing.on_loss(Loss(entity, name, "too_many_columns", reason, count=count))

    def finish(self) -> set[str]:
        """Make the data files out of the batches; returns the collections that have rows."""
        for entity, file in self._files.items():
            self._flush(entity, file)
            if file.parts:
                _complete(file)
        return {entity for entity, file in self._files.items() if file.parts}


def _complete(file: _File) -> None:
    """Header and rows, extension columns last in order of their names."""
    header = [*file.standard, *sorted(file.free)]
    with file.target.open("wb") as stream:
        stream.write(_line(header))
        for part in file.parts:
            rows = pl.read_ipc(part.read_bytes())
            _columns_of(rows, header).write_csv(stream, include_header=False)
            part.unlink()


def _write_manifest(folder: Path, written: set[str], packing: Packing) -> None:
    system = {"source.systemName": packing.system, "source.systemCode": packing.code}
    rows = [("propertyName", "value")]
    for row in manifest(packing.version):
        kind, _, name = row.name.partition(".")
        if kind == "file":
            rows.append((row.name, packing.mode.value if name in written else "absent"))
        elif row.allowed:
            rows.append((row.name, row.allowed[0]))
        elif said := system.get(row.name):
            rows.append((row.name, said))
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
