"""Who may see what: accounts, ties, consents, holds and a district's own rules."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    "district_policy",
    "account",
    "account_role",
    "client_scope",
    "source_field",
    "agreement",
    "agreement_section",
    "tie",
    "team_member",
    "appointment",
    "restriction",
    "standing",
    "consent",
    "consent_section",
    "directory_opt_out",
    "legal_hold",
    "record_request",
    "destroy_order",
    "break_glass",
    "team_decision",
    "item_owner",
    "item_share",
)


def upgrade() -> None:
    _create_accounts()
    _create_ties()
    _create_consents()
    _create_records()
    op.create_index("ix_role_tenant_org_id", "role", ["tenant", "org_id"])


def downgrade() -> None:
    op.drop_index("ix_role_tenant_org_id", "role")
    for name in reversed(_TABLES):
        op.drop_table(name)


def _key(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), primary_key=True, autoincrement=False) for name in names]


def _need(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def _may(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=True) for name in names]


def _create(name: str, *columns: sa.Column[Any], indexes: dict[str, str] | None = None) -> None:
    """Create a table and indexes of `tenant` with one more column each, by the index's name."""
    keys = [column.name for column in columns if column.primary_key]
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"))
    for suffix, column in (indexes or {}).items():
        op.create_index(f"ix_{name}_{suffix}", name, ["tenant", column])


def _create_accounts() -> None:
    _create(
        "district_policy",
        *_key("tenant"),
        *_may("state"),
        *_need("zone"),
        *_may("idea_transfers", kind=sa.Boolean),
        *_may("majority_age", kind=sa.Integer),
        *_need("roster_hours", "grace_days", kind=sa.Integer),
        *_need("dependents", kind=sa.Boolean),
        *_may("directory_notice_at"),
        *_need("directory_fields", "directory_audience", "purposes", "overlay"),
        *_need("cursor_key", kind=sa.LargeBinary),
    )
    _create(
        "account",
        *_key("tenant", "id"),
        *_need("kind", "name"),
        *_may("person_id", "role"),
        *_need("k12", kind=sa.Boolean),
        *_may("suspended_at"),
        indexes={"person": "person_id"},
    )
    _create(
        "account_role",
        *_key("tenant", "id"),
        *_need("account_id", "role", "valid_from"),
        *_may("valid_to", "evidence"),
        indexes={"account": "account_id"},
    )
    _create(
        "client_scope",
        *_key("tenant", "account_id", "section", "action", "org_id"),
    )
    _create(
        "source_field",
        *_key("tenant", "account_id", "section", "field"),
    )
    _create(
        "agreement",
        *_key("tenant", "id"),
        *_need("account_id", "exception", "purpose", "valid_from"),
        *_may("valid_to", "ended_at", "destroy_by", "posted_at", "terms"),
        *_need("direct_control", "no_redisclosure", kind=sa.Boolean),
        indexes={"account": "account_id"},
    )
    _create(
        "agreement_section",
        *_key("tenant", "agreement_id", "section"),
    )


def _create_ties() -> None:
    _create(
        "tie",
        *_key("tenant", "id"),
        *_need("student_id", "agent_id", "kind"),
        *_need("notice_met", kind=sa.Boolean),
        *_need("valid_from"),
        *_may("valid_to", "evidence"),
        indexes={"agent": "agent_id", "student": "student_id"},
    )
    _create(
        "team_member",
        *_key("tenant", "id"),
        *_need("student_id"),
        *_need("version", kind=sa.Integer),
        *_need("person_id"),
        *_need("employed", "represents_agency", kind=sa.Boolean),
        *_need("valid_from"),
        *_may("valid_to"),
        indexes={"person": "person_id", "student": "student_id"},
    )
    _create(
        "appointment",
        *_key("tenant", "id"),
        *_need("student_id", "agent_id", "kind", "regime", "section", "valid_from"),
        *_may("valid_to", "evidence"),
        indexes={"agent": "agent_id", "student": "student_id"},
    )
    _create(
        "restriction",
        *_key("tenant", "id"),
        *_need("student_id", "person_id", "evidence", "valid_from"),
        *_may("valid_to"),
        indexes={"person": "person_id", "student": "student_id"},
    )
    _create(
        "standing",
        *_key("tenant", "id"),
        *_need("student_id", "kind", "valid_from"),
        *_may("valid_to", "evidence"),
        indexes={"student": "student_id"},
    )


def _create_consents() -> None:
    _create(
        "consent",
        *_key("tenant", "id"),
        *_need(
            "student_id", "regime", "decision", "grantor_id", "capacity", "recipient", "purpose"
        ),
        *_need("entitled", kind=sa.Boolean),
        *_need("signed_at", "effective_from", "expires_at"),
        *_may("revoked_at", "revoked_by", "method", "evidence", "language", "supersedes"),
        *_need("copy_on_request", kind=sa.Boolean),
        indexes={"recipient": "recipient", "student": "student_id"},
    )
    _create(
        "consent_section",
        *_key("tenant", "consent_id", "section"),
    )
    _create(
        "directory_opt_out",
        *_key("tenant", "id"),
        *_need("student_id", "valid_from"),
        *_may("valid_to"),
        indexes={"student": "student_id"},
    )


def _create_records() -> None:
    _create(
        "legal_hold",
        *_key("tenant", "id"),
        *_need("student_id", "reason", "valid_from"),
        *_may("valid_to"),
        indexes={"student": "student_id"},
    )
    _create(
        "record_request",
        *_key("tenant", "id"),
        *_need("student_id", "kind", "requester_id", "section", "opened_at", "due_at"),
        *_need("formal", kind=sa.Boolean),
        *_may("decided_at", "closed_at", "decision"),
        indexes={"student": "student_id"},
    )
    _create(
        "destroy_order",
        *_key("tenant", "id"),
        *_need("student_id", "section", "basis", "due_at"),
        *_may("done_at"),
        indexes={"student": "student_id"},
    )
    _create(
        "break_glass",
        *_key("tenant", "id"),
        *_need(
            "student_id", "account_id", "section", "reason", "valid_from", "valid_to", "told_at"
        ),
        *_may("threat", "reviewed_at", "reviewed_by"),
        indexes={"account": "account_id", "student": "student_id"},
    )
    _create(
        "team_decision",
        *_key("tenant", "id"),
        *_need("student_id", "kind", "decided_at"),
        *_need("agency_agrees", "parent_agrees", kind=sa.Boolean),
        *_may("notice"),
        indexes={"student": "student_id"},
    )
    _create(
        "item_owner",
        *_key("tenant", "id"),
        *_need("student_id", "section", "item_id", "owner_id"),
        indexes={"owner": "owner_id", "student": "student_id"},
    )
    _create(
        "item_share",
        *_key("tenant", "id"),
        *_need("student_id", "section", "item_id", "audience", "valid_from"),
        *_may("valid_to"),
        indexes={"audience": "audience", "student": "student_id"},
    )
