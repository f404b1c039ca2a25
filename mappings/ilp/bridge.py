"""The native form as a bridge: a plan is what it is, and nothing has to be mapped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.hub import USUAL, Choice, Hub, Records
from schemas.standards.shape import StandardRecord

PLAN, VERSION = RECORDS = ("plan", "plan_version")
_HISTORY = "earlier versions of the whole plan travel in the native bundle only"
_ROSTER = "a plan document holds the student's plan, no roster"


@dataclass(frozen=True, slots=True)
class NativeBridge:
    """Plans out of `plan` records, and back."""

    def read(self, records: Records, losses: Losses, choice: Choice = USUAL) -> Hub:
        """The plans, one at a time; versions of the past are named as losses."""
        return Hub({}, _plans(records(), losses))

    def write(self, hub: Hub, losses: Losses, choice: Choice) -> Iterator[StandardRecord]:
        """The plans; what the roster says of other people has no place in them."""
        for entity, frame in hub.frames.items():
            if frame.height:
                losses.add(LossKey(Side.OURS, entity, "", _ROSTER), count=frame.height)
        for plan in hub.plans:
            yield StandardRecord(PLAN, plan)


def _plans(records: Iterator[StandardRecord], losses: Losses) -> Iterator[Tree]:
    for record in records:
        if record.entity == PLAN:
            yield record.values
        else:
            losses.add(LossKey(Side.THEIRS, record.entity, "", _HISTORY))


def native() -> NativeBridge:
    """The bridge of the native form."""
    return NativeBridge()
