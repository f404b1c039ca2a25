"""Zip archives, read as if someone meant harm.

What the archive says about itself is checked first because that is quick; sizes are then measured
while inflating, because an archive may lie.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.refusal import Refused
from adapters.shelf import Draft, Shelf

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_NESTED = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)
_ABSOLUTE = re.compile(r"^([/\\]|[A-Za-z]:)")
_REBUILD = "Build the package again with an ordinary zip program, the CSV files at its root."


@contextmanager
def open_zip(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open an archive and check its table of contents; raises `Refused`."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN:
        raise _broken(path.name) from None
    size = path.stat().st_size
    with archive:
        entries = archive.infolist()
        if not all(0 <= entry.header_offset < size for entry in entries):
            raise _broken(path.name)
        _check_contents(entries, limits)
        yield archive


def _broken(name: str) -> Refused:
    return Refused(
        "zip.broken",
        f"{name} is damaged, cut off or no zip archive",
        "Transfer the package again and compare its size with the original.",
        file=name,
    )


def _check_contents(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        problem = f"the archive holds {len(entries):,} entries; at most {limits.entries:,} are read"
        raise Refused("zip.entries", problem, _REBUILD)
    for entry in entries:
        _check_entry(entry, limits)
    [(name, count)] = Counter(entry.filename for entry in entries).most_common(1) or [("", 0)]
    if count > 1:
        problem = f"the archive holds {name} {count} times"
        raise Refused("zip.duplicate", problem, _REBUILD, file=name)
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        raise _bomb("the archive", limits.total_bytes)


def _check_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = entry.filename
    if not name or _ABSOLUTE.match(name) or "\\" in name or ".." in name.split("/"):
        problem = "an entry's name leads outside the package"
        raise Refused("zip.unsafe_path", problem, _REBUILD, file=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("zip.symlink", "an entry is a symbolic link", _REBUILD, file=name)
    if entry.flag_bits & _ENCRYPTED:
        fix = "Send the package without a password; protect the way it is transferred."
        raise Refused("zip.encrypted", "an entry is encrypted", fix, file=name)
    if name.lower().endswith(_NESTED):
        raise Refused("zip.nested", "the archive holds another archive", _REBUILD, file=name)
    if entry.compress_type not in _METHODS:
        raise Refused("zip.method", "an entry is not packed with deflate", _REBUILD, file=name)
    if entry.file_size > limits.entry_bytes:
        raise _bomb(name, limits.entry_bytes)


def _bomb(name: str, allowed: int) -> Refused:
    return Refused(
        "zip.bomb",
        f"{name} inflates to more than {allowed:,} bytes, more than a roster of its size can",
        "Check where the package comes from. If it is genuine, raise the limits.",
        file=name,
    )


def inflate(archive: zipfile.ZipFile, name: str, shelf: Shelf, limits: Limits) -> Draft:
    """Copy one entry to the shelf, its size measured on the way; raises `Refused`."""
    entry = archive.getinfo(name)
    allowed = max(limits.ratio_from, limits.ratio * entry.compress_size)
    allowed = min(allowed, limits.entry_bytes)
    try:
        with archive.open(entry) as packed, shelf.draft() as draft:
            size = 0
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
                if size > allowed:
                    raise _bomb(name, allowed)
                draft.stream.write(chunk)
    except _BROKEN:
        raise _broken(name) from None
    return draft
