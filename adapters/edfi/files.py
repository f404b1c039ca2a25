"""The files of a delivery, whether it is one file, a folder or an archive, as streams of bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from adapters.edfi.limits import Limits
from adapters.edfi.refusal import refused
from adapters.formats import Unreadable
from adapters.zips import ZipRefused, inflated, open_zip

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One file: its name within the delivery, and its content each time it is asked for."""

    name: str
    chunks: Callable[[], Iterator[bytes]]

    @property
    def plain_name(self) -> str:
        """The name without the ending of a packed file."""
        return self.name.removesuffix(".gz")


@contextmanager
def entries(path: Path, endings: tuple[str, ...], limits: Limits) -> Iterator[list[Entry]]:
    """The files with one of these endings, packed ones (`.gz`) included, in order of their names.

    Raises Unreadable where there are none, too many, or an archive is not safe.
    """
    try:
        if path.is_dir():
            yield _some(_of_folder(path, endings, limits), path, endings, limits)
        elif path.suffix.lower() == ".zip":
            with open_zip(path, limits.zip_rules()) as archive:
                rules = limits.zip_rules()
                names = sorted(n for n in archive.namelist() if _wanted(n, endings))
                found = [
                    Entry(name, lambda name=name: inflated(archive, name, rules))  # type: ignore[misc]
                    for name in names
                ]
                yield _some(found, path, endings, limits)
        else:
            yield [_of_file(path, path.name, limits)]
    except ZipRefused as error:
        raise Unreadable(error.finding) from None
    except OSError as error:
        problem = f"{path.name} cannot be read: {error.strerror}"
        raise refused("file", problem, "Check the path and its rights.", path.name) from None


def _wanted(name: str, endings: tuple[str, ...]) -> bool:
    inner = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in inner.parts)
    return not hidden and name.removesuffix(".gz").endswith(endings)


def _some(found: list[Entry], path: Path, endings: tuple[str, ...], limits: Limits) -> list[Entry]:
    if not found:
        problem = f"{path.name} holds no file that ends in {' or '.join(endings)}"
        raise refused("empty", problem, "Name the folder or archive that holds them.", path.name)
    if len(found) > limits.files:
        problem = f"{path.name} holds {len(found):,} files; at most {limits.files:,} are read"
        raise refused("files", problem, "Split the delivery.", path.name)
    return found


def _of_folder(path: Path, endings: tuple[str, ...], limits: Limits) -> list[Entry]:
    root = path.resolve()
    names = [
        each.relative_to(path).as_posix()
        for each in sorted(path.rglob("*"))
        if each.is_file() and each.resolve().is_relative_to(root)
    ]
    return [_of_file(path / n, n, limits) for n in names if _wanted(n, endings)]


def _of_file(path: Path, name: str, limits: Limits) -> Entry:
    packed = path.suffix.lower() == ".gz"
    return Entry(name, lambda: _gunzipped(path, name, limits) if packed else _plain(path))


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _gunzipped(path: Path, name: str, limits: Limits) -> Iterator[bytes]:
    size = 0
    try:
        with path.open("rb") as packed, gzip.open(packed, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                allowed = max(limits.ratio_from, limits.ratio * packed.tell())
                if size > min(allowed, limits.file_bytes):
                    problem = f"{name} inflates to more than {size:,} bytes, or without end"
                    fix = "Check where the file comes from. If it is genuine, unpack it first."
                    raise refused("bomb", problem, fix, name)
                yield chunk
    except (gzip.BadGzipFile, zlib.error, EOFError):
        problem = f"{name} is damaged, cut off or not packed with gzip"
        raise refused("gzip", problem, "Transfer the file again.", name) from None
