"""Where files are handed over: a folder, or an SFTP server. Nothing half-written is ever visible.

A set is staged under temporary names, its sizes checked, and only then renamed file by file.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Final, Protocol

from adapters.errors import SourceMisconfigured, SourceUnavailable
from adapters.port import Progress, silent
from adapters.shelf import Shelf, digest_file

_OURS: Final = ".planbridge-"
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".partial", ".crdownload")
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\]{1,200}")
_CHUNK: Final = 1 << 20


class PlaceUnavailable(SourceUnavailable):
    """Try again later: the place did not answer, or broke off; what was staged is used again."""

    code = "place.unavailable"


class PlaceMisconfigured(SourceMisconfigured):
    """Change a setting first: asking again changes nothing."""

    code = "place.misconfigured"


class Place(Protocol):
    """A folder somewhere. Every method may raise PlaceUnavailable or PlaceMisconfigured."""

    @property
    def words(self) -> str:
        """What a person would call it."""
        ...

    def sizes(self) -> Mapping[str, int]:
        """The plain files that are there, with their sizes in bytes."""
        ...

    def put(self, stream: IO[bytes], name: str) -> None:
        """Write a file from the stream, over one of that name."""
        ...

    def get(self, name: str, stream: IO[bytes]) -> None:
        """Read a file into the stream."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a file its name, over one of that name."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file."""
        ...


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder of this machine, or one that is mounted."""

    folder: Path

    @property
    def words(self) -> str:
        """The path."""
        return str(self.folder)

    def sizes(self) -> Mapping[str, int]:
        """The plain files of the folder; no links, so that nothing leads elsewhere."""
        with self._told():
            return {
                entry.name: entry.stat(follow_symlinks=False).st_size
                for entry in os.scandir(self.folder)
                if entry.is_file(follow_symlinks=False)
            }

    def put(self, stream: IO[bytes], name: str) -> None:
        """Write and sync a file."""
        with self._told(), (self.folder / name).open("wb") as out:
            shutil.copyfileobj(stream, out, _CHUNK)
            out.flush()
            os.fsync(out.fileno())

    def get(self, name: str, stream: IO[bytes]) -> None:
        """Read a file."""
        with self._told(), (self.folder / name).open("rb") as held:
            shutil.copyfileobj(held, stream, _CHUNK)

    def rename(self, old: str, new: str) -> None:
        """Rename within the folder, at once."""
        with self._told():
            (self.folder / old).replace(self.folder / new)

    def remove(self, name: str) -> None:
        """Remove a file."""
        with self._told():
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            fix = "Make the folder, or correct its path and permissions."
            raise PlaceMisconfigured(f"{self.folder}: {error.strerror}.", fix) from None
        except OSError as error:
            fix = "Try again; see whether the disk is full or the mount is there."
            raise PlaceUnavailable(f"{self.folder}: {error.strerror or error}.", fix) from None


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that lies at its place under its name."""

    name: str
    bytes: int
    sha256: str


def deliver(place: Place, files: Iterable[Path], progress: Progress = silent) -> list[Sent]:
    """Bring a set of files to a place: stage all, check their sizes, then give each its name.

    Until the last file is staged whole, whoever reads there sees the former set. What an earlier
    attempt staged whole is not sent again; what it left unfinished is removed. Raises
    PlaceUnavailable where the connection broke: nothing unfinished is visible then.
    """
    parts = [(path, Sent(path.name, path.stat().st_size, digest_file(path))) for path in files]
    there = place.sizes()
    whole = {_whole(sent) for _, sent in parts}
    for name in there:
        if name.startswith(_OURS) and name not in whole:
            place.remove(name)
    for done, (path, sent) in enumerate(parts):
        progress(f"sending {sent.name}", done, len(parts))
        if there.get(_whole(sent)) != sent.bytes:
            _stage(place, path, sent)
    for _, sent in parts:
        place.rename(_whole(sent), sent.name)
    _check(place, {sent.name: sent.bytes for _, sent in parts})
    return [sent for _, sent in parts]


def _stage(place: Place, path: Path, sent: Sent) -> None:
    """Send a file under a temporary name; it is called whole once its size was seen."""
    part = f"{_OURS}{sent.sha256[:16]}-{sent.name}.part"
    with path.open("rb") as stream:
        place.put(stream, part)
    _check(place, {part: sent.bytes})
    place.rename(part, _whole(sent))


def _whole(sent: Sent) -> str:
    """The name of a staged file that is whole; it tells the content, for a later attempt."""
    return f"{_OURS}{sent.sha256[:16]}-{sent.name}.whole"


def _check(place: Place, expected: Mapping[str, int]) -> None:
    there = place.sizes()
    for name, size in expected.items():
        if there.get(name) != size:
            held = there.get(name)
            found = "is not there" if held is None else f"has {held:,} bytes"
            problem = f"{name} at {place.words} {found}, not {size:,}."
            raise PlaceUnavailable(problem, "Deliver again.")


@dataclass(frozen=True, slots=True)
class Collected:
    """A file that was picked up and lies on the shelf."""

    name: str
    path: Path
    digest: str


def collect(
    place: Place, patterns: Iterable[str], shelf: Shelf, progress: Progress = silent
) -> list[Collected]:
    """Pick up every file whose name fits one of the patterns, whatever its letter case.

    Files that are still being written are told by their names or by a size that changes: then,
    as where the connection breaks, PlaceUnavailable is raised and nothing counts as picked up.
    """
    before = place.sizes()
    names = sorted(name for name in before if _is_finished(name) and _fits(name, patterns))
    found = []
    for done, name in enumerate(names):
        progress(f"picking up {name}", done, len(names))
        found.append(_taken(place, name, before[name], shelf))
    after = place.sizes()
    for name in names:
        if after.get(name) != before[name]:
            raise _unfinished(place, name)
    return found


def _is_finished(name: str) -> bool:
    return (
        not name.startswith(".")
        and not name.lower().endswith(_UNFINISHED)
        and _NAME.fullmatch(name) is not None
    )


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _taken(place: Place, name: str, size: int, shelf: Shelf) -> Collected:
    with shelf.draft() as draft:
        place.get(name, draft.stream)
        if draft.stream.tell() != size:
            raise _unfinished(place, name)
    return Collected(name, draft.path, draft.digest)


def _unfinished(place: Place, name: str) -> PlaceUnavailable:
    problem = f"{name} at {place.words} is still being written."
    return PlaceUnavailable(problem, "Try again when it is finished.")
