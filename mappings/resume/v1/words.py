"""Values as JSON Resume writes them."""

from __future__ import annotations

from datetime import date
from typing import Any

from schemas.ilp.values import OrganizationRef

_FIRST_YEAR = 1000


def known(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, [], {}, "")}


def day(on: date | None) -> str | None:
    """A day; the schema knows none before the year 1000."""
    return on.isoformat() if on and on.year >= _FIRST_YEAR else None


def organization(one: OrganizationRef | None) -> str | None:
    """What an organization is called, by its identifier where it has no name."""
    if one is None:
        return None
    return one.name or (one.identifier.value if one.identifier else None)
