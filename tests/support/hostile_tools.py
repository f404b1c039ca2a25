"""What hostile files are made of: a case with its expected error, and packed things that grow."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
GIB10 = 10 * 1024 * MIB

Make = Callable[[Path], Path]
"""Makes a case in a folder of its own; returns what the user would name."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file or folder, the format it is given as, and the one error that it must end in.

    `place` is how the error starts (file, row, field), `words` stand in its problem. A `heavy` one
    is converted and checked in a process of its own, whose memory and time are measured.
    """

    form: str
    make: Make
    place: str
    words: str
    heavy: bool = False


def holding(name: str, content: str | bytes) -> Make:
    """A file of this name; slashes make folders, and the outermost one is then what is named."""
    data = content.encode() if isinstance(content, str) else content

    def make(folder: Path) -> Path:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return folder / Path(name).parts[0]

    return make


def growing(name: str, head: bytes, piece: bytes, times: int, tail: bytes = b"") -> Make:
    """A file that repeats a piece until it is large; only the disk holds all of it."""

    def make(folder: Path) -> Path:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        many = max(1, MIB // len(piece))
        with target.open("wb") as stream:
            stream.write(head)
            for _ in range(times // many):
                stream.write(piece * many)
            stream.write(piece * (times % many) + tail)
        return folder / Path(name).parts[0]

    return make


def gzipped(name: str, content: bytes) -> Make:
    """A small file, packed with gzip."""
    return holding(name, gzip.compress(content))


def gzip_bomb(name: str, head: bytes, filler: bytes) -> Make:
    """A sound gzip file of some 10 MB that inflates to 10 GB: the same member a thousand times."""
    member = gzip.compress(filler * (10 * MIB // len(filler)), 9)

    def make(folder: Path) -> Path:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            stream.write(gzip.compress(head))
            for _ in range(GIB10 // (10 * MIB)):
                stream.write(member)
        return folder / Path(name).parts[0]

    return make


def zipped(name: str, files: Mapping[str, str | bytes]) -> Make:
    """An ordinary zip of these files."""

    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner, content in files.items():
                archive.writestr(inner, content)
        return folder / name

    return make


def zip_bomb(name: str, inner: str, head: bytes, *, claimed: int | None = None) -> Make:
    """A zip whose one entry inflates to 10 GB of blanks, and says so or claims another size."""
    size = len(head) + GIB10

    def make(folder: Path) -> Path:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
        block = packer.compress(b" " * (16 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
        packed = start + block * (GIB10 // (16 * MIB)) + packer.flush()
        _write_zip(folder / name, inner.encode(), packed, size if claimed is None else claimed)
        return folder / name

    return make


def _write_zip(path: Path, inner: bytes, packed: bytes, size: int) -> None:
    """One deflated entry with the sizes that are claimed, in the Zip64 form (APPNOTE 4.5.3)."""
    extra = struct.pack("<HHQQ", 1, 16, size, len(packed))
    facts = struct.pack(
        "<HHHHHLLLHH", 45, 0, 8, 0, 33, 0, 2**32 - 1, 2**32 - 1, len(inner), len(extra)
    )
    local = b"PK\x03\x04" + facts + inner + extra
    central = b"PK\x01\x02" + struct.pack("<H", 45) + facts
    central += struct.pack("<HHHLL", 0, 0, 0, 0, 0) + inner + extra
    begins = len(local) + len(packed)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), begins, 0)
    path.write_bytes(local + packed + central + end)


def encrypted(make: Make) -> Make:
    """The same zip, with its first entry marked as encrypted."""

    def changed(folder: Path) -> Path:
        path = make(folder)
        content = bytearray(path.read_bytes())
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(signature) + offset] |= 1
        path.write_bytes(content)
        return path

    return changed


def cut(make: Make, share: float = 0.5) -> Make:
    """The beginning of the same file."""

    def changed(folder: Path) -> Path:
        path = make(folder)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        return path

    return changed
