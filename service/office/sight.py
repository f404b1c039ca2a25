"""What is open of one student's record to one request."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from service.access import policy
from service.access.decision import Decision

_ITEMS = frozenset({"own", "shared"})
"""Limits by which only single items of a section are open."""


@dataclass(frozen=True)
class Sight:
    """The decisions about one student, by section; sections that are shut are not there.

    `items` names, for sections of which only single items are open, which ones.
    """

    student: str
    action: str
    decisions: Mapping[str, Decision]
    items: Mapping[str, AbstractSet[str]] = field(default_factory=dict)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The open fields, by the names of `sections.toml`; of some, only `items` are open."""
        return frozenset().union(*(one.fields for one in self.decisions.values()))

    def opens(self, name: str) -> bool:
        """Whether a field is open, be it for some items only."""
        return name in self.fields

    @property
    def entries(self) -> Mapping[str, AbstractSet[str]]:
        """For elements of which only single items are open, the ids of these."""
        limited = {name: one for name, one in self.decisions.items() if one.limits & _ITEMS}
        return {
            element: self.items.get(section, frozenset())
            for section, one in limited.items()
            for element in one.fields
        }

    def opens_section(self, section: str) -> bool:
        """Whether all fields and items of a section are open."""
        found = self.decisions.get(section)
        return (
            found is not None
            and not found.limits
            and found.fields >= policy.sections()[section].fields
        )
