"""Everything that can be said about JSON collections without knowing last night's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from adapters.oneroster.check import check_duplicates, check_references, check_rows, check_semantics
from adapters.oneroster.files.json_nest import facts_of
from adapters.oneroster.files.loss import Loss
from adapters.oneroster.files.sheets import to_sheet
from adapters.port import ROW
from schemas.finding import Finding
from schemas.standards.oneroster import files
from schemas.standards.shape import StandardRecord

_BATCH = 5_000


def check_collections(records: Iterable[StandardRecord], version: str) -> Iterator[Finding]:
    """Findings about values, keys, references and meaning, collection by collection."""
    frames = _frames(records, version)
    for name, frame in frames.items():
        if name in files(version):
            told = _told(name, frame)
            yield from check_rows(told, name, version, rest=True).findings
        else:
            yield from check_duplicates(frame, name, rest=True).findings
    standard = {name: frame for name, frame in frames.items() if name in files(version)}
    for check in check_references(standard, version, rest=True).values():
        yield from check.findings
    yield from check_semantics(standard, rest=True)


def _told(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A JSON profile needs no credential, which a row of CSV does."""
    if name != "userProfiles":
        return frame
    blank = [pl.lit("-").alias(one) for one in ("credentialType", "username")]
    return frame.with_columns(blank)


def _frames(records: Iterable[StandardRecord], version: str) -> dict[str, pl.DataFrame]:
    waiting: dict[str, list[StandardRecord]] = {}
    parts: dict[str, list[pl.DataFrame]] = {}
    for record in records:
        own = waiting.setdefault(record.entity, [])
        own.append(record)
        if len(own) == _BATCH:
            parts.setdefault(record.entity, []).append(_frame(record.entity, own, version))
            own.clear()
    for entity, own in waiting.items():
        parts.setdefault(entity, []).append(_frame(entity, own, version))
    return {entity: _numbered(pl.concat(each, how="diagonal")) for entity, each in parts.items()}


def _frame(entity: str, records: list[StandardRecord], version: str) -> pl.DataFrame:
    return to_sheet(entity, records, facts_of(version, entity), _kept).frame.drop(ROW)


def _kept(loss: Loss) -> None:
    """What a cell cannot hold is no fault of JSON."""


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index(ROW, offset=1)
