"""Pictures of work samples, safe to print: known formats, bounded, without what cameras add.

A photograph may tell where and when it was taken. Only what makes the picture goes on a page.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final, Protocol

MAX_BYTES: Final = 12 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
"""What a good camera takes; more would only fill memory."""

MOST: Final = 12
"""Pictures in one portfolio."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG markers that say how large the picture is."""


class Artifacts(Protocol):
    """Where stored files are found by what they hold."""

    def open(self, sha256: str) -> IO[bytes] | None:
        """The file's bytes from their start, or None where it is not held."""
        ...


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it may be printed; `media_type` is `image/jpeg` or `image/png`."""

    media_type: str
    data: bytes

    @property
    def ending(self) -> str:
        """The ending of a file name."""
        return "jpg" if self.media_type == "image/jpeg" else "png"


def pictures_of(content: Mapping[str, Any], artifacts: Artifacts) -> dict[str, Picture]:
    """The pictures of the work in some pages, by digest; at most `MOST`."""
    digests = (one["file"]["digest"] for one in content.get("work", ()) if "file" in one)
    found: dict[str, Picture] = {}
    for digest in dict.fromkeys(digests):
        picture = picture_of(artifacts, digest) if len(found) < MOST else None
        if picture is not None:
            found[digest] = picture
    return found


def picture_of(artifacts: Artifacts, digest: str) -> Picture | None:
    """The picture with this digest; None where it is not held, or not to be printed."""
    stream = artifacts.open(digest)
    if stream is None:
        return None
    with stream:
        return cleaned(stream.read(MAX_BYTES + 1))


def cleaned(data: bytes) -> Picture | None:
    """The picture without comments and camera data; None for what is no sound JPEG or PNG."""
    if len(data) > MAX_BYTES:
        return None
    try:
        if data.startswith(_PNG):
            return _clean_png(data)
        if data.startswith(b"\xff\xd8"):
            return _clean_jpeg(data)
    except (struct.error, IndexError, ValueError):
        return None
    return None


def _fits(width: int, height: int) -> bool:
    return 0 < width * height <= MAX_PIXELS


def _clean_png(data: bytes) -> Picture | None:
    width, height = struct.unpack_from(">II", data, 16)
    if data[12:16] != b"IHDR" or not _fits(width, height):
        return None
    kept = [part for kind, part in _chunks(data) if kind in _PNG_KEPT]
    return Picture("image/png", _PNG + b"".join(kept))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("a chunk is cut off")
        yield kind, data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise ValueError("the picture has no end")


def _clean_jpeg(data: bytes) -> Picture | None:
    kept, size, turn = [b"\xff\xd8"], (0, 0), 1
    for marker, part in _segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", part, 5)
            size = (width, height)
        if marker == 0xE1:
            turn = _turn(part) or turn
        elif marker != 0xFE and (marker not in range(0xE0, 0xF0) or marker in (0xE0, 0xE2, 0xEE)):
            kept.append(part)
    if not _fits(*size):
        return None
    if turn != 1:
        kept.insert(1, _turned(turn))
    return Picture("image/jpeg", b"".join(kept))


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a JPEG; the last one is all that follows the start of the scan."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("not a JPEG")
        marker = data[at + 1]
        if marker == 0xDA:
            end = data.rindex(b"\xff\xd9") + 2
            yield marker, data[at:end]
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        yield marker, data[at : at + 2 + length]
        at += 2 + length


def _turn(part: bytes) -> int | None:
    """Which way up the picture is, as its camera noted it: 1 to 8."""
    if part[4:10] != b"Exif\0\0":
        return None
    tiff = part[10:]
    order = "<" if tiff[:2] == b"II" else ">"
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for place in range(min(count, 100)):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * place)
        if tag == 0x0112 and 1 <= value <= 8:
            return int(value)
    return None


def _turned(turn: int) -> bytes:
    """Camera data that say which way up, and nothing else."""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, turn, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
