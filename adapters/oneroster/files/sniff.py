"""What a path holds, told by names and first bytes; what cannot be opened is nothing of ours."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

_HEAD = 1 << 14
_MOST = 500
_SAID = re.compile(r"^oneroster\.version,\s*\"?v?1[.p]([012])", re.MULTILINE | re.IGNORECASE)
_COLLECTION = re.compile(r'^\ufeff?\s*\{\s*"(\w+)"\s*:\s*\[\s*(?:\]|\{)')


def heads(path: Path, suffix: str) -> Mapping[str, str]:
    """The beginning of each file with this suffix, by lower-cased name; empty for other paths."""
    try:
        if path.is_dir():
            found = [one for one in path.iterdir() if _ends(one, suffix)]
            return {one.name.lower(): _head_of_file(one) for one in found[:_MOST] if one.is_file()}
        if path.suffix.lower() == ".zip":
            return _heads_in_zip(path, suffix)
        if _ends(path, suffix) and path.is_file():
            return {path.name.lower(): _head_of_file(path)}
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, ValueError):
        return {}
    return {}


def _ends(path: Path, suffix: str) -> bool:
    """Whether a name ends so; JSON may be packed with gzip."""
    name = path.name.lower()
    return name.endswith((suffix, ".json.gz") if suffix == ".json" else suffix)


def _head_of_file(path: Path) -> str:
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        return stream.read(_HEAD).decode("utf-8", "replace")


def _heads_in_zip(path: Path, suffix: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist()[:_MOST]:
            if name.lower().endswith(suffix):
                with archive.open(name) as stream:
                    head = stream.read(_HEAD)
                found[PurePosixPath(name).name.lower()] = head.decode("utf-8", "replace")
    return found


def csv_version(path: Path) -> str | None:
    """The OneRoster version of a CSV package, by its manifest, else by the header of users.csv."""
    if path.is_file() and path.suffix.lower() != ".zip":
        return None
    found = heads(path, ".csv")
    said = _SAID.search(found.get("manifest.csv", ""))
    if said is not None:
        return "1.2" if said[1] == "2" else "1.1"
    header = found.get("users.csv", "").partition("\n")[0]
    if "sourcedId" not in header or "familyName" not in header:
        return None
    return "1.1" if "orgSourcedIds" in header else "1.2"


def json_collections(path: Path) -> frozenset[str]:
    """The keys of those JSON files that begin as a OneRoster payload does."""
    texts = heads(path, ".json").values()
    opened = [(_COLLECTION.match(text), text) for text in texts]
    return frozenset(
        start[1]
        for start, text in opened
        if start and (text.rstrip().endswith(("[]}", "[ ]}")) or '"sourcedId"' in text)
    )
