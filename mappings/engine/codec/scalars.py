"""Codecs of single values: text, numbers, truth, days and instants.

Our side is the JSON form of our records: dates and instants are ISO 8601 text, decimals are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.engine.codec.base import Spec, Wire
from mappings.engine.errors import Unrepresentable

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_TRUTH = {"true": True, "false": False}


def _text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise Unrepresentable(value, "no text")
    return value


@dataclass(frozen=True, slots=True)
class Text:
    """Text as it stands; what is longer or shorter than the other side takes is refused."""

    max_length: int | None = None
    one_line: bool = False
    min_length: int | None = None

    def encode(self, value: Any) -> str:
        text = _text_of(value)
        if self.max_length is not None and len(text) > self.max_length:
            raise Unrepresentable(value, f"longer than {self.max_length} characters")
        if self.min_length is not None and len(text) < self.min_length:
            raise Unrepresentable(value, f"shorter than {self.min_length} characters")
        if self.one_line and ("\n" in text or "\r" in text):
            raise Unrepresentable(value, "holds more than one line")
        return text

    def decode(self, value: Any) -> str:
        return _text_of(value)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number; cells hold its digits."""

    wire: Wire = "json"
    minimum: float | None = None
    maximum: float | None = None

    def encode(self, value: Any) -> int | str:
        number = self._whole(value)
        if self.minimum is not None and number < self.minimum:
            raise Unrepresentable(value, f"less than {self.minimum:g}")
        if self.maximum is not None and number > self.maximum:
            raise Unrepresentable(value, f"more than {self.maximum:g}")
        return str(number) if self.wire == "text" else number

    def decode(self, value: Any) -> int:
        return self._whole(value)

    @staticmethod
    def _whole(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            return int(value)
        raise Unrepresentable(value, "no whole number")


@dataclass(frozen=True, slots=True)
class Exact:
    """A decimal number, text on both sides so that no digit is lost."""

    minimum: float | None = None
    maximum: float | None = None

    def encode(self, value: Any) -> str:
        number = self._number(value)
        if self.minimum is not None and number < Decimal(str(self.minimum)):
            raise Unrepresentable(value, f"less than {self.minimum:g}")
        if self.maximum is not None and number > Decimal(str(self.maximum)):
            raise Unrepresentable(value, f"more than {self.maximum:g}")
        return str(value)

    def decode(self, value: Any) -> str:
        self._number(value)
        return str(value)

    @staticmethod
    def _number(value: Any) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            raise Unrepresentable(value, "no number")
        return number


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false; cells spell it in lower case."""

    wire: Wire = "json"

    def encode(self, value: Any) -> bool | str:
        if not isinstance(value, bool):
            raise Unrepresentable(value, "neither true nor false")
        return str(value).lower() if self.wire == "text" else value

    def decode(self, value: Any) -> bool:
        known = value if isinstance(value, bool) else _TRUTH.get(str(value).lower())
        if known is None:
            raise Unrepresentable(value, "neither true nor false")
        return known


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, `YYYY-MM-DD` on both sides; a date-time that is sent is read as its day.

    `at` is the time of day that is written behind it where the other side holds instants only.
    """

    at: str = ""

    def encode(self, value: Any) -> str:
        return self._day(value) + self.at

    def decode(self, value: Any) -> str:
        text = _text_of(value)
        return self._day(text[:10] if text[10:11] == "T" else text)

    @staticmethod
    def _day(value: Any) -> str:
        text = _text_of(value)
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        raise Unrepresentable(value, "no date of the form YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, written with a `Z`; without an offset it is nobody's instant."""

    def encode(self, value: Any) -> str:
        return self._instant(value)

    def decode(self, value: Any) -> str:
        return self._instant(value)

    @staticmethod
    def _instant(value: Any) -> str:
        text = _text_of(value)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unrepresentable(value, "no date and time of ISO 8601") from None
        if moment.tzinfo is None:
            raise Unrepresentable(value, "no offset from UTC")
        return text


def text(spec: Spec) -> Text:
    """`{ codec = "text", max = 60, one_line = true }`."""
    params = spec.take("max", "one_line")
    return Text(spec.max_length, params.get("one_line", False), spec.min_length)


def integer(spec: Spec) -> Integer:
    """`{ codec = "int" }`; bounds are the shape's."""
    spec.take()
    theirs = spec.theirs
    return Integer(
        spec.wire, theirs.minimum if theirs else None, theirs.maximum if theirs else None
    )


def exact(spec: Spec) -> Exact:
    """`{ codec = "decimal" }`; bounds are the shape's."""
    spec.take()
    theirs = spec.theirs
    return Exact(theirs.minimum if theirs else None, theirs.maximum if theirs else None)


def truth(spec: Spec) -> Truth:
    """`{ codec = "bool" }`."""
    spec.take()
    return Truth(spec.wire)


def day(spec: Spec) -> Day:
    """`{ codec = "date", at = "T00:00:00Z" }`."""
    return Day(spec.take("at").get("at", ""))


def moment(spec: Spec) -> Moment:
    """`{ codec = "datetime" }`."""
    spec.take()
    return Moment()
