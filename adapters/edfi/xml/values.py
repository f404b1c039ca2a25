"""The values of XML elements as JSON has them, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from schemas.standards.edfi import Row
from schemas.standards.edfi.table import RowKind

Reader = Callable[[str], Any]
Writer = Callable[[Any], str]

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_DIGITS = 19
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_SCHOOL_YEAR = re.compile(r"([0-9]{4})-([0-9]{4})")
_YEAR = re.compile(r"[0-9]{4}")
_BLANKS = " \t\r\n"

WANTED = {
    "boolean": "true or false",
    "decimal": "a decimal number such as 3.50",
    "integer": "a whole number",
    "schoolyear": "a school year such as 2025-2026",
    "year": "a year such as 2026",
}
"""What a person should write instead."""


def _boolean(text: str) -> bool:
    return _BOOLEANS[text.strip(_BLANKS)]


def _integer(text: str) -> int:
    if len(text) < _DIGITS and text.isascii() and text.isdigit():
        return int(text)  # the usual case, without the pattern
    return int(_matching(_INTEGER, text))


def _decimal(text: str) -> str:
    """The digits as they stand: 3.50 is not 3.5 to a reader who rounds."""
    return _matching(_DECIMAL, text)


def _school_year(text: str) -> int:
    """The year in which it ends, as JSON has it (`schoolYearTypes.schoolYear`)."""
    first, last = (int(part) for part in _matching(_SCHOOL_YEAR, text).split("-"))
    if last != first + 1:
        raise ValueError(text)
    return last


def _matching(pattern: re.Pattern[str], text: str) -> str:
    stripped = text.strip(_BLANKS)
    if not pattern.fullmatch(stripped):
        raise ValueError(text)
    return stripped


def _year(text: str) -> int:
    return int(_matching(_YEAR, text))


def _trimmed(text: str) -> str:
    return text.strip(_BLANKS)


_READERS: dict[RowKind, Reader] = {
    "boolean": _boolean,
    "date": _trimmed,
    "datetime": _trimmed,
    "decimal": _decimal,
    "integer": _integer,
    "schoolyear": _school_year,
    "time": _trimmed,
    "year": _year,
}


def reader(kind: RowKind) -> Reader | None:
    """How to read the text of an element of this kind; None where the text is the value.

    The function raises ValueError or KeyError for text that is not of the kind.
    """
    return _READERS.get(kind)


def _text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _text_of_boolean(value: Any) -> str:
    if not isinstance(value, bool):
        raise TypeError(value)
    return "true" if value else "false"


def _text_of_integer(value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return str(value)


def _text_of_decimal(value: Any) -> str:
    """A decimal is text; a whole number may come as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _decimal(_text_of(value))


def _text_of_school_year(value: Any) -> str:
    year = int(_text_of_integer(value))
    if not 1 <= year <= date.max.year:
        raise ValueError(value)
    return f"{year - 1:04}-{year:04}"


_WRITERS: dict[RowKind, Writer] = {
    "boolean": _text_of_boolean,
    "decimal": _text_of_decimal,
    "integer": _text_of_integer,
    "schoolyear": _text_of_school_year,
    "year": _text_of_integer,
}


def writer(kind: RowKind) -> Writer:
    """How to write a value of this kind; raises TypeError or ValueError for another."""
    return _WRITERS.get(kind, _text_of)


def is_school_year_reference(row: Row) -> bool:
    """Whether JSON wraps the year in a `...TypeReference`."""
    return row.kind == "schoolyear" and row.json.endswith("TypeReference")
