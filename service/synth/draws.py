"""Numbers that look random and are not: the same seed, aspect and index give the same number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import polars as pl


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws for one seed.

    Each aspect (`"given name"`) is a series of its own, so a new aspect leaves the others as
    they are. No generator with a state is used: values depend on neither order nor threads.
    """

    seed: int

    def number(self, index: pl.Expr, aspect: str, below: int | pl.Expr) -> pl.Expr:
        """An Int64 from 0 to `below` - 1 for each index."""
        return (self._mixed(index, aspect) % below).cast(pl.Int64)

    def order(self, index: pl.Expr, aspect: str) -> pl.Expr:
        """A number to sort by, all but free of ties."""
        return self._mixed(index, aspect)

    def chance(self, index: pl.Expr, aspect: str, of_thousand: int) -> pl.Expr:
        """True for so many of a thousand indices."""
        return self.number(index, aspect, 1000) < of_thousand

    def choice(self, index: pl.Expr, aspect: str, choices: Sequence[str | None]) -> pl.Expr:
        """One of the choices for each index."""
        return at(choices, self.number(index, aspect, len(choices)))

    def _mixed(self, index: pl.Expr, aspect: str) -> pl.Expr:
        # The finisher of splitmix64 (public domain); UInt64 wraps around on overflow. A shift
        # to the right is a division by a power of two here.
        digest = blake2b(f"{self.seed}/{aspect}".encode(), digest_size=8).digest()
        key = pl.lit(int.from_bytes(digest, "big"), pl.UInt64)
        mixed = index.cast(pl.UInt64) * _word(0x9E3779B97F4A7C15) + key
        mixed = (mixed ^ (mixed // _word(1 << 30))) * _word(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed // _word(1 << 27))) * _word(0x94D049BB133111EB)
        return mixed ^ (mixed // _word(1 << 31))


def _word(value: int) -> pl.Expr:
    return pl.lit(value, pl.UInt64)


def at(choices: Sequence[str | int | None], place: pl.Expr) -> pl.Expr:
    """The choice at each place, counted from 0."""
    return pl.lit(pl.Series(choices)).gather(place)


def padded(number: pl.Expr, width: int) -> pl.Expr:
    """A number with leading zeros."""
    return number.cast(pl.String).str.zfill(width)


def text(*parts: str | pl.Expr) -> pl.Expr:
    """The parts in a row, as text."""
    return pl.concat_str(*[pl.lit(part) if isinstance(part, str) else part for part in parts])
