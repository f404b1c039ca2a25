"""JSON payloads as rows, repaired as every OneRoster delivery is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO

import polars as pl

from adapters.formats import Unreadable
from adapters.oneroster.csv.repair import Repair, repair
from adapters.oneroster.files.json_nest import facts_of
from adapters.oneroster.files.json_rows import RowMaker
from adapters.oneroster.files.json_stream import Member, members
from adapters.oneroster.files.loss import OnFinding
from adapters.port import ROW
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

_BATCH = 2_000
_BLANKS = " \t\n\r\u00a0"
_BESIDE = frozenset({"totalCount", "total", "limit", "offset", "statusInfoSet", "imsx_StatusInfo"})
"""What servers put beside the records of a payload."""

Known = Callable[[str, str], str | None]


def read_rows(
    stream: IO[bytes], file: str, version: str, known: Known, on_finding: OnFinding
) -> Iterator[StandardRecord]:
    """The rows of one payload, in the order of its records. Raises Unreadable."""
    maker = RowMaker(version)
    every = members(stream, file)
    while batch := list(islice(every, _BATCH)):
        rows: list[StandardRecord] = []
        for member in batch:
            rows += _rows_of(member, maker, file, known, on_finding)
        _repair(rows, version, on_finding)
        yield from rows
    for finding in maker.findings():
        on_finding(finding)


def _rows_of(
    member: Member, maker: RowMaker, file: str, known: Known, on_finding: OnFinding
) -> list[StandardRecord]:
    collection = known(member.key, maker.version)
    if collection is None or member.number == 0:
        if member.key not in _BESIDE and member.number <= 1:
            on_finding(_unknown(member.key, file))
        return []
    if not isinstance(member.value, dict):
        problem = f"{member.key}, record {member.number} is no object"
        fix = "Export the collection again as the standard's JSON payload."
        row = member.number
        finding = Finding(Severity.REFUSE, "json.record", problem, fix, file, row)
        raise Unreadable(finding)
    return maker.rows(collection, member.value, member.number)


def _unknown(key: str, file: str) -> Finding:
    problem = f"{key!r} is no collection of OneRoster, so it is not read"
    fix = "Name the list of records as the standard does, such as users."
    return Finding(Severity.WARNING, "json.unknown", problem, fix, file, column=key)


def _repair(rows: list[StandardRecord], version: str, on_finding: OnFinding) -> None:
    """Trim, blank and fold single values as the reader of every other delivery does."""
    for entity in dict.fromkeys(row.entity for row in rows):
        own = [row for row in rows if row.entity == entity]
        columns = [
            one
            for one in facts_of(version, entity).values()
            if not one.is_list and not one.parts and any(one.name in row.values for row in own)
        ]
        data = {one.name: [_text(row.values.get(one.name)) for row in own] for one in columns}
        frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String)).with_row_index(ROW)
        repaired = Repair(f"{entity}.json", frame)
        repair(repaired, columns, _BLANKS)
        for column in columns:
            if not repaired.frame[column.name].equals(frame[column.name]):
                _put_back(own, column.name, repaired.frame[column.name].to_list())
        for finding in repaired.findings:
            on_finding(finding)


def _text(value: object) -> str | None:
    return value.encode(errors="replace").decode() if isinstance(value, str) else None


def _put_back(rows: list[StandardRecord], name: str, values: list[str | None]) -> None:
    for row, value in zip(rows, values, strict=True):
        if value is None:
            row.values.pop(name, None)
        else:
            row.values[name] = value
