"""Standard records as one file of JSON lines for each resource."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from adapters.edfi.check import LOOKUP
from adapters.edfi.refusal import Unwritable, unwritable
from adapters.port import Progress, silent
from adapters.whole import whole_folder
from mappings.hub import Lines
from schemas.standards.edfi import entities, shape
from schemas.standards.shape import Kind, Property, StandardRecord

_EVERY = 1000
_BLOCK = 1 << 17
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
_MARK = secrets.token_hex(8)
"""Marks a decimal on its way through the encoder; nobody can have it in a text of theirs."""
_MARKED = re.compile(f'"{_MARK}([^"]*)"')

Mark = Callable[[dict[str, Any]], dict[str, Any]]


def write(
    path: Path, version: str, records: Iterable[StandardRecord], progress: Progress = silent
) -> None:
    """Write a folder of `<resource>.jsonl` files; ours lie in its folder `ilp`.

    Records keep their order within a resource, decimals their digits. Raises FileExistsError
    where something stands at `path`, Unwritable for the first record that JSON cannot say; then
    nothing is left behind.
    """
    write_lines(path, version, records, progress)


def write_lines(
    path: Path,
    version: str,
    pieces: Iterable[StandardRecord | Lines],
    progress: Progress = silent,
) -> None:
    """The same, where some records come as JSON text by the thousand."""
    with whole_folder(path) as folder, ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for done, piece in enumerate(pieces, start=1):
            if piece.entity not in files:
                files[piece.entity] = stack.enter_context(_opened(folder, version, piece))
            _append(files[piece.entity], version, piece)
            if done % _EVERY == 0:
                progress("Writing JSON", done)


def _append(file: IO[bytes], version: str, piece: StandardRecord | Lines) -> None:
    if isinstance(piece, StandardRecord):
        file.write(line_of(version, piece).encode())
    else:  # a table of one column without quotes is its texts, each on a line
        lines = cast(IO[bytes], _InBlocks(file))
        piece.texts.to_frame().write_csv(lines, include_header=False, quote_style="never")


@dataclass(frozen=True, slots=True)
class _InBlocks:
    """A file that is written block by block: the system takes longer for many megabytes at once."""

    file: IO[bytes]

    def write(self, text: bytes) -> int:
        view = memoryview(text)
        for at in range(0, len(view), _BLOCK):
            self.file.write(view[at : at + _BLOCK])
        return len(view)

    def flush(self) -> None:
        self.file.flush()


def _opened(folder: Path, version: str, piece: StandardRecord | Lines) -> IO[bytes]:
    if piece.entity not in entities(version):
        problem = f"Data Standard {version} has no resource {piece.entity}"
        where = piece.where if isinstance(piece, StandardRecord) else ""
        raise unwritable(problem, "Leave it out.", where, piece.entity)
    target = folder / f"{piece.entity}.jsonl"
    target.parent.mkdir(exist_ok=True)
    return target.open("wb")


def line_of(version: str, record: StandardRecord) -> str:
    """The record as one line of JSON. Raises Unwritable."""
    try:
        values = _marker(version, record.entity)(record.values)
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except (TypeError, ValueError, InvalidOperation) as error:
        raise _unsayable(record, str(error)) from None
    if f'"{LOOKUP}":' in text:
        raise _unsayable(record, "a reference holds a lookup instead of a key")
    return _MARKED.sub(r"\1", text) + "\n"


def _unsayable(record: StandardRecord, why: str) -> Unwritable:
    problem = f"a record of {record.entity} cannot be written as JSON: {why}"
    return unwritable(problem, "Correct the value named.", record.where, record.entity)


@cache
def _marker(version: str, entity: str) -> Mark:
    return _marking(shape(version, entity).properties) or (lambda values: values)


def _marking(properties: tuple[Property, ...]) -> Mark | None:
    """Marks the decimals of an object; None where it can hold none."""
    decimals = {each.name for each in properties if each.kind is Kind.DECIMAL}
    below = {each.name: _marking(each.parts) for each in properties if not each.reference}
    inner = {name: mark for name, mark in below.items() if mark is not None}
    if not decimals and not inner:
        return None

    def mark(values: dict[str, Any]) -> dict[str, Any]:
        found = dict(values)
        for name in decimals & values.keys():
            found[name] = _marked(values[name])
        for name in inner.keys() & values.keys():
            found[name] = _below(values[name], inner[name])
        return found

    return mark


def _below(value: Any, mark: Mark) -> Any:
    if isinstance(value, list):
        return [mark(each) if isinstance(each, dict) else each for each in value]
    return mark(value) if isinstance(value, dict) else value


def _marked(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value if _JSON_NUMBER.fullmatch(value) else format(Decimal(value), "f")
    return _MARK + text
