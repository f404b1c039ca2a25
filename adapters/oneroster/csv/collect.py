"""From a place on disk to files on the shelf, known by the standard's names."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.names import Contents, identify
from adapters.oneroster.csv.package import Place, keep_files, list_folder, moving, unmoved
from adapters.oneroster.csv.refusal import Refused
from adapters.oneroster.csv.zips import inflate, open_zip
from adapters.port import Progress
from adapters.shelf import Shelf, digest_file

_ARCHIVE = "archive"
_MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Collected:
    """What a package holds: files by collection name, and notes for tomorrow.

    Files have a `digest` on a shelf only.
    """

    contents: Contents
    paths: Mapping[str, Path]
    digests: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, str] = field(default_factory=dict)


def collect_folder(place: Place, shelf: Shelf, limits: Limits, progress: Progress) -> Collected:
    """Take the files of a folder; raises `Refused`, SourceUnavailable."""
    with lying(place, limits) as found:
        digests = keep_files(found.paths, shelf, progress)
    return _on_shelf(found.contents, shelf, digests)


@contextmanager
def lying(place: Place, limits: Limits) -> Iterator[Collected]:
    """The files of a folder where they lie, as long as they are read; raises `Refused`.

    Raises SourceUnavailable at the end where one changed, came or went meanwhile.
    """
    found = _listed(place, limits)
    with unmoved(found.paths):
        yield found
    try:
        same = _listed(place, limits).paths == found.paths
    except Refused:
        same = False
    if not same:
        raise moving(place.path.name)


def _listed(place: Place, limits: Limits) -> Collected:
    contents = identify(list_folder(place.path, limits))
    return Collected(contents, {n: place.path / member for n, member in contents.members.items()})


def collect_zip(
    place: Place, shelf: Shelf, limits: Limits, memory: Mapping[str, str], progress: Progress
) -> Collected:
    """Take the files of an archive, unless it is last night's; raises `Refused`."""
    with unmoved({place.path.name: place.path}):
        digest = digest_file(place.path)
        with open_zip(place.path, limits) as archive:
            contents = identify(_files_of(archive))
            digests = _remembered(digest, contents, memory, shelf)
            if digests is None:
                digests = _inflate_all(archive, contents, shelf, limits, progress)
    memory = {_ARCHIVE: digest, _MEMBERS: json.dumps(digests)}
    return _on_shelf(contents, shelf, digests, memory)


def _on_shelf(
    contents: Contents,
    shelf: Shelf,
    digests: Mapping[str, str],
    memory: Mapping[str, str] | None = None,
) -> Collected:
    paths = {name: shelf.path_of(digest) for name, digest in digests.items()}
    return Collected(contents, paths, digests, memory or {})


def _files_of(archive: zipfile.ZipFile) -> list[str]:
    return [entry.filename for entry in archive.infolist() if not entry.is_dir()]


def _remembered(
    digest: str, contents: Contents, memory: Mapping[str, str], shelf: Shelf
) -> dict[str, str] | None:
    """What the same archive held last time, if all of it is still on the shelf."""
    if memory.get(_ARCHIVE) != digest:
        return None
    digests: dict[str, str] = json.loads(memory.get(_MEMBERS, "{}"))
    whole = digests.keys() == contents.members.keys() and all(map(shelf.holds, digests.values()))
    return digests if whole else None


def _inflate_all(
    archive: zipfile.ZipFile, contents: Contents, shelf: Shelf, limits: Limits, progress: Progress
) -> dict[str, str]:
    digests: dict[str, str] = {}
    for name, member in contents.members.items():
        digests[name] = inflate(archive, member, shelf, limits).digest
        progress(f"Unpacking {member}", len(digests), len(contents.members))
    return digests
