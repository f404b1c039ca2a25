"""A CSV file in parts of whole rows: a large one need not be in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO


def parts_of(path: Path, size: int) -> Iterator[bytes]:
    """The file as texts of about `size` bytes of rows, the header's line before each; at least one.

    A row ends with a line, unless a quotation mark is open there. Where those do not pair up, the
    rest of the file is one part.
    """
    with path.open("rb") as stream:
        header, rows = stream.readline(), _rows(stream, size)
        yield header + rows
        while rows := _rows(stream, size):
            yield header + rows


def _rows(stream: IO[bytes], size: int) -> bytes:
    """The next rows; empty at the end of the file."""
    pieces = [stream.read(size), stream.readline()]
    quotes = sum(piece.count(b'"') for piece in pieces)
    while quotes % 2 and (line := stream.readline()):
        pieces.append(line)
        quotes += line.count(b'"')
    return b"".join(pieces)
