"""Agreements with vendors and evaluators: which sections, under which exception, until when.

Also which account is whose. Both concern no single student and are the custodian's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from service.access import policy
from service.access.accounts import check_name
from service.access.workflow.clerk import (
    Clerk,
    Done,
    as_instant,
    require_order,
    require_text,
)
from service.errors import Denied, Invalid, NotFound
from service.store.access_tables import account, agreement, agreement_section
from service.store.tables import ROSTER

EXCEPTIONS: Final = ("a1", "a3", "a6")
"""The paragraphs of 99.31(a): contractor as school official, audit, study."""


@dataclass(frozen=True)
class Terms:
    """What an agreement says. `role` is the account's, such as `CIS`.

    `sections` are those that it covers, and fields that have to be named by themselves, such as
    `demographics.birth_date`.
    Without `direct_control` and `no_redisclosure` an agreement opens nothing (99.31(a)(1)(i)(B));
    audits and studies name the day by which everything is destroyed (99.35, 99.31(a)(6)).
    """

    role: str
    exception: str
    purpose: str
    sections: frozenset[str]
    valid_to: datetime
    destroy_by: datetime
    valid_from: datetime | None = None
    terms: str = ""
    posted_at: str | None = None
    direct_control: bool = False
    no_redisclosure: bool = False


def add_agreement(clerk: Clerk, account_id: str, terms: Terms) -> Done:
    """Record an agreement with a client, making its account where there is none.

    Raises Refused, or Invalid naming the term at fault.
    """
    clerk.require_office("agreement.add", "agreement")
    _check(clerk, terms)
    begins = as_instant("valid_from", terms.valid_from, clerk.now)
    ends = as_instant("valid_to", terms.valid_to, clerk.now)
    destroyed = as_instant("destroy_by", terms.destroy_by, clerk.now)
    require_order("valid_to", ends, after=begins)
    if destroyed < ends:
        raise Invalid("destroy_by lies before valid_to.", "Name the day when all must be gone.")
    _ensure_client(clerk, account_id, terms.role)
    plain = ("exception", "purpose", "posted_at", "direct_control", "no_redisclosure")
    made = clerk.add(
        agreement,
        account_id=account_id,
        valid_from=begins,
        valid_to=ends,
        destroy_by=destroyed,
        terms=require_text("terms", terms.terms),
        **{name: getattr(terms, name) for name in plain},
    )
    rows = [{"tenant": clerk.tenant, "agreement_id": made, "section": s} for s in terms.sections]
    clerk.connection.execute(sa.insert(agreement_section), rows)
    return Done("agreement.add", made, None, ("agreement",), None)


def end_agreement(clerk: Clerk, agreement_id: str) -> Done:
    """End an agreement now. Raises Refused, Invalid or NotFound."""
    clerk.require_office("agreement.end", "agreement")
    row = clerk.kept(agreement, agreement_id)
    if row["ended_at"] is not None:
        raise Invalid(f"{agreement_id} ended on {row['ended_at']}.", "Nothing is left to do.")
    clerk.change(agreement, row, ended_at=clerk.act.at)
    return Done("agreement.end", agreement_id, None, ("agreement",), None)


def list_agreements(clerk: Clerk) -> list[dict[str, Any]]:
    """All agreements with their sections; they are public in kind (IL and NY ask for it)."""
    parts = sa.select(agreement_section.c.agreement_id, agreement_section.c.section).where(
        agreement_section.c.tenant == clerk.tenant
    )
    sections: dict[str, list[str]] = {}
    for id_, section in clerk.connection.execute(parts.order_by(agreement_section.c.section)):
        sections.setdefault(id_, []).append(section)
    mine = sa.select(agreement).where(agreement.c.tenant == clerk.tenant)
    rows = clerk.connection.execute(mine.order_by(agreement.c.id))
    return [{**row._mapping, "sections": sections.get(row.id, [])} for row in rows]


def link_account(clerk: Clerk, account_id: str, person_id: str) -> Done:
    """Say which person of the roster an account is; the roster then tells its roles.

    Raises Refused, Denied for the own account, Invalid or NotFound.
    """
    clerk.require_office("account.link", "account.person_id")
    if account_id == clerk.subject.account_id:
        raise Denied("Nobody gives roles to the own account.", "Another custodian has to.")
    person = ROSTER["person"]
    known = sa.select(person.c.id).where(person.c.tenant == clerk.tenant, person.c.id == person_id)
    if clerk.connection.execute(known).first() is None:
        raise NotFound(f"There is no person {person_id!r}.", "Name a person of the roster.")
    row = _account(clerk, account_id)
    if row is None:
        check_name(clerk.connection, clerk.tenant, account_id, whose=person_id)
        values = {"tenant": clerk.tenant, "id": account_id, "name": account_id, "k12": False}
        made = sa.insert(account).values(kind="person", person_id=person_id, **values)
        clerk.connection.execute(made)
        clerk.note("add", account, account_id, {"person_id": [None, person_id]})
    elif row["kind"] != "person" or row["person_id"] not in {None, person_id}:
        raise Invalid(f"{account_id} is somebody else.", "Make an account of its own.")
    else:
        clerk.change(account, row, person_id=person_id)
    return Done("account.link", account_id, None, ("account.person_id",), None)


def _account(clerk: Clerk, account_id: str) -> dict[str, Any] | None:
    mine = (account.c.tenant == clerk.tenant, account.c.id == account_id)
    row = clerk.connection.execute(sa.select(account).where(*mine)).first()
    return dict(row._mapping) if row else None


def _ensure_client(clerk: Clerk, account_id: str, role: str) -> None:
    row = _account(clerk, account_id)
    if row is None:
        check_name(clerk.connection, clerk.tenant, account_id)
        values = {"tenant": clerk.tenant, "id": account_id, "name": account_id, "k12": False}
        kind = policy.roles()[role].kind
        clerk.connection.execute(sa.insert(account).values(kind=kind, role=role, **values))
        clerk.note("add", account, account_id, {"role": [None, role]})
    elif row["role"] != role:
        raise Invalid(f"{account_id} is no account of the class {role}.", "Name another account.")


def _can_sign(role: policy.Role) -> bool:
    """Vendors and agencies, unlike a mentor, come with an account of their own kind."""
    return role.kind in {"client", "outside"} and role.code != "MEN"


def _check(clerk: Clerk, terms: Terms) -> None:
    clients = {code for code, role in policy.roles().items() if _can_sign(role)}
    listed = clerk.district.purposes - policy.never_purposes()
    for name, value, known in (
        ("role", terms.role, clients),
        ("exception", terms.exception, EXCEPTIONS),
        ("purpose", terms.purpose, listed),
    ):
        if value not in known:
            raise Invalid(f"{name} cannot be {value!r}.", f"Use one of {', '.join(sorted(known))}.")
    wrong = ", ".join(sorted(terms.sections - policy.nameable()))
    if wrong or not terms.sections:
        raise Invalid(
            f"sections cannot be {wrong or 'empty'}.",
            f"Name what it covers: {', '.join(sorted(policy.nameable()))}.",
        )
