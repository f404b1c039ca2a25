"""What became of plans on their way out and back, beside what the losses say became of them."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from mappings.engine.loss import Losses, Side
from mappings.engine.paths import Tree, leaves, shape_of_place
from mappings.engine.plans import places_of
from schemas.ilp.entry import BOOKKEEPING
from schemas.ilp.plan import ELEMENTS, Plan

Account = Counter[tuple[str, str]]
"""How often something is gone, by element and path; an empty path is a whole entry.

An entry's bookkeeping goes as a whole or value by value: it counts once for all entries.
"""

_NUMBER = re.compile(r"-?\d+\.\d+|-?\d+")
_OWN = BOOKKEEPING - {"id"}


def tree_of(plan: Plan) -> Tree:
    return plan.model_dump(mode="json", exclude_defaults=True)


def gone(before: Tree, after: Tree) -> Account:
    """What a plan has lost; bookkeeping that was made on the way back counts for nothing."""
    found: Account = Counter()
    for element in ELEMENTS:
        kept = {entry["id"]: entry for _, entry in places_of(after, element)}
        for _, entry in places_of(before, element):
            if entry["id"] not in kept:
                found[element, ""] += 1
                continue
            content = {name: held for name, held in kept[entry["id"]].items() if name not in _OWN}
            for path, _ in (_values(entry) - _values(content)).elements():
                _count(found, element, path, 1)
    return found


def _count(account: Account, element: str, path: str, count: int) -> None:
    first = path.partition(".")[0].partition("[")[0]
    if first in _OWN:
        account[element, first] = 1
    else:
        account[element, path] += count


def added(before: Tree, after: Tree) -> list[str]:
    """What a plan holds besides what it held: nothing, bookkeeping apart."""
    found = []
    for element in ELEMENTS:
        held = {entry["id"]: entry for _, entry in places_of(before, element)}
        for _, entry in places_of(after, element):
            content = {name: value for name, value in entry.items() if name not in _OWN}
            more = _values(content) - _values(held.get(entry["id"], {}))
            found += [f"{element}.{path} {value}" for path, value in more]
    return found


def listed(losses: Losses) -> Account:
    """What the losses say that plans have lost."""
    found: Account = Counter()
    for key in losses:
        if key.side is Side.OURS and key.subject in ELEMENTS:
            _count(found, key.subject, key.path, losses.counts[key])
    return found


def _values(entry: Tree) -> Counter[tuple[str, str]]:
    return Counter((shape_of_place(place), _said(value)) for place, value in leaves(entry))


def _said(value: Any) -> str:
    """A value as text, numbers whatever digits they are written with."""
    text = str(value)
    return str(Decimal(text).normalize()) if _NUMBER.fullmatch(text) else text
