"""The courses of a catalogue: what the roster says of them, and what plans know besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mappings.cis.facts import Pupil
from mappings.cis.paths import value_at, written
from schemas.codes.grades import GRADE_LEVELS
from schemas.codes.lists import code_lists, terms_of
from schemas.ilp.entry import Entry

_ORDER = {code: position for position, code in enumerate(GRADE_LEVELS)}


@dataclass(slots=True)
class Catalogue:
    """Courses by code, as they are met. The roster's word stands before a plan's."""

    courses: dict[str, dict[str, str]] = field(default_factory=dict)

    def take_roster(self, records: Iterable[Mapping[str, str]]) -> None:
        """Take over the roster's courses, each with at least an `id`.

        A course that schools list one by one is one course here, for the grades of all of them.
        """
        for record in records:
            course = self.courses.setdefault(record["id"], {})
            course.update({**record, **course})
            self._widen(course, record.get("grade_low"))
            self._widen(course, record.get("grade_high"))

    def take_pupil(self, pupil: Pupil) -> None:
        """Take over what the student's plan says of courses taken and enrolled in."""
        for element in ("REC.01", "CRS.01"):
            for entry in pupil.plan.entries(element) if pupil.plan else ():
                self._take(entry)

    def _take(self, entry: Entry) -> None:
        code = written(value_at(entry, "course")) or written(value_at(entry, "sced"))
        if code is None or written(value_at(entry, "status")) in ("planned", "requested"):
            return
        course = self.courses.setdefault(code, {"id": code})
        for path, name in _SAID.items():
            said = written(value_at(entry, path))
            if said is not None:
                course.setdefault(name, said)
        self._widen(course, written(value_at(entry, "grade_level")))

    def _widen(self, course: dict[str, str], grade: str | None) -> None:
        if grade in _ORDER:
            course["grade_low"] = min(grade, course.get("grade_low", grade), key=_rank)
            course["grade_high"] = max(grade, course.get("grade_high", grade), key=_rank)

    def records(self) -> Iterator[Mapping[str, str]]:
        """The courses by code, with the name of their subject area where SCED tells it."""
        areas = _areas()
        for code in sorted(self.courses):
            course = self.courses[code]
            area = course.get("sced", "")[:2]
            named = {"sced_area": area, "sced_area_name": areas[area]} if area in areas else {}
            yield {**course, **named}


_SAID = {
    "title": "title",
    "sced": "sced",
    "credits_attempted": "credits",
    "credits": "credits",
    "credits_earned": "credits",
}
"""What a plan says of a course, the better source first, and what the catalogue calls it."""


def _rank(grade: str) -> int:
    return _ORDER.get(grade, -1)


def _areas() -> dict[str, str]:
    lists = [one for one in code_lists() if one.set == "SCED-Area"]
    return {term.code: term.title for one in lists for term in terms_of(one)}
