"""The work on an IEP: links, proposals with their steps, decisions of the Team, signatures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {0} FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON {0} USING (true)",
    f"CREATE POLICY tenant_wall ON {{0}} AS RESTRICTIVE USING ({_MINE}) WITH CHECK ({_MINE})",
)


def _need(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def _may(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=True) for name in names]


def upgrade() -> None:
    _table(
        "iep_link",
        *_need("kind", "ilp_entry", "ilp_element", "iep_source", "iep_id", "goal_id"),
        *_need("goal_digest", "reason", "made_by", "made_at"),
        *_may("ended_at", "ended_by", "end_reason", "queued_at", "candidates"),
    )
    _table(
        "iep_proposal",
        *_need("state", "change", "part", "iep_source", "iep_id"),
        *_need("base_version", kind=sa.Integer),
        *_may("area", "goal_id", "ilp_entry", "ilp_element", "student_words", "wording"),
        *_need("rationale", "proposer_id", "made_at"),
        *_may("proposer_person", "submitted_at"),
        *_need("expires_on", kind=sa.Date),
        *_may("decision_id", "difference"),
    )
    _table(
        "iep_proposal_step",
        *_need("proposal_id", "action"),
        *_may("from_state"),
        *_need("to_state", "at", "by", "reason"),
    )
    op.create_index("ix_iep_proposal_step_proposal", "iep_proposal_step", ["tenant", "proposal_id"])
    _table(
        "iep_decision",
        *_need("route", "reference"),
        *_need("decided_on", kind=sa.Date),
        *_need("notice", "participation", "role", "recorded_by", "recorded_at"),
        *_may("agency_signed_by", "signature_id"),
        *_need("iep_source", "iep_id"),
        *_need("from_version", "to_version", kind=sa.Integer),
    )
    _table("iep_signature", *_need("document", "signer_id", "role", "signed_at"))


def downgrade() -> None:
    for name in (
        "iep_signature",
        "iep_decision",
        "iep_proposal_step",
        "iep_proposal",
        "iep_link",
    ):
        op.drop_table(name)


def _table(name: str, *columns: sa.Column[Any]) -> None:
    """A table of rows about one student each, behind the tenant wall."""
    op.create_table(
        name,
        sa.Column("tenant", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("student_id", sa.Text(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant", "id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_student", name, ["tenant", "student_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement.format(name))
