"""Copies of what was disclosed, owed to whoever consented and asked for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

_NEEDED = ("student_id", "consent_id", "owed_to", "receiver_id", "fields", "first_at", "last_at")
_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE owed_copy ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE owed_copy FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON owed_copy USING (true)",
    "CREATE POLICY tenant_wall ON owed_copy AS RESTRICTIVE USING ({0}) WITH CHECK ({0})",
)


def upgrade() -> None:
    op.create_table(
        "owed_copy",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("tenant", "id", *_NEEDED)),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("sent_at", "sent_by")),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_owed_copy"),
    )
    op.create_index("ix_owed_copy_student", "owed_copy", ["tenant", "student_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement.format(_MINE))


def downgrade() -> None:
    op.drop_table("owed_copy")
