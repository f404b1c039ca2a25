"""Dates, figures and codes in the words of a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.ilp.values import OrganizationRef, PersonRef
from schemas.meta import Code

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def known(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, [], {}, "")}


def day(on: date | None) -> str | None:
    """A day, such as `April 24, 2026`."""
    return f"{MONTHS[on.month - 1]} {on.day}, {on.year}" if on else None


def month(on: date) -> str:
    """A month, such as `April 2026`."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def span(start: date | None, end: date | None) -> str | None:
    """A time, as short as it can be said: one day, one month, or from month to month."""
    if start is None:
        return f"until {month(end)}" if end else None
    if end is None:
        return f"since {month(start)}"
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return month(start)
    first = MONTHS[start.month - 1] if start.year == end.year else month(start)
    return f"{first} \N{EN DASH} {month(end)}"


def school_year(year: int | None) -> str | None:
    """A school year by the year that it ends in, such as 2025 to 26."""
    return f"{year - 1}\N{EN DASH}{year % 100:02}" if year else None


def figure(value: Decimal | None) -> str | None:
    """A number without the zeros that say nothing: `1.5`, `120`."""
    if value is None:
        return None
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grade(code: Code | None) -> str | None:
    """A grade, such as `Grade 9`."""
    if code is None:
        return None
    return f"Grade {int(code.code)}" if code.code.isdecimal() else None


def spelled(code: str) -> str:
    """A code of ours as words: `job-shadow` is `Job shadow`."""
    return code.replace("-", " ").capitalize()


def called(one: OrganizationRef | PersonRef | None) -> str | None:
    """What somebody is called; without a name there is nothing to print."""
    return one.name if one else None


def listed(parts: Iterator[str | None] | tuple[str | None, ...], between: str = " · ") -> str:
    """The parts that say something, in one line."""
    return between.join(part for part in parts if part)
