"""Plans and rosters by way of CEDS and back, and what is said to be lost on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mappings.ceds.bridge import v14
from mappings.engine.loss import Losses
from mappings.engine.paths import Tree, leaves, shape_of_place
from mappings.engine.plans import element_of
from mappings.engine.reasons import ROUTINE
from mappings.hub import Choice, Hub
from schemas.standards.shape import StandardRecord

PLANS = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "plans").glob("*.ilp.json"))
OPEN = Choice(switched=frozenset({"sped", "fin"}))
Said = Counter[tuple[str, str, str]]


def plan_in(path: Path) -> Tree:
    """The plan of a document."""
    plan: Tree = json.loads(path.read_text("utf-8"))["plan"]
    return plan


def _account(losses: Losses | None) -> Losses:
    return Losses() if losses is None else losses  # an empty account is false


def written(
    plans: Iterable[Tree], losses: Losses | None = None, choice: Choice = OPEN
) -> list[StandardRecord]:
    """Plans as trees of CEDS."""
    return list(v14().write(Hub({}, plans), _account(losses), choice))


def read(records: list[StandardRecord], losses: Losses | None = None) -> list[Tree]:
    """The plans in trees of CEDS."""
    return list(v14().read(lambda: iter(records), _account(losses)).plans)


def said(plan: Tree) -> Said:
    """Every value of a plan by element and path, bookkeeping apart."""
    told = ((*element_of(shape_of_place(place)), repr(value)) for place, value in leaves(plan))
    return Counter(each for each in told if not _is_routine(each[1]))


def _is_routine(path: str) -> bool:
    return path.partition(".")[0].removesuffix("[]") in ROUTINE


def listed(losses: Losses) -> set[tuple[str, str]]:
    """The elements and paths that an account names, bookkeeping apart."""
    return {(key.subject, key.path) for key in losses if not _is_routine(key.path)}


def _is_below(path: str, above: str) -> bool:
    return not above or path == above or path.startswith((f"{above}.", f"{above}["))


def unlisted(gone: Said, losses: Losses) -> Iterator[Any]:
    """Values that are gone and of which the account does not speak."""
    told = listed(losses)
    for element, path, value in gone:
        if not any(element == each and _is_below(path, above) for each, above in told):
            yield element, path, value


def false_alarms(gone: Said, losses: Losses) -> Iterator[Any]:
    """What an account names although nothing of it is gone."""
    for element, above in listed(losses):
        if not any(element == each and _is_below(path, above) for each, path, _ in gone):
            yield element, above
