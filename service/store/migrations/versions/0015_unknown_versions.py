"""A proposal may be without a version: whoever made it may not know whether there is an IEP."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("iep_source", sa.Text()),
    ("iep_id", sa.Text()),
    ("base_version", sa.Integer()),
)


def upgrade() -> None:
    _set_nullable(True)


def downgrade() -> None:
    # Earlier builds know no proposal without a version: one that no delivery has takes its place.
    _hold_owner(False)
    op.execute(
        "UPDATE iep_proposal SET iep_source = '', iep_id = '', base_version = 0"
        " WHERE base_version IS NULL"
    )
    _hold_owner(True)
    _set_nullable(False)


def _hold_owner(held: bool) -> None:
    """Let the wall stand for the tables' owner, or not: behind it no tenant's rows are changed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE iep_proposal {'' if held else 'NO '}FORCE ROW LEVEL SECURITY")


def _set_nullable(nullable: bool) -> None:
    with op.batch_alter_table("iep_proposal") as table:
        for name, kind in _COLUMNS:
            table.alter_column(name, existing_type=kind, nullable=nullable)
