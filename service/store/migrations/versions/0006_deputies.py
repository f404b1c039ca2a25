"""Who stands in for a member of staff, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE deputy ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE deputy FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON deputy USING (true)",
    f"CREATE POLICY tenant_wall ON deputy AS RESTRICTIVE USING ({_MINE}) WITH CHECK ({_MINE})",
)


def upgrade() -> None:
    names = ("account_id", "staff_id", "reason", "valid_from", "valid_to")
    op.create_table(
        "deputy",
        sa.Column("tenant", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_deputy"),
    )
    op.create_index("ix_deputy_account", "deputy", ["tenant", "account_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("deputy")
