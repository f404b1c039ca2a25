"""Finding the person behind each user record that is new to the crosswalk."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from service.store.bulk import among
from service.store.tables import crosswalk
from service.sync.desk import Desk
from service.sync.diff import Difference
from service.sync.draft import IDENTIFIERS
from service.sync.match import Where, match_people, twin_questions


def link_people(desk: Desk, users: pl.DataFrame, minted: pl.DataFrame) -> pl.DataFrame:
    """`sourced_id` and `record_id` of new user records: people we know, or new ones."""
    fresh = dict(minted.select("sourced_id", "record_id").iter_rows())
    where = Where(desk.connection, desk.night.tenant, desk.source, _leaving_people(desk))
    result = match_people(where, users, desk.recipe.identifiers(users), fresh)
    people = fresh | dict(result.linked.iter_rows())
    desk.draft.questions.extend(result.questions)
    desk.draft.questions.extend(twin_questions(desk.snapshot.twins, people))
    return pl.DataFrame(list(people.items()), schema=minted.schema, orient="row")


def note_identifiers(desk: Desk, difference: Difference) -> None:
    """Remember the strong identifiers of tonight's users, and forget those they no longer have."""
    now = _owned(desk, difference.incoming)
    before = _owned(desk, difference.before)
    desk.draft.identifiers.append(now)
    gone = before.join(now, on=list(IDENTIFIERS), how="anti")
    others = _of_other_sources(desk, gone["person_id"])
    desk.draft.released.append(gone.filter(~pl.col("person_id").is_in(others)))


def _owned(desk: Desk, users: pl.DataFrame) -> pl.DataFrame:
    found = desk.recipe.identifiers(users)
    pairs = desk.resolver.lookup("person", found["sourcedId"])
    rows = found.join(pairs, left_on="sourcedId", right_on="sourced_id")
    return rows.select("kind", "value", person_id="record_id").unique()


def _of_other_sources(desk: Desk, people: pl.Series) -> list[str]:
    """Of these people, those for whom another source may vouch too."""
    query = sa.select(crosswalk.c.record_id).where(
        crosswalk.c.tenant == desk.night.tenant,
        crosswalk.c.entity == "person",
        crosswalk.c.source != desk.source,
        among(desk.connection, crosswalk.c.record_id, people),
    )
    return sorted(set(desk.connection.execute(query).scalars()))


def _leaving_people(desk: Desk) -> set[str]:
    """People whose row in this source is gone tonight: their identifiers are free to follow."""
    gone = desk.snapshot.differences[desk.recipe.people].removed["sourcedId"]
    return set(desk.resolver.lookup("person", gone)["record_id"])
