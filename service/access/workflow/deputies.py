"""Deputies: who stands in for a member of staff, such as a substitute teacher, and until when.

A deputy has what the other one's classes, caseload and schools open, for no longer than the other
one has it. The place on an IEP Team, consents, items and appointments are not handed on: a Team
names its substitute in a new list (34 CFR 300.321(e)). A deputy of a deputy gets nothing from it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from service.access.load import load_subject
from service.access.workflow.clerk import (
    Clerk,
    Done,
    require_order,
    require_text,
    somebody,
)
from service.access.workflow.spans import ONWARD, Span, require_going_on, times_of, with_state
from service.errors import Denied, Invalid
from service.store.access_tables import deputy
from service.store.tables import ROSTER

LONGEST: Final = 366
"""The most days that somebody stands in without a new decision."""

FIELD: Final = "account.deputy"


def add_deputy(clerk: Clerk, account_id: str, staff: str, span: Span = ONWARD) -> Done:
    """Let an account stand in for an account or person; the act's reason says why.

    Raises Refused, Denied for the own account, Invalid or NotFound.
    """
    clerk.require_office("deputy.add", FIELD)
    reason = require_text("reason", clerk.act.reason)
    _check_people(clerk, account_id, staff)
    times = times_of(clerk, span)
    longest = (span.begins or clerk.now) + timedelta(days=LONGEST)
    if span.ends is None or span.ends > longest:
        raise Invalid(f"to names no end within {LONGEST} days.", "Say until when.")
    require_order("to", str(times["valid_to"]), after=clerk.act.at)
    made = clerk.add(deputy, account_id=account_id, staff_id=staff, reason=reason, **times)
    return Done("deputy.add", made, None, (FIELD,), None)


def end_deputy(clerk: Clerk, deputy_id: str) -> Done:
    """End it now. Raises Refused, Invalid or NotFound."""
    clerk.require_office("deputy.end", FIELD)
    row = clerk.kept(deputy, deputy_id)
    require_going_on(clerk, row)
    clerk.change(deputy, row, valid_to=clerk.act.at)
    return Done("deputy.end", deputy_id, None, (FIELD,), None)


def list_deputies(clerk: Clerk) -> list[dict[str, Any]]:
    """Those that this account may see: all for the custodian, for others their own."""
    query = sa.select(deputy).where(deputy.c.tenant == clerk.tenant).order_by(deputy.c.id)
    rows = [dict(row._mapping) for row in clerk.connection.execute(query)]
    mine, every = clerk.subject.ids, clerk.is_custodian
    return with_state(
        clerk, (one for one in rows if every or mine & {one["account_id"], one["staff_id"]})
    )


def _check_people(clerk: Clerk, account_id: str, staff: str) -> None:
    if account_id == clerk.subject.account_id:
        raise Denied("Nobody gives roles to the own account.", "Another custodian has to.")
    whom = load_subject(clerk.connection, clerk.tenant, account_id)
    absent = somebody(clerk.connection, clerk.tenant, staff)
    if whom.kind != "person" or absent.kind != "person":
        raise Invalid("account and staff have to be people.", "An application has no deputy.")
    if whom.ids & absent.ids:
        raise Invalid("account and staff are the same person.", "Name somebody else.")
    for name, one in (("account", whom), ("staff", absent)):
        if _is_student(clerk, one.ids):
            raise Invalid(f"{name} is a student.", "Only staff stand in for staff.")


def _is_student(clerk: Clerk, ids: frozenset[str]) -> bool:
    role = ROSTER["role"].c
    active = (role.role == "student") & (role.state == "active")
    mine = sa.select(role.id).where(role.tenant == clerk.tenant, role.person_id.in_(sorted(ids)))
    return clerk.connection.execute(mine.where(active).limit(1)).first() is not None
