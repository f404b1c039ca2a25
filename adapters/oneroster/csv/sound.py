"""Whether the fast reader saw nothing but well-formed records, told by counting bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from adapters.port import ROW

_CHUNK = 1 << 18
_HEADER = 1 << 20

_BLANKS = {" ": (b" ", b'"'), "\t": (b"\t",), "\n": (b'"',), "\u00a0": (b"\xc2",)}
"""Characters that may surround values, and the bytes of which a file that has them holds one.

A quotation mark stands with the blank, because only a quoted value can be empty and not null.
"""

_SIGNS = frozenset({b"\0", b'"', b"\r"}.union(*_BLANKS.values()))
"""Bytes that ask for a closer look."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file, or the text of a part of one; the first line is the header.

    `signs` are those of its bytes below the header that ask for a closer look.
    """

    content: Path | bytes
    signs: frozenset[bytes]

    @property
    def blanks(self) -> str:
        """The characters that may surround values; without any, no value is empty either."""
        return "".join(c for c, signs in _BLANKS.items() if not self.signs.isdisjoint(signs))

    def chunks(self) -> Iterator[bytes]:
        """What stands below the header, piece by piece."""
        return _chunks(self.content)


def text_of(content: Path | bytes) -> Text:
    """A text that was looked through once."""
    missing = set(_SIGNS)
    for chunk in _chunks(content):
        missing -= {sign for sign in missing if sign in chunk}
    return Text(content, _SIGNS - missing)


def _chunks(content: Path | bytes) -> Iterator[bytes]:
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
        stream.readline(_HEADER)
        while chunk := stream.read(_CHUNK):
            yield chunk


def is_sound(text: Text, frame: pl.DataFrame) -> bool:
    """Whether the fast reader can have seen nothing but well-formed records.

    It fills short rows with nulls and lets some stray quotes pass, without a word. Both show in
    the number of separators and quotes, which costs a fraction of reading.
    """
    if b"\0" in text.signs:
        return False
    if b"\r" in text.signs and _any(frame, "\r"):
        return False
    quoted = b'"' in text.signs
    # A short row leaves its last cell null, so a filled last column tells that none is short.
    if not quoted and frame.height and not frame[frame.columns[-1]].null_count():
        return True
    commas = sum(chunk.count(b",") for chunk in text.chunks())
    quotes_fit = not quoted or _quotes_fit(text.content)
    return quotes_fit and _commas_fit(frame, commas, quoted=quoted)


def _quotes_fit(content: Path | bytes) -> bool:
    """Whether every quote opens a cell, closes one, or is doubled inside one."""
    line = pl.col("line")
    quoted = pl.scan_lines(content).slice(1).filter(line.str.contains('"', literal=True))
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
