"""Files of plans that went to career systems, which are called back when they are shut again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

_NEEDED = ("student_id", "receiver_id", "target", "name", "first_at", "last_at")
_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE cis_file ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE cis_file FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON cis_file USING (true)",
    "CREATE POLICY tenant_wall ON cis_file AS RESTRICTIVE USING ({0}) WITH CHECK ({0})",
)


def upgrade() -> None:
    op.create_table(
        "cis_file",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("tenant", "id", *_NEEDED)),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("purpose", "asked_at", "asked_by")
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_cis_file"),
    )
    op.create_index("ix_cis_file_student", "cis_file", ["tenant", "student_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement.format(_MINE))


def downgrade() -> None:
    op.drop_table("cis_file")
