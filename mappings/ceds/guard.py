"""What must not leave in CEDS: contents that nobody switched on, and social security numbers."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.engine.plans import WHOLE
from mappings.withheld import CLOSED, without_withheld
from schemas.ilp.plan import ELEMENTS
from schemas.ilp.redaction import view_of
from schemas.meta import PrivacyClass

SSN: Final = "a social security number is never exchanged (ceds.md §4)"
_IEP_TEAM: Final = "I"
_TEAM: Final = frozenset({"role", "participants", "earlier"})
"""Fields of an entry that may tell of an IEP team, besides who changed it."""


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

    def shown(self, plan: Tree) -> Tree:
        """The plan as it may leave; what stays is counted."""
        if self._has_closed(plan) or self._is_marked(plan):
            plan = without_withheld(plan, self._switched, self._losses)
        identity = plan.get("profile", {}).get("identity", {})
        if any(is_ssn(each["system"]) for each in identity.get("identifiers", ())):
            return without_ssn(plan, self._losses)
        return plan

    def _has_closed(self, plan: Tree) -> bool:
        for area, held in plan.items():
            names = self._closed.get(area)
            if names and not names.isdisjoint(held) and any(held.get(name) for name in names):
                return True
        return False

    def _is_marked(self, plan: Tree) -> bool:
        """Whether an entry is private, or by somebody whose entries tell of an IEP."""
        for area in plan.values():
            if area.__class__ is dict:
                for held in area.values():
                    for entry in held if held.__class__ is list else (held,):
                        if "private" in entry:
                            return True
                        if self._team_is_hidden and (
                            entry["changed"]["kind"] == _IEP_TEAM
                            or (not _TEAM.isdisjoint(entry) and _tells_of_iep(entry))
                        ):
                            return True
        return False


def _tells_of_iep(entry: Tree) -> bool:
    """Whether the IEP team wrote, signed or took part in any version."""
    if entry["changed"]["kind"] == _IEP_TEAM or entry.get("role") == _IEP_TEAM:
        return True
    if "participants" in entry and any(
        each.get("role") == _IEP_TEAM for each in entry["participants"]
    ):
        return True
    return "earlier" in entry and any(_tells_of_iep(before) for before in entry["earlier"])


@cache
def is_ssn(system: str) -> bool:
    """Whether identifiers of this system are social security numbers."""
    return re.sub(r"[^a-z]", "", system.lower()) in {
        "ssn",
        "socialsecurity",
        "socialsecuritynumber",
    }


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
