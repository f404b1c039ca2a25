"""Who an account of a career system may be: students who look alike, scored and with the reasons.

A suggestion is for a person to judge. Nothing here ties an account to a student, and an e-mail
address, which a brother or a whole class may share, is never a reason by itself.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

SUGGESTED: Final = 80
"""The score of 100 from which a student is suggested."""

MOST: Final = 3
"""Students that are suggested for one account."""

_SAME_BIRTHDAY: Final = 12
_NEAR_BIRTHDAY: Final = 4
_OTHER_BIRTHDAY: Final = -35
_ALL_BUT_ONE: Final = 2
_SAME_EMAIL: Final = 8
_SAME_GRADE: Final = 3
_OTHER_GRADE: Final = -6
_NAMES: Final = 70
"""Below this likeness of names nothing else counts."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """What is known of a student, or told by an account; `id` is ours or the account's."""

    id: str
    given: str
    family: str
    called: str = ""
    birth_date: str | None = None
    email: str | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A student who may be it."""

    person_id: str
    score: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Students:
    """The students of a district, found by what a typing mistake is likely to spare."""

    _by: dict[tuple[str, str], list[Somebody]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, people: Iterable[Somebody]) -> Students:
        """An index over these students."""
        index = cls()
        for one in people:
            for key in _keys(one):
                index._by[key].append(one)
        return index

    def suggest(self, account: Somebody) -> list[Suggestion]:
        """The likeliest students, the best first; none where nobody is likely."""
        likely = {one.id: one for key in _keys(account) for one in self._by.get(key, ())}
        scored = (_scored(account, one) for one in likely.values())
        fit = [one for one in scored if one.score >= SUGGESTED]
        return sorted(fit, key=lambda one: (-one.score, one.person_id))[:MOST]


def _keys(one: Somebody) -> Iterator[tuple[str, str]]:
    """Where somebody is looked for: a mistake in one of these spares the others."""
    given, family = _plain(one.given), _plain(one.family)
    yield "family", family
    yield "start", f"{given[:1]}{family[:3]}"
    yield "end", f"{given[:1]}{family[-3:]}"
    yield "swapped", "".join(sorted((given, family)))
    if one.birth_date:
        yield "born", one.birth_date
        yield "born", f"{given[:3]}{one.birth_date[:4]}"


@lru_cache(1 << 17)
def _plain(name: str) -> str:
    """A name without accents, case and signs."""
    spelled = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in spelled if char.isalnum())


def _scored(account: Somebody, student: Somebody) -> Suggestion:
    names = _likeness(account, student)
    reasons = [f"names are {names} % alike"]
    if names < _NAMES:
        return Suggestion(student.id, 0, tuple(reasons))
    score = names
    for points, reason in _hints(account, student):
        score += points
        reasons.append(reason)
    return Suggestion(student.id, max(0, min(100, score)), tuple(reasons))


def _likeness(account: Somebody, student: Somebody) -> int:
    """How alike two names are, in percent; the name that somebody is called by counts as well."""
    from rapidfuzz import fuzz

    given, family = _plain(account.given), _plain(account.family)
    theirs = _plain(student.family)
    called = [_plain(name) for name in (student.given, student.called) if name]
    best = 0.0
    for name in called:
        straight = fuzz.ratio(given, name) + fuzz.ratio(family, theirs)
        swapped = fuzz.ratio(given, theirs) + fuzz.ratio(family, name)
        best = max(best, straight / 2, swapped / 2 - 3)
    return round(best)


def _hints(account: Somebody, student: Somebody) -> Iterator[tuple[int, str]]:
    if account.birth_date and student.birth_date:
        yield _birthdays(account.birth_date, student.birth_date)
    if account.email and student.email and account.email.lower() == student.email.lower():
        yield _SAME_EMAIL, "same e-mail"
    if account.grade and student.grade:
        same = account.grade == student.grade
        yield (_SAME_GRADE, "same grade") if same else (_OTHER_GRADE, "another grade")


def _birthdays(theirs: str, ours: str) -> tuple[int, str]:
    """Two birth dates: a slip changes one of year, month and day, or exchanges digits."""
    if theirs == ours:
        return _SAME_BIRTHDAY, "same birth date"
    alike = sum(a == b for a, b in zip(theirs.split("-"), ours.split("-"), strict=False))
    if alike == _ALL_BUT_ONE or sorted(theirs) == sorted(ours):
        return _NEAR_BIRTHDAY, "birth dates differ by a slip"
    return _OTHER_BIRTHDAY, "another birth date"
