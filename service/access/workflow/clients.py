"""Accounts: making them, what a client may ask for, what one is the source of, suspension.

All of it is the custodian's to record, and never for the own account. A scope alone opens nothing:
a client's rule also asks for an agreement or consents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from service.access import policy
from service.access.accounts import check_name
from service.access.workflow.clerk import Clerk, Done, place_of, require_text
from service.errors import Denied, Invalid, NotFound
from service.store.access_tables import account, client_scope, source_field
from service.store.places import is_called
from service.store.tables import ROSTER

KINDS: Final = ("client", "outside")
"""The kinds of roles that an account has by itself, and not by ties."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a client may ask for: `*` stands for any section, or for any organization."""

    section: str
    action: str
    org: str = "*"


def classes() -> dict[str, str]:
    """The roles that an account can be made with, with the kind of each."""
    return {
        code: role.kind
        for code, role in policy.roles().items()
        if role.kind in KINDS and code != "MEN"  # a mentor is a person with a tie
    }


def add_account(
    clerk: Clerk, id_: str, name: str, role: str | None = None, *, k12: bool = False
) -> Done:
    """Make an account: of a person, or with the role of a client or outside party.

    `k12` tells that a receiving school is a public elementary or secondary one (ENR12). Raises
    Refused or Invalid.
    """
    clerk.require_office("account.add", "account")
    if role is not None and role not in classes():
        raise Invalid(f"role cannot be {role!r}.", f"Use one of {', '.join(classes())}, or none.")
    if k12 and role != "PSE":
        raise Invalid("k12 is about receiving schools.", "Leave it out, or give the role PSE.")
    if _found(clerk, id_) is not None:
        raise Invalid(f"account {id_!r} is taken.", "Name it otherwise.")
    check_name(clerk.connection, clerk.tenant, id_)
    values = {"id": id_, "name": require_text("name", name), "role": role, "k12": k12}
    kind = classes()[role] if role else "person"
    row = sa.insert(account).values(tenant=clerk.tenant, kind=kind, **values)
    clerk.connection.execute(row)
    clerk.note("add", account, id_, {"role": [None, role], "reason": [None, clerk.act.reason]})
    return Done("account.add", id_, None, ("account",), None)


def suspend(clerk: Clerk, id_: str) -> Done:
    """Shut an account out from now on; the act's reason says why."""
    require_text("reason", clerk.act.reason)
    row = _others(clerk, "account.suspend", id_)
    if row["suspended_at"] is not None:
        raise Invalid(f"{id_} is suspended since {row['suspended_at']}.", "Nothing is left to do.")
    clerk.change(account, row, suspended_at=clerk.act.at)
    return Done("account.suspend", id_, None, ("account",), None)


def restore(clerk: Clerk, id_: str) -> Done:
    """Let a suspended account in again; the act's reason says why."""
    require_text("reason", clerk.act.reason)
    row = _others(clerk, "account.restore", id_)
    if row["suspended_at"] is None:
        raise Invalid(f"{id_} is not suspended.", "Nothing is left to do.")
    clerk.change(account, row, suspended_at=None)
    return Done("account.restore", id_, None, ("account",), None)


def grant_scope(clerk: Clerk, id_: str, scope: Scope) -> Done:
    """Let a client ask for a section and action in an organization and below it."""
    row = _others(clerk, "account.grant", id_)
    if row["kind"] == "person":
        raise Invalid(f"{id_} is a person.", "Scopes are for applications and outside parties.")
    _check_scope(clerk, scope)
    return _put(clerk, client_scope, "account.grant", _scope_key(id_, scope))


def revoke_scope(clerk: Clerk, id_: str, scope: Scope) -> Done:
    """Take a scope back."""
    _others(clerk, "account.revoke", id_)
    return _take(clerk, client_scope, "account.revoke", _scope_key(id_, scope))


def name_source(clerk: Clerk, id_: str, field: str) -> Done:
    """Register an account as the source of truth of a field, which it may then write (SRC)."""
    _others(clerk, "account.source", id_)
    key = {"account_id": id_, "section": place_of(field), "field": field}
    return _put(clerk, source_field, "account.source", key)


def drop_source(clerk: Clerk, id_: str, field: str) -> Done:
    """End that."""
    _others(clerk, "account.no-source", id_)
    key = {"account_id": id_, "section": place_of(field), "field": field}
    return _take(clerk, source_field, "account.no-source", key)


def list_accounts(clerk: Clerk) -> list[dict[str, Any]]:
    """Every account with its scopes and source fields. For the custodian: raises Refused."""
    clerk.require_office("account.list", "account")
    query = sa.select(account).where(account.c.tenant == clerk.tenant).order_by(account.c.id)
    scopes = _listed(clerk, client_scope, ("section", "action", "org_id"))
    fields = _listed(clerk, source_field, ("field",))
    return [
        {**row._mapping, "scopes": scopes.get(row.id, []), "sources": fields.get(row.id, [])}
        for row in clerk.connection.execute(query)
    ]


def org_of(clerk: Clerk, given: str) -> str:
    """An organization's record id, by any of its ids. Raises NotFound."""
    org = ROSTER["organization"].c
    query = sa.select(org.id).where(org.tenant == clerk.tenant, is_called(given))
    found = sorted(set(clerk.connection.execute(query).scalars()))
    if given != "*" and len(found) != 1:
        raise NotFound(f"There is no one organization {given!r}.", "Name one of the roster, or *.")
    return found[0] if found else "*"


def _others(clerk: Clerk, what: str, id_: str) -> dict[str, Any]:
    """An account other than the own, for the custodian."""
    clerk.require_office(what, "account")
    if id_ == clerk.subject.account_id:
        raise Denied("Nobody changes the own account.", "Another custodian has to.")
    row = _found(clerk, id_)
    if row is None:
        raise NotFound(f"There is no account {id_!r}.", "See `planbridge account list`.")
    return row


def _found(clerk: Clerk, id_: str) -> dict[str, Any] | None:
    mine = (account.c.tenant == clerk.tenant, account.c.id == id_)
    row = clerk.connection.execute(sa.select(account).where(*mine)).first()
    return dict(row._mapping) if row else None


def _scope_key(id_: str, scope: Scope) -> dict[str, str]:
    parts = {"section": scope.section, "action": scope.action, "org_id": scope.org}
    return {"account_id": id_, **parts}


def _check_scope(clerk: Clerk, scope: Scope) -> None:
    known = policy.sections()
    if scope.section not in {"*", *known}:
        raise Invalid(f"section cannot be {scope.section!r}.", f"Use * or {', '.join(known)}.")
    if scope.action not in policy.ACTIONS:
        listed = ", ".join(policy.ACTIONS)
        raise Invalid(f"action cannot be {scope.action!r}.", f"Use one of {listed}.")
    guarded = scope.section in known and known[scope.section].klass in policy.GUARDED
    if guarded and scope.org == "*":
        raise Invalid(
            f"org: {scope.section} is not reached by grants for any organization (G7).",
            "Name the organization.",
        )
    org_of(clerk, scope.org)


def _mine(clerk: Clerk, table: sa.Table, key: dict[str, str]) -> list[Any]:
    return [table.c.tenant == clerk.tenant, *(table.c[name] == one for name, one in key.items())]


def _put(clerk: Clerk, table: sa.Table, what: str, key: dict[str, str]) -> Done:
    """A row that is nothing but its key."""
    if clerk.connection.execute(sa.select(table).where(*_mine(clerk, table, key))).first():
        raise Invalid(f"{' '.join(key.values())} is on record.", "Nothing is left to do.")
    clerk.connection.execute(sa.insert(table).values(tenant=clerk.tenant, **key))
    return _noted(clerk, table, what, "add", key)


def _take(clerk: Clerk, table: sa.Table, what: str, key: dict[str, str]) -> Done:
    gone = clerk.connection.execute(sa.delete(table).where(*_mine(clerk, table, key)))
    if not gone.rowcount:
        raise NotFound(f"{' '.join(key.values())} is not on record.", "List accounts to see.")
    return _noted(clerk, table, what, "remove", key)


def _noted(clerk: Clerk, table: sa.Table, what: str, action: str, key: dict[str, str]) -> Done:
    told = {name: [None, one] if action == "add" else [one, None] for name, one in key.items()}
    clerk.note(action, table, key["account_id"], {**told, "reason": [None, clerk.act.reason]})
    return Done(what, key["account_id"], None, ("account",), None)


def _listed(clerk: Clerk, table: sa.Table, names: tuple[str, ...]) -> dict[str, list[str]]:
    columns = [table.c[name] for name in names]
    query = sa.select(table.c.account_id, *columns).where(table.c.tenant == clerk.tenant)
    found: dict[str, list[str]] = {}
    for id_, *rest in clerk.connection.execute(query.order_by(table.c.account_id, *columns)):
        found.setdefault(id_, []).append(":".join(rest))
    return found
