"""Whether a plan is too destructive to be carried out unseen.

Counted for each table and school, because a district of a hundred thousand hides the loss of one
school. What ends with a school year that has ended is not counted against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl
import sqlalchemy as sa

from adapters.port import Delivery
from mappings.engine.codecs import canonical_json
from mappings.recipe import Recipe
from schemas.finding import Finding, Severity
from service.settings import Guard
from service.store.database import reading
from service.store.tables import ROSTER
from service.sync.diff import KEY
from service.sync.draft import PENDING, Draft
from service.sync.facts import NO_SCHOOL
from service.sync.night import Night
from service.sync.preflight import rolls_over
from service.sync.snapshot import Snapshot


def weigh(night: Night, delivery: Delivery, snapshot: Snapshot, draft: Draft) -> list[Finding]:
    """The reasons to hold the plan; none when it may go ahead."""
    guard = night.settings.sync.guard
    return [
        *_drops(night, snapshot, draft),
        *_other_people(night.recipe, delivery, draft),
        *_blanked(guard, night.recipe, draft, snapshot),
        *_rejected(guard, delivery, draft, snapshot),
    ]


def _drops(night: Night, snapshot: Snapshot, draft: Draft) -> Iterator[Finding]:
    rolling = rolls_over(snapshot)
    for table, removed in draft.removed.items():
        # Who moves up to another school leaves a role behind; who leaves is counted as a person.
        if rolling and (table in night.recipe.yearly or "userSourcedId" in removed.columns):
            continue
        counted = _without_graduates(night.recipe, removed, snapshot, draft) if rolling else removed
        if counted.height > night.settings.sync.guard.drop_rows:
            yield from _drops_by_school(night, table, counted, snapshot)


def _drops_by_school(
    night: Night, table: str, removed: pl.DataFrame, snapshot: Snapshot
) -> Iterator[Finding]:
    guard = night.settings.sync.guard
    column = night.recipe.school_of.get(table)
    for school, dropped, total in _by_school(night, table, removed, snapshot):
        if dropped > max(guard.drop_rows, guard.drop_share * total):
            yield Finding(
                Severity.HOLD,
                "guard.drops",
                f"{dropped:,} of {total:,} rows of {table} at school {school} would go missing.",
                "Look at the plan; apply it with --allow-held and a reason if this is right.",
                table,
                column=column,
                value=school,
                count=dropped,
            )


def _by_school(
    night: Night, table: str, removed: pl.DataFrame, snapshot: Snapshot
) -> list[tuple[str, int, int]]:
    """School, rows gone and rows before, for each school that loses any."""
    totals = _totals(night, table, snapshot)
    column = night.recipe.school_of.get(table)
    if totals is None or column is None or column not in removed.columns:
        facts = snapshot.facts.get(table)
        entity = night.recipe.entity_of(table)
        share = night.settings.sync.guard.drop_share
        enough = int(removed.height / share) + 1 if share else None
        total = facts.rows_before if facts else _active(night, entity, table, enough)
        return [(NO_SCHOOL, removed.height, total)]
    gone = removed.group_by(value=pl.col(column)).agg(gone=pl.len()).sort("value")
    return [
        (school or NO_SCHOOL, dropped, totals.get(school, dropped))
        for school, dropped in gone.iter_rows()
    ]


def _totals(night: Night, table: str, snapshot: Snapshot) -> dict[str, int] | None:
    if table == night.recipe.people:
        return dict(snapshot.places)
    facts = snapshot.facts.get(table)
    column = night.recipe.school_of.get(table)
    if facts is None or column is None or column not in facts.before:
        return None
    return dict(facts.before[column].iter_rows())


def _active(night: Night, entity: str, table: str, enough: int | None) -> int:
    """How many records of a kind the district holds, where no file lists them one by one.

    Beyond `enough` it makes no difference how many they are, and they are not counted.
    """
    records = ROSTER[entity]
    query = sa.select(records.c.id).where(
        records.c.tenant == night.tenant, records.c.state == "active"
    )
    if entity == "supplement":
        query = query.where(records.c.collection == table)
    counted = sa.select(sa.func.count()).select_from(query.limit(enough).subquery())
    with reading(night.engine) as connection:
        return connection.execute(counted).scalar_one()


def _without_graduates(
    recipe: Recipe, removed: pl.DataFrame, snapshot: Snapshot, draft: Draft
) -> pl.DataFrame:
    """At the turn of the year the last grade leaves, and the families of its students."""
    people = snapshot.facts.get(recipe.people)
    leavers = list(people.last_grade) if people else []
    families = [
        link
        for rows in draft.removed.values()
        if "agentSourcedId" in rows.columns
        for link in rows.filter(pl.col("userSourcedId").is_in(leavers))["agentSourcedId"]
    ]
    return removed.filter(~pl.col(KEY).is_in([*leavers, *families]))


def _other_people(recipe: Recipe, delivery: Delivery, draft: Draft) -> Iterator[Finding]:
    """Ids that now name somebody else: a student's plan must not pass to another student."""
    if "person" not in draft.updates:
        return
    rows = draft.updates["person"].drop_nulls("changes")
    unnumbered = pl.all_horizontal(pl.col(*_NUMBERS, "user_ids").is_null())
    listed = rows.select("sourced_id", "changes", pl.col("revived") & unnumbered).iter_rows()
    taken = [
        sourced_id
        for sourced_id, text, nameless in listed
        if _is_somebody_else(json.loads(text), back_without_number=nameless)
    ]
    if taken:
        yield Finding(
            Severity.HOLD,
            "ids.other-person",
            f"{len(taken):,} known ids came with another name and another number: "
            "they seem to be given to other people now.",
            "Ask the sender; apply with --allow-held and a reason if they are the same people.",
            _origin(delivery, recipe.people),
            column=KEY,
            value=taken[0],
            count=len(taken),
        )


_NUMBERS = ("identifier", "user_master_identifier")


def _is_somebody_else(changes: dict[str, list[str | None]], *, back_without_number: bool) -> bool:
    """Whether given name, family name and a number all changed from one value to another.

    Of somebody who comes back without any number, the names alone tell.
    """

    def moved(name: str) -> bool:
        old, new = changes.get(name, (None, None))
        return bool(old and new and old.casefold() != new.casefold())

    numbers = any(map(moved, _NUMBERS)) or _share_nothing(*changes.get("user_ids", (None, None)))
    return moved("given_name") and moved("family_name") and (numbers or back_without_number)


def _share_nothing(old: str | None, new: str | None) -> bool:
    """Whether two lists of typed ids have none in common."""
    was, now = ({canonical_json(item) for item in json.loads(text or "[]")} for text in (old, new))
    return bool(was and now) and not was & now


def _blanked(guard: Guard, recipe: Recipe, draft: Draft, snapshot: Snapshot) -> Iterator[Finding]:
    """Fields emptied in bulk: mostly a column that the export forgot."""
    for entity, rows in draft.updates.items():
        total = sum(
            facts.rows_after
            for table, facts in snapshot.facts.items()
            if recipe.entity_of(table) == entity
        )
        for name, count in _emptied(rows).items():
            if count > max(guard.blank_rows, guard.blank_share * total):
                yield Finding(
                    Severity.HOLD,
                    "guard.blanks",
                    f"{name} would become empty in {count:,} {entity} records.",
                    "Check that the export still fills the column; "
                    "apply with --allow-held and a reason if this is right.",
                    entity,
                    column=name,
                    count=count,
                )


def _emptied(rows: pl.DataFrame) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in rows["changes"].drop_nulls():
        for name, (old, new) in json.loads(text).items():
            if new is None and old is not None and name != "extras":
                counts[name] = counts.get(name, 0) + 1
    return counts


def _rejected(
    guard: Guard, delivery: Delivery, draft: Draft, snapshot: Snapshot
) -> Iterator[Finding]:
    """So many unusable rows that the file as a whole cannot be trusted."""
    waiting = pl.concat([pl.DataFrame(schema=PENDING), *draft.pending])
    counts = waiting.filter(pl.col("code") == "rejected").group_by("file").len().sort("file")
    for table, count in counts.iter_rows():
        facts = snapshot.facts.get(table)
        total = facts.rows_after if facts else count
        if count > max(guard.reject_rows, guard.reject_share * total):
            yield Finding(
                Severity.HOLD,
                "guard.rejects",
                f"{count:,} of {total:,} rows of {table} cannot be used.",
                "Correct the rows listed; apply with --allow-held and a reason to go on without.",
                _origin(delivery, table),
                count=count,
            )


def _origin(delivery: Delivery, table: str) -> str:
    return delivery.files[table].origin if table in delivery.files else table
