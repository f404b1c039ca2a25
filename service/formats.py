"""The one place that knows which file formats there are, and which mapping goes with each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path

from adapters.formats import Format
from mappings.hub import Bridge
from service.errors import Invalid


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A format by name: its adapter package, and the bridge between its records and ours.

    Formats of one `book` hold the same records: between them nothing has to be mapped.
    """

    name: str
    adapter: str
    bridge: str
    book: str


FORMATS: tuple[FormatRow, ...] = (
    FormatRow("ilp", "adapters.ilp", "mappings.ilp.bridge:native", "ilp"),
    FormatRow(
        "oneroster-csv-1.1", "adapters.oneroster", "mappings.oneroster.bridge:csv_1p1", "or11"
    ),
    FormatRow(
        "oneroster-csv-1.2", "adapters.oneroster", "mappings.oneroster.bridge:csv_1p2", "or12c"
    ),
    FormatRow(
        "oneroster-json-1.2", "adapters.oneroster", "mappings.oneroster.bridge:json_1p2", "or12j"
    ),
    FormatRow("edfi-json-5.2", "adapters.edfi", "mappings.edfi.bridge:v5p2", "edfi52"),
    FormatRow("edfi-json-6.1", "adapters.edfi", "mappings.edfi.bridge:v6p1", "edfi61"),
    FormatRow("edfi-xml-5.2", "adapters.edfi", "mappings.edfi.bridge:v5p2", "edfi52"),
    FormatRow("edfi-xml-6.1", "adapters.edfi", "mappings.edfi.bridge:v6p1", "edfi61"),
    FormatRow("ceds-jsonld-14", "adapters.ceds", "mappings.ceds.bridge:v14", "ceds"),
    FormatRow("ceds-csv-14", "adapters.ceds", "mappings.ceds.bridge:v14", "ceds"),
)
_PACKAGE = "oneroster-csv-1.2"
_ENDINGS = {
    ".xml": "edfi-xml-5.2",
    ".xml.gz": "edfi-xml-5.2",
    ".jsonl": "edfi-json-5.2",
    ".jsonl.gz": "edfi-json-5.2",
    ".jsonld": "ceds-jsonld-14",
    ".ilp.json": "ilp",
}
_LOOKED_AT = 500
NAMES = tuple(row.name for row in FORMATS)


def row_of(name: str) -> FormatRow:
    """A format's row. Raises Invalid naming those that there are."""
    found = next((row for row in FORMATS if row.name == name), None)
    if found is None:
        raise Invalid(f"There is no format {name!r}.", f"Use one of {', '.join(NAMES)}.")
    return found


def format_of(name: str) -> Format:
    """What reads and writes a format's files. Raises Invalid for an unknown name."""
    listed: tuple[Format, ...] = import_module(row_of(name).adapter).FORMATS
    return next(each for each in listed if each.name == name)


def bridge_of(name: str) -> Bridge:
    """The way between a format's records and ours. Raises Invalid for an unknown name."""
    module, _, attribute = row_of(name).bridge.partition(":")
    make: Callable[[], Bridge] = getattr(import_module(module), attribute)
    return make()


def detect(path: Path) -> str:
    """The format that a file or folder is in.

    Raises Invalid where it is in none, or looks like several.
    """
    require_plain(path)
    return _only(path, claims_on(path) or _by_ending(path))


def _only(path: Path, claimed: list[str]) -> str:
    if len(claimed) == 1:
        return claimed[0]
    name = path.name or path.resolve().name
    if path.is_file() and not path.stat().st_size:
        raise Invalid(f"{name} is empty.", "Transfer it again, or name another file.")
    problem = f"looks like {' and '.join(claimed)}" if claimed else "is in no format that we know"
    raise Invalid(f"{name} {problem}.", f"Name it: one of {', '.join(claimed or NAMES)}.")


def require_plain(path: Path) -> None:
    """Raises Invalid for what is neither a file nor a folder: reading a pipe may never end."""
    if not path.exists():
        raise Invalid(f"There is nothing at {path}.", "Correct the path.")
    if not (path.is_file() or path.is_dir()):
        raise Invalid(f"{path} is neither a file nor a folder.", "Save it to a file first.")


def _by_ending(path: Path) -> list[str]:
    """The format whose files are called so: it can say best what is wrong with a damaged one."""
    names = _names_in(path)
    found = {form for name in names for ending, form in _ENDINGS.items() if name.endswith(ending)}
    return list(found) if len(found) == 1 else []


def _names_in(path: Path) -> list[str]:
    try:
        if path.is_dir():
            return [each.name.lower() for each in islice(path.iterdir(), _LOOKED_AT)]
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                return [name.lower() for name in archive.namelist()[:_LOOKED_AT]]
    except (OSError, ValueError, zipfile.BadZipFile):
        return []
    return [path.name.lower()]


def claims_on(path: Path) -> list[str]:
    """The formats that a file or folder looks like."""
    return [name for name in NAMES if format_of(name).claims(path)]


def likely(path: Path) -> str:
    """The format to check something as: what it looks like, else a OneRoster package.

    Most deliveries are such packages, and a damaged one looks like nothing.
    """
    require_plain(path)
    packed = path.is_dir() or path.suffix.lower() == ".zip"
    claimed = claims_on(path) or _by_ending(path)
    return _PACKAGE if packed and not claimed else _only(path, claimed)
