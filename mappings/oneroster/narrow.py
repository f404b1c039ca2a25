"""Narrowing two nights to the people whom a change can concern, before tables are derived.

What is derived of a user depends on that user's own rows and on whoever shares an identifier with
the user. So it is enough to derive the tables of those, and the rest of a large district stays
untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from mappings.oneroster.persons import bare_identifiers

Frames = Mapping[str, pl.DataFrame]
_USER = {"users": "sourcedId", "roles": "userSourcedId", "demographics": "sourcedId"}


def narrow(
    old: Frames, new: Frames, changed: Mapping[str, Iterable[pl.DataFrame]]
) -> tuple[Frames, Frames]:
    """Both nights' rows of the people whom the changed rows concern.

    `changed` holds, by file, the rows that came, went or changed, as they were and as they are.
    """
    ids = pl.concat(
        [
            rows[_USER[name]].rename("id")
            for name, frames in changed.items()
            for rows in frames
            if _USER[name] in rows.columns
        ]
    )
    # A row that did not change has the identifiers that it had, so tonight's rows tell them too.
    users = [*changed.get("users", ()), *([new["users"]] if "users" in new else [])]
    people = _with_namesakes(ids.drop_nulls().unique(), users)
    return _only(old, people), _only(new, people)


def _with_namesakes(people: pl.Series, users: list[pl.DataFrame]) -> pl.Series:
    """These people and, round by round, all who share an identifier with one of them."""
    if not users:
        return people
    known = pl.concat([bare_identifiers(frame) for frame in users])
    while True:
        mine = known.join(people.to_frame("sourcedId"), on="sourcedId", how="semi")
        sharing = known.join(mine.select("value"), on="value", how="semi")["sourcedId"]
        grown = pl.concat([people, sharing.rename(people.name)]).unique()
        if len(grown) == len(people):
            return people
        people = grown


def _only(frames: Frames, people: pl.Series) -> Frames:
    return {
        name: rows.join(
            people.to_frame(_USER[name]), on=_USER[name], how="semi", maintain_order="left"
        )
        for name, rows in frames.items()
    }
