"""Draws depend on seed, aspect and index, and on nothing else."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from service.synth.draws import Draws, at, padded, text

INDEX = pl.col("index")
_WORD = (1 << 64) - 1


def _drawn(seed: int, aspect: str, indices: list[int], below: int) -> list[int]:
    table = pl.DataFrame({"index": indices})
    return table.select(Draws(seed).number(INDEX, aspect, below)).to_series().to_list()


def _splitmix(seed: int, aspect: str, index: int) -> int:
    """The same mixing in Python's unbounded integers."""
    digest = blake2b(f"{seed}/{aspect}".encode(), digest_size=8).digest()
    mixed = (index * 0x9E3779B97F4A7C15 + int.from_bytes(digest, "big")) & _WORD
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
    return mixed ^ (mixed >> 31)


@given(st.integers(0, 1000), st.text(max_size=8), st.integers(0, 10**9), st.integers(1, 10**6))
def test_a_draw_is_splitmix64_of_seed_aspect_and_index(
    seed: int, aspect: str, index: int, below: int
) -> None:
    assert _drawn(seed, aspect, [index], below) == [_splitmix(seed, aspect, index) % below]


def test_a_draw_does_not_depend_on_its_neighbors() -> None:
    assert _drawn(1, "name", [5, 6, 7], 1000) == [
        value for index in (5, 6, 7) for value in _drawn(1, "name", [index], 1000)
    ]


def test_aspects_are_series_of_their_own() -> None:
    assert _drawn(1, "given", list(range(9)), 1000) != _drawn(1, "family", list(range(9)), 1000)


def test_draws_spread_evenly() -> None:
    drawn = _drawn(1, "even", list(range(10_000)), 10)
    assert all(900 < drawn.count(value) < 1100 for value in range(10))


def test_a_choice_may_be_nothing() -> None:
    table = pl.DataFrame({"index": range(100)})
    drawn = table.select(Draws(1).choice(INDEX, "middle", ("Ann", None))).to_series()
    assert set(drawn.to_list()) == {"Ann", None}


def test_values_are_taken_by_place() -> None:
    table = pl.DataFrame({"index": [2, 0]})
    assert table.select(at(["a", "b", "c"], INDEX)).to_series().to_list() == ["c", "a"]


def test_text_is_put_together_with_leading_zeros() -> None:
    table = pl.DataFrame({"index": [42]})
    assert table.select(text("stu-", padded(INDEX, 7))).item() == "stu-0000042"
