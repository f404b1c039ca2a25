"""Copies owed to whoever consented: listed, and marked once they were sent (34 CFR 99.30(c)).

The log owes them when something is disclosed. What is sent is made like any other answer to the
family, such as by `planbridge export portfolio --to`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

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


def note_sent(clerk: Clerk, copy_id: str, upto: int) -> Done:
    """Record that the agency sent a copy; the act's reason says how.

    `upto` is the event up to which it tells, the `seq` of the list when the copy was made. Raises
    Refused, NotFound, and Invalid where it was sent, or more was disclosed meanwhile.
    """
    _hold(clerk, copy_id)
    row = clerk.row(owed_copy, copy_id)
    student = str(row["student_id"])
    decision = clerk.permit("copy.sent", student, CONSENT, agency=True)
    if row["sent_at"] is not None:
        raise Invalid(f"{copy_id} was sent on {row['sent_at']}.", "Nothing is left to do.")
    _require_whole(row, upto)
    clerk.change(owed_copy, row, sent_at=clerk.act.at, sent_by=clerk.act.by)
    return Done("copy.sent", copy_id, student, (CONSENT,), decision)


def _hold(clerk: Clerk, copy_id: str) -> None:
    """Keep disclosures from adding to a copy between the look at it and its end."""
    mine = (owed_copy.c.tenant == clerk.tenant, owed_copy.c.id == copy_id)
    clerk.connection.execute(sa.select(owed_copy.c.id).where(*mine).with_for_update())


def _require_whole(row: Mapping[str, Any], upto: int) -> None:
    id_, last = row["id"], row["seq"]
    if upto > last:
        raise Invalid(
            f"{id_} tells of events up to {last}, not {upto}.", "Give the seq of the list."
        )
    if upto < last:
        raise Invalid(
            f"More was disclosed after event {upto}: {id_} is owed up to event {last}.",
            f"Send all its fields as `planbridge consent copies` lists them; then --upto {last}.",
        )
