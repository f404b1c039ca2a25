"""JSON records out of a stream of bytes: one on each line, or the items of one array."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from adapters.edfi.files import Entry
from adapters.edfi.limits import Limits
from adapters.edfi.refusal import refused
from adapters.edfi.values import Number
from adapters.formats import Unreadable

_BLANKS = " \t\r\n"
_BLANK = re.compile(f"[{_BLANKS}]*")
_EXPONENT = 40
_MORE = 1 << 16


class Malformed(ValueError):
    """JSON that is not as it should be; the text says why."""


class Unfinished(Malformed):
    """JSON that ends early, or that goes wrong where it might only end early."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without its nulls, which mean absence; no name may stand twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the property {twice[:60]} stands twice in one object")
    if None in found.values():
        return {name: value for name, value in found.items() if value is not None}
    return found


def _number(text: str) -> Number:
    """The digits as they stand; an exponent is written out."""
    if "e" not in text and "E" not in text:
        return Number(text)
    number = Decimal(text)
    if abs(number.adjusted()) > _EXPONENT:
        raise Malformed(f"the number {text[:40]} is out of any range")
    return Number(format(number, "f"))


def _no_constant(text: str) -> Any:
    raise Malformed(f"{text} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_constant=_no_constant
)


def lines(entry: Entry, limits: Limits) -> Iterator[tuple[int, Any]]:
    """Each line's value with its number; blank lines are passed over. Raises Unreadable."""
    rest, number = b"", 0
    for chunk in entry.chunks():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield from _line(entry, number, line, limits)
        if len(rest) > limits.record_bytes:
            raise _oversized(entry, number + 1, limits)
    yield from _line(entry, number + 1, rest, limits)


def _line(entry: Entry, number: int, line: bytes, limits: Limits) -> Iterator[tuple[int, Any]]:
    if len(line) > limits.record_bytes:
        raise _oversized(entry, number, limits)
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip(_BLANKS)
        if text:
            yield number, _parsed(text, limits)
    except UnicodeDecodeError:
        raise _not_utf8(entry, number) from None
    except Malformed as error:
        raise _malformed(entry, number, str(error)) from None


def _parsed(text: str, limits: Limits) -> Any:
    """The only value of a text. Raises Malformed."""
    value, end = _decoded(text, 0, limits)
    if text[end:].strip(_BLANKS):
        raise Malformed("something stands behind the record")
    return value


def _decoded(text: str, at: int, limits: Limits) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
    except RecursionError:
        raise Malformed(f"objects are nested deeper than {limits.depth}") from None
    except json.JSONDecodeError as error:
        raise Unfinished(f"{error.msg} (character {error.pos - at + 1:,})") from None
    except Malformed:
        raise
    except ValueError:
        raise Malformed("a number has too many digits") from None
    if text.count("{", at, end) + text.count("[", at, end) > limits.depth:
        _check_depth(value, limits.depth)
    if text.find(r"\u", at, end) >= 0:
        _check_characters(value)
    return value, end


def _check_characters(value: Any) -> None:
    """Refuse what only an escape can write: nothing that we write to could hold it."""
    if isinstance(value, dict):
        for name, each in value.items():
            _check_characters(name)
            _check_characters(each)
    elif isinstance(value, list):
        for each in value:
            _check_characters(each)
    elif isinstance(value, str):
        if "\0" in value:
            raise Malformed("a text holds the character NUL")
        if not _is_whole(value):
            raise Malformed("a text holds half a character, an unpaired surrogate")


def _check_depth(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise Malformed("objects are nested too deep")
    for each in value.values() if isinstance(value, dict) else value:
        _check_depth(each, left - 1)


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


def items(entry: Entry, limits: Limits) -> Iterator[tuple[int, Any]]:
    """Each item of the array that the file is, with its position from 1. Raises Unreadable."""
    scanner = _Scanner(entry, limits)
    if scanner.next() != "[":
        raise _malformed(entry, 1, "the file does not start with a list")
    scanner.at += 1
    number = 0
    while scanner.next() != "]":
        if number and not scanner.take(","):
            raise _malformed(entry, number, "there is no comma behind the record")
        number += 1
        scanner.next()
        yield number, scanner.item(number)
    scanner.at += 1
    if scanner.next():
        raise _malformed(entry, number, "something stands behind the list")


class _Scanner:
    """A window on the text of a file; `at` is where reading goes on."""

    def __init__(self, entry: Entry, limits: Limits) -> None:
        self._entry, self._limits = entry, limits
        self._chunks = entry.chunks()
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._ended = False
        self.at = 0

    def next(self) -> str:
        """The next character that is not blank, without taking it; empty at the end."""
        while True:
            blank = _BLANK.match(self._text, self.at)
            self.at = blank.end() if blank else self.at
            if self.at < len(self._text):
                return self._text[self.at]
            if not self._more(_MORE):
                return ""

    def take(self, character: str) -> bool:
        """Take this character; False where another stands."""
        found = self.next() == character
        self.at += found
        return found

    def item(self, number: int) -> Any:
        """The value that starts here, read on until it is whole."""
        while True:
            try:
                value, end = _decoded(self._text, self.at, self._limits)
            except Unfinished as error:
                pending = len(self._text) - self.at
                if pending > self._limits.record_bytes:
                    raise _oversized(self._entry, number, self._limits) from None
                if not self._more(pending + _MORE):
                    raise _malformed(self._entry, number, str(error)) from None
            except Malformed as error:
                raise _malformed(self._entry, number, str(error)) from None
            else:
                self.at = end
                return value

    def _more(self, size: int) -> bool:
        """Read about this much further; False at the end of the file."""
        pieces, length = [self._text[self.at :]], 0
        while length < size and not self._ended:
            chunk = next(self._chunks, b"")
            self._ended = not chunk
            try:
                pieces.append(self._decode.decode(chunk, self._ended))
            except UnicodeDecodeError:
                raise _not_utf8(self._entry, None) from None
            length += len(pieces[-1])
        self._text, self.at = "".join(pieces), 0
        return length > 0


def _malformed(entry: Entry, number: int, why: str) -> Unreadable:
    problem = f"record {number:,} is no valid JSON: {why}"
    return refused("json", problem, "Write the file again with a JSON library.", entry.name, number)


def _oversized(entry: Entry, number: int, limits: Limits) -> Unreadable:
    problem = f"record {number:,} is larger than {limits.record_bytes:,} bytes, or does not end"
    fix = "Write one record on each line, or the records as the items of one list."
    return refused("record", problem, fix, entry.name, number)


def _not_utf8(entry: Entry, number: int | None) -> Unreadable:
    fix = "Save the file as UTF-8."
    return refused("encoding", "the file is not encoded as UTF-8", fix, entry.name, number)
