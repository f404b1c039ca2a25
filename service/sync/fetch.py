"""The first step, apart from the others: it needs nothing of what they need."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.errors import AdapterError
from adapters.port import Delivery
from service.settings import Mode
from service.sync.night import Night, timed


@dataclass(frozen=True, slots=True)
class Fetched:
    """Tonight's delivery, or why there is none; neither on a night that is paused."""

    delivery: Delivery | None = None
    error: AdapterError | None = None


def fetch(night: Night) -> Fetched:
    """Have the source's delivery copied to the shelf."""
    if night.mode is Mode.PAUSED:
        return Fetched()
    try:
        with timed(night, "fetch"):
            return Fetched(night.adapter.fetch(night.shelf, night.source.memory, night.progress))
    except AdapterError as error:
        return Fetched(error=error)
