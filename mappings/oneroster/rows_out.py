"""From our records to rows: the roster, the gradebook and resources."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from mappings.codesets.crosswalk import crosswalk
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.hub import rows_of
from mappings.oneroster.binding import Binding
from mappings.oneroster.fold import NO_TYPE, Folded, folded
from mappings.oneroster.ids import tell_changed, with_sound_ids
from mappings.oneroster.standing import standing
from schemas.standards.shape import StandardRecord

EXTENSION = "metadata."
NOT_OURS = "another standard's term: OneRoster has no column of this name"
_FOLDED = frozenset({"relation"})


@dataclass(slots=True)
class RowsOut:
    """What of a hub can be written, ready to be made rows."""

    binding: Binding
    losses: Losses
    frames: Mapping[str, pl.DataFrame]
    folded: Folded

    def records(self, written: Container[str] = ()) -> Iterator[StandardRecord]:
        """Every record; people in `written` are left to whoever writes them with their plans."""
        for entity, frame in self.frames.items():
            if entity in _FOLDED or (entity == "role" and self.binding.version == "1.1"):
                continue
            for row in rows_of(entity, frame):
                if entity == "person" and row["id"] in written:
                    continue
                made = self.record(entity, row)
                if made is not None:
                    yield made

    def record(self, entity: str, ours: Tree) -> StandardRecord | None:
        """One record of ours as a row; None where it cannot be one."""
        extras: Tree = ours.pop("extras", None) or {}
        row = self.binding.writer(entity)(ours, self.losses)
        if row is None:
            return None
        if entity == "person":
            row = {"enabledUser": "true", **self.folded.into(row)}
        elif entity == "demographics":
            row = of_its_user(row, self.losses)
        for name, value in extras.items():
            if name.startswith(EXTENSION):
                row.setdefault(name, value)
            else:
                self.losses.add(LossKey(Side.OURS, entity, f"extras.{name}", NOT_OURS), value)
        return StandardRecord(self.binding.tables()[entity].entity, row)


def of_its_user(row: Tree, losses: Losses) -> Tree:
    """A demographics row: its id is its user's."""
    user = row.pop("userSourcedId")
    if row["sourcedId"] != user:
        why = "a demographics row has its user's id"
        losses.add(LossKey(Side.OURS, "demographics", "id", why), row["sourcedId"])
    return {**row, "sourcedId": user}


def rows_out(frames: Mapping[str, pl.DataFrame], binding: Binding, losses: Losses) -> RowsOut:
    """What can be written of these tables; the rest is told."""
    ready, untyped = with_sound_ids(frames), frozenset[str]()
    if "role" in ready:
        untyped = frozenset(ready["role"].filter(pl.col("role_type").is_null())["id"])
        ready["role"] = _sayable(with_types(ready["role"]), binding, losses)
    stands = standing(ready, binding, losses)
    tell_changed(frames, stands, losses)
    _tell_assumed(stands, untyped if binding.version != "1.1" else frozenset(), losses)
    if binding.version == "1.1" and "line_item" in stands and "class" in stands:
        stands["line_item"] = _without_schools(stands["line_item"], stands["class"])
    return RowsOut(binding, losses, stands, folded(stands, binding, losses, untyped))


def _tell_assumed(
    stands: Mapping[str, pl.DataFrame], untyped: frozenset[str], losses: Losses
) -> None:
    """Count what rows have to say where ours says nothing."""
    people, roles = stands.get("person"), stands.get("role")
    enabled = people["enabled_user"].null_count() if people is not None else 0
    typed = sum(each in untyped for each in roles["id"]) if roles is not None and untyped else 0
    for entity, name, reason, count in (
        (
            "person",
            "enabled_user",
            "assumed: a user is enabled unless something else is said",
            enabled,
        ),
        ("role", "role_type", NO_TYPE, typed),
    ):
        if count:
            losses.add(LossKey(Side.OURS, entity, name, reason), count=count)


def with_types(roles: pl.DataFrame) -> pl.DataFrame:
    """Roles with their types: of those without, the first of a person at a place is primary."""
    place = ["person_id", "org_id"]
    blank = pl.col("role_type").is_null()
    has_primary = (pl.col("role_type") == "primary").any().over(place)
    first = blank & (blank.cum_sum().over(place) == 1) & ~has_primary.fill_null(value=False)
    told = pl.when(first).then(pl.lit("primary")).otherwise(pl.lit("secondary"))
    return roles.with_columns(role_type=pl.when(blank).then(told).otherwise("role_type"))


def _without_schools(line_items: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """Line items without a school that their class names as well: 1.1 leaves it to the class."""
    schools = classes.select(class_id="id", _school="school_id")
    joined = line_items.join(schools, on="class_id", how="left", maintain_order="left")
    other = pl.when(pl.col("school_id") != pl.col("_school")).then("school_id")
    return joined.with_columns(school_id=other).drop("_school")


def _sayable(roles: pl.DataFrame, binding: Binding, losses: Losses) -> pl.DataFrame:
    """The roles that the version has a word for; 1.1 takes none of our own."""
    if binding.version != "1.1":
        return roles
    known = pl.Series(list(crosswalk("oneroster/role-1p1").forward), dtype=pl.String)
    strange = roles.filter(~roles["role"].is_in(known.implode()))
    for role in strange["role"]:
        losses.add(
            LossKey(Side.OURS, "role", "", "1.1 has no such role and takes no terms of others"),
            role,
        )
    return roles.filter(roles["role"].is_in(known.implode()))
