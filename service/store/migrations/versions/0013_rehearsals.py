"""Districts for shows and tests are marked: in these alone the clock can be set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE rehearsal ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE rehearsal FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON rehearsal USING (true)",
    "CREATE POLICY tenant_wall ON rehearsal AS RESTRICTIVE USING ({0}) WITH CHECK ({0})",
)


def upgrade() -> None:
    op.create_table(
        "rehearsal",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_rehearsal"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement.format(_MINE))


def downgrade() -> None:
    op.drop_table("rehearsal")
