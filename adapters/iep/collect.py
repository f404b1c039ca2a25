"""From a place on disk to files on the shelf, and back to a folder that a reader can read."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapters.errors import SourceMisconfigured, SourceUnavailable
from adapters.formats import Unreadable
from adapters.port import DeliveredFile, FileMode, Progress
from adapters.shelf import Shelf
from adapters.zips import ZipRefused, ZipRules, inflated, open_zip

_MOST = 1000
"""Files of one delivery."""

_RULES: Final = ZipRules(
    entries=_MOST,
    entry_bytes=4 << 30,
    total_bytes=8 << 30,
    ratio=300,
    ratio_from=8 << 20,
    content="files of IEPs",
    rebuild="Pack the files again with an ordinary zip program.",
)
_WORK = "iep-work-"
_DAY = 86_400


def listed(path: Path, endings: tuple[str, ...]) -> dict[str, Path]:
    """The files of a delivery by name. Raises SourceUnavailable, SourceMisconfigured."""
    if not path.exists():
        if not path.parent.is_dir():
            fix = "Correct the path of the source."
            raise SourceMisconfigured(f"the folder {path.parent} does not exist", fix)
        fix = "Wait for tonight's delivery, or correct the path."
        raise SourceUnavailable(f"{path} does not exist", fix)
    found = dict(_files(path, (*endings, ".zip")))
    if not found:
        problem = f"{path} holds no file that ends in {', '.join(endings)} or .zip"
        raise SourceUnavailable(problem, "Wait for tonight's delivery, or correct the path.")
    if len(found) > _MOST:
        problem = f"{path} holds {len(found):,} files; at most {_MOST:,} are read"
        raise SourceMisconfigured(problem, "Point the source to the delivery's own folder.")
    return found


def _files(path: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield path.name, path
        return
    root = path.resolve()
    for each in sorted(path.rglob("*")):
        name = each.relative_to(path).as_posix()
        inside = each.is_file() and each.resolve().is_relative_to(root)
        if inside and _is_wanted(name, endings):
            yield name, each


def _is_wanted(name: str, endings: tuple[str, ...]) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    return name.lower().endswith(endings) and not hidden


def shelved(
    files: Mapping[str, Path], shelf: Shelf, progress: Progress
) -> dict[str, DeliveredFile]:
    """Copy files to the shelf. Raises SourceUnavailable where somebody is still writing one."""
    kept = {}
    for done, (name, path) in enumerate(files.items(), start=1):
        before = _stamp(path)
        with path.open("rb") as stream, shelf.draft() as draft:
            shutil.copyfileobj(stream, draft.stream, 1 << 20)
        if _stamp(path) != before:
            fix = "Wait until the delivery is written, then retry."
            raise SourceUnavailable(f"{path} changed while it was being read", fix)
        media = "application/octet-stream"
        kept[name] = DeliveredFile(name, FileMode.BULK, draft.path, draft.digest, media, name)
        progress(f"Reading {name}", done, len(files))
    return kept


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        fix = "Wait until the delivery is written, then retry."
        raise SourceUnavailable(f"{path} vanished while it was being read", fix) from None
    return status.st_size, status.st_mtime_ns


@contextmanager
def laid_out(files: Mapping[str, DeliveredFile], endings: tuple[str, ...]) -> Iterator[Path]:
    """A folder beside the shelf with the files under their own names, gone with the block.

    Archives are unpacked, as far as the names of their files end as given. Raises Unreadable for
    one that is not safe.
    """
    shelf = next(iter(files.values())).path.parent.parent
    _sweep(shelf)
    with tempfile.TemporaryDirectory(prefix=_WORK, dir=shelf) as name:
        for file in files.values():
            target = Path(name, file.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if file.name.lower().endswith(".zip"):
                _unpacked(file.path, target.with_suffix(""), endings)
            else:
                _linked(file.path, target)
        yield Path(name)


def contents(files: Mapping[str, DeliveredFile], folder: Path) -> dict[str, Path]:
    """The files of a delivery as they are laid out; those of an archive by their own names."""
    found = {}
    for name in files:
        if not name.lower().endswith(".zip"):
            found[name] = folder / name
            continue
        inside = (folder / name).with_suffix("")
        unpacked = (path for path in inside.rglob("*") if path.is_file())
        found |= {path.relative_to(inside).as_posix(): path for path in unpacked}
    return found


def _unpacked(path: Path, folder: Path, endings: tuple[str, ...]) -> None:
    try:
        with open_zip(path, _RULES) as archive:
            for name in filter(lambda name: _is_wanted(name, endings), archive.namelist()):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as stream:
                    stream.writelines(inflated(archive, name, _RULES))
    except ZipRefused as refused:
        raise Unreadable(refused.finding) from None


def _linked(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, target)


def _sweep(shelf: Path) -> None:
    """Remove what killed runs left behind."""
    for left in shelf.glob(f"{_WORK}*"):
        if left.stat().st_mtime < time.time() - _DAY:
            shutil.rmtree(left, ignore_errors=True)
