"""The calendar: a school year of two semesters with two grading periods each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

SessionRow = dict[str, str]

_CUTS = (0, 70, 140, 210, 294)
"""Days from the year's first day to the start of each quarter, and to the year's end."""


def first_day(year: int) -> date:
    """The first day of the school year that ends in `year`."""
    return date(year - 1, 8, 15)


def year_id(year: int) -> str:
    """The `sourcedId` of a school year."""
    return f"sy-{year}"


def semester_id(year: int, half: int) -> str:
    """The `sourcedId` of the first or second semester of a school year."""
    return f"sem-{year}-{half}"


def span(year: int, first: int, last: int) -> dict[str, str]:
    """Start and end of quarters `first` to `last`; the end is exclusive (OneRoster §2.3)."""
    days = [first_day(year) + timedelta(days=_CUTS[cut]) for cut in (first - 1, last)]
    return {"startDate": days[0].isoformat(), "endDate": days[1].isoformat()}


def sessions(year: int) -> Iterator[SessionRow]:
    """The academicSessions rows of one school year, parents first."""
    title = f"{year - 1}-{year}"
    common = {"schoolYear": str(year)}
    yield (
        {"sourcedId": year_id(year), "title": title, "type": "schoolYear"}
        | common
        | span(year, 1, 4)
    )
    for half in (1, 2):
        named = {"sourcedId": semester_id(year, half), "title": f"Semester {half} {title}"}
        kind = {"type": "semester", "parentSourcedId": year_id(year)}
        yield named | kind | common | span(year, 2 * half - 1, 2 * half)
        for quarter in (2 * half - 1, 2 * half):
            named = {"sourcedId": f"q-{year}-{quarter}", "title": f"Quarter {quarter} {title}"}
            kind = {"type": "gradingPeriod", "parentSourcedId": semester_id(year, half)}
            yield named | kind | common | span(year, quarter, quarter)
