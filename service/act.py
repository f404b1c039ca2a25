"""Who does something, why and when: what every deliberate change carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """A person's or program's deliberate act; `at` is as `settings.instant` writes it."""

    by: str
    reason: str
    at: str
