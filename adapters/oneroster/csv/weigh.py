"""A look at a file's lines before it is taken into memory, which costs several times its size.

A cell of 200 MB would take gigabytes, and so would 3 MB of blank lines: each is a row of 22 cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from adapters.oneroster.csv.limits import Limits
from schemas.finding import Finding, Severity

_CHUNK = 1 << 20


class Lines(NamedTuple):
    """How many line ends there are, the file's bytes, and the first line that is too long."""

    ends: int
    size: int
    endless: int | None


def too_heavy(path: Path, label: str, columns: int, limits: Limits) -> Finding | None:
    """Why a file is not taken into memory, or None; `columns` is what its header says."""
    if columns > limits.columns:
        problem = f"the header has {columns:,} columns; at most {limits.columns:,} are read"
        fix = "Export the columns of the standard; a value may have ended up in the header."
        return Finding(Severity.REFUSE, "header.too_many", problem, fix, label, 1)
    ends, size, endless = _lines(path, limits.line_bytes)
    if endless is not None:
        problem = f"a line of more than {limits.line_bytes:,} bytes is longer than any roster holds"
        fix = "Look for a missing line end, or correct the value in the sending system."
        return Finding(Severity.REFUSE, "value.too_long", problem, fix, label, endless)
    if ends * columns > size + limits.blank_bytes:
        problem = f"the file has {ends:,} lines, too many for its {size:,} bytes: most are blank"
        return Finding(
            Severity.REFUSE, "file.blank_lines", problem, "Export it without blank lines.", label
        )
    return None


def _lines(path: Path, longest: int) -> Lines:
    """Read once through the file; a chunk is shorter than a line may be."""
    ends = size = since = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            first = chunk.find(b"\n")
            since += len(chunk) if first < 0 else first
            if since > longest:
                return Lines(ends, size, ends + 1)
            if first >= 0:
                ends += chunk.count(b"\n")
                since = len(chunk) - chunk.rfind(b"\n") - 1
    return Lines(ends, size, None)
