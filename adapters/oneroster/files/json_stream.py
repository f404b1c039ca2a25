"""The records of a JSON payload, one at a time, in memory that one record bounds.

A streaming parser builds what it is told to build: 100,000 opening brackets cost it gigabytes, and
of two equal names in an object it keeps the last without a word. Here every record is cut out of
the text and decoded by itself, with limits on size and depth, and equal names are an error.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any, NamedTuple

from adapters.formats import Unreadable
from schemas.finding import Finding, Severity

_CHUNK = 1 << 18
_LARGEST = 16 << 20
"""Characters of one record; the largest of a district have a few thousand."""
_DEEPEST = 64
_UNSURE = 16
"""An error this near to the end of what was read may only mean that more is to come."""
_BLANKS = re.compile(r"[ \t\r\n]*")


class Member(NamedTuple):
    """One record of a payload: the key it stands under, its place in that list, from 1."""

    key: str
    number: int
    value: Any


def members(stream: IO[bytes], file: str) -> Iterator[Member]:
    """Every element of every list of the payload object. Raises Unreadable."""
    text = _Text(stream, file)
    text.expect("{")
    if text.take("}"):
        return text.end()
    while True:
        key = text.value()
        text.expect(":")
        if text.take("["):
            yield from _elements(text, str(key))
        else:
            yield Member(str(key), 0, text.value())
        if not text.take(","):
            break
    text.expect("}")
    return text.end()


def _elements(text: _Text, key: str) -> Iterator[Member]:
    if text.take("]"):
        return
    number = 1
    while True:
        text.where = f"{key}, record {number}"
        yield Member(key, number, text.value())
        if not text.take(","):
            break
        number += 1
    text.expect("]")


class _Text:
    """The text of a stream with a place in it."""

    def __init__(self, stream: IO[bytes], file: str) -> None:
        self._stream = stream
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._buffer = ""
        self._at = 0
        self._whole = False
        self.where = "the beginning"

    def take(self, sign: str) -> bool:
        """Step over this sign if it is next."""
        if self._next() != sign:
            return False
        self._at += 1
        return True

    def expect(self, sign: str) -> None:
        """Step over this sign. Raises Unreadable when something else is next."""
        if not self.take(sign):
            found = self._next() or "the end of the file"
            raise self._broken(f"{sign} was expected instead of {found}")

    def end(self) -> None:
        """Raises Unreadable when anything but blanks is left."""
        if self._next():
            raise self._broken("something follows the end of the payload")

    def value(self) -> Any:
        """The value that is next."""
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                self._more_or(error)
            except RecursionError:
                raise self._broken("it is nested too deeply") from None
            except _Odd as error:
                raise self._broken(str(error)) from None
            else:
                if end < len(self._buffer) or not self._read():
                    return self._taken(value, end)

    def _taken(self, value: Any, end: int) -> Any:
        opened = self._buffer.count("{", self._at, end) + self._buffer.count("[", self._at, end)
        if opened > _DEEPEST and _depth(value) > _DEEPEST:
            raise self._broken(f"it is nested more than {_DEEPEST} levels deep")
        if self._buffer.find(r"\u", self._at, end) >= 0 and (odd := _odd_text(value)):
            raise self._broken(f"a text holds {odd}")
        self._at = end
        return value

    def _more_or(self, error: json.JSONDecodeError) -> None:
        """Read on where a value may only be cut off; raises Unreadable where it is wrong."""
        cut = error.msg.startswith("Unterminated") or error.pos >= len(self._buffer) - _UNSURE
        if not cut or not self._read():
            raise self._broken(f"it is not JSON: {error.msg}") from None
        if len(self._buffer) - self._at > _LARGEST:
            raise self._broken(f"it is larger than {_LARGEST:,} characters") from None

    def _next(self) -> str:
        """The next sign that is no blank, without stepping over it; empty at the end."""
        while True:
            self._at = _blank(self._buffer, self._at)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read():
                return ""

    def _read(self) -> bool:
        """Read at least as much again as is waiting, so that retries stay few."""
        if self._whole:
            return False
        waiting = self._buffer[self._at :]
        data = self._stream.read(max(_CHUNK, len(waiting)))
        self._whole = not data
        try:
            self._buffer = waiting + self._decode.decode(data, final=self._whole)
        except UnicodeDecodeError:
            raise self._broken("the file is not UTF-8") from None
        self._at = 0
        return bool(data)

    def _broken(self, problem: str) -> Unreadable:
        fix = "Export the collection again as the standard's JSON payload, in UTF-8."
        problem = f"{self.where}: {problem}"
        return Unreadable(Finding(Severity.REFUSE, "json.broken", problem, fix, self._file))


def _odd_text(value: Any) -> str | None:
    """What only an escape can write, and nothing that we write to could hold."""
    if isinstance(value, dict | list):
        inner = (*value, *value.values()) if isinstance(value, dict) else value
        return next((odd for each in inner if (odd := _odd_text(each))), None)
    if not isinstance(value, str):
        return None
    if "\0" in value:
        return "the character NUL"
    half = any("\ud800" <= each <= "\udfff" for each in value)
    return "half a character, an unpaired surrogate" if half else None


def _blank(text: str, at: int) -> int:
    """Where the blanks end that begin here; a loop over 200 MB of them would take a minute."""
    found = _BLANKS.match(text, at)
    return found.end() if found else at


class _Odd(ValueError):
    """What a decoder would pass over and no system means to send."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Odd(f"the name {twice!r} stands twice in one object")
    return made


def _number(text: str) -> float | str:
    """The number, or its text where a float would lose digits."""
    value = float(text)
    exact = repr(value) == text or (abs(value) < 1e300 and Decimal(repr(value)) == Decimal(text))
    return value if exact else text


def _integer(text: str) -> int:
    if len(text) > 100:
        raise _Odd("a number has more than 100 digits")
    return int(text)


def _constant(name: str) -> Any:
    raise _Odd(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_constant
)


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(inner, dict | list):
            below = inner.values() if isinstance(inner, dict) else inner
            waiting.extend((one, depth + 1) for one in below)
    return deepest
