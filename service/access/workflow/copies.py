"""Copies owed to whoever consented: listed, and marked once they were sent (34 CFR 99.30(c)).

The log owes them when something is disclosed. What is sent is made like any other answer to the
family, such as by `planbridge export portfolio --to`.
"""

from __future__ import annotations

import json
from typing import Any

from service.access.workflow.clerk import CONSENT, Clerk, Done
from service.errors import Invalid
from service.store.access_tables import owed_copy


def list_copies(
    clerk: Clerk, student: str | None = None, *, every: bool = False
) -> list[dict[str, Any]]:
    """Copies that wait, as far as this account may see them; with `every`, those sent as well."""
    rows = clerk.readable(owed_copy, student)
    return [
        {**row, "fields": json.loads(row["fields"])}
        for row in rows
        if every or row["sent_at"] is None
    ]


def note_sent(clerk: Clerk, copy_id: str) -> Done:
    """Record that a copy was sent; the act's reason says how. Raises Refused, Invalid, NotFound."""
    row = clerk.row(owed_copy, copy_id)
    student = str(row["student_id"])
    decision = clerk.permit("copy.sent", student, CONSENT)
    if row["sent_at"] is not None:
        raise Invalid(f"{copy_id} was sent on {row['sent_at']}.", "Nothing is left to do.")
    clerk.change(owed_copy, row, sent_at=clerk.act.at, sent_by=clerk.act.by)
    return Done("copy.sent", copy_id, student, (CONSENT,), decision)
