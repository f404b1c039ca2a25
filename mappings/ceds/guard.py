"""What must not leave in CEDS: contents that nobody switched on, and social security numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Final

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree
from mappings.withheld import CLOSED, without_withheld
from schemas.ilp.plan import ELEMENTS
from schemas.ilp.redaction import view_of
from schemas.meta import PrivacyClass

SSN: Final = "a social security number is never exchanged (ceds.md §4)"
_IEP_TEAM: Final = "I"
_WORD: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
NAMING: Final = (
    ("supports", "supportive_adults", "may_see"),
    ("reviews", "reviews", "changed_elements"),
    ("reviews", "sign_offs", "elements"),
)
"""Areas, elements and their fields that name elements: closed ones would tell what there is."""


class Guard:
    """Decides what of a plan leaves; `switched` are the classes that were turned on."""

    def __init__(self, switched: frozenset[str], losses: Losses) -> None:
        self._switched, self._losses = switched, losses
        shown = set(PrivacyClass) - {each for each in CLOSED if each.value not in switched}
        paths = view_of(frozenset(shown)).withheld
        closed = (ELEMENTS[path[:6]] for path in paths)
        self._closed: dict[str, set[str]] = {}
        for place in closed:
            self._closed.setdefault(place.area, set()).add(place.field)
        self._team_is_hidden = PrivacyClass.SPED not in shown
        self._unnamed = frozenset(path for path in paths if path in ELEMENTS)

    def shown(self, plan: Tree) -> Tree:
        """The plan as it may leave; what stays is counted."""
        if self._must_be_seen_through(plan) or self._names_closed(plan):
            plan = without_withheld(plan, self._switched, self._losses)
        identity = plan.get("profile", {}).get("identity", {})
        if any(is_ssn(each["system"]) for each in identity.get("identifiers", ())):
            return without_ssn(plan, self._losses)
        return plan

    def _must_be_seen_through(self, plan: Tree) -> bool:
        """Whether contents are closed, private, or tell of an IEP that is not to be told of."""
        hidden = self._team_is_hidden
        for area, held in plan.items():
            if held.__class__ is not dict:
                continue
            closed = self._closed.get(area, ())
            for name, entries in held.items():
                if not entries:
                    continue
                if name in closed:
                    return True
                for entry in entries if entries.__class__ is list else (entries,):
                    if "private" in entry or (hidden and _tells_of_iep(entry)):
                        return True
        return False

    def _names_closed(self, plan: Tree) -> bool:
        """Whether an entry names elements that are closed, be there any in the plan or not."""
        return any(
            not self._unnamed.isdisjoint(entry.get(name, ()))
            for area, field, name in NAMING
            for entry in plan.get(area, {}).get(field, ())
        )


def _tells_of_iep(entry: Tree) -> bool:
    """Whether the IEP team wrote, signed or took part in any version."""
    if entry["changed"]["kind"] == _IEP_TEAM or ("role" in entry and entry["role"] == _IEP_TEAM):
        return True
    if "participants" in entry and any(
        each.get("role") == _IEP_TEAM for each in entry["participants"]
    ):
        return True
    return "earlier" in entry and any(_tells_of_iep(before) for before in entry["earlier"])


@cache
def is_ssn(system: str) -> bool:
    """Whether identifiers of this system are social security numbers."""
    text = unicodedata.normalize("NFKC", system)
    letters = re.sub("[^a-z]", "", text.lower())
    words = {word.lower() for word in _WORD.findall(text)}
    return "ssn" in {letters, *words} or "socialsecurity" in letters


def without_ssn(plan: Tree, losses: Losses) -> Tree:
    """The plan without identifiers that are social security numbers; counted, never shown."""
    return {name: _without(value, losses) for name, value in plan.items()}


def _without(value: Any, losses: Losses) -> Any:
    if isinstance(value, list):
        return [_without(each, losses) for each in value if not _is_number(each, losses)]
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if not _is_number(each, losses)}
        return {name: _without(each, losses) for name, each in kept.items()}
    return value


def _is_number(value: Any, losses: Losses) -> bool:
    found = isinstance(value, dict) and "value" in value and is_ssn(str(value.get("system", "")))
    if found:
        losses.add(LossKey(Side.OURS, WHOLE, "identifier", SSN))
    return found
