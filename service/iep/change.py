"""What a proposal asks to be changed, and whether a version of the IEP shows the change.

The comparison is of words as they stand, apart from case, spaces and punctuation: whether two
different wordings mean the same is for people to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from schemas.iep.fates import plain_text
from schemas.iep.iep import Iep


class Change(StrEnum):
    """What is to be done with an item of a part."""

    ADD = "add"
    CHANGE = "change"
    END = "end"


@dataclass(frozen=True, slots=True)
class Version:
    """A mirrored version of a student's IEP: who delivered it, its number here, what it says.

    `standard` is the form in which it came, such as `edfi-6.1`.
    """

    source: str
    number: int
    iep: Iep
    standard: str | None = None

    @property
    def iep_id(self) -> str:
        """The source's own id of the IEP."""
        return self.iep.id


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as it can be looked for in a version."""

    change: Change
    part: str
    wording: str | None = None
    item: str | None = None
    area: str | None = None


def _goals(items: tuple[Any, ...]) -> dict[str, str]:
    return {item.id: item.statement for item in items}


_TEXTS: Final[Mapping[str, Callable[[Iep], dict[str, str]]]] = {
    "postsecondary_goals": lambda iep: _goals(iep.postsecondary_goals),
    "annual_goals": lambda iep: _goals(iep.annual_goals),
    "assessments": lambda iep: {item.id: item.name for item in iep.assessments},
    "services": lambda iep: {item.id: item.description or "" for item in iep.services},
    "accommodations": lambda iep: {item.id: item.description for item in iep.accommodations},
    "course_of_study": lambda iep: {
        f"{year.school_year}/{course}": f"{course}, {year.school_year}"
        for year in iep.course_of_study
        for course in year.courses
    },
}

_WORD: Final = re.compile(r"\w+")

PARTS: Final = tuple(_TEXTS)
"""The parts of an IEP that a proposal can be about."""


def texts_of(iep: Iep, part: str) -> dict[str, str]:
    """What the items of a part say, by id; a course is `YEAR/TITLE`."""
    return _TEXTS[part](iep)


def plain(text: str) -> str:
    """A text's words alone, for comparing."""
    return " ".join(_WORD.findall(plain_text(text)))


def shows(wish: Wish, before: Iep | None, after: Iep) -> bool:
    """Whether a version that came after `before` has the change."""
    held = texts_of(after, wish.part)
    if wish.change is Change.END:
        old = texts_of(before, wish.part).get(wish.item or "") if before else None
        gone = {plain(text) for text in held.values()}
        return wish.item not in held and (old is None or plain(old) not in gone)
    wanted = plain(wish.wording or "")
    return any(plain(text) == wanted and _in_area(after, item, wish) for item, text in held.items())


def _in_area(iep: Iep, item: str, wish: Wish) -> bool:
    if wish.part != "postsecondary_goals" or wish.area is None:
        return True
    return any(goal.id == item and goal.area == wish.area for goal in iep.postsecondary_goals)


def difference(wish: Wish, after: Iep) -> dict[str, Any]:
    """What a version without the change has instead: the item itself, or the most similar one."""
    from rapidfuzz.fuzz import ratio

    held = texts_of(after, wish.part)
    told = {"part": wish.part, "change": wish.change, "expected": wish.wording}
    if wish.item in held:
        return {**told, "found": held[wish.item], "item": wish.item}
    wanted = plain(wish.wording or "")
    of_area = [item for item in held if _in_area(after, item, wish)] or list(held)
    ranked = sorted(of_area, key=lambda item: ratio(wanted, plain(held[item])), reverse=True)
    nearest = ranked[0] if ranked else None
    return {**told, "found": held[nearest] if nearest else None, "item": nearest}
