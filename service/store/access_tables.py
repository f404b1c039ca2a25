"""The tables of who may see what: accounts, ties, consents, holds, and a district's own rules.

What the roster tells (roles, classes, parents, birth dates) is read from the roster and not kept
twice. Moments are text as `settings.instant` writes them; a stretch of time includes its first
moment and excludes its last. Rows end; they are never taken back.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from service.store.tables import ROSTER, metadata


def _keys(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, primary_key=True, nullable=False) for name in names]


def _need(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _may(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=True) for name in names]


def _about_student(name: str, *columns: Column[Any] | Index) -> Table:
    """A table of rows about one student each, found by student."""
    index = Index(f"ix_{name}_student", "tenant", "student_id")
    return Table(name, metadata, *_keys("tenant", "id"), *_need("student_id"), *columns, index)


district_policy: Final = Table(
    "district_policy",
    metadata,
    *_keys("tenant"),
    *_may("state"),
    *_need("zone"),
    *_may("idea_transfers", kind=Boolean),
    *_may("majority_age", kind=Integer),
    *_need("roster_hours", "grace_days", kind=Integer),
    *_need("dependents", kind=Boolean),
    *_may("directory_notice_at"),
    *_need("directory_fields", "directory_audience", "purposes", "overlay"),
    *_need("cursor_key", kind=LargeBinary),
    *_may("retain_days", kind=Integer),
)
"""What a district decides for itself; lists and the overlay of the rule table are JSON.
`retain_days` is how long a record is kept after its student has left."""

account: Final = Table(
    "account",
    metadata,
    *_keys("tenant", "id"),
    *_need("kind", "name"),
    *_may("person_id", "role"),
    *_need("k12", kind=Boolean),
    *_may("suspended_at"),
    Index("ix_account_person", "tenant", "person_id"),
)
"""Who may sign in: a person of the roster (`person_id`), a client, an outside party (`role`)."""

account_role: Final = Table(
    "account_role",
    metadata,
    *_keys("tenant", "id"),
    *_need("account_id", "role", "valid_from"),
    *_may("valid_to", "evidence"),
    Index("ix_account_role_account", "tenant", "account_id"),
)
"""Appointments that no roster knows, such as the custodian of records."""

deputy: Final = Table(
    "deputy",
    metadata,
    *_keys("tenant", "id"),
    *_need("account_id", "staff_id", "reason", "valid_from", "valid_to"),
    Index("ix_deputy_account", "tenant", "account_id"),
)
"""Who stands in for a member of staff (an account or a person), from when until when."""

client_scope: Final = Table(
    "client_scope", metadata, *_keys("tenant", "account_id", "section", "action", "org_id")
)
"""What a client was granted; `*` stands for any section or any organization."""

source_field: Final = Table(
    "source_field", metadata, *_keys("tenant", "account_id", "section", "field")
)
"""The fields of which an account is the registered source of truth."""

agreement: Final = Table(
    "agreement",
    metadata,
    *_keys("tenant", "id"),
    *_need("account_id", "exception", "purpose", "valid_from"),
    *_may("valid_to", "ended_at", "destroy_by", "posted_at", "terms"),
    *_need("direct_control", "no_redisclosure", kind=Boolean),
    Index("ix_agreement_account", "tenant", "account_id"),
)

agreement_section: Final = Table(
    "agreement_section", metadata, *_keys("tenant", "agreement_id", "section")
)
"""The data elements that an agreement names, by section."""

tie: Final = _about_student(
    "tie",
    *_need("agent_id", "kind"),
    *_need("notice_met", kind=Boolean),
    *_need("valid_from"),
    *_may("valid_to", "evidence"),
    Index("ix_tie_agent", "tenant", "agent_id"),
)
"""Relations beyond the roster: counselor, caseManager, serviceProvider, guardian, mentor,
enrollment, aid. `notice_met` tells that the notice of 34 CFR 99.34 was met."""

team_member: Final = _about_student(
    "team_member",
    *_need("version", kind=Integer),
    *_need("person_id"),
    *_need("employed", "represents_agency", kind=Boolean),
    *_need("valid_from"),
    *_may("valid_to"),
    Index("ix_team_member_person", "tenant", "person_id"),
)
"""The IEP Team lists; a new version ends the rows of the one before."""

appointment: Final = _about_student(
    "appointment",
    *_need("agent_id", "kind", "regime", "section", "valid_from"),
    *_may("valid_to", "evidence"),
    Index("ix_appointment_agent", "tenant", "agent_id"),
)
"""Surrogates, IDEA representatives and attorneys-in-fact, one row for each section (`*`: all)."""

restriction: Final = _about_student(
    "restriction",
    *_need("person_id", "evidence", "valid_from"),
    *_may("valid_to"),
    Index("ix_restriction_person", "tenant", "person_id"),
)
"""Court orders, statutes and binding documents that bar a person from a student's records."""

standing: Final = _about_student(
    "standing", *_need("kind", "valid_from"), *_may("valid_to", "evidence")
)
"""Facts about a student in law: postsecondary, incompetent, dependent."""

consent: Final = _about_student(
    "consent",
    *_need("regime", "decision", "grantor_id", "capacity", "recipient", "purpose"),
    *_need("entitled", kind=Boolean),
    *_need("signed_at", "effective_from", "expires_at"),
    *_may("revoked_at", "revoked_by", "method", "evidence", "language", "supersedes"),
    *_need("copy_on_request", kind=Boolean),
    Index("ix_consent_recipient", "tenant", "recipient"),
)
"""Consents and refusals; `recipient` is an account, or a class of parties by role code.
`entitled` tells that the grantor held the right when signing."""

consent_section: Final = Table(
    "consent_section", metadata, *_keys("tenant", "consent_id", "section")
)
"""The sections that a consent names whole."""

consent_field: Final = Table(
    "consent_field", metadata, *_keys("tenant", "consent_id", "section", "field")
)
"""The single fields, such as `GOA.01`, that a consent names of sections that it does not open."""

owed_copy: Final = _about_student(
    "owed_copy",
    *_need("consent_id", "owed_to", "receiver_id", "fields", "first_at", "last_at"),
    *_need("seq", kind=Integer),
    *_may("sent_at", "sent_by"),
)
"""Copies of what was disclosed by a consent that asks for them (99.30(c)): to whom (`owed_to`), of
which fields (JSON), who received these, and the last event in which they went."""

directory_opt_out: Final = _about_student(
    "directory_opt_out", *_need("valid_from"), *_may("valid_to")
)

legal_hold: Final = _about_student("legal_hold", *_need("reason", "valid_from"), *_may("valid_to"))

record_request: Final = _about_student(
    "record_request",
    *_need("kind", "requester_id", "section", "opened_at", "due_at"),
    *_need("formal", kind=Boolean),
    *_may("decided_at", "closed_at", "decision"),
)
"""Requests to inspect, to amend and to transfer; `formal` opens what no screen shows."""

statement: Final = _about_student(
    "statement", *_need("request_id", "section", "text", "placed_at", "placed_by")
)
"""Statements of disagreement: kept and disclosed with the section that they contest (99.21(b))."""

destroy_order: Final = _about_student(
    "destroy_order", *_need("section", "basis", "due_at"), *_may("done_at", "withdrawn_at")
)

break_glass: Final = _about_student(
    "break_glass",
    *_need("account_id", "section", "reason", "valid_from", "valid_to", "told_at"),
    *_may("threat", "reviewed_at", "reviewed_by"),
    Index("ix_break_glass_account", "tenant", "account_id"),
)

team_decision: Final = _about_student(
    "team_decision",
    *_need("kind", "decided_at"),
    *_need("agency_agrees", "parent_agrees", kind=Boolean),
    *_may("notice"),
)
"""Decisions of an IEP Team: a meeting, or an amendment with both agreements."""

item_owner: Final = _about_student(
    "item_owner",
    *_need("section", "item_id", "owner_id"),
    Index("ix_item_owner_owner", "tenant", "owner_id"),
)
"""Who created an item of a student's record."""

item_share: Final = _about_student(
    "item_share",
    *_need("section", "item_id", "audience", "valid_from"),
    *_may("valid_to"),
    Index("ix_item_share_audience", "tenant", "audience"),
)
"""Items that the student shares: with an account, or with everyone of a role."""

# Who leads a school asks for everybody there, on every page.
Index("ix_role_tenant_org_id", ROSTER["role"].c.tenant, ROSTER["role"].c.org_id)

ACCESS: Final[dict[str, Table]] = {
    one.name: one
    for one in (
        district_policy,
        account,
        account_role,
        deputy,
        client_scope,
        source_field,
        agreement,
        agreement_section,
        tie,
        team_member,
        appointment,
        restriction,
        standing,
        consent,
        consent_section,
        consent_field,
        owed_copy,
        directory_opt_out,
        legal_hold,
        record_request,
        statement,
        destroy_order,
        break_glass,
        team_decision,
        item_owner,
        item_share,
    )
}
"""These tables by name."""
