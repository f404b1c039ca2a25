"""Parts are worked on two at a time, in order, and a failure shows at its turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from threading import Barrier

import pytest

from mappings.engine.abreast import abreast


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_made_comes_in_order(threads: int) -> None:
    assert list(abreast(str, range(7), threads)) == ["0", "1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("threads", [1, 2])
def test_nothing_is_made_of_nothing(threads: int) -> None:
    assert list(abreast(str, [], threads)) == []


def test_two_are_made_at_the_same_time() -> None:
    both = Barrier(2, timeout=30)  # breaks unless two are waiting for each other
    assert len(list(abreast(lambda part: both.wait(), range(4)))) == 4


def test_no_part_is_taken_before_its_time() -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    made = abreast(str, parts())
    assert next(made) == "0"
    assert taken == [0, 1]


def test_no_more_than_one_is_made_ahead() -> None:
    begun: list[str] = []
    made = abreast(begun.append, ["a", "b", "c", "d"], threads=1)
    next(made)
    made.close()  # type: ignore[attr-defined]  # waits for what is under way
    assert begun == ["a", "b"]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_failure_shows_at_its_turn(threads: int) -> None:
    made = abreast(lambda part: 1 // part, [1, 0], threads)
    assert next(made) == 1
    with pytest.raises(ZeroDivisionError):
        next(made)
