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
from dataclasses import dataclass
from pathlib import Path

from schemas.finding import Finding, Severity

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_NESTED = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)
_ABSOLUTE = re.compile(r"^([/\\]|[A-Za-z]:)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ZipRules:
    """What an archive of one kind may hold; sizes in bytes.

    `ratio` bounds inflated bytes for each packed byte, for entries that inflate to more than
    `ratio_from`. `content` and `rebuild` are words for messages: what such an archive holds, and
    how to make a sound one. `nested` allows archives in the archive; they are never opened.
    """

    entries: int
    entry_bytes: int
    total_bytes: int
    ratio: int
    ratio_from: int
    content: str
    rebuild: str
    nested: bool = False


class ZipRefused(Exception):
    """An archive that is not safe or not whole; `finding` says why."""

    def __init__(self, code: str, problem: str, fix: str, file: str | None = None) -> None:
        super().__init__(problem)
        self.finding = Finding(Severity.REFUSE, code, problem, fix, file=file)


@contextmanager
def open_zip(path: Path, rules: ZipRules) -> Iterator[zipfile.ZipFile]:
    """Open an archive and check its table of contents; raises `ZipRefused`."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN:
        raise _broken(path.name) from None
    with archive:
        entries = archive.infolist()
        _check_extent(entries, path)
        _check_contents(entries, rules, path.name)
        yield archive


def _check_extent(entries: list[zipfile.ZipInfo], path: Path) -> None:
    """Entries that lie outside the file, or that share its bytes, come from no zip program."""
    size = path.stat().st_size
    inside = all(0 <= entry.header_offset < size for entry in entries)
    if not inside or sum(entry.compress_size for entry in entries) > size:
        raise _broken(path.name)


def _broken(name: str) -> ZipRefused:
    return ZipRefused(
        "zip.broken",
        f"{name} is damaged, cut off or no zip archive",
        "Transfer the package again and compare its size with the original.",
        name,
    )


def _check_contents(entries: list[zipfile.ZipInfo], rules: ZipRules, archive: str) -> None:
    if len(entries) > rules.entries:
        problem = f"the archive holds {len(entries):,} entries; at most {rules.entries:,} are read"
        raise ZipRefused("zip.entries", problem, rules.rebuild, archive)
    for entry in entries:
        _check_name(entry, rules)
        _check_entry(entry, rules)
    [(name, count)] = Counter(entry.filename for entry in entries).most_common(1) or [("", 0)]
    if count > 1:
        problem = f"the archive holds {name} {count} times"
        raise ZipRefused("zip.duplicate", problem, rules.rebuild, name)
    if sum(entry.file_size for entry in entries) > rules.total_bytes:
        raise _bomb(archive, rules.total_bytes, rules)


def _check_name(entry: zipfile.ZipInfo, rules: ZipRules) -> None:
    # Names are read up to their first NUL byte; what stands behind it must not hide.
    if _CONTROL.search(entry.orig_filename):
        problem = "an entry's name holds a control character"
        shown = _CONTROL.sub("?", entry.orig_filename)
        raise ZipRefused("zip.unsafe_path", problem, rules.rebuild, shown)
    name = entry.filename
    if not name or _ABSOLUTE.match(name) or "\\" in name or ".." in name.split("/"):
        problem = "an entry's name leads outside the package"
        raise ZipRefused("zip.unsafe_path", problem, rules.rebuild, name)
    if not rules.nested and name.lower().endswith(_NESTED):
        raise ZipRefused("zip.nested", "the archive holds another archive", rules.rebuild, name)


def _check_entry(entry: zipfile.ZipInfo, rules: ZipRules) -> None:
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ZipRefused("zip.symlink", "an entry is a symbolic link", rules.rebuild, name)
    if entry.flag_bits & _ENCRYPTED:
        fix = "Send the package without a password; protect the way it is transferred."
        raise ZipRefused("zip.encrypted", "an entry is encrypted", fix, name)
    if entry.compress_type not in _METHODS:
        raise ZipRefused("zip.method", "an entry is not packed with deflate", rules.rebuild, name)
    allowed = _allowed(entry, rules)
    if entry.file_size > allowed:
        raise _bomb(name, allowed, rules)


def _allowed(entry: zipfile.ZipInfo, rules: ZipRules) -> int:
    return min(max(rules.ratio_from, rules.ratio * entry.compress_size), rules.entry_bytes)


def _bomb(name: str, allowed: int, rules: ZipRules) -> ZipRefused:
    return ZipRefused(
        "zip.bomb",
        f"{name} inflates to more than {allowed:,} bytes, more than {rules.content} can",
        "Check where the package comes from. If it is genuine, raise the limits.",
        name,
    )


def inflated(archive: zipfile.ZipFile, name: str, rules: ZipRules) -> Iterator[bytes]:
    """The content of one entry in pieces, its size measured on the way; raises `ZipRefused`.

    Raises KeyError for a name that the archive does not hold.
    """
    entry = archive.getinfo(name)
    allowed, size = _allowed(entry, rules), 0
    for chunk in _chunks(archive, entry):
        size += len(chunk)
        if size > allowed:
            raise _bomb(name, allowed, rules)
        yield chunk


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(_CHUNK):
                yield chunk
    except _BROKEN:
        raise _broken(entry.filename) from None
