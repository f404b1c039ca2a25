"""Whether the fast reader saw nothing but well-formed records, told by counting bytes."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from adapters.port import ROW

Text = Path | bytes
"""A file, or the text of a part of one; the first line is the header."""

_CHUNK = 1 << 22


@contextmanager
def bytes_of(text: Text) -> Iterator[bytes | mmap.mmap]:
    """The bytes of a text; those of a file are mapped, not read."""
    if isinstance(text, bytes):
        yield text
        return
    with (
        text.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw,
    ):
        yield raw


def is_sound(text: Text, frame: pl.DataFrame) -> bool:
    """Whether the fast reader can have seen nothing but well-formed records.

    It fills short rows with nulls and lets some stray quotes pass, without a word. Both show in
    the number of separators and quotes, which costs a fraction of reading.
    """
    with bytes_of(text) as raw:
        start = raw.find(b"\n") + 1
        if start == 0:
            return True
        if raw.find(b"\0", start) >= 0:
            return False
        quoted = raw.find(b'"', start) >= 0
        quotes_fit = not quoted or _quotes_fit(text)
        has_returns = raw.find(b"\r", start) >= 0
        # A short row leaves its last cell null, so a filled last column tells that none is short.
        if not quoted and frame.height and not frame[frame.columns[-1]].null_count():
            return not (has_returns and _any(frame, "\r"))
        commas = sum(raw[at : at + _CHUNK].count(b",") for at in range(start, len(raw), _CHUNK))
    commas_fit = _commas_fit(frame, commas, quoted=quoted)
    return quotes_fit and commas_fit and not (has_returns and _any(frame, "\r"))


def _quotes_fit(text: Text) -> bool:
    """Whether every quote opens a cell, closes one, or is doubled inside one."""
    line = pl.col("line")
    quoted = pl.scan_lines(text).slice(1).filter(line.str.contains('"', literal=True))
    # A line ends where the reader ends it, so a value of several lines begins and ends lines.
    counts = quoted.select(line.str.replace_all('""', "", literal=True)).select(
        opening=line.str.count_matches('(?:^|,)"').sum(),
        closing=line.str.count_matches('"(?:,|$)').sum(),
        all=line.str.count_matches('"', literal=True).sum(),
    )
    opening, closing, every = counts.collect(engine="streaming").row(0)
    return bool(opening == closing and opening + closing == every)


def _commas_fit(frame: pl.DataFrame, commas: int, *, quoted: bool) -> bool:
    """Whether the separators are as many as whole rows must have; only quotes can hide commas."""
    values = frame.drop(ROW)
    if not quoted and commas == frame.height * (values.width - 1):
        return True
    # Rows of commas alone are not told from blank lines here; the slow look clears them.
    filled = pl.any_horizontal(pl.all().is_not_null()).sum()
    held = pl.all().str.count_matches(",", literal=True).sum()
    rows, *hidden = values.select(filled.alias(ROW), held).row(0)
    return bool(commas == rows * (values.width - 1) + sum(hidden))


def _any(frame: pl.DataFrame, text: str) -> bool:
    found = frame.select(pl.exclude(ROW).str.contains(text, literal=True).any()).row(0)
    return any(found)
