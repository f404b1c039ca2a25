"""Files that appear under their names only when they are whole."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place on leaving; after an error nothing is left.

    Raises FileExistsError where something stands at `path`.
    """
    _check_free(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _check_free(path)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _check_free(path: Path) -> None:
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "something stands there already", str(path))
