"""From a source's ids to ours: what the crosswalk knows, and what tonight adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json, map_distinct, split_list
from schemas.roster.entities import FIELDS
from schemas.roster.kinds import FieldKind
from service.store.bulk import among, fetch_frame
from service.store.tables import crosswalk
from service.sync.night import record_id

IDS = {"sourced_id": pl.String, "record_id": pl.String}


@dataclass(slots=True)
class Resolver:
    """Looks up record ids of one source; `learn` adds tonight's before they are stored."""

    connection: Connection
    tenant: str
    source: str
    known: dict[str, pl.DataFrame] = field(default_factory=dict)
    learned: dict[str, pl.DataFrame] = field(default_factory=dict)

    def lookup(self, entity: str, ids: pl.Series) -> pl.DataFrame:
        """`sourced_id` and `record_id` of those ids that are known."""
        wanted = ids.drop_nulls().unique().rename("sourced_id").to_frame()
        known = self.known.get(entity, pl.DataFrame(schema=IDS))
        unknown = wanted.join(known, on="sourced_id", how="anti")
        if unknown.height:
            known = pl.concat([known, self._fetch(entity, unknown["sourced_id"])])
            self.known[entity] = known
        return known.join(wanted, on="sourced_id", how="semi")

    def learn(self, entity: str, pairs: pl.DataFrame) -> None:
        """From now on these ids lead to these records."""
        if pairs.is_empty():
            return
        known = self.known.get(entity, pl.DataFrame(schema=IDS))
        self.known[entity] = pl.concat(
            [known.join(pairs, on="sourced_id", how="anti"), pairs.select(list(IDS))]
        )
        earlier = self.learned.get(entity, pl.DataFrame(schema=IDS))
        self.learned[entity] = pl.concat([earlier, pairs.select(list(IDS))])

    def _fetch(self, entity: str, ids: pl.Series) -> pl.DataFrame:
        query = sa.select(crosswalk.c.sourced_id, crosswalk.c.record_id).where(
            crosswalk.c.tenant == self.tenant,
            crosswalk.c.source == self.source,
            crosswalk.c.entity == entity,
            among(self.connection, crosswalk.c.sourced_id, ids),
        )
        return fetch_frame(self.connection, query)


def mint(tenant: str, source: str, table: str, ids: pl.Series) -> pl.DataFrame:
    """Fresh record ids for source ids seen for the first time."""
    minted = [record_id(tenant, source, table, sourced_id) for sourced_id in ids]
    return pl.DataFrame({"sourced_id": ids, "record_id": minted}, schema=IDS)


def resolve_references(
    resolver: Resolver, entity: str, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Replace source ids in reference fields by record ids.

    Returns the rows and the dangling references: `sourced_id`, `field`, `value`, `fatal` where
    a required field could not be resolved.
    """
    dangling = [pl.DataFrame(schema=_DANGLING)]
    for one in FIELDS[entity]:
        if one.reference is None:
            continue
        cells = frame[one.name]
        many = one.kind is FieldKind.JSON
        values = (
            _many(resolver, one.reference, cells) if many else _one(resolver, one.reference, cells)
        )
        lost = frame["sourced_id"].filter(values.is_null() & cells.is_not_null())
        if len(lost):
            dangling.append(_dangling(frame, lost, one.name, one.required))
        frame = frame.with_columns(values.rename(one.name))
    return frame, pl.concat(dangling)


_DANGLING = {"sourced_id": pl.String, "field": pl.String, "value": pl.String, "fatal": pl.Boolean}


def _dangling(frame: pl.DataFrame, lost: pl.Series, name: str, required: bool) -> pl.DataFrame:
    rows = frame.filter(pl.col("sourced_id").is_in(lost.implode()))
    return rows.select("sourced_id", field=pl.lit(name), value=pl.col(name), fatal=pl.lit(required))


def _one(resolver: Resolver, entity: str, cells: pl.Series) -> pl.Series:
    pairs = resolver.lookup(entity, cells)
    joined = (
        cells.rename("sourced_id")
        .to_frame()
        .join(pairs, on="sourced_id", how="left", maintain_order="left")
    )
    return joined["record_id"].rename(cells.name)


def _many(resolver: Resolver, entity: str, cells: pl.Series) -> pl.Series:
    """Lists keep their order; one unknown element leaves the whole list unresolved."""
    elements = {element for cell in cells.drop_nulls().unique() for element in split_list(cell)}
    pairs = resolver.lookup(entity, pl.Series(list(elements), dtype=pl.String))
    table = dict(zip(pairs["sourced_id"], pairs["record_id"], strict=True))

    def translate(cell: str) -> str | None:
        found = [table.get(element) for element in split_list(cell)]
        return None if None in found else canonical_json(found)

    return map_distinct(cells, translate)
