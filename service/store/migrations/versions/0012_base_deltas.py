"""The change of a file that changed little is kept; people who have left have an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE base_delta ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE base_delta FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON base_delta USING (true)",
    f"CREATE POLICY tenant_wall ON base_delta AS RESTRICTIVE USING ({_MINE}) WITH CHECK ({_MINE})",
)
_GONE = sa.text("state != 'active'")

# An older program knows the rows without the changes laid over them. Told that its mapping is
# another, it looks at every row of the next night and infers no removal.
_FORGET = (
    "UPDATE source SET recipe_digest = '' WHERE recipe_digest IS NOT NULL AND EXISTS"
    " (SELECT 1 FROM base_delta AS d WHERE d.tenant = source.tenant AND d.source = source.name)"
)


def upgrade() -> None:
    keys = ("tenant", "source", "file")
    op.create_table(
        "base_delta",
        *(sa.Column(name, sa.Text(), nullable=False) for name in keys),
        sa.Column("run", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, "run", name="pk_base_delta"),
    )
    op.create_index(
        "ix_person_gone",
        "person",
        ["tenant", "id"],
        sqlite_where=_GONE,
        postgresql_where=_GONE,
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in _WALL:
            op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_person_gone", "person")
    walled = ("source", "base_delta") if op.get_bind().dialect.name == "postgresql" else ()
    for table in walled:  # behind the wall the owner would change no tenant's rows
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_FORGET)
    for table in walled:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_table("base_delta")
