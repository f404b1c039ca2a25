"""What a plan says before and after it has been to Ed-Fi, and whether every difference is told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from mappings.engine.loss import Losses, Side
from mappings.engine.paths import Tree, leaves, shape_of_place
from mappings.engine.plans import places_of
from mappings.engine.reasons import ROUTINE
from schemas.ilp.plan import ELEMENTS

Place = tuple[str, str]


def said(plan: Tree) -> Counter[tuple[str, str, str]]:
    """Every value of a plan without bookkeeping: its element, its path, itself."""
    return Counter(
        (element, shape_of_place(place), json.dumps(value))
        for element in ELEMENTS
        for _, entry in places_of(plan, element)
        for place, value in leaves({name: entry[name] for name in entry if name not in ROUTINE})
    )


def places(values: Counter[tuple[str, str, str]]) -> set[Place]:
    return {(element, path) for element, path, _ in values}


def unlisted(lost: Iterable[Place], out: Losses, back: Losses) -> list[Place]:
    """What is lost and neither listed on the way out nor, by its element, on the way back."""
    told = {(key.subject, key.path) for key in out if key.side is Side.OURS}
    unread = {key.subject for key in back}
    return [
        each
        for each in lost
        if each[0] not in unread and not any(_covers(one, each) for one in told)
    ]


def _covers(told: Place, place: Place) -> bool:
    element, path = told
    return element == place[0] and (
        path in {"", place[1]} or place[1].startswith((f"{path}.", f"{path}["))
    )


def ghosts(lost: set[Place], out: Losses) -> list[Place]:
    """What is listed as a value of an element, and yet is there on coming back."""
    told = {(key.subject, key.path) for key in out if key.side is Side.OURS and key.path}
    plain = {each for each in told if each[0] in ELEMENTS and each[1].split(".")[0] not in ROUTINE}
    return [each for each in plain if not any(_covers(each, place) for place in lost)]
