"""Small pictures for tests, made by hand, with things in them that no page may show."""

from __future__ import annotations

import io
import struct
import zlib
from typing import IO

SECRET = b"GPS 38.8977 N 77.0365 W"


def png(width: int = 4, height: int = 3, *, secret: bool = True) -> bytes:
    """A grey picture, with a comment that tells where it was taken."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    if secret:
        parts.insert(1, (b"tEXt", b"Comment\0" + SECRET))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg_head(width: int = 40, height: int = 30, turn: int = 6) -> bytes:
    """The parts of a photograph that matter here: camera data, size, a scan; not its pixels."""
    tiff = struct.pack(">2sHI", b"MM", 42, 8) + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, turn, 0, 0)
    camera = _segment(0xE1, b"Exif\0\0" + tiff + SECRET)
    frame = _segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")
    comment = _segment(0xFE, SECRET)
    scan = _segment(0xDA, b"\x01\x01\0\0?\0") + b"\x12\x34"
    return b"\xff\xd8" + camera + comment + frame + scan + b"\xff\xd9"


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


class Held:
    """Artifacts that hold the same bytes for each digest."""

    def __init__(self, data: bytes | None) -> None:
        self._data = data

    def open(self, sha256: str) -> IO[bytes] | None:
        return None if self._data is None else io.BytesIO(self._data)
