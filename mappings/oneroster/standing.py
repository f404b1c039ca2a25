"""Which records of ours can stand in a package: whole, and leading only to others that stand.

Nothing is invented: a record that lacks what OneRoster requires is left out, and so is what cannot
be without it; each is a named loss.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from mappings.engine.codecs import canonical_json
from mappings.engine.loss import SAMPLES, Losses, LossKey, Side
from mappings.hub import ENTITIES
from mappings.oneroster.binding import Binding
from schemas.roster.kinds import Field, FieldKind

_NO_ROLE = "a user needs a role at an organization, and none is known"


def standing(
    frames: Mapping[str, pl.DataFrame], binding: Binding, losses: Losses
) -> dict[str, pl.DataFrame]:
    """The records of each entity that can be written."""
    return _Standing(binding, losses, dict(frames)).run()


@dataclass(slots=True)
class _Standing:
    binding: Binding
    losses: Losses
    frames: dict[str, pl.DataFrame]
    done: dict[str, pl.DataFrame] = field(default_factory=dict)

    def run(self) -> dict[str, pl.DataFrame]:
        for entity in ENTITIES:
            frame = self.frames.get(entity)
            if frame is None or frame.is_empty():
                continue
            if entity not in self.binding.tables():
                reason = f"{self.binding.name} has no such record"
                self._lose(entity, "", reason, frame["id"])
                continue
            whole = self._whole(entity, frame)
            self.done[entity] = self._placed(entity, whole) if entity == "person" else whole
            self._settle(entity)
        return self.done

    def _lose(self, entity: str, path: str, reason: str, values: pl.Series) -> None:
        key = LossKey(Side.OURS, entity, path, reason)
        for value in values.head(SAMPLES):
            self.losses.add(key, value)
        if len(values) > SAMPLES:
            self.losses.add(key, count=len(values) - SAMPLES)

    def _whole(self, entity: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The records that have what is required."""
        for name in sorted(self.binding.needs(entity)):
            lacking = frame[name].is_null()
            if lacking.any():
                reason = f"{self.binding.name} requires {name}"
                self._lose(entity, "", reason, frame.filter(lacking)["id"])
                frame = frame.filter(~lacking)
        return frame

    def _placed(self, entity: str, people: pl.DataFrame) -> pl.DataFrame:
        """People with a role at an organization that stands."""
        roles = self.frames.get("role", pl.DataFrame(schema={"person_id": pl.String}))
        if "org_id" in roles.columns and "organization" in self.done:
            roles = roles.drop_nulls(list(self.binding.needs("role")))
            roles = roles.filter(roles["org_id"].is_in(self._ids("organization").implode()))
        else:
            roles = roles.clear()
        kept = people["id"].is_in(roles["person_id"].implode())
        if not kept.all():
            self._lose(entity, "", _NO_ROLE, people.filter(~kept)["id"])
        return people.filter(kept)

    def _ids(self, entity: str) -> pl.Series:
        return self.done[entity]["id"] if entity in self.done else pl.Series("id", [], pl.String)

    def _settle(self, entity: str) -> None:
        """Cut references to what does not stand; what requires one falls, again and again."""
        while True:
            before = self.done[entity].height
            for each in ENTITIES[entity]:
                if each.reference and each.reference in ENTITIES:
                    self._cut(entity, each)
            if self.done[entity].height == before:
                return

    def _cut(self, entity: str, each: Field) -> None:
        frame = self.done[entity]
        if frame[each.name].null_count() == frame.height:
            return
        known = self._ids(str(each.reference))
        if each.kind is FieldKind.JSON:
            self.done[entity] = self._cut_list(entity, each, frame, set(known))
            return
        astray = frame[each.name].is_not_null() & ~frame[each.name].is_in(known.implode())
        if not astray.any():
            return
        reason = f"leads to no {each.reference} that is written"
        if each.required or each.name in self.binding.needs(entity):
            self._lose(entity, "", f"{each.name} {reason}", frame.filter(astray)["id"])
            self.done[entity] = frame.filter(~astray)
            return
        self._lose(entity, each.name, reason, frame.filter(astray)[each.name])
        kept = pl.when(~astray).then(pl.col(each.name)).alias(each.name)
        self.done[entity] = frame.with_columns(kept)

    def _cut_list(
        self, entity: str, each: Field, frame: pl.DataFrame, known: set[str]
    ) -> pl.DataFrame:
        reason = f"leads to no {each.reference} that is written"
        cells: list[str | None] = []
        for cell in frame[each.name]:
            ids = json.loads(cell) if cell else []
            kept = [one for one in ids if one in known]
            for one in ids:
                if one not in known:
                    self.losses.add(LossKey(Side.OURS, entity, f"{each.name}[]", reason), one)
            cells.append(canonical_json(kept) if kept else None)
        cut = frame.with_columns(pl.Series(each.name, cells, pl.String))
        if each.name in self.binding.needs(entity):
            bare = cut[each.name].is_null()
            self._lose(entity, "", f"{each.name} {reason}", cut.filter(bare)["id"])
            cut = cut.filter(~bare)
        return cut
