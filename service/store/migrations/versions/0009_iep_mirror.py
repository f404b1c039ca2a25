"""IEPs as their systems deliver them: which there are, whose they are, and every version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

_TABLES = ("iep_student", "iep_mirror", "iep_version")
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
    op.create_table(
        "iep_student",
        *_need("tenant", "source", "student"),
        *_may("person_id", "waits", "fingerprint"),
        *_need("run", kind=sa.Integer),
        sa.PrimaryKeyConstraint("tenant", "source", "student", name="pk_iep_student"),
    )
    op.create_index("ix_iep_student_person", "iep_student", ["tenant", "person_id"])
    op.create_table(
        "iep_mirror",
        *_need("tenant", "source", "student", "iep_id"),
        *_need("state"),
        *_need("state_since", kind=sa.Date),
        *_need("version", "run", kind=sa.Integer),
        sa.PrimaryKeyConstraint("tenant", "source", "student", "iep_id", name="pk_iep_mirror"),
    )
    op.create_table(
        "iep_version",
        *_need("tenant", "source", "student"),
        *_need("number", kind=sa.Integer),
        *_need("iep_id"),
        *_may("label"),
        *_may("starts_on", "ends_on", "decided_on", kind=sa.Date),
        *_need("goals", kind=sa.Integer),
        *_need("document", "digest"),
        *_need("run", kind=sa.Integer),
        *_need("received_at"),
        sa.PrimaryKeyConstraint("tenant", "source", "student", "number", name="pk_iep_version"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            for statement in _WALL:
                op.execute(statement.format(table))


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
