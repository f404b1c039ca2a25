"""What of a roster arrives: what was written is read as a reader would, and laid beside ours.

Nothing is listed that comes back, and nothing else than what comes back is taken for arrived. A
record that becomes several (a class of two terms) has arrived with what any of them says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from mappings.edfi.collected import blank_views
from mappings.edfi.ledger import Ledger
from mappings.edfi.origins import BORN
from mappings.edfi.roster import ROSTERED, roster_of
from mappings.edfi.stays import ASSUMED, CHANGED, EXTRAS, OTHERS, STAYS, TAKEN
from mappings.engine.codecs import canonical_json
from mappings.engine.loss import SAMPLES, Losses, LossKey, Side
from mappings.hub import ENTITIES, Hub
from schemas.roster.kinds import FieldKind

_BACK = "_back"
Ids = Mapping[str, pl.DataFrame]
"""By entity: the ids that are read (`new`) and those of the records of ours (`old`)."""


def count_lost(hub: Hub, ledger: Ledger, losses: Losses) -> None:
    """Count every value of a roster that does not come back, each once, with its reason.

    Where only some kinds of records were asked for, what they could not carry is counted alone.
    """
    if ledger.choice.only:
        for (entity, field, reason), rows in _grouped(ledger.notes()):
            _add(losses, entity, field, reason, rows["value"])
        return
    if hub.frames:
        _Arrival(hub, ledger, losses).count()


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One comparison of a hub with what comes back of it."""

    hub: Hub
    ledger: Ledger
    losses: Losses

    def count(self) -> None:
        back, notes = self._read(), self.ledger.notes()
        for entity, frame in self.hub.frames.items():
            if entity in ROSTERED:
                mine = notes.filter(pl.col("entity") == entity).drop("entity")
                self._entity(entity, frame, back[entity], mine)
            else:
                _add(self.losses, entity, "", OTHERS, frame["id"])

    def _read(self) -> dict[str, pl.DataFrame]:
        """What is read, in our ids; `_new` has the ids under which it is read."""
        views = _views(self.ledger)
        back = roster_of(views, Losses())
        born = views["edfi.student"].select("_from", BORN)
        told = back["demographics"].join(born, on="_from", how="left", maintain_order="left")
        back["demographics"] = told.with_columns(_from=BORN).drop(BORN)
        ids = {
            entity: frame.select(new="id", old="_from").drop_nulls()
            for entity, frame in back.items()
        }
        ours = {entity: _in_our_ids(entity, frame, ids) for entity, frame in back.items()}
        ours["role"] = _with_family(ours["role"], self.hub.frame("role"))
        return ours

    def _entity(
        self, entity: str, ours: pl.DataFrame, back: pl.DataFrame, notes: pl.DataFrame
    ) -> None:
        theirs = back.rename({name: f"{name}{_BACK}" for name in back.columns if name != "_from"})
        pairs = ours.join(theirs, left_on="id", right_on="_from", maintain_order="left")
        missing = ours.filter(~pl.col("id").is_in(pairs["id"].implode()))
        self._rows(entity, missing["id"], notes)
        kinds = {each.name: each.kind for each in ENTITIES[entity]}
        for name in ("id", *kinds, "extras"):
            lost = _differing(pairs, name, kinds.get(name) is FieldKind.JSON)
            if lost.height:
                self._cells(entity, name, lost, notes.filter(pl.col("field") == name))

    def _rows(self, entity: str, missing: pl.Series, notes: pl.DataFrame) -> None:
        """Records that do not come back: as the table says, or a value that it needs."""
        if missing.is_empty():
            return
        first = notes.sort(pl.col("field") != "", maintain_order=True).unique("id", keep="first")
        told = self._told(entity)
        usual = pl.when(pl.col("id").is_in(told.implode())).then(pl.lit(TAKEN))
        reasons = missing.to_frame("id").join(first, on="id", how="left", maintain_order="left")
        found = reasons.with_columns(
            reason=pl.coalesce("reason", usual, pl.lit(STAYS[entity][""])), value="id"
        )
        for (reason,), rows in found.group_by("reason", maintain_order=True):
            _add(self.losses, entity, "", str(reason), rows["value"])

    def _told(self, entity: str) -> pl.Series:
        """The ids of records of which something was written."""
        told = [
            frame["_from"]
            for view, frame in self.ledger.told.items()
            if self.ledger.made_of(view) == entity
        ]
        return pl.concat([pl.Series("_from", [], pl.String), *told])

    def _cells(self, entity: str, name: str, lost: pl.DataFrame, notes: pl.DataFrame) -> None:
        usually = EXTRAS if name == "extras" else STAYS[entity].get(name, CHANGED)
        stays = self.ledger.left_behind().get((entity, name), usually)
        assumed = ASSUMED.get(entity, {}).get(name)
        blank = f"assumed: {assumed}" if assumed else CHANGED
        named = lost.join(notes.drop("value"), on="id", how="left", maintain_order="left")
        usual = pl.when(pl.col("value").is_null()).then(pl.lit(blank)).otherwise(pl.lit(stays))
        found = named.with_columns(reason=pl.coalesce("reason", usual))
        for (reason,), rows in found.group_by("reason", maintain_order=True):
            _add(self.losses, entity, name, str(reason), rows["value"])


def _views(ledger: Ledger) -> dict[str, pl.DataFrame]:
    """The views as they would be read of what was written, each row with its origin."""
    return {
        subject: _as_read(ledger.told.get(subject, blank.clear()), blank)
        for subject, blank in blank_views(ledger.book).items()
    }


def _as_read(told: pl.DataFrame, blank: pl.DataFrame) -> pl.DataFrame:
    schema = {**blank.schema, "_from": pl.String(), BORN: pl.String()}
    absent = [pl.lit(None).alias(name) for name in schema if name not in told.columns]
    whole = told.with_columns(absent)
    return whole.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _in_our_ids(entity: str, frame: pl.DataFrame, ids: Ids) -> pl.DataFrame:
    """Records read, whose references lead to records of ours."""
    for each in ENTITIES[entity]:
        known = ids.get(each.reference or "")
        if known is None:
            continue
        if each.kind is FieldKind.JSON:
            named = dict(known.iter_rows())
            cells = [_renamed(cell, named) for cell in frame[each.name]]
            frame = frame.with_columns(pl.Series(each.name, cells, pl.String))
        else:
            named_ = known.rename({"new": each.name, "old": "_old"})
            frame = frame.join(named_, on=each.name, how="left", maintain_order="left")
            frame = frame.with_columns(pl.col("_old").alias(each.name)).drop("_old")
    return frame


def _renamed(cell: str | None, named: Mapping[str, str]) -> str | None:
    return None if cell is None else canonical_json([named[each] for each in json.loads(cell)])


def _with_family(back: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """Roles read, those of contacts as the roles of ours that they are equal to."""
    key = ["person_id", "org_id", "role"]
    mine = ours.unique(key, keep="first", maintain_order=True).select(*key, _own="id")
    joined = back.join(mine, on=key, how="left", maintain_order="left")
    return joined.with_columns(_from=pl.coalesce("_from", "_own")).drop("_own")


def _differing(pairs: pl.DataFrame, name: str, is_list: bool) -> pl.DataFrame:
    """The records (`id`, `value`) of which no record read says the same in a field."""
    same = pl.col(name).eq_missing(pl.col(f"{name}{_BACK}"))
    own, other = pl.col("id").alias("id"), pl.col(f"{name}{_BACK}").alias("back")
    if not is_list:
        if pairs.select(same.all()).item():
            return pairs.clear().select("id")
        found = pairs.select(own, pl.col(name).cast(pl.String).alias("value"), same=same)
    else:
        held = pairs.select(own, pl.col(name).alias("value"), other, same=same)
        found = held.with_columns(same=_covered(held)).drop("back")
    kept = found.filter("same")["id"]
    lost = found.filter(~pl.col("id").is_in(kept.implode()))
    return lost.unique("id", keep="first", maintain_order=True).drop("same")


def _covered(held: pl.DataFrame) -> pl.Series:
    """Whether every member of a list comes back; others beside them are no loss."""
    return pl.Series(
        "same",
        [
            same or (value is None or _members(value) <= _members(back or "[]"))
            for value, back, same in held.select("value", "back", "same").iter_rows()
        ],
        pl.Boolean,
    )


def _members(cell: str) -> set[str]:
    return {canonical_json(each) for each in json.loads(cell)}


def _grouped(
    notes: pl.DataFrame,
) -> Iterator[tuple[tuple[str, str, str], pl.DataFrame]]:
    for key, rows in notes.group_by("entity", "field", "reason", maintain_order=True):
        entity, field, reason = (str(part) for part in key)
        yield (entity, field, reason), rows


def _add(losses: Losses, entity: str, field: str, reason: str, values: pl.Series) -> None:
    key = LossKey(Side.OURS, entity, field, reason)
    if len(values):
        for value in values.head(SAMPLES):
            losses.add(key, value)
        losses.add(key, count=max(0, len(values) - SAMPLES))
