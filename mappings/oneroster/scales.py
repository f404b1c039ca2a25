"""Results of assessments that belong to a plan: one entry is a result, and one for each scale.

The tables see an entry whole, with what was taken (`lineItem`) and its scales (`parts`). The
standard keeps one score in a result, so a scale is a line item below that of the test, with a
result of its own (`oneroster.md` §15). `metadata.ilp` marks what is ours among other tests.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.oneroster.ids import minted
from mappings.oneroster.shapes import ITEM, PARTS
from schemas.standards.shape import StandardRecord

ITEMS, RESULTS = "assessmentLineItems", "assessmentResults"
ELEMENT = "metadata.ilp.element"
"""On what an entry of a plan became: which element it is."""
_KIND, _VERSION = "metadata.ilp.kind", "metadata.ilp.version"
_PART_OF, _PART = "metadata.ilp.partOf", "metadata.ilp.part"
_TEST = "planTest"
_LIMITS = ("resultValueMin", "resultValueMax")
_NUMBER = re.compile("[0-9]{1,9}")
_SHARED = ("studentSourcedId", "scoreDate", "scoreStatus")


def item_id(title: str, version: str = "") -> str:
    """The id of the line item of a test: the same test has the same one."""
    return minted(ITEMS, title, version)


@dataclass(slots=True)
class ScalesOut:
    """Takes results apart; a line item is written once, however many took the test."""

    _written: set[str] = field(default_factory=set)

    def apart(self, values: Tree) -> Iterator[StandardRecord]:
        """The line items and results that an entry becomes."""
        whole = {name: value for name, value in values.items() if name not in (ITEM, PARTS)}
        test, item = values[ITEM], whole["assessmentLineItemSourcedId"]
        version = {_VERSION: test["version"]} if "version" in test else {}
        yield from self._item({"sourcedId": item, "title": test["title"], **version})
        yield StandardRecord(RESULTS, whole)
        for number, part in enumerate(values.get(PARTS, ())):
            limits = {name: part[name] for name in _LIMITS if name in part}
            scale = minted(ITEMS, item, part["title"], *(limits.get(name, "") for name in _LIMITS))
            below = {"sourcedId": scale, "title": part["title"], **limits}
            yield from self._item({**below, "parentAssessmentLineItemSourcedId": item})
            yield StandardRecord(RESULTS, _result(whole, part, scale, number))

    def _item(self, row: Tree) -> Iterator[StandardRecord]:
        if row["sourcedId"] not in self._written:
            self._written.add(row["sourcedId"])
            yield StandardRecord(ITEMS, {**row, _KIND: _TEST})


def _result(whole: Tree, part: Tree, scale: str, number: int) -> Tree:
    said: Tree = {name: part[name] for name in ("score", "textScore") if name in part}
    shared: Tree = {name: whole[name] for name in _SHARED}
    own = minted(RESULTS, whole["sourcedId"], str(number))
    marks = {_PART_OF: whole["sourcedId"], _PART: str(number)}
    return {"sourcedId": own, "assessmentLineItemSourcedId": scale, **shared, **said, **marks}


@dataclass(slots=True)
class ScalesIn:
    """Puts results together again that `ScalesOut` took apart."""

    losses: Losses
    items: dict[str, Tree] = field(default_factory=dict)
    wholes: dict[str, list[StandardRecord]] = field(default_factory=lambda: defaultdict(list))
    parts: dict[str, list[Tree]] = field(default_factory=lambda: defaultdict(list))

    def takes(self, record: StandardRecord) -> bool:
        """Whether a record is part of a plan's results, and so not of the roster's."""
        values = record.values
        if record.entity == ITEMS and values.get(_KIND) == _TEST:
            self.items[values["sourcedId"]] = values
            self._tell_date(record)
        elif record.entity == RESULTS and ELEMENT in values:
            self.wholes[values.get("studentSourcedId", "")].append(record)
        elif record.entity == RESULTS and _PART_OF in values:
            self.parts[values[_PART_OF]].append(values)
            self._tell_date(record)
        else:
            return False
        return True

    def _tell_date(self, record: StandardRecord) -> None:
        when = record.values.get("dateLastModified")
        if when is not None:
            why = "when the source touched the row: says nothing about its values"
            self.losses.add(LossKey(Side.THEIRS, record.entity, "dateLastModified", why), when)

    def of(self, student: str) -> Iterator[StandardRecord]:
        """A student's results, whole."""
        for record in self.wholes.pop(student, ()):
            values = record.values
            item = self.items.get(values.get("assessmentLineItemSourcedId", ""), {})
            test = {"title": item.get("title"), "version": item.get(_VERSION)}
            told = {ITEM: {name: value for name, value in test.items() if value is not None}}
            parts = sorted(self.parts.pop(values["sourcedId"], ()), key=_number)
            scales = {PARTS: [self._scale(part) for part in parts]} if parts else {}
            yield record._replace(values={**values, **told, **scales})

    def _scale(self, part: Tree) -> Tree:
        item = self.items.get(part.get("assessmentLineItemSourcedId", ""), {})
        said = {name: part[name] for name in ("score", "textScore") if name in part}
        return {name: item[name] for name in ("title", *_LIMITS) if name in item} | said

    def tell_left(self) -> None:
        """Count what belongs to nobody's plan."""
        why = "part of a plan's results that is not there"
        for student, records in self.wholes.items():
            key = LossKey(Side.THEIRS, RESULTS, "", "result of a student whose plan is not there")
            self.losses.add(key, student, len(records))
        wanted = {each.values["sourcedId"] for held in self.wholes.values() for each in held}
        for whole, parts in self.parts.items():
            if whole not in wanted:
                self.losses.add(LossKey(Side.THEIRS, RESULTS, "", why), whole, len(parts))


def _number(part: Tree) -> int:
    text = str(part.get(_PART, ""))
    return int(text) if _NUMBER.fullmatch(text) else 0
