"""What a career system said becomes part of a plan: three ways compared, field by field.

The base is what it said when it was last merged. A field that only the career system changed is
taken; one that only somebody here changed stays; where both did, the authority decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from mappings.cis.inward import typed
from schemas.ilp.entry import AuthorKind, Change, Entry, Origin
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.succession import next_version, version_after
from service.errors import Misconfigured
from service.sync.authority import Authority


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: the source's name and title, the run, and the moment."""

    source: str
    title: str
    run: int
    at: str

    def change(self, plan_version: int) -> Change:
        """That this voice made a version of an entry."""
        return Change(
            author=self.title,
            kind=AuthorKind.CAREER_SYSTEM,
            source=self.source,
            at=datetime.fromisoformat(self.at),
            plan_version=plan_version,
            reason=f"Said by {self.title} on {self.at[:10]}.",
        )

    @property
    def origin(self) -> Origin:
        """Where a single field came from."""
        at = datetime.fromisoformat(self.at)
        return Origin(source=self.source, run=str(self.run), at=at)


@dataclass(frozen=True, slots=True)
class Word:
    """One entry that was said, now and at the last merge; `key` is the source's own key of it."""

    element: str
    entry: str
    key: str
    said: Mapping[str, Any]
    applied: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed, and who decides."""

    element: str
    entry: str
    field: str
    base: Any
    ours: Any
    theirs: Any
    outcome: Authority


@dataclass(slots=True)
class Merged:
    """A plan with what was said in it; `moved` counts entries that changed."""

    plan: Plan
    moved: int = 0
    clashes: list[Clash] = field(default_factory=list)


@cache
def _defaults() -> dict[str, str]:
    text = files("service.cis").joinpath("authority.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rules_of(overlay: Mapping[str, str]) -> Mapping[str, Authority]:
    """The rules in force by element. Raises Misconfigured for an element or rule there is not."""
    allowed = (Authority.SOURCE, Authority.OURS, Authority.MANUAL)
    for element, rule in overlay.items():
        if element != "*" and element not in ELEMENTS:
            raise Misconfigured(f"authority: there is no element {element!r}.", "Correct the name.")
        if rule not in allowed:
            problem = f"authority.{element} = {rule!r} is no rule."
            raise Misconfigured(problem, f"Use {', '.join(allowed)}.")
    return {element: Authority(rule) for element, rule in {**_defaults(), **overlay}.items()}


def merge(plan: Plan, words: list[Word], voice: Voice, rules: Mapping[str, Authority]) -> Merged:
    """The plan with everything that was said, as its next version where anything changed.

    An entry that somebody here removed stays away. Nothing is removed because it is not said.
    """
    change = voice.change(version_after(plan))
    areas: dict[str, dict[str, Any]] = {}
    merged = Merged(plan)
    held = {place.id: list(plan.entries(place.id)) for place in ELEMENTS.values()}
    for word in words:
        entries = held[word.element]
        moved = _take(entries, word, change, voice, rules, merged)
        if moved:
            merged.moved += 1
            place = ELEMENTS[word.element]
            areas.setdefault(place.area, {})[place.field] = tuple(entries)
    if merged.moved:
        merged.plan = next_version(plan, areas, change, {"plan_version": voice.origin})
    return merged


def _take(
    entries: list[Entry],
    word: Word,
    change: Change,
    voice: Voice,
    rules: Mapping[str, Authority],
    merged: Merged,
) -> bool:
    """Take one word into the entries of its element; whether anything changed."""
    at = next((n for n, one in enumerate(entries) if one.id in (word.entry, word.key)), None)
    if at is None:
        if word.applied is not None:
            return False  # removed here since
        entries.append(_new(word, change))
        return True
    values = _moved(entries[at], word, rules, merged)
    if not values:
        return False
    entries[at] = entries[at].revised(change, dict.fromkeys(values, voice.origin), **values)
    return True


def _new(word: Word, change: Change) -> Entry:
    named = {**word.said, "id": word.entry, "version": 1, "changed": change}
    return ELEMENTS[word.element].model.model_validate(named)


def _moved(
    ours: Entry, word: Word, rules: Mapping[str, Authority], merged: Merged
) -> dict[str, Any]:
    """The fields of an entry that take the career system's value."""
    theirs = typed(word.element, word.said)
    base = typed(word.element, word.applied) if word.applied is not None else None
    moved = {}
    for name in {**word.said, **(word.applied or {})}:
        was = getattr(base, name) if base else None
        mine, new = getattr(ours, name), getattr(theirs, name)
        if new in (was, mine):
            continue
        if mine == was:
            moved[name] = new
            continue
        rule = rules.get(word.element, rules["*"])
        merged.clashes.append(Clash(word.element, ours.id, name, was, mine, new, rule))
        if rule is Authority.SOURCE:
            moved[name] = new
    return moved
