"""Code lists that a district brings along, such as its own copy of CIP and of CIP to SOC.

They lie in the data folder, in the form in which the lists lie that ship with the program.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.whole import PUBLIC, whole_file
from schemas.codes.lists import SHIPPED, CodeList, described, lists_in, terms_of
from service.errors import Invalid

_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "CIP": {"CIPCode": "code", "CIP2020Code": "code", "CIPTitle": "title", "CIP2020Title": "title"},
    "CIP-SOC": {
        "CIP2020Code": "code",
        "CIP2020Title": "title",
        "SOC2018Code": "soc",
        "SOC2018Title": "soc_title",
    },
}
"""Columns of the files as NCES publishes them (`cis.md` §2.4)."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_WRAPPED = re.compile(r'^="(.*)"$')
_PERIODS = re.compile(r"[0-9]{2}(\.[0-9]{2}([0-9]{2})?)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BREAK = re.compile(r"[\t\r\n]")
_MOST_BYTES: Final = 64 << 20
_MOST_TEXT: Final = 20_000
_ONE_LINE: Final = frozenset({"code", "title"})


@dataclass(frozen=True, slots=True)
class Brought:
    """What is said of a list that somebody brings: its set and version, whence, on what terms."""

    set: str
    version: str
    source: str
    licence: str
    date: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A list that is kept, its number of terms, and that of the copy which gave way to it."""

    list: CodeList
    terms: int
    before: int


def import_list(folder: Path, file: Path, brought: Brought) -> Kept:
    """Keep a CSV file with `code` and `title`, or NCES's own columns; an equal version gives way.

    Raises Invalid naming the line at fault.
    """
    _check(brought)
    rows = list(_rows(file, brought.set))
    if not rows:
        raise Invalid(f"{file.name} holds no terms.", "Give the file with its rows.")
    older = [one for one in lists_in(folder) if _names(one) == _names(brought)]
    # No set or version holds an @: names cannot run together. A file keeps the name it has.
    name = Path(older[0].file).stem if older else "@".join(_names(brought))
    one = CodeList(
        set=brought.set,
        version=brought.version,
        title=f"{brought.set}, brought by the district",
        file=f"{name}.csv",
        release=brought.version,
        date=brought.date,
        source=brought.source,
        licence=brought.licence,
        attribution=f"{brought.source}; {brought.licence}",
        verified=False,
        folder=folder,
    )
    before = sum(len(terms_of(each)) for each in older)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_rows(folder / one.file, rows)
    _write_index(folder / f"{name}.toml", one)
    terms_of.cache_clear()
    return Kept(one, len(rows), before)


def _names(one: Brought | CodeList) -> tuple[str, str]:
    return one.set.lower(), one.version.lower()


def _check(brought: Brought) -> None:
    for word in (brought.source, brought.licence, brought.date):
        if _CONTROL.search(word) or _BREAK.search(word):
            raise Invalid(f"{word!r} is not one line of text.", "Type it anew.")
    if not _NAME.fullmatch(brought.set) or not _VERSION.fullmatch(brought.version):
        raise Invalid(
            f"{brought.set!r} {brought.version!r} cannot name a list.",
            "Use letters, digits and '-' for the set, and a version such as 2020.",
        )
    if _names(brought) in map(_names, lists_in(SHIPPED)):
        raise Invalid(
            f"{brought.set} {brought.version} ships with Planbridge.", "Give another version."
        )


def _rows(file: Path, set_: str) -> Iterator[dict[str, str]]:
    if file.stat().st_size > _MOST_BYTES:
        raise Invalid(f"{file.name} is larger than 64 MB.", "Give the list alone, as CSV.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from _named(file.name, csv.DictReader(stream), set_)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            f"{file.name} is no CSV file in UTF-8: {error}.",
            "Save the sheet as CSV in UTF-8, its code columns as text.",
        ) from None


def _named(name: str, reader: csv.DictReader[str], set_: str) -> Iterator[dict[str, str]]:
    known = _COLUMNS.get(set_, {})
    columns = {column: known.get(column, column) for column in reader.fieldnames or ()}
    if not {"code", "title"} <= set(columns.values()):
        wanted = " and ".join(known) or "code and title"
        raise Invalid(f"{name} lacks its columns.", f"The first row must name {wanted}.")
    if len(set(columns.values())) < len(reader.fieldnames or ()):
        raise Invalid(f"{name} has a column twice.", "Send each of code and title once.")
    for row in reader:
        if None in row or None in row.values():
            problem = f"{name}, line {reader.line_num}: more or fewer cells than the first row"
            raise Invalid(f"{problem}.", "Correct the line.")
        term = {columns[column]: _plain(cell) for column, cell in row.items()}
        _check_term(f"{name}, line {reader.line_num}", set_, term)
        yield term


def _plain(cell: str) -> str:
    """The cell without the wrapping by which NCES saves leading zeros from spreadsheets."""
    wrapped = _WRAPPED.match(cell.strip())
    return wrapped[1] if wrapped else cell.strip()


def _check_term(where: str, set_: str, term: Mapping[str, str]) -> None:
    if not term["code"] or not term["title"]:
        raise Invalid(f"{where}: a term needs code and title.", "Fill both.")
    for column, cell in term.items():
        found = _CONTROL.search(cell) or (column in _ONE_LINE and _BREAK.search(cell))
        if found:
            problem = f"{where}: the {column} holds the control character {found[0]!r}"
            raise Invalid(f"{problem}.", "Take it out, or export the list again.")
    if max(map(len, term.values())) > _MOST_TEXT:
        raise Invalid(f"{where}: a cell of more than {_MOST_TEXT:,} characters.", "Shorten it.")
    if set_.startswith("CIP") and not _PERIODS.fullmatch(term["code"]):
        raise Invalid(
            f"{where}: {term['code'][:20]!r} is no CIP code.",
            "Write it as 01.0101, as text: a spreadsheet drops its zeros.",
        )


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with whole_file(path, PUBLIC, replaces=True) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text.detach()


def _write_index(path: Path, one: CodeList) -> None:
    # Each list has an index of its own: two imports at once write different files.
    with whole_file(path, PUBLIC, replaces=True) as stream:
        stream.write(_entry(described(one)).encode())


def _entry(said: Mapping[str, Any]) -> str:
    import json

    # A JSON string is a TOML basic string as well, once DEL is written as an escape.
    lines = [
        f"{key} = {json.dumps(value)}".replace("\x7f", "\\u007f") for key, value in said.items()
    ]
    return "\n".join(["[[list]]", *lines, ""]) + "\n"
