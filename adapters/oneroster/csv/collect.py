"""From a place on disk to files on the shelf, known by the standard's names."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.names import Contents, identify
from adapters.oneroster.csv.package import Place, keep_files, list_folder, unmoved
from adapters.oneroster.csv.zips import inflate, open_zip
from adapters.port import Progress
from adapters.shelf import Shelf, digest_file

_ARCHIVE = "archive"
_MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Collected:
    """What a package holds: digests on the shelf by collection name, and notes for tomorrow."""

    contents: Contents
    digests: Mapping[str, str]
    memory: Mapping[str, str] = field(default_factory=dict)


def collect_folder(place: Place, shelf: Shelf, limits: Limits, progress: Progress) -> Collected:
    """Take the files of a folder; raises `Refused`, SourceUnavailable."""
    contents = identify(list_folder(place.path, limits))
    paths = {name: place.path / member for name, member in contents.members.items()}
    with unmoved(paths):
        digests = keep_files(paths, shelf, progress)
    return Collected(contents, digests)


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
    return Collected(contents, digests, {_ARCHIVE: digest, _MEMBERS: json.dumps(digests)})


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
