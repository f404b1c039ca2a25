"""How long a district keeps records, and orders of destruction that can be withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("district_policy", sa.Column("retain_days", sa.Integer(), nullable=True))
    op.add_column("destroy_order", sa.Column("withdrawn_at", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("destroy_order", "withdrawn_at")
    op.drop_column("district_policy", "retain_days")
