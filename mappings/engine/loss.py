"""What did not arrive, and why: counted by path, with a few samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from typing import Any

SAMPLES = 3
_SHOWN = 80


class Side(StrEnum):
    """On whose side the value stood that did not arrive."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class LossKey:
    """One kind of loss: `subject` is the element, entity or record, `path` the field in it."""

    side: Side
    subject: str
    path: str
    reason: str


@dataclass(slots=True)
class Losses:
    """The losses of one run. Samples may hold personal data: for the operator, never for a log."""

    counts: Counter[LossKey] = field(default_factory=Counter)
    samples: dict[LossKey, list[str]] = field(default_factory=dict)

    def add(self, key: LossKey, value: Any = None, count: int = 1) -> None:
        """Count a value that did not arrive."""
        self.counts[key] += count
        kept = self.samples.setdefault(key, [])
        if value is not None and len(kept) < SAMPLES:
            text = str(value)
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
            if shown not in kept:
                kept.append(shown)

    def absorb(self, other: Losses, key: LossKey) -> None:
        """Take over one kind of loss from another account."""
        self.add(key, count=other.counts[key])
        kept = self.samples[key]
        fresh = [sample for sample in other.samples[key] if sample not in kept]
        kept += fresh[: SAMPLES - len(kept)]

    def merge(self, other: Losses) -> None:
        """Take over everything from another account."""
        for key in other.counts:
            self.absorb(other, key)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def __iter__(self) -> Iterator[LossKey]:
        return iter(sorted(self.counts, key=astuple))

    def as_json(self) -> list[dict[str, Any]]:
        """The losses as plain JSON values, sorted, each with its count and samples."""
        return [
            {
                "side": key.side.value,
                "subject": key.subject,
                "path": key.path,
                "reason": key.reason,
                "count": self.counts[key],
                "samples": self.samples[key],
            }
            for key in self
        ]
