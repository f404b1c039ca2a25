"""Pairs of records that may be one person: listed, and decided by somebody who knows them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.act import Act
from service.cis.decisions import account_words, tie_account
from service.errors import Invalid, NotFound
from service.review.following import follow_conflicts, follow_matches
from service.roster import load_record
from service.store import (
    access_tables,
    audit_tables,
    cis_tables,
    counters,
    iep_tables,
    iep_work_tables,
)
from service.store.journal import Entry, Stamp, write_entries
from service.store.tables import (
    ROSTER,
    crosswalk,
    ilp_plan,
    joined_person,
    match_candidate,
    metadata,
    person_identifier,
)

SAME, DIFFERENT = "same", "different"
NAMING: Final = frozenset({
    "student_id", "person_id", "agent_id", "owner_id", "grantor_id", "requester_id", "staff_id",
    "recipient", "audience", "proposer_id", "proposer_person", "signer_id", "owed_to",
    "receiver_id", "stays_id",
})  # fmt: skip
"""Columns that name a person by record id, some of them an account or a role as well."""
STAYING: Final[Mapping[str, str]] = {
    "audit_payload": "the log is only added to; `joined_person` leads from one record to the other",
    "person_identifier": "moved apart, since both records may have the same identifier",
}
"""Tables that name a person and are not rewritten when two are one, each with the reason."""
_READ: Final = (access_tables, audit_tables, cis_tables, iep_tables, iep_work_tables)
"""Modules whose tables stand in the metadata; named here so that none is forgotten."""


def list_matches(
    connection: Connection, tenant: str, *, every: bool = False
) -> list[dict[str, Any]]:
    """Open questions by number, with both people's names, or every question there ever was."""
    query = (
        sa.select(match_candidate)
        .where(match_candidate.c.tenant == tenant)
        .order_by(match_candidate.c.number)
    )
    if not every:
        query = query.where(match_candidate.c.state == "open")
    return [_described(connection, tenant, dict(row._mapping)) for row in connection.execute(query)]


def people_asked_about(connection: Connection, tenant: str, number: int) -> list[str]:
    """The people's records in a question; none where there is no such question."""
    found = match_candidate.c
    query = sa.select(found.record_id, found.candidate_id).where(
        found.tenant == tenant, found.number == number
    )
    row = connection.execute(query).first()
    asked = tuple(row) if row is not None else ()
    return [one for one in asked if account_words(connection, tenant, one) is None]


def decide_match(
    connection: Connection, tenant: str, number: int, verdict: str, act: Act
) -> dict[str, Any]:
    """Decide whether two records are the same person; `same` joins them into the older one.

    An account of a career system is tied to the student, and is no record of its own. `moved`
    counts what names the one that stays instead, by table, or what went into the plan.
    """
    found = _load(connection, tenant, number)
    if found["state"] != "open":
        raise Invalid(
            f"Question {number} is decided: {found['state']}.", "See `matches list --all`."
        )
    moved: dict[str, int] = {}
    if verdict == SAME:
        pair = (found["record_id"], found["candidate_id"])
        if found["is_account"]:
            moved = {"ilp_plan": tie_account(connection, tenant, *pair, act)}
        else:
            moved = join_people(connection, tenant, *pair, act)
    connection.execute(
        sa.update(match_candidate)
        .where(match_candidate.c.tenant == tenant, match_candidate.c.number == number)
        .values(state=verdict, decided_by=act.by, decided_at=act.at, reason=act.reason)
    )
    return {**_load(connection, tenant, number), "moved": moved}


def join_people(
    connection: Connection, tenant: str, gone: str, stays: str, act: Act
) -> dict[str, int]:
    """Let `stays` stand for `gone` as well: ids, references and plans move, nothing is deleted.

    The record that gives way is kept as detached, so that its history can still be read. Gives how
    often each table named the one and names the other.
    """
    leaving = load_record(connection, tenant, "person", gone)
    staying = load_record(connection, tenant, "person", stays)
    _refuse_two_plans(connection, tenant, gone, stays)
    moved = _repoint(connection, tenant, gone, stays)
    follow_conflicts(connection, tenant, gone, stays, act)
    follow_matches(connection, tenant, gone, stays, act)
    row = {"tenant": tenant, "gone_id": gone, "stays_id": stays, "at": act.at}
    connection.execute(sa.insert(joined_person).values(row))
    present = min(leaving, staying, key=lambda person: _PRESENCE.index(person["state"]))
    _set_state(connection, tenant, gone, "detached", date.fromisoformat(act.at[:10]))
    _set_state(connection, tenant, stays, present["state"], present["state_since"])
    attachment = "detached" if present["state"] == "detached" else "attached"
    connection.execute(
        sa.update(ilp_plan)
        .where(ilp_plan.c.tenant == tenant, ilp_plan.c.person_id == stays)
        .values(attachment=attachment)
    )
    note = json.dumps({"joined": [gone, stays]})
    entry = Entry("join", "person", pl.Series([gone, stays]), pl.Series([note, note]))
    write_entries(connection, Stamp(tenant, act.at, act.by), [entry])
    counters.advance(connection, tenant, "roster")
    return moved


_PRESENCE = ("active", "missing", "detached")
"""Where one of two records of a person is still delivered, the person is there."""


def _refuse_two_plans(connection: Connection, tenant: str, gone: str, stays: str) -> None:
    """A person has one plan: of two, nobody would see the other again."""
    query = sa.select(ilp_plan.c.person_id).where(
        ilp_plan.c.tenant == tenant, ilp_plan.c.person_id.in_([gone, stays])
    )
    if len(list(connection.execute(query))) > 1:
        raise Invalid(
            "Both records have a plan, and a person has one.",
            f"Compare `planbridge plan export {gone}` with `planbridge plan export {stays}`; "
            "until plans can be united the two records stay apart.",
        )


def _set_state(connection: Connection, tenant: str, record_id: str, state: str, since: Any) -> None:
    person = ROSTER["person"]
    connection.execute(
        sa.update(person)
        .where(person.c.tenant == tenant, person.c.id == record_id)
        .values(state=state, state_since=since, revision=person.c.revision + 1)
    )


def _repoint(connection: Connection, tenant: str, gone: str, stays: str) -> dict[str, int]:
    """Whatever names the one names the other: holds and orders of a court bind on as they did."""
    moved: Counter[str] = Counter()
    for table in metadata.sorted_tables:
        for name in NAMING & set(table.c.keys()) if table.name not in STAYING else ():
            column = table.c[name]
            mine = (table.c.tenant == tenant, column == gone)
            named = sa.update(table).where(*mine).values({column: stays})
            moved[table.name] += connection.execute(named).rowcount
    mine = (crosswalk.c.tenant == tenant, crosswalk.c.record_id == gone)
    known = sa.update(crosswalk).where(*mine).values(record_id=stays)
    moved["crosswalk"] += connection.execute(known).rowcount
    _move_identifiers(connection, tenant, gone, stays)
    return {name: count for name, count in moved.items() if count}


def _move_identifiers(connection: Connection, tenant: str, gone: str, stays: str) -> None:
    mine = person_identifier.c
    shared = person_identifier.alias()
    also = sa.select(shared.c.value).where(
        shared.c.tenant == tenant,
        shared.c.person_id == stays,
        shared.c.kind == mine.kind,
        shared.c.value == mine.value,
    )
    theirs = (mine.tenant == tenant, mine.person_id == gone)
    connection.execute(sa.delete(person_identifier).where(*theirs, also.exists()))
    connection.execute(sa.update(person_identifier).where(*theirs).values(person_id=stays))


def _described(connection: Connection, tenant: str, row: dict[str, Any]) -> dict[str, Any]:
    account = account_words(connection, tenant, row["record_id"])
    row |= {"record": account, "is_account": account is not None}
    for key in ("candidate",) if account else ("record", "candidate"):
        person = load_record(connection, tenant, "person", row[f"{key}_id"])
        row[key] = f"{person['given_name']} {person['family_name']}"
    return {**row, "reasons": json.loads(row["reasons"])}


def _load(connection: Connection, tenant: str, number: int) -> dict[str, Any]:
    query = sa.select(match_candidate).where(
        match_candidate.c.tenant == tenant, match_candidate.c.number == number
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"There is no question {number}.", "See `planbridge matches list --all`.")
    return _described(connection, tenant, dict(row._mapping))
