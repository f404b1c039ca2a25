"""Statements of disagreement, which stay with the part of the record that they contest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE statement ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE statement FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON statement USING (true)",
    f"CREATE POLICY tenant_wall ON statement AS RESTRICTIVE USING ({_MINE}) WITH CHECK ({_MINE})",
)


def upgrade() -> None:
    names = ("student_id", "request_id", "section", "text", "placed_at", "placed_by")
    op.create_table(
        "statement",
        sa.Column("tenant", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_statement"),
    )
    op.create_index("ix_statement_student", "statement", ["tenant", "student_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("statement")
