"""From rows to plans: what `metadata.ilp` of users holds, and what belongs to it elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.engine.plans_in import read_plans
from mappings.hub import Records
from mappings.oneroster.binding import Binding
from mappings.oneroster.scales import ELEMENT, ScalesIn
from mappings.oneroster.shapes import FORMAT, PREFIX
from schemas.ilp.entry import Origin
from schemas.standards.shape import StandardRecord

_ALSO_OURS = frozenset({f"{PREFIX}graduationYear", f"{PREFIX}counselorSourcedId"})
"""Columns that rosters without plans have as well: they stay with the person."""
_OWNER = "metadata.ilp.studentSourcedId"
_DOT = re.compile(r"(?<!\\)\.")


@dataclass(slots=True)
class PlansIn:
    """What is set aside of the rows for the plans, and the plans themselves."""

    binding: Binding
    losses: Losses
    scales: ScalesIn
    resources: dict[str, list[StandardRecord]] = field(default_factory=lambda: defaultdict(list))
    samples: set[str] = field(default_factory=set)

    def sift(self, record: StandardRecord) -> StandardRecord | None:
        """A record without what belongs to plans; None where nothing is left of it."""
        if self.scales.takes(record):
            return None
        if record.entity == "resources" and ELEMENT in record.values and _OWNER in record.values:
            self.resources[record.values[_OWNER]].append(record)
            self.samples.add(record.values["sourcedId"])
            return None
        if _has_plan(record):
            return record._replace(values=without_plan(record.values))
        return record

    def plans(self, records: Records) -> Iterator[Tree]:
        """Every plan, one student at a time; the rows are gone through once more."""
        now = Origin(source=self.binding.name, at=datetime.now(UTC))
        for record in records():
            if _has_plan(record) and record.values.get("status") != "tobedeleted":
                found = self._of(record)
                yield from read_plans(self.binding.plan_book, found, now, self.losses)
        self.scales.tell_left()

    def _of(self, record: StandardRecord) -> Iterator[StandardRecord]:
        own = record.values["sourcedId"]
        yield record._replace(values=only_plan(record.values))
        yield from (_gathered(each) for each in self.scales.of(own))
        yield from (_gathered(each) for each in self.resources.pop(own, ()))


def _has_plan(record: StandardRecord) -> bool:
    return record.entity == "users" and FORMAT in record.values


def without_plan(values: Tree) -> Tree:
    """A users row without the columns of a plan."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith(PREFIX) or name in _ALSO_OURS
    }


def only_plan(values: Tree) -> Tree:
    """The columns of a plan alone, those of one element as one."""
    own = {name: value for name, value in values.items() if name.startswith(PREFIX)}
    return {"sourcedId": values["sourcedId"], **gathered(own)}


def _gathered(record: StandardRecord) -> StandardRecord:
    values = {name: value for name, value in record.values.items() if name != "status"}
    return record._replace(values=gathered(values))


def gathered(values: Tree) -> Tree:
    """Columns below `metadata.ilp.name` as the object that JSON spread over them."""
    made: Tree = {}
    for name, value in values.items():
        parts = _DOT.split(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else [name]
        if len(parts) == 1:
            made[name] = value
            continue
        inner = made.setdefault(PREFIX + parts[0], {})
        for part in parts[1:-1]:
            inner = inner.setdefault(part.replace(r"\.", "."), {})
        inner[parts[-1].replace(r"\.", ".")] = value
    return made
