"""Which files are plans in our own form: by their names and first bytes, before any is read."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.ilp.envelope import FORMAT

ENDINGS = (".json", ".zip")
_ZIP = b"PK"
_FIRST_ENTRY = re.compile(rb"^PK\x03\x04.{26}(?:plans/[0-9]{6}/)?(?:ilp|manifest)\.json", re.DOTALL)


def listed(folder: Path) -> list[Path]:
    """The documents and bundles of a folder by name."""
    inner = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in inner if path.suffix.lower() in ENDINGS and path.is_file())


def is_ours(file: Path) -> bool:
    """Whether a file starts as a document or a bundle of ours."""
    start = _start(file, 1000)
    return bool(_FIRST_ENTRY.match(start)) or f'"{FORMAT}"'.encode() in start


def is_bundle(file: Path) -> bool:
    """Whether a file is to be read as a bundle: by its name, or by its first bytes."""
    return file.suffix.lower() == ".zip" or _start(file, len(_ZIP)) == _ZIP


def _start(file: Path, size: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(size)
    except OSError:
        return b""
