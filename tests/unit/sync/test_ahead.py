"""Files are read ahead in order, no further than one, and a failure shows at the file's turn."""

from __future__ import annotations

import polars as pl
import pytest

from adapters.port import Reading
from service.sync.ahead import read_ahead


def reading_of(name: str) -> Reading:
    return Reading(pl.DataFrame({"name": [name]}))


def test_files_come_in_order() -> None:
    names = [str(number) for number in range(7)]
    assert [one.frame["name"][0] for one in read_ahead(reading_of, names)] == names


def test_no_files_are_no_readings() -> None:
    assert list(read_ahead(reading_of, [])) == []


def test_no_more_than_one_file_is_read_ahead() -> None:
    begun: list[str] = []

    def read(name: str) -> Reading:
        begun.append(name)
        return reading_of(name)

    readings = read_ahead(read, ["a", "b", "c", "d"])
    next(readings)
    readings.close()  # type: ignore[attr-defined]  # waits for what is under way
    assert begun == ["a", "b"]


def test_a_failure_shows_at_the_turn_of_its_file() -> None:
    def read(name: str) -> Reading:
        if name == "bad":
            raise OSError(name)
        return reading_of(name)

    readings = read_ahead(read, ["good", "bad"])
    assert next(readings).frame["name"].to_list() == ["good"]
    with pytest.raises(OSError, match="bad"):
        next(readings)
