"""What was known of a career system's accounts before a night, and what they said."""

from __future__ import annotations

import json

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.cis.match import Account, Match
from service.store.bulk import fetch_frame
from service.store.cis_tables import cis_account, cis_entry
from service.store.tables import ilp_plan, match_candidate
from service.sync.match import Candidate

_ABOUT = ("given_name", "family_name", "birth_date", "email")


def accounts_of(
    connection: Connection, tenant: str, source: str, *, waiting: bool = False
) -> dict[str, tuple[Account, Match]]:
    """Every account of a source and whose it is, or those alone that wait for somebody."""
    held = cis_account.c
    query = sa.select(cis_account).where(held.tenant == tenant, held.source == source)
    if waiting:
        query = query.where(held.person_id.is_(None))
    return {
        row.account: (_account(row), Match(row.person_id, row.waits))
        for row in connection.execute(query)
    }


def account_by_record(
    connection: Connection, tenant: str, record: str
) -> sa.Row[tuple[object, ...]] | None:
    """The account that goes by this id in the match queue."""
    held = cis_account.c
    query = sa.select(cis_account).where(held.tenant == tenant, held.record_id == record)
    return connection.execute(query).first()


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    about = {name: getattr(row, name) for name in _ABOUT if getattr(row, name)}
    return Account(row.account, row.record_id, json.loads(row.ids), about)


def pairs_asked(connection: Connection, tenant: str, source: str) -> set[tuple[str, str]]:
    """The pairs of account and student that somebody was asked about, whatever the answer."""
    asked = match_candidate.c
    query = sa.select(asked.record_id, asked.candidate_id).where(
        asked.tenant == tenant, asked.source == source
    )
    return {(row[0], row[1]) for row in connection.execute(query)}


def pair_of(question: Candidate) -> tuple[str, str]:
    """What tells a question from others."""
    return question.record_id, question.candidate_id


def entries_of(connection: Connection, tenant: str, source: str) -> pl.DataFrame:
    """What every account of a source said last: `account`, `entry` and `said`."""
    held = cis_entry.c
    query = sa.select(held.account, held.entry, held.said).where(
        held.tenant == tenant, held.source == source
    )
    return fetch_frame(connection, query)


def due_accounts(connection: Connection, tenant: str, source: str) -> list[str]:
    """Accounts whose student has a plan that does not hold yet what they said last."""
    said, whose = cis_entry.c, cis_account.c
    query = (
        sa.select(said.account)
        .distinct()
        .join(
            cis_account,
            sa.and_(
                whose.tenant == said.tenant,
                whose.source == said.source,
                whose.account == said.account,
            ),
        )
        .join(
            ilp_plan,
            sa.and_(ilp_plan.c.tenant == whose.tenant, ilp_plan.c.person_id == whose.person_id),
        )
        .where(
            said.tenant == tenant,
            said.source == source,
            sa.or_(said.applied.is_(None), said.applied != said.said),
        )
        .order_by(said.account)
    )
    return list(connection.execute(query).scalars())
