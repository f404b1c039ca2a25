"""On PostgreSQL a transaction sees the rows of its own tenant, and without one none at all.

A second wall behind the conditions of every query. It stands for the tables' owner too; only
superusers, and roles with BYPASSRLS, are not held by it.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

_MINE = "tenant = current_setting('planbridge.tenant', true)"

# Two policies for each table: the restrictive one holds whatever policies are added later.
_UP = (
    "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {0} FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON {0} USING (true)",
    f"CREATE POLICY tenant_wall ON {{0}} AS RESTRICTIVE USING ({_MINE}) WITH CHECK ({_MINE})",
)
_DOWN = (
    "DROP POLICY tenant_wall ON {0}",
    "DROP POLICY everyone ON {0}",
    "ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {0} DISABLE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    for table in _tables():
        for statement in _UP:
            op.execute(statement.format(table))


def downgrade() -> None:
    for table in _tables():
        for statement in _DOWN:
            op.execute(statement.format(table))


def _tables() -> Iterator[str]:
    """Every table with a tenant, as it is at this revision; quoted."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    inspector = sa.inspect(bind)
    for name in inspector.get_table_names():
        if any(column["name"] == "tenant" for column in inspector.get_columns(name)):
            yield bind.dialect.identifier_preparer.quote(name)
