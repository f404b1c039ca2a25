"""What became of the goals of an IEP in its next version.

A goal is the same only where that is provable: the same id with the same words, or words that one
goal alone has in both versions. Everything else is for a person to decide; the machine says what
it looks like (reworded, split, merged, dropped) and which goals of the new version come into
question.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.iep.iep import Iep
from schemas.iep.transition import IepGoal, PostsecondaryGoal

_LIKENESS: Final = 0.6
"""Share of the shorter goal's telling words that the other one needs, to come into question."""

_SHORT: Final = 3
"""Words up to this length are taken for everyday words, numbers among them."""

_WORD: Final = re.compile(r"\w+")

_EVERYDAY: Final = frozenset(
    {"after", "from", "given", "high", "school", "student", "that", "their", "this", "when", "will"}
    | {"with", "within", "year", "years"}
)
"""Words that most goals share, which tell nothing of what a goal is about."""


class Fate(StrEnum):
    """What a goal looks to have become; only `KEPT` is proven."""

    KEPT = "kept"
    REWORDED = "reworded"
    SPLIT = "split"
    MERGED = "merged"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class GoalFate:
    """A goal of the old version, its fate, and the ids of the new version that come into question.

    Of a kept goal, `now` is the one id it has now.
    """

    goal: str
    fate: Fate
    now: tuple[str, ...]
    reason: str


def plain_text(text: str) -> str:
    """A goal's text without what carries no meaning: case, spacing, ways to write a character."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def text_digest(text: str) -> str:
    """The SHA-256 of `plain_text`; a link keeps it to tell which words it was made for."""
    return hashlib.sha256(plain_text(text).encode("utf-8")).hexdigest()


def match_goals(old: Iep, new: Iep) -> list[GoalFate]:
    """The fate of every goal of `old` in `new`, in the order of `old`."""
    kept = _kept(old.goals(), new.goals())
    taken = {fate.now[0] for fate in kept.values()}
    candidates = {
        goal.id: _candidates(goal, new.goals(), taken)
        for goal in old.goals()
        if goal.id not in kept
    }
    sought = Counter(id_ for ids in candidates.values() for id_ in ids)
    return [
        kept.get(goal.id) or _fate(goal.id, candidates[goal.id], sought, taken)
        for goal in old.goals()
    ]


def _kept(old: Sequence[IepGoal], new: Sequence[IepGoal]) -> dict[str, GoalFate]:
    """The goals that are provably the same, by old id."""
    now = {goal.id: goal for goal in new}
    same = {
        goal.id: GoalFate(goal.id, Fate.KEPT, (goal.id,), "same id, same words")
        for goal in old
        if goal.id in now and _says(goal) == _says(now[goal.id])
    }
    before = _once(goal for goal in old if goal.id not in same)
    after = _once(goal for goal in new if goal.id not in same)
    return same | {
        before[words]: GoalFate(
            before[words], Fate.KEPT, (after[words],), "new id, words that one goal alone has"
        )
        for words in before.keys() & after.keys()
    }


def _says(goal: IepGoal) -> tuple[str, str]:
    """Area and words: the same sentence under another area is another goal."""
    return _group(goal), plain_text(goal.statement)


def _group(goal: IepGoal) -> str:
    return goal.area if isinstance(goal, PostsecondaryGoal) else "annual"


def _once(goals: Iterable[IepGoal]) -> dict[tuple[str, str], str]:
    """Ids by what is said, of the goals that alone say so."""
    listed = [(_says(goal), goal.id) for goal in goals]
    counted = Counter(said for said, _ in listed)
    return {said: id_ for said, id_ in listed if counted[said] == 1}


def _candidates(goal: IepGoal, new: Sequence[IepGoal], taken: set[str]) -> tuple[str, ...]:
    """New goals that this one may have become: its own id first, then those with its words."""
    own = [one.id for one in new if one.id == goal.id and one.id not in taken]
    alike = [
        one.id
        for one in new
        if one.id not in own and _group(one) == _group(goal) and _likeness(goal, one) >= _LIKENESS
    ]
    return (*own, *alike)


def _likeness(one: IepGoal, other: IepGoal) -> float:
    """How many of the shorter goal's telling words stand in the other one, from 0 to 1."""
    first, second = _telling(one.statement), _telling(other.statement)
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0


def _telling(text: str) -> set[str]:
    return {word for word in _WORD.findall(plain_text(text)) if len(word) > _SHORT} - _EVERYDAY


def _fate(goal: str, now: tuple[str, ...], sought: Counter[str], taken: set[str]) -> GoalFate:
    if not now:
        return GoalFate(goal, Fate.DROPPED, (), "no goal of the new version has its id or words")
    if len(now) > 1:
        return GoalFate(goal, Fate.SPLIT, now, f"{len(now)} goals of the new version share it")
    if now[0] in taken or sought[now[0]] > 1:
        return GoalFate(goal, Fate.MERGED, now, "its words stand in a goal with those of others")
    return GoalFate(goal, Fate.REWORDED, now, "one goal of the new version is like it")
