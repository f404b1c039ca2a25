"""Consents may name single fields instead of whole sections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

_KEYS = ("tenant", "consent_id", "section", "field")
_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE consent_field ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE consent_field FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON consent_field USING (true)",
    "CREATE POLICY tenant_wall ON consent_field AS RESTRICTIVE USING ({0}) WITH CHECK ({0})",
)


def upgrade() -> None:
    op.create_table(
        "consent_field",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _KEYS),
        sa.PrimaryKeyConstraint(*_KEYS, name="pk_consent_field"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement.format(_MINE))


def downgrade() -> None:
    op.drop_table("consent_field")
