"""Signs that a column or a whole delivery is not what it claims to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl

from adapters.oneroster.references import ID, dangling, references
from adapters.port import ROW
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import Column, column_map

Frames = Mapping[str, pl.DataFrame]

LONG_AGO = timedelta(days=120)
"""How long after the last session's end a delivery counts as last year's: a summer and some."""

_KEY = "sourcedId"


def lost_zeros(shortened: pl.Series, whole: pl.Series) -> pl.Series:
    """Those of `shortened` that equal an id of `whole` once its leading zeros are taken away.

    Ids that stand in `whole` as they are do not count. Use it inside one delivery (ids against
    references) as well as between two nights (tonight's ids against those accepted last).
    """
    kept = whole.drop_nulls().unique()
    padded = kept.filter(kept.str.starts_with("0")).str.strip_chars_start("0")
    found = shortened.is_in(padded.implode()) & ~shortened.is_in(kept.implode())
    return shortened.filter(found.fill_null(value=False))


def check_lost_zeros(frames: Frames, version: str, *, rest: bool = False) -> list[Finding]:
    """Hold a delivery whose ids match their references only without leading zeros."""
    suffix = "" if rest else ".csv"
    findings: dict[tuple[str, str], Finding] = {}
    for name, frame in frames.items():
        for column in column_map(version, name).values():
            if column.refers in frames and column.name in frame.columns:
                for finding in _compared(frames, name, column, suffix):
                    key = (str(finding.file), str(finding.column))
                    findings[key] = max(findings.get(key, finding), finding, key=_reach)
    return list(findings.values())


def _reach(finding: Finding) -> int:
    return finding.count


def _compared(frames: Frames, name: str, column: Column, suffix: str) -> Iterator[Finding]:
    target = str(column.refers)
    loose = dangling(frames[name], column, frames[target])
    if loose.is_empty():
        return
    keys = frames[target][_KEY]
    keyed = lost_zeros(keys, loose[ID])
    if not keyed.is_empty():
        yield _damaged(frames[target].filter(keys.is_in(keyed.implode())), target + suffix, _KEY)
    referring = lost_zeros(loose[ID], keys)
    if not referring.is_empty():
        rows = references(frames[name], column).filter(pl.col(ID).is_in(referring.implode()))
        renamed = rows.rename({ID: column.name})
        yield _damaged(renamed, name + suffix, column.name)


def _damaged(rows: pl.DataFrame, file: str, column: str) -> Finding:
    return Finding(
        Severity.HOLD,
        "ids.lost_zeros",
        f"{column} has lost the leading zeros that other columns still show",
        "Export again without opening the file in a spreadsheet; ids must stay text.",
        file=file,
        row=rows[ROW][0],
        column=column,
        value=rows[column][0],
        count=rows.height,
    )


def check_year(frames: Frames, today: date, *, rest: bool = False) -> list[Finding]:
    """Warn when every academic session of a delivery ended long before `today`."""
    sessions = frames.get("academicSessions")
    if sessions is None:
        return []
    ends = sessions["endDate"].str.to_date("%Y-%m-%d", strict=False)
    latest = ends.max()
    if not isinstance(latest, date) or latest > today - LONG_AGO:
        return []
    return [_past(sessions, ends.arg_max() or 0, "" if rest else ".csv")]


def _past(sessions: pl.DataFrame, at: int, suffix: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "year.past",
        "every academic session ended long ago: this looks like an earlier year's delivery",
        "Check which school year the export is set to.",
        file=f"academicSessions{suffix}",
        row=sessions[ROW][at],
        column="endDate",
        value=sessions["endDate"][at],
    )
