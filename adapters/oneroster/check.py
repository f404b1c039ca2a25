"""Whether the rows of a collection hold what the standard says, CSV and REST alike.

All checks are columnar. Frames are those of `adapters.port.Reading`: strings, blanks null, a
`_row` column, names as in the CSV binding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from adapters.oneroster.listing import (
    KEY,
    Kind,
    Rule,
    check_rules,
    joined,
    list_rows,
    nothing_found,
    rejected_of,
)
from adapters.oneroster.references import Known, check_references
from adapters.oneroster.rules import rules_for
from adapters.oneroster.semantics import check_semantics
from adapters.port import ROW, FileMode, RowCheck
from schemas.finding import Severity
from schemas.standards.oneroster import Column, column_map, files

__all__ = [
    "Known",
    "check_duplicates",
    "check_references",
    "check_rows",
    "check_semantics",
    "label",
]

_PERIODS = (("startDate", "endDate"), ("beginDate", "endDate"))


def label(name: str, *, rest: bool = False) -> str:
    """What findings call a collection: its file, or its REST collection name."""
    return name if rest else f"{name}.csv"


def check_rows(
    frame: pl.DataFrame,
    name: str,
    version: str,
    *,
    mode: FileMode | None = None,
    rest: bool = False,
) -> RowCheck:
    """Check values, vocabularies and keys of some rows of the collection `name`.

    With `mode` DELTA, status and dateLastModified must be filled. With `rest`, values that only
    CSV requires may be blank, and findings name the collection instead of a file. An id under
    `rejected` stands for all rows that carry it. Raises KeyError for an unknown name or version.
    """
    columns = column_map(version, name)
    absent = [c.name for c in files(version)[name] if c.name not in frame.columns]
    whole = frame.with_columns(pl.lit(None, pl.String).alias(column) for column in absent)
    file = label(name, rest=rest)
    rules = list(_rules(columns, whole, mode, rest=rest))
    return joined((check_rules(rules, whole, file), check_duplicates(frame, name, rest=rest)))


def _rules(
    columns: Mapping[str, Column], frame: pl.DataFrame, mode: FileMode | None, *, rest: bool
) -> Iterator[Rule]:
    present = [column for column in columns.values() if column.name in frame.columns]
    # A column of nulls only can break no rule but that of being required.
    blank = {name for name in frame.columns if frame[name].null_count() == frame.height}
    for column in present:
        for rule in rules_for(column, mode, rest=rest):
            if column.name not in blank or rule.code == "value.missing":
                yield rule
    yield from _order_rules(frame)
    yield from _subject_rules(frame)


def _order_rules(frame: pl.DataFrame) -> Iterator[Rule]:
    for begin, end in _PERIODS:
        if begin in frame.columns and end in frame.columns:
            yield Rule(
                Severity.WARNING,
                "date.order",
                end,
                _as_date(end) <= _as_date(begin),
                f"{end} is not after {begin}, so the period is empty: end dates are exclusive",
                f"Correct {begin} or {end} in the sending system.",
            )


def _as_date(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False)


def _subject_rules(frame: pl.DataFrame) -> Iterator[Rule]:
    if "subjects" in frame.columns and "subjectCodes" in frame.columns:
        yield Rule(
            Severity.WARNING,
            "list.uneven",
            "subjectCodes",
            _items("subjects") != _items("subjectCodes"),
            "subjects and subjectCodes differ in length, so no name can be told to its code",
            "Give one code for each subject, in the same order, without commas in names.",
        )


def _items(column: str) -> pl.Expr:
    return pl.col(column).str.count_matches(",", literal=True)


def check_duplicates(frame: pl.DataFrame, name: str, *, rest: bool = False) -> RowCheck:
    """Find rows that share a sourcedId; to see all of them, pass the whole collection.

    Rows that differ are rejected together, since nobody can tell which one is meant.
    """
    keys = frame[KEY].drop_nulls()
    if keys.n_unique() == keys.len():
        return nothing_found()
    shared = frame.filter(pl.col(KEY).is_duplicated() & pl.col(KEY).is_not_null())
    values = pl.struct(pl.exclude(ROW))
    marked = shared.with_columns(
        later=~pl.col(KEY).is_first_distinct(),
        same=(values.n_unique() == 1).over(KEY),
    )
    file = label(name, rest=rest)
    return joined((_repeated(marked, file), _contradicting(marked, file)))


def _repeated(marked: pl.DataFrame, file: str) -> RowCheck:
    kind = Kind(
        Severity.WARNING,
        "duplicate.same",
        KEY,
        "this row repeats an earlier one word for word",
        "Export each record once. The repetition is ignored.",
        file,
    )
    hits = marked.filter(pl.col("later") & pl.col("same"))
    return RowCheck(tuple(list_rows(kind, hits.select(ROW, KEY))), rejected_of(hits.clear()))


def _contradicting(marked: pl.DataFrame, file: str) -> RowCheck:
    kind = Kind(
        Severity.ROW,
        "duplicate.conflict",
        KEY,
        "an earlier row has the same sourcedId and other values",
        "Give each record its own sourcedId, or export it once. None of the rows is applied.",
        file,
    )
    hits = marked.filter(pl.col("later") & ~pl.col("same"))
    return RowCheck(tuple(list_rows(kind, hits.select(ROW, KEY))), rejected_of(hits))
