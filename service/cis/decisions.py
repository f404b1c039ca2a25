"""What people decide about career systems: whose an account is, whose value stands in a plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.document import write_document
from schemas.ilp.entry import AuthorKind, Change
from schemas.ilp.plan import ELEMENTS
from schemas.ilp.succession import next_version, version_after
from service.act import Act
from service.cis.known import account_by_record
from service.cis.merge import Voice, rules_of
from service.cis.places import layout_of
from service.cis.write import merge_due
from service.errors import Invalid, NotFound
from service.ilp.keep import existing_plan, keep_next, plan_as_kept, plan_by_id
from service.sources import load_source
from service.store.cis_tables import cis_account
from service.store.tables import match_candidate


def account_words(connection: Connection, tenant: str, record: str) -> str | None:
    """How people are told of an account in the match queue; None for what is no account."""
    row: Any = account_by_record(connection, tenant, record)
    if row is None:
        return None
    name = " ".join(part for part in (row.given_name, row.family_name) if part)
    return f"{name or 'somebody'} (account {row.account} of {row.source})"


def tie_account(connection: Connection, tenant: str, record: str, person: str, act: Act) -> int:
    """Tie an account to a student, and merge what it said into the plan; gives how much moved.

    Other open questions about the account are answered by it.
    """
    row: Any = account_by_record(connection, tenant, record)
    if row is None:
        raise NotFound("There is no such account.", "See `planbridge matches list`.")
    mine = (cis_account.c.tenant == tenant, cis_account.c.record_id == record)
    tied = {"person_id": person, "waits": None}
    connection.execute(sa.update(cis_account).where(*mine).values(tied))
    asked = match_candidate.c
    connection.execute(
        sa.update(match_candidate)
        .where(asked.tenant == tenant, asked.record_id == record, asked.state == "open")
        .where(asked.candidate_id != person)
        .values(state="different", decided_by=act.by, decided_at=act.at, reason=act.reason)
    )
    settings = load_source(connection, tenant, row.source).settings
    layout = layout_of(settings.get("profile", "generic"), "results")
    voice = Voice(row.source, layout.title, row.run, act.at)
    rules = rules_of(settings.get("authority", {}))
    return merge_due(connection, tenant, voice, rules, person)


def is_of_plan(found: Mapping[str, Any]) -> bool:
    """Whether a conflict is about a field of a plan's entry."""
    return found["entity"] in ELEMENTS


def settle_field(
    connection: Connection, tenant: str, found: Mapping[str, Any], value: str | None, act: Act
) -> None:
    """Give the field of a plan's conflict this value, as the conflict shows it.

    Raises NotFound where the entry is gone, Invalid where the value does not fit any more.
    """
    whose = found["record_id"]
    head: Any = plan_by_id(connection, tenant, whose) or existing_plan(connection, tenant, whose)
    plan = plan_as_kept(connection, tenant, head)
    entry_id, _, name = found["field"].rpartition(".")
    place = ELEMENTS[found["entity"]]
    entries = list(plan.entries(place.id))
    at = next((n for n, one in enumerate(entries) if one.id == entry_id), None)
    if at is None:
        raise NotFound("The entry is no longer in the plan.", "Decide for ours.")
    change = Change(
        author=act.by,
        kind=AuthorKind.COUNSELOR,
        source="local",
        at=datetime.fromisoformat(act.at),
        plan_version=version_after(plan),
        reason=act.reason or None,
    )
    try:
        entries[at] = entries[at].revised(change, **{name: json.loads(value) if value else None})
        areas = {place.area: {place.field: tuple(entries)}}
        document = write_document(next_version(plan, areas, change)).decode()
    except ValueError:
        raise Invalid("The value does not fit the entry any more.", "Decide for ours.") from None
    keep_next(connection, tenant, str(head.id), document, act, source="local")
