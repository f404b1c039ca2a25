"""Files and folders that appear under their names only when they are whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

PUBLIC: Final = 0o666
"""The mode of files that others may read as far as the umask lets them."""


def require_free(path: Path) -> None:
    """Raise FileExistsError where something stands, be it a link that leads nowhere."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "something stands there already", str(path))


@contextmanager
def whole_file(path: Path, mode: int = 0o600, *, replaces: bool = False) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place on leaving; after an error nothing is left.

    Raises FileExistsError where something stands at `path`, unless it `replaces` that.
    """
    if not replaces:
        require_free(path)
    draft = _draft(path)
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if not replaces:
            require_free(path)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path`, made with those above it, that takes its name on leaving.

    After an error nothing is left. Raises FileExistsError where something stands at `path`.
    """
    require_free(path)
    with _unfinished(path) as draft:
        yield draft
        require_free(path)
        draft.rename(path)


@contextmanager
def whole_package(path: Path, pack: Callable[[list[Path], IO[bytes]], None]) -> Iterator[Path]:
    """A folder to write files into; on leaving it becomes `path`, packed if that ends in .zip.

    After an error nothing is left. Raises FileExistsError where something stands at `path`.
    """
    if path.suffix.lower() != ".zip":
        with whole_folder(path) as folder:
            yield folder
        return
    require_free(path)
    with _unfinished(path) as draft:
        yield draft
        with whole_file(path, PUBLIC) as stream:
            pack(sorted(draft.iterdir()), stream)


_BINARY: Final = getattr(os, "O_BINARY", 0)
"""Windows would write line ends of its own without it."""


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    draft = _draft(path)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
