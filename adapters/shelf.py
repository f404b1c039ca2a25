"""A folder of files named by what they hold, so that a half-written file is never read."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_CHUNK = 1 << 22
"""Large, because another thread may hold the interpreter whenever this one comes back for more."""


def digest_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb", buffering=0) as source:
        return _digest(source, lambda _chunk: None)


def ends_whole(path: Path) -> bool:
    """Whether a text ends with the end of a line: one that was cut mostly does not."""
    with path.open("rb") as source:
        source.seek(0, os.SEEK_END)
        source.seek(max(0, source.tell() - 4))
        return source.read().rstrip(b"\0")[-1:] in (b"\n", b"\r")


def copy_digested(path: Path, target: IO[bytes]) -> str:
    """Copy a file; returns the SHA-256 of the bytes written."""
    with path.open("rb", buffering=0) as source:
        return _digest(source, target.write)


def _digest(source: io.FileIO, tell: Callable[[memoryview], object]) -> str:
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK))
    while size := source.readinto(buffer):
        digest.update(buffer[:size])
        tell(buffer[:size])
    return digest.hexdigest()


@dataclass(slots=True)
class Draft:
    """A file being written to the shelf; `digest` and `path` are set once it is complete.

    Who knows the digest of what was written may set it; else the file is read once more for it.
    """

    stream: IO[bytes]
    digest: str = ""
    path: Path = Path()


@contextmanager
def passing_shelf() -> Iterator[Shelf]:
    """A shelf that is gone with the block, and with it all that was put there."""
    with tempfile.TemporaryDirectory(prefix="planbridge-") as folder:
        yield Shelf(Path(folder), lasting=False)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Content-addressed files under one root: same bytes, same place, written once.

    One that is not `lasting` is gone with the command: nothing of it need survive a power failure.
    """

    root: Path
    lasting: bool = True

    def path_of(self, digest: str) -> Path:
        """Where the content with this digest lies, whether or not it is there."""
        return self.root / digest[:2] / digest

    def holds(self, digest: str) -> bool:
        """Whether the content is there, whole: files arrive by rename only."""
        return self.path_of(digest).is_file()

    def sizes(self) -> frozenset[int]:
        """The sizes in bytes of all contents."""
        return frozenset(path.stat().st_size for path in self.root.glob("[0-9a-f][0-9a-f]/*"))

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """Write a new file; on leaving, it is hashed, synced if it lasts, renamed into place.

        A file that is synced survives a power failure. What is put by `put` is not: whoever
        reads it asks `is_whole` first.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="draft-", dir=self.root)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w+b") as stream:
                draft = Draft(stream)
                yield draft
                stream.flush()
                if self.lasting:
                    os.fsync(stream.fileno())
            draft.digest = draft.digest or digest_file(temporary)
            draft.path = self.path_of(draft.digest)
            draft.path.parent.mkdir(exist_ok=True)
            temporary.replace(draft.path)
        finally:
            temporary.unlink(missing_ok=True)

    def put(self, content: bytes) -> str:
        """Keep these bytes, which can be made again; returns their digest."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path_of(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="draft-", dir=self.root)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(name).replace(target)
        return digest

    def is_whole(self, digest: str) -> bool:
        """Whether the content is there and is what its name says."""
        path = self.path_of(digest)
        return path.is_file() and digest_file(path) == digest

    def sweep(self, keep: set[str], before: float) -> int:
        """Remove contents and drafts last written before this moment (seconds since 1970).

        Those whose digest is in `keep` stay, as does whatever an adapter keeps in folders of its
        own. Returns how many files went.
        """
        gone = 0
        for path in (*self.root.glob("draft-*"), *self.root.glob("[0-9a-f][0-9a-f]/*")):
            if path.name not in keep and path.stat().st_mtime < before:
                path.unlink()
                gone += 1
        return gone
