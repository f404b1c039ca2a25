"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def require_absent(path: Path) -> None:
    """Raise FileExistsError where something stands already."""
    if path.exists() or path.is_symlink():
        raise FileExistsError(f"{path} exists already; choose another name or move it away")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes appear at `path` when the block ends well, and nowhere otherwise."""
    require_absent(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o644)
        require_absent(path)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
