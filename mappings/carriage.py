"""What an export that only goes out makes of each element: where it goes, and what stays and why.

Such formats hold a part of a plan and are read by others, never back. Their table says of all 84
elements what becomes of them; what one plan then loses is counted by it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.resources.abc import Traversable
from typing import Any

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.reasons import ROUTINE
from schemas.ilp.entry import BOOKKEEPING, Entry
from schemas.ilp.plan import ELEMENTS, Plan


@dataclass(frozen=True, slots=True)
class Carried:
    """One element: `to` is what it becomes, None where it stays; `why` is why the rest stays.

    `when` says which entries go, where not all of them do.
    """

    element: str
    to: str | None
    fields: frozenset[str]
    when: str
    why: str

    def as_json(self) -> dict[str, Any]:
        """The row as plain JSON values, empty ones left out."""
        told = {**asdict(self), "fields": sorted(self.fields)}
        return {name: value for name, value in told.items() if value}


class Incomplete(ValueError):
    """A table that does not say of every element and field what becomes of it."""


def read_table(file: Traversable) -> Mapping[str, Carried]:
    """A format's table by element. Raises Incomplete."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    rows = {one.element: one for one in (*_carried(told), *_staying(told))}
    if rows.keys() != ELEMENTS.keys():
        raise Incomplete(f"{file.name}: {', '.join(sorted(rows.keys() ^ ELEMENTS.keys()))}")
    for one in rows.values():
        _check(one)
    return {element: rows[element] for element in ELEMENTS}


def _carried(told: Mapping[str, Any]) -> Iterator[Carried]:
    for element, row in told["carried"].items():
        fields = frozenset(row["fields"])
        yield Carried(element, row["to"], fields, row.get("when", ""), row.get("why", ""))


def _staying(told: Mapping[str, Any]) -> Iterator[Carried]:
    for name, elements in told["stays"].items():
        for element in elements:
            yield Carried(element, None, frozenset(), "", told["reasons"][name])


def _check(row: Carried) -> None:
    content = ELEMENTS[row.element].model.model_fields.keys() - BOOKKEEPING
    if row.fields - content:
        raise Incomplete(f"{row.element} has no {', '.join(sorted(row.fields - content))}")
    if content - row.fields and not row.why:
        raise Incomplete(f"{row.element}: why {', '.join(sorted(content - row.fields))} stay")


def count_losses(
    plan: Plan, table: Mapping[str, Carried], taken: Container[str], losses: Losses
) -> None:
    """Count what of a plan stays; `taken` holds the ids of the entries that went."""
    for place, entry in plan.every_entry():
        row = table[place.id]
        if row.to is None or entry.id not in taken:
            reason = row.why if row.to is None else row.when or row.why
            losses.add(LossKey(Side.OURS, place.id, "", reason))
        else:
            for name in _left(entry, row):
                losses.add(LossKey(Side.OURS, place.id, name, ROUTINE.get(name, row.why)))


def _left(entry: Entry, row: Carried) -> Iterator[str]:
    """The fields of an entry that hold something and stay."""
    for name, value in entry:
        if name not in row.fields | _SILENT and value not in (None, (), {}):
            yield name


_SILENT = frozenset({"id", "version", "changed", "origins"})
"""Bookkeeping that every entry has and no such format takes."""
