"""Where the files of a delivery lie: a zip, a folder of CSV files, or a folder with a zip."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.errors import SourceMisconfigured, SourceUnavailable
from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.refusal import Refused
from adapters.port import Progress
from adapters.shelf import Shelf, copy_digested, digest_file

_THREADS = 2
"""Hashing releases the interpreter lock; more threads than this wait for the disk."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a configured path turned out to be."""

    path: Path
    is_zip: bool


def locate(path: Path, *, latest: bool) -> Place:
    """Find the delivery; raises SourceUnavailable or SourceMisconfigured."""
    if path.is_dir():
        return _in_folder(path, latest=latest)
    if not path.exists():
        raise _absent(path)
    if path.is_file() and path.suffix.lower() == ".zip":
        return Place(path, is_zip=True)
    problem = f"{path} is neither a zip archive nor a folder"
    raise SourceMisconfigured(
        problem, "Point the source to the .zip, or to the folder of CSV files."
    )


def _absent(path: Path) -> SourceUnavailable | SourceMisconfigured:
    if path.parent.is_dir():
        return SourceUnavailable(
            f"{path} does not exist", "Wait for tonight's delivery, or correct the path."
        )
    return SourceMisconfigured(
        f"the folder {path.parent} does not exist", "Correct the path of the source."
    )


def _in_folder(folder: Path, *, latest: bool) -> Place:
    if _has_tables(folder):
        return Place(folder, is_zip=False)
    zips = [path for path in folder.iterdir() if path.suffix.lower() == ".zip" and path.is_file()]
    if len(zips) == 1 or (zips and latest):
        newest = max(zips, key=lambda path: (path.stat().st_mtime_ns, path.name))
        return Place(newest, is_zip=True)
    if zips:
        names = ", ".join(sorted(path.name for path in zips)[:5])
        raise SourceMisconfigured(
            f"{folder} holds {len(zips)} zip archives ({names}), and nothing says which one counts",
            "Keep one archive there, point to one, or let the source take the latest.",
        )
    if any(_has_tables(inner) for inner in folder.iterdir() if inner.is_dir()):
        return Place(folder, is_zip=False)
    raise SourceUnavailable(
        f"{folder} holds neither CSV files nor a zip archive",
        "Wait for tonight's delivery, or correct the path.",
    )


def _has_tables(folder: Path) -> bool:
    return any(path.suffix.lower() == ".csv" for path in folder.iterdir())


def list_folder(folder: Path, limits: Limits) -> list[str]:
    """The files of a folder and of the folders in it, as paths with slashes; raises `Refused`."""
    inner = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    paths = [path for home in (folder, *inner) for path in home.iterdir() if not path.is_dir()]
    names = [_checked(path, folder) for path in paths]
    if len(names) > limits.entries:
        problem = f"the folder holds {len(names):,} files; at most {limits.entries:,} are read"
        raise Refused("package.entries", problem, "Point the source to the delivery's own folder.")
    return names


def _checked(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    inside = path.resolve().is_relative_to(folder.resolve())
    if path.suffix.lower() == ".csv" and not (inside and path.is_file()):
        problem = "this is a link that leads out of the folder, or no ordinary file"
        raise Refused("file.not_plain", problem, "Put the file itself into the folder.", file=name)
    return name


Stamp = tuple[int, int]


def stamps(paths: Mapping[str, Path]) -> dict[str, Stamp]:
    """Size and time of last change of each file; raises SourceUnavailable for a vanished one."""
    try:
        found = {name: path.stat() for name, path in paths.items()}
    except (FileNotFoundError, NotADirectoryError) as error:
        raise moving(error.filename) from None
    return {name: (status.st_size, status.st_mtime_ns) for name, status in found.items()}


def moving(what: str) -> SourceUnavailable:
    """That somebody is still writing what is read."""
    return SourceUnavailable(
        f"{what} changed while it was being read", "Wait until the delivery is written, then retry."
    )


@contextmanager
def unmoved(paths: Mapping[str, Path]) -> Iterator[None]:
    """Refuse to have read files that somebody was still writing (raises SourceUnavailable)."""
    before = stamps(paths)
    try:
        yield
    except Exception:
        _same(before, stamps(paths))  # what is wrong with half a file is nobody's fault
        raise
    _same(before, stamps(paths))


def _same(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> None:
    for name, stamp in before.items():
        if after[name] != stamp:
            raise moving(name)


def keep_files(paths: Mapping[str, Path], shelf: Shelf, progress: Progress) -> dict[str, str]:
    """Copy files to the shelf unless it holds them already; returns their digests by name."""
    digests: dict[str, str] = {}
    sizes = shelf.sizes()
    with ThreadPoolExecutor(_THREADS) as pool:
        kept = pool.map(lambda path: _keep(path, shelf, sizes), paths.values())
        for name, digest in zip(paths, kept, strict=True):
            digests[name] = digest
            progress(f"Reading {name}", len(digests), len(paths))
    return digests


def _keep(path: Path, shelf: Shelf, sizes: Container[int]) -> str:
    """A file of a size that the shelf does not have is new: it is hashed while it is copied."""
    try:
        if path.stat().st_size in sizes and shelf.holds(digest := digest_file(path)):
            return digest
        with shelf.draft() as draft:
            draft.digest = copy_digested(path, draft.stream)
    except FileNotFoundError:
        raise moving(path.name) from None
    return draft.digest
