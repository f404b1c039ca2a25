"""Code lists that a district brings along, such as its own copy of CIP and of CIP to SOC.

They lie in the data folder, in the form in which the lists lie that ship with the program.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.codes.lists import INDEX, SHIPPED, CodeList, described, lists_in
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
_MOST_BYTES: Final = 64 << 20
_MOST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Brought:
    """What is said of a list that somebody brings: its set and version, whence, on what terms."""

    set: str
    version: str
    source: str
    licence: str
    date: str


def import_list(folder: Path, file: Path, brought: Brought) -> tuple[CodeList, int]:
    """Keep a CSV file with `code` and `title`, or NCES's own columns; an equal version gives way.

    Returns the list and its number of terms. Raises Invalid naming the line at fault.
    """
    _check(brought)
    rows = list(_rows(file, brought.set))
    if not rows:
        raise Invalid(f"{file.name} holds no terms.", "Give the file with its rows.")
    name = f"{brought.set}-{brought.version}.csv".lower()
    one = CodeList(
        set=brought.set,
        version=brought.version,
        title=f"{brought.set}, brought by the district",
        file=name,
        release=brought.version,
        date=brought.date,
        source=brought.source,
        licence=brought.licence,
        attribution=f"{brought.source}; {brought.licence}",
        verified=False,
        folder=folder,
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_rows(folder / name, rows)
    _write_index(folder, one)
    return one, len(rows)


def _check(brought: Brought) -> None:
    if not _NAME.fullmatch(brought.set) or not _VERSION.fullmatch(brought.version):
        raise Invalid(
            f"{brought.set!r} {brought.version!r} cannot name a list.",
            "Use letters, digits and '-' for the set, and a version such as 2020.",
        )
    shipped = {(one.set.lower(), one.version) for one in lists_in(SHIPPED)}
    if (brought.set.lower(), brought.version) in shipped:
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
    if max(map(len, term.values())) > _MOST_TEXT:
        raise Invalid(f"{where}: a cell of more than {_MOST_TEXT:,} characters.", "Shorten it.")
    if set_.startswith("CIP") and not _PERIODS.fullmatch(term["code"]):
        raise Invalid(
            f"{where}: {term['code'][:20]!r} is no CIP code.",
            "Write it as 01.0101, as text: a spreadsheet drops its zeros.",
        )


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    draft.replace(path)


def _write_index(folder: Path, fresh: CodeList) -> None:
    others = [one for one in lists_in(folder) if one.file != fresh.file]
    text = "".join(_entry(described(one)) for one in (*others, fresh))
    draft = folder / f"{INDEX}.part"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / INDEX)


def _entry(said: Mapping[str, Any]) -> str:
    import json

    # A JSON string is a TOML basic string as well, once DEL is written as an escape.
    lines = [
        f"{key} = {json.dumps(value)}".replace("\x7f", "\\u007f") for key, value in said.items()
    ]
    return "\n".join(["[[list]]", *lines, ""]) + "\n"
