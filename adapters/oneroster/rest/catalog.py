"""Which collections are asked for, and what their absence means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A collection, the service group that serves it in 1.2, and whether a sync can do without."""

    name: str
    group: str = "rostering"
    required: bool = True


ROSTERING = (
    Wanted("orgs"),
    Wanted("academicSessions"),
    Wanted("courses"),
    Wanted("classes"),
    Wanted("users"),
    Wanted("enrollments"),
    Wanted("demographics", required=False),
)

_GRADEBOOK = ("categories", "lineItems", "results")
_GRADEBOOK_12 = ("scoreScales", "assessmentLineItems", "assessmentResults")


def wanted(version: str, include: Collection[str]) -> tuple[Wanted, ...]:
    """The collections to pull from a service of this version."""
    names: tuple[str, ...] = ()
    if "gradebook" in include:
        names = _GRADEBOOK + (_GRADEBOOK_12 if version == "1.2" else ())
    optional = [Wanted(name, "gradebook", required=False) for name in names]
    if "resources" in include:
        optional.append(Wanted("resources", "resources", required=False))
    return (*ROSTERING, *optional)
