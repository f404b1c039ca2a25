"""Adjustments that came up in progress notes, kept as drafts of whoever asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from service.iep.change import Change
from service.iep.ledger import proposals_of
from service.iep.progress import Adjustment
from service.iep.proposing import Ask, propose
from service.iep.request import version_now
from service.iep.states import OPEN

if TYPE_CHECKING:
    from service.office import Visit


def draft_adjustments(visit: Visit, student: str, found: Iterable[Adjustment]) -> list[str]:
    """A draft for each adjustment of an item that has no open proposal yet; gives their ids.

    Each still needs a wording before it can be submitted. Raises Refused.
    """
    held = proposals_of(visit.connection, visit.tenant, student)
    waiting = {one.goal_id for one in held if one.state in OPEN}
    made = []
    for one in found:
        if one.change is Change.CHANGE and one.item is not None and one.item not in waiting:
            ask = Ask(one.change, one.part, f"Progress: {one.why}.", item=one.item)
            made.append(propose(visit, student, ask, version_now(visit, student), None))
            waiting.add(one.item)
    return made
