"""A source may be retired: nobody waits for it, and what it told opens nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("retired_at", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("source", "retired_at")
