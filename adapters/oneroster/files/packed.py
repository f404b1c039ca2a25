"""JSON files that are packed with gzip, each unpacked within limits before it is read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from adapters.formats import Unreadable
from adapters.oneroster.csv.limits import DEFAULT_LIMITS, Limits

Refuse = Callable[[str, str, str | None], Unreadable]
_CHUNK = 1 << 16


def unpacked(
    files: Iterable[Path], scratch: Path, refuse: Refuse, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Path]:
    """The files, packed ones as they are unpacked into `scratch`. Raises what `refuse` makes."""
    for file in files:
        if file.suffix.lower() != ".gz":
            yield file
            continue
        plain = scratch / file.name[: -len(".gz")]
        try:
            _unpack(file, plain, refuse, limits)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            problem = f"{file.name} is damaged, cut off or not packed with gzip"
            raise refuse("gzip.damaged", problem, file.name) from None
        yield plain
        plain.unlink()


def _unpack(file: Path, plain: Path, refuse: Refuse, limits: Limits) -> None:
    size = 0
    with file.open("rb") as packed, gzip.open(packed) as stream, plain.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            allowed = max(limits.ratio_from, limits.ratio * packed.tell())
            if size > min(allowed, limits.entry_bytes):
                problem = f"{file.name} inflates to more than {size:,} bytes, or without end"
                raise refuse("gzip.bomb", problem, file.name)
            out.write(chunk)
