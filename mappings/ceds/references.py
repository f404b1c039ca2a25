"""References between records of a roster: none leads to a record that is not written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.hub import ENTITIES, Hub, rows_of
from schemas.roster.kinds import Field

_OF: Final[Mapping[str, tuple[Field, ...]]] = {
    entity: tuple(
        sorted((each for each in fields if each.reference), key=lambda each: not each.required)
    )
    for entity, fields in ENTITIES.items()
}
"""The references of each entity, those first without which a record cannot stand."""


class References:
    """What records of a hub may refer to; `fits` says whether one of an entity can be written.

    Of an entity of which the source has no record, others may have some: what refers to it stands.
    """

    def __init__(
        self, hub: Hub, losses: Losses, entities: Iterable[str], fits: Callable[[str, Tree], bool]
    ) -> None:
        self._losses = losses
        self._standing: dict[str, set[str]] = {}
        for entity in entities:
            frame = hub.frame(entity)
            if not frame.height:
                continue
            if any(each.reference == entity for each in _OF[entity]):
                rows = rows_of(entity, frame)
                self._standing[entity] = {row["id"] for row in rows if fits(entity, row)}
            else:  # those that do not fit are dropped when they are met
                self._standing[entity] = set(frame["id"])

    def drop(self, entity: str, id_: str) -> None:
        """Nothing may refer to this record any more."""
        self._standing[entity].discard(id_)

    def hold(self, entity: str, row: Tree) -> bool:
        """Whether a record can stand; references that it can do without are taken out of it."""
        return all(self._holds(entity, each, row) for each in _OF[entity] if each.name in row)

    def _holds(self, entity: str, each: Field, row: Tree) -> bool:
        standing, told = self._standing.get(str(each.reference)), row[each.name]
        if standing is None:
            return True
        ids = told if isinstance(told, list) else [told]
        kept = [one for one in ids if one in standing]
        if len(kept) == len(ids):
            return True
        reason = f"leads to no {each.reference} that is written"
        if each.required:
            key = LossKey(Side.OURS, entity, "", f"{each.name} {reason}")
            self._losses.add(key, row["id"])
            return False
        key = LossKey(Side.OURS, entity, f"{each.name}[]" if ids is told else each.name, reason)
        for one in (one for one in ids if one not in standing):
            self._losses.add(key, one)
        row[each.name] = kept
        if not kept:
            del row[each.name]
        return True
