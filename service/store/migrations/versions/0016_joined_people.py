"""Records that gave way to another of the same person are remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

_COLUMNS = ("tenant", "gone_id", "stays_id", "at")
_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE joined_person ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE joined_person FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON joined_person USING (true)",
    "CREATE POLICY tenant_wall ON joined_person AS RESTRICTIVE USING ({0}) WITH CHECK ({0})",
)


def upgrade() -> None:
    op.create_table(
        "joined_person",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _COLUMNS),
        sa.PrimaryKeyConstraint("tenant", "gone_id", name="pk_joined_person"),
    )
    op.create_index("ix_joined_person_tenant_stays_id", "joined_person", ["tenant", "stays_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement.format(_MINE))


def downgrade() -> None:
    op.drop_table("joined_person")
