"""What an export did with every element: the static part by its table, the counted part by plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.carriage import Carried
from mappings.engine.loss import Losses
from schemas.ilp.plan import ELEMENTS, Plan


@dataclass(slots=True)
class Account:
    """Students and entries that were looked at, what is withheld from the recipient, and losses."""

    students: int = 0
    entries: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    losses: Losses = field(default_factory=Losses)

    def look_at(self, plan: Plan) -> None:
        """Take note of a plan as its recipient may see it."""
        self.students += 1
        self.entries.update(place.id for place, _ in plan.every_entry())
        self.withheld.update(plan.withheld)

    def as_json(self, table: Mapping[str, Carried]) -> dict[str, Any]:
        """All elements, each with what became of it, then every kind of loss with its count.

        What is withheld is told by what the recipient may not see, not by what a plan holds.
        """
        return {
            "students": self.students,
            "elements": [self._element(one) for one in table.values()],
            "withheld": dict(sorted(self.withheld.items())),
            "losses": self.losses.as_json(),
        }

    def _element(self, row: Carried) -> dict[str, Any]:
        named = {"element": row.element, "name": ELEMENTS[row.element].name}
        fate = {"fate": "carried" if row.to else "stays", "entries": self.entries[row.element]}
        return {**named, **fate, **row.as_json()}
