"""Packages: a folder of files, or a zip of them whose bytes depend on nothing but the content."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from adapters.whole import whole_package

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that equal content gives equal bytes."""
_MODE = 0o644 << 16
_UNIX = 3
_BUFFER = 1 << 20


def new_package(path: Path) -> AbstractContextManager[Path]:
    """A folder to write files into; on leaving it becomes `path`, as a zip if that ends in .zip.

    After an error nothing is left. Raises FileExistsError where something stands at `path`.
    """
    return whole_package(path, _pack)


def _pack(files: list[Path], stream: IO[bytes]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            _add(archive, file)


def _add(archive: zipfile.ZipFile, file: Path) -> None:
    entry = zipfile.ZipInfo(file.name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    entry.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, _BUFFER)
