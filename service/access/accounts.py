"""Accounts and appointments: roles that no roster tells."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access import policy
from service.act import Act
from service.errors import Invalid
from service.store import counters
from service.store.access_tables import account, account_role
from service.store.journal import Entry, Stamp, write_entries
from service.store.people import known_as

APPOINTED: Final = ("PRV",)
"""Roles that a district gives by appointment; all others follow from ties and agreements."""


def check_name(connection: Connection, tenant: str, given: str, whose: str | None = None) -> None:
    """Make sure that a new account may be called so; `whose` is the person whose it will be.

    Consents, shares and ties name accounts, people and classes of parties in one place, so that
    no account is called like a role or like somebody else. Raises Invalid.
    """
    if not given or given != given.strip() or not given.isprintable():
        raise Invalid(f"account {given!r} is no name.", "Write it as its owner signs in.")
    if given in policy.roles():
        raise Invalid(f"account {given!r} is the code of a role.", "Name it otherwise.")
    if known_as(connection, tenant, given) - {whose}:
        raise Invalid(
            f"account {given!r} is the id of a person.",
            "Name it otherwise; `planbridge access link` makes a person's own account.",
        )


def appoint(connection: Connection, tenant: str, account_id: str, role: str, act: Act) -> str:
    """Give an account a role from now on, making the account where there is none.

    The act's reason is the evidence. Raises Invalid for a role that only ties can give, and for a
    name that no account can have.
    """
    if role not in APPOINTED:
        raise Invalid(
            f"Nobody is appointed {role}.",
            f"Appoint one of {', '.join(APPOINTED)}; other roles follow from the roster.",
        )
    known = sa.select(account.c.id).where(account.c.tenant == tenant, account.c.id == account_id)
    if connection.execute(known).first() is None:
        check_name(connection, tenant, account_id)
        values = {"tenant": tenant, "id": account_id, "kind": "person", "name": account_id}
        connection.execute(sa.insert(account).values(**values, k12=False))
    made = f"{account_id}-{counters.advance(connection, tenant, 'account_role')}"
    connection.execute(
        sa.insert(account_role).values(
            tenant=tenant,
            id=made,
            account_id=account_id,
            role=role,
            valid_from=act.at,
            evidence=act.reason,
        )
    )
    import polars as pl

    entry = Entry("appoint", "account", pl.Series([account_id]), None)
    write_entries(connection, Stamp(tenant, act.at, act.by), [entry])
    return made


def holds_office(connection: Connection, tenant: str, account_id: str, at: str) -> bool:
    """Whether an account is custodian of records at a moment."""
    mine = (account.c.id == account_id,)
    return connection.execute(_custodians(tenant, at).where(*mine).limit(1)).first() is not None


def had_custodian(connection: Connection, tenant: str) -> bool:
    """Whether anybody ever was appointed custodian of records, whatever the clock says now."""
    mine = (account_role.c.tenant == tenant, account_role.c.role == "PRV")
    return (
        connection.execute(sa.select(account_role.c.id).where(*mine).limit(1)).first() is not None
    )


def _custodians(tenant: str, at: str) -> sa.Select[tuple[str]]:
    held, who = account_role.c, account.c
    return (
        sa.select(who.id)
        .join(account_role, (held.tenant == who.tenant) & (held.account_id == who.id))
        .where(
            who.tenant == tenant,
            held.role == "PRV",
            held.valid_from <= at,
            sa.or_(held.valid_to.is_(None), at < held.valid_to),
            sa.or_(who.suspended_at.is_(None), at < who.suspended_at),
        )
    )
