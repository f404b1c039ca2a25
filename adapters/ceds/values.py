"""Whether a literal is of its XSD datatype (XML Schema Part 2), and within the limits of CEDS."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from schemas.standards.ceds.table import PARTIAL_DATE, PARTIAL_DATES, Term

_ZONE: Final = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)?"
_DATE: Final = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}}){_ZONE}")
_DATETIME: Final = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}})(\.\d+)?{_ZONE}")
_TIME: Final = re.compile(rf"(\d{{2}}:\d{{2}}:\d{{2}})(\.\d+)?{_ZONE}")
_YEAR: Final = re.compile(rf"\d{{4}}{_ZONE}")
_MONTH: Final = re.compile(rf"\d{{4}}-(0[1-9]|1[0-2]){_ZONE}")
_DECIMAL: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_INTEGER: Final = re.compile(r"[+-]?\d+")

_BOUNDS: Final = {
    "xsd:byte": (-128, 127),
    "xsd:int": (-(2**31), 2**31 - 1),
    "xsd:nonNegativeInteger": (0, None),
}


def _reads(pattern: re.Pattern[str], read: Callable[[str], object]) -> Callable[[str], bool]:
    def matches(text: str) -> bool:
        match = pattern.fullmatch(text)
        if not match:
            return False
        try:
            read(match[1])
        except ValueError:
            return False
        return True

    return matches


def _is_token(text: str) -> bool:
    return text == " ".join(text.split(" ")).strip() and not re.search(r"[\t\r\n]|  ", text)


_LEXICAL: Final[dict[str, Callable[[str], bool]]] = {
    "xsd:date": _reads(_DATE, date.fromisoformat),
    "xsd:dateTime": _reads(_DATETIME, datetime.fromisoformat),
    "xsd:time": _reads(_TIME, time.fromisoformat),
    "xsd:gYear": lambda text: _YEAR.fullmatch(text) is not None,
    "xsd:gYearMonth": lambda text: _MONTH.fullmatch(text) is not None,
    "xsd:decimal": lambda text: _DECIMAL.fullmatch(text) is not None,
    "xsd:token": _is_token,
    "xsd:boolean": lambda text: text in ("true", "false", "1", "0"),
}


def is_of(datatype: str, value: Any) -> bool:
    """Whether a value, as trees hold it, is of a datatype."""
    if isinstance(value, bool):
        return datatype == "xsd:boolean"
    if datatype == PARTIAL_DATE:
        narrower = PARTIAL_DATES.get(len(str(value)))
        return narrower is not None and is_of(narrower, value)
    if datatype in _BOUNDS or datatype == "xsd:integer":
        return _is_integer(datatype, value)
    if not isinstance(value, str):
        return False
    fits = _LEXICAL.get(datatype)
    return fits is None or fits(value)


def _is_integer(datatype: str, value: Any) -> bool:
    text = str(value)
    if not _INTEGER.fullmatch(text) or len(text) > 20:
        return False
    low, high = _BOUNDS.get(datatype, (None, None))
    return (low is None or int(text) >= low) and (high is None or int(text) <= high)


def out_of_limits(term: Term, value: Any) -> str | None:
    """Which limit of CEDS a value of the right datatype breaks, as a person would say it."""
    length = len(str(value))
    if term.max_length is not None and length > term.max_length:
        return f"{length} characters; at most {term.max_length} are allowed"
    if term.min_length is not None and length < term.min_length:
        return f"{length} characters; at least {term.min_length} are needed"
    if term.minimum is not None and Decimal(str(value)) < Decimal(str(term.minimum)):
        return f"less than {term.minimum:g}"
    if term.maximum is not None and Decimal(str(value)) > Decimal(str(term.maximum)):
        return f"more than {term.maximum:g}"
    return None
