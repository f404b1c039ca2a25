"""What a synthetic district is made from."""

from __future__ import annotations

from dataclasses import dataclass

_FEWEST, _MOST = 10, 2_000_000
_MOST_DAYS = 366
_MOST_CHANGE = 0.5


class SynthRefused(ValueError):
    """The district cannot be made as asked; the message says what to ask for instead."""


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """The size and shape of a synthetic district; equal options make equal bytes.

    `change` is the share of students and of student enrollments that differ from one night to
    the next; `school_year` is the year in which it ends. Raises `SynthRefused` for values out of
    range.
    """

    students: int
    days: int = 2
    change: float = 0.01
    seed: int = 1
    school_year: int = 2027
    zip: bool = False

    def __post_init__(self) -> None:
        _within("students", self.students, _FEWEST, _MOST)
        _within("days", self.days, 1, _MOST_DAYS)
        _within("change", self.change, 0, _MOST_CHANGE)
        _within("school_year", self.school_year, 1990, 2100)


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise SynthRefused(f"{name} is {value}; choose a value from {least:,} to {most:,}")
