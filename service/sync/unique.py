"""Rows that can be compared at all: each with a key, and with a key of its own."""

from __future__ import annotations

import polars as pl

from adapters.port import ROW
from schemas.finding import Finding, Severity
from service.sync.diff import KEY

GONE = "tobedeleted"


def without_tombstones(rows: pl.DataFrame) -> tuple[pl.DataFrame, frozenset[str]]:
    """The rows that are there, and the ids of those that the delivery itself calls deleted."""
    if "status" not in rows.columns:
        return rows, frozenset()
    gone = rows.filter(pl.col("status") == GONE)[KEY].drop_nulls()
    if gone.is_empty():
        return rows, frozenset()
    return rows.filter(pl.col("status").ne_missing(GONE)), frozenset(gone)


def without_twice(rows: pl.DataFrame, origin: str) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows with a key of their own; the first of several with one key stays."""
    keyless = rows[KEY].null_count() > 0
    if rows[KEY].n_unique() == rows.height and not keyless:
        return rows, []
    blank = rows[KEY].is_null()
    again = ~rows[KEY].is_first_distinct() & ~blank
    findings = [
        *_left_out(rows.filter(blank), origin, "row.no-key", "has no sourcedId"),
        *_left_out(rows.filter(again), origin, "row.key-again", "repeats a sourcedId"),
    ]
    return rows.filter(~blank & ~again), findings


def _left_out(rows: pl.DataFrame, origin: str, code: str, problem: str) -> list[Finding]:
    if rows.is_empty():
        return []
    return [
        Finding(
            Severity.ROW,
            code,
            f"The row {problem} and is not applied.",
            "Send one row for each record, with its sourcedId.",
            origin,
            int(rows[ROW][0]) if ROW in rows.columns else None,
            KEY,
            rows[KEY][0],
            rows.height,
        )
    ]
