"""Keeping what career systems said, and merging it into the plans of the students it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.document import write_document
from service.act import Act
from service.cis.merge import Voice, Word, merge
from service.ilp.clashes import About, queue_clashes
from service.ilp.keep import keep_next, plan_as_kept, plan_of
from service.store.bulk import upsert_frame
from service.store.cis_tables import cis_account, cis_entry
from service.sync.authority import Authority
from service.sync.night import Night, record_id
from service.sync.plans import Plan, part_of
from service.sync.questions import record_questions

Rules = Mapping[str, Authority]
_KEYS = ("tenant", "source", "account")


def write_night(connection: Connection, night: Night, plan: Plan, title: str, rules: Rules) -> None:
    """Write one night's plan: accounts, words, questions, and everything that is due."""
    told = {"tenant": pl.lit(night.tenant), "source": pl.lit(plan.source), "run": pl.lit(plan.run)}
    for (account,) in part_of(night.shelf, plan, "updates/cis_left").iter_rows():
        _leave(connection, night, plan, account)
    accounts = part_of(night.shelf, plan, "updates/cis_account")
    if accounts.height:
        upsert_frame(connection, cis_account, _KEYS, accounts.with_columns(**told))
    entries = part_of(night.shelf, plan, "updates/cis_entry")
    if entries.height:
        keys = (*_KEYS, "entry")
        upsert_frame(connection, cis_entry, keys, entries.with_columns(**told))
    record_questions(connection, night, plan, part_of(night.shelf, plan, "questions"))
    voice = Voice(plan.source, title, plan.run, night.now)
    merge_due(connection, night.tenant, voice, rules)


def _leave(connection: Connection, night: Night, plan: Plan, account: str) -> None:
    """Put what an account said until now under a name that nobody goes by any more.

    Its number is somebody else's now; the words stay with whom they are about.
    """
    left = f"{account} (until run {plan.run})"
    record = record_id(night.tenant, plan.source, "account", left)
    for table, named in ((cis_entry, {}), (cis_account, {"record_id": record})):
        mine = (table.c.tenant == night.tenant, table.c.source == plan.source)
        moved = sa.update(table).where(*mine, table.c.account == account)
        connection.execute(moved.values(account=left, **named))


def merge_due(
    connection: Connection, tenant: str, voice: Voice, rules: Rules, person: str | None = None
) -> int:
    """Merge what waits for a student's plan, or for that of every student; gives how many moved.

    Students without a plan keep waiting: what was said of them is not lost.
    """
    moved = 0
    for student, rows in _due(connection, tenant, voice.source, person):
        head = plan_of(connection, tenant, student)
        if head is None:
            continue
        merged = merge(plan_as_kept(connection, tenant, head), _words(rows), voice, rules)
        if merged.moved:
            document = write_document(merged.plan).decode()
            act = Act(voice.title, f"Said by {voice.title} on {voice.at[:10]}.", voice.at)
            keep_next(connection, tenant, str(head.id), document, act, source=voice.source)
        asked = [one for one in merged.clashes if one.outcome is Authority.MANUAL]
        queue_clashes(connection, tenant, About(student, voice.source, voice.run), asked)
        _settle(connection, tenant, voice.source, rows)
        moved += merged.moved
    return moved


def _due(
    connection: Connection, tenant: str, source: str, person: str | None
) -> Iterator[tuple[str, list[sa.Row[Any]]]]:
    """Each student of whom something was said that is not in the plan yet, with all of it."""
    said, whose = cis_entry.c, cis_account.c
    query = (
        sa.select(whose.person_id, cis_entry)
        .join_from(
            cis_entry,
            cis_account,
            sa.and_(*(whose[name] == said[name] for name in _KEYS)),
        )
        .where(
            said.tenant == tenant,
            said.source == source,
            whose.person_id == person if person else whose.person_id.is_not(None),
            sa.or_(said.applied.is_(None), said.applied != said.said),
        )
        .order_by(whose.person_id, said.account, said.entry)
    )
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.person_id, []).append(row)
    yield from found.items()


def _words(rows: Iterable[sa.Row[Any]]) -> list[Word]:
    return [
        Word(
            row.element,
            row.entry,
            json.loads(row.origin).get("key", ""),
            json.loads(row.said),
            json.loads(row.applied) if row.applied else None,
        )
        for row in rows
    ]


def _settle(connection: Connection, tenant: str, source: str, rows: Sequence[sa.Row[Any]]) -> None:
    """What was said is the base of the next comparison, whoever's value stands now."""
    for row in rows:
        connection.execute(
            sa.update(cis_entry)
            .where(
                cis_entry.c.tenant == tenant,
                cis_entry.c.source == source,
                cis_entry.c.account == row.account,
                cis_entry.c.entry == row.entry,
            )
            .values(applied=row.said)
        )
