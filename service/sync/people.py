"""Finding the person behind each user record that is new to the crosswalk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from service.sync.match import Where, match_people, twin_questions

if TYPE_CHECKING:
    from service.sync.tabulate import Desk


def link_people(desk: Desk, users: pl.DataFrame, minted: pl.DataFrame) -> pl.DataFrame:
    """`sourced_id` and `record_id` of new user records: people we know, or new ones."""
    fresh = dict(minted.select("sourced_id", "record_id").iter_rows())
    where = Where(desk.connection, desk.night.tenant, desk.source, _leaving_people(desk))
    result = match_people(where, users, desk.recipe.identifiers(users), fresh)
    people = fresh | dict(result.linked.iter_rows())
    desk.draft.questions.extend(result.questions)
    desk.draft.questions.extend(twin_questions(desk.snapshot.twins, people))
    return pl.DataFrame(list(people.items()), schema=minted.schema, orient="row")


def note_identifiers(desk: Desk, users: pl.DataFrame) -> None:
    """Remember the strong identifiers of every user looked at tonight."""
    found = desk.recipe.identifiers(users)
    pairs = desk.resolver.lookup("person", found["sourcedId"])
    rows = found.join(pairs, left_on="sourcedId", right_on="sourced_id")
    desk.draft.identifiers.append(rows.select("kind", "value", person_id="record_id").unique())


def _leaving_people(desk: Desk) -> set[str]:
    """People whose row in this source is gone tonight: their identifiers are free to follow."""
    gone = desk.snapshot.differences[desk.recipe.people].removed["sourcedId"]
    return set(desk.resolver.lookup("person", gone)["record_id"])
