"""Files that appear under their names only when all of them are whole."""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that equal content gives equal bytes."""
_MODE = 0o644 << 16
_UNIX = 3
_BUFFER = 1 << 20


@contextmanager
def new_package(path: Path) -> Iterator[Path]:
    """A folder to write files into; on leaving it becomes `path`, as a zip if that ends in .zip.

    After an error nothing is left. Raises FileExistsError where something stands at `path`.
    """
    _must_be_free(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    draft.mkdir(parents=True)
    try:
        yield draft
        _settle(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _settle(draft: Path, path: Path) -> None:
    if path.suffix.lower() != ".zip":
        _must_be_free(path)
        draft.rename(path)
        return
    packed = draft / "package.zip.partial"
    _pack(sorted(draft.iterdir()), packed)
    _must_be_free(path)
    packed.rename(path)


def _must_be_free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise FileExistsError(f"{path} exists already; choose another name or move it away")


def _pack(files: list[Path], packed: Path) -> None:
    with packed.open("xb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                _add(archive, file)
        stream.flush()
        os.fsync(stream.fileno())


def _add(archive: zipfile.ZipFile, file: Path) -> None:
    entry = zipfile.ZipInfo(file.name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    entry.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, _BUFFER)
