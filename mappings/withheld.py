"""What a plan keeps back from any other system unless somebody switched it on.

Special-education (`sped`) and financial (`fin`) content and private reflections never leave by
default; everything held back is named as a loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree, leaves, shape_of_place
from mappings.engine.plans import places_of
from mappings.engine.reasons import ROUTINE
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import redact, view_of
from schemas.meta import PrivacyClass

CLOSED = (PrivacyClass.SPED, PrivacyClass.FIN)
"""Classes that leave only where `Choice.switched` names them."""

PRIVATE = "a private reflection is for its author alone"
DANGLING = "refers to what is withheld"


def without_withheld(plan: Tree, switched: frozenset[str], losses: Losses) -> Tree:
    """The plan as it may leave; what is held back is counted, entry by entry."""
    closed = {each for each in CLOSED if each.value not in switched}
    whole = Plan.model_validate(plan)
    shown = redact(whole, view_of(frozenset(PrivacyClass) - closed))
    kept: Tree = shown.model_dump(mode="json", exclude_defaults=True)
    kept.pop("withheld", None)
    if "withheld" in plan:
        kept["withheld"] = plan["withheld"]
    held: Tree = whole.model_dump(mode="json", exclude_defaults=True)
    for key in _held_back(held, kept, closed):
        losses.add(key)
    return kept


def _held_back(plan: Tree, kept: Tree, closed: set[PrivacyClass]) -> Iterator[LossKey]:
    for element, place in ELEMENTS.items():
        left = {entry["id"]: entry for _, entry in places_of(kept, element)}
        for _, entry in places_of(plan, element):
            if entry["id"] not in left:
                yield LossKey(Side.OURS, element, "", _reason(place.privacy, entry, closed))
            elif left[entry["id"]] != entry:
                yield from _missing(element, entry, left[entry["id"]])


def _reason(privacy: PrivacyClass, entry: Tree, closed: set[PrivacyClass]) -> str:
    if privacy in closed:
        return f"withheld: class {privacy.value} is not switched on"
    if entry.get("private"):
        return PRIVATE
    by_iep_team = entry["changed"]["kind"] == "I" and PrivacyClass.SPED in closed
    return (
        f"withheld: class {PrivacyClass.SPED.value} is not switched on" if by_iep_team else DANGLING
    )


def _missing(element: str, entry: Tree, left: Tree) -> Iterator[LossKey]:
    """The values of an entry that it keeps back; its history is nobody's anyway."""
    for path in (_paths(entry) - _paths(left)).elements():
        if path.split(".")[0].removesuffix("[]") not in ROUTINE:
            yield LossKey(Side.OURS, element, path, DANGLING)


def _paths(entry: Tree) -> Counter[str]:
    return Counter(shape_of_place(place) for place, _ in leaves(entry))
