"""What of a plan may leave: contents of classes that are not switched on stay, each a named loss.

Special-education and financial content and a student's private reflections never leave by
themselves (`ilp-content.md` §5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree, leaves, shape_of_place
from mappings.engine.plans import places_of
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import redact
from schemas.meta import PrivacyClass

ON_REQUEST = {"sped": PrivacyClass.SPED, "fin": PrivacyClass.FIN}
"""Classes that leave only where the switch of this name is on."""

_PRIVATE = "withheld: private, of special education, or a reference to what is withheld"


def released(plan: Tree, switched: frozenset[str], losses: Losses) -> Tree:
    """The plan as it may leave; what is withheld of it is counted, whole entries once."""
    classes = set(PrivacyClass) - {ON_REQUEST[name] for name in ON_REQUEST.keys() - switched}
    before = Plan.model_validate(plan)
    shown = redact(before, classes)
    told = shown.model_copy(update={"withheld": before.withheld})
    whole, left = (each.model_dump(mode="json", exclude_defaults=True) for each in (before, told))
    if whole != left:
        for key, value in _withheld(whole, left):
            losses.add(key, value)
    return left


def _withheld(whole: Tree, left: Tree) -> Iterator[tuple[LossKey, object]]:
    for element, place in ELEMENTS.items():
        kept = {entry["id"]: entry for _, entry in places_of(left, element)}
        reason = _reason(place.privacy)
        for _, entry in places_of(whole, element):
            if entry["id"] not in kept:
                yield LossKey(Side.OURS, element, "", reason), None
                continue
            for path, value in _gone(entry, kept[entry["id"]]):
                yield LossKey(Side.OURS, element, path, _PRIVATE), value


def _reason(privacy: PrivacyClass) -> str:
    if privacy in ON_REQUEST.values():
        return f"withheld: class {privacy} is not switched on"
    return _PRIVATE


def _gone(entry: Tree, kept: Tree) -> Iterator[tuple[str, str]]:
    """The values of an entry that its released form lacks, whatever their places in lists."""
    before, after = (
        Counter((shape_of_place(place), str(value)) for place, value in leaves(each))
        for each in (entry, kept)
    )
    yield from (before - after).elements()
