"""`python -m benchmarks.forms`: the forms of a mapping table, in records a second on one table.

The interpreter is the floor: the ratios say what generated Python and columns gain over it. Nothing
here passes or fails by time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
from pydantic_core import to_json

from mappings.books import BOOKS
from mappings.engine.compile_polars import encode_json
from mappings.engine.compile_python import whole, write_function
from mappings.engine.interpret import write
from mappings.engine.loss import Losses
from mappings.engine.model import Table

RECORDS = int(os.environ.get("BENCH_RECORDS", "200000"))
FEW = RECORDS // 20
"""The interpreter gets fewer: it needs no more to be measured."""


def records(count: int) -> list[dict[str, Any]]:
    """Enrollments of invented people in invented classes."""
    begin = date(2026, 8, 17)
    return [
        {
            "id": f"e{number}",
            "class_id": f"c{number % 5000}",
            "school_id": f"s{number % 40}",
            "person_id": f"p{number // 8}",
            "role": "student",
            "primary": number % 2 == 0,
            "begin_date": (begin + timedelta(number % 30)).isoformat(),
        }
        for number in range(count)
    ]


def rate(count: int, run: Callable[[], object]) -> float:
    """Records a second, the best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return count / best


def measure(table: Table, ours: list[dict[str, Any]]) -> dict[str, float]:
    """Records a second by form, JSON text included."""
    frame = pl.DataFrame(ours).with_columns(pl.col("begin_date").str.to_date())
    compiled = write_function(table)
    few, losses = ours[:FEW], Losses()
    return {
        "interpreter": rate(
            len(few), lambda: [to_json(whole(write(table, one, losses))) for one in few]
        ),
        "generated Python": rate(
            len(ours), lambda: [to_json(compiled(one, losses)) for one in ours]
        ),
        "columns": rate(len(ours), lambda: encode_json(table, frame)),
    }


def main() -> None:
    """Measure and print."""
    book = BOOKS["oneroster-1.2"].open()
    table = next(each for each in book.tables if each.subject == "enrollment")
    ours = records(RECORDS)
    print(f"{table.entity} of {book.standard} {book.version}, {RECORDS:,} records")
    rates = measure(table, ours)
    for form, speed in rates.items():
        print(f"{form:>18}  {speed:12,.0f} records/s  {speed / rates['interpreter']:6.1f} x")


if __name__ == "__main__":
    main()
