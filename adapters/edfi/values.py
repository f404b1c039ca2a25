"""The form of single values in Ed-Fi records, and what is wrong with one that has another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from schemas.standards.shape import Kind, Property

Problem = tuple[str, str, str]
"""Code, problem, fix."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ZONED = re.compile(r"(Z|[+-]\d{2}:\d{2})$", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_DESCRIPTOR = re.compile(r"uri://[^#\s]+/(?P<name>\w+)#(?P<code>\S.*)", re.ASCII)
_CODE_LENGTH = 50
_ANY_DESCRIPTOR = "Descriptor"


class Number(str):
    """A decimal that stood as a number in JSON: its digits as they were written."""

    __slots__ = ()


class Quoted(str):
    """A decimal that stood in quotation marks in JSON, where servers want a number."""

    __slots__ = ()


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_datetime(text: str) -> bool:
    try:
        return "T" in text and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    plain = _ZONED.sub("", text)
    try:
        return bool(_TIME.fullmatch(plain)) and time.fromisoformat(plain) is not None
    except ValueError:
        return False


_FORMS: dict[Kind, tuple[Callable[[str], bool], str]] = {
    Kind.DATE: (_is_date, "a date such as 2026-08-24"),
    Kind.DATETIME: (_is_datetime, "a date and time such as 2026-08-24T09:30:00Z"),
    Kind.TIME: (_is_time, "a time such as 09:30:00"),
}


def problem_of(value: Any, wanted: Property) -> Problem | None:
    """What is wrong with a value; None where it is as the standard wants it."""
    if wanted.kind in {Kind.INTEGER, Kind.YEAR}:
        if isinstance(value, bool) or not isinstance(value, int):
            return _type("a whole number")
        return _out_of_bounds(float(value), wanted)
    if wanted.kind is Kind.BOOLEAN:
        return None if isinstance(value, bool) else _type("true or false")
    if wanted.kind is Kind.DECIMAL:
        return _decimal(value, wanted)
    if not isinstance(value, str) or isinstance(value, Number):
        return _type("text")
    return _text(value, wanted)


def _type(wanted: str) -> Problem:
    return "type", f"is not {wanted}", f"Write {wanted}."


def _decimal(value: Any, wanted: Property) -> Problem | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, Quoted) or not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        return _type("a decimal number")
    return _out_of_bounds(float(text), wanted)


def _out_of_bounds(value: float, wanted: Property) -> Problem | None:
    low, high = wanted.minimum, wanted.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    return "bounds", f"is not between {_shown(low)} and {_shown(high)}", "Correct the number."


def _shown(bound: float | None) -> str:
    return "any number" if bound is None else f"{bound:g}"


def _text(value: str, wanted: Property) -> Problem | None:
    if not value.strip():
        return "blank", "is blank", "Leave the property out where there is no value."
    if wanted.max_length is not None and len(value) > wanted.max_length:
        problem = f"has {len(value):,} characters; at most {wanted.max_length} are allowed"
        return "length", problem, "Shorten it at its source; it is never cut here."
    if wanted.min_length is not None and len(value) < wanted.min_length:
        problem = f"has {len(value):,} characters; at least {wanted.min_length} are needed"
        return "length", problem, "Correct it at its source, or leave it out."
    if wanted.kind is Kind.CODE:
        return _descriptor(value, wanted.codes or _ANY_DESCRIPTOR)
    if wanted.kind in _FORMS and not _FORMS[wanted.kind][0](value):
        return _type(_FORMS[wanted.kind][1])
    return None


def _descriptor(value: str, codes: str) -> Problem | None:
    found = _DESCRIPTOR.fullmatch(value)
    fix = f"Write a URI such as uri://ed-fi.org/{codes}#Code value."
    if found is None:
        return "descriptor", "is no descriptor URI", fix
    if codes != _ANY_DESCRIPTOR and found["name"] != codes:
        return "descriptor", f"is a value of {found['name']}, not of {codes}", fix
    if len(found["code"]) > _CODE_LENGTH:
        return "descriptor", f"has a code value of more than {_CODE_LENGTH} characters", fix
    return None
