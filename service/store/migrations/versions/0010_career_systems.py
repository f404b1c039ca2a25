"""Career systems: sets of files that went out, accounts, and what these said."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

_TABLES = ("cis_set", "cis_account", "cis_entry")
_MINE = "tenant = current_setting('planbridge.tenant', true)"
_WALL = (
    "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {0} FORCE ROW LEVEL SECURITY",
    "CREATE POLICY everyone ON {0} USING (true)",
    f"CREATE POLICY tenant_wall ON {{0}} AS RESTRICTIVE USING ({_MINE}) WITH CHECK ({_MINE})",
)


def _need(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def _may(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=True) for name in names]


def upgrade() -> None:
    op.create_table(
        "cis_set",
        *_need("tenant", "target"),
        *_need("number", kind=sa.Integer),
        *_need("layout", "scope", "files", "at", "by"),
        *_need("students", kind=sa.Integer),
        *_may("override", "delivered_at"),
        sa.PrimaryKeyConstraint("tenant", "target", "number", name="pk_cis_set"),
    )
    op.create_table(
        "cis_account",
        *_need("tenant", "source", "account", "record_id", "ids"),
        *_may("given_name", "family_name", "birth_date", "email", "person_id", "waits"),
        *_need("run", kind=sa.Integer),
        sa.PrimaryKeyConstraint("tenant", "source", "account", name="pk_cis_account"),
    )
    op.create_index("ix_cis_account_record", "cis_account", ["tenant", "record_id"])
    op.create_index("ix_cis_account_person", "cis_account", ["tenant", "person_id"])
    op.create_table(
        "cis_entry",
        *_need("tenant", "source", "account", "entry", "element", "said", "origin"),
        *_may("applied"),
        *_need("run", kind=sa.Integer),
        sa.PrimaryKeyConstraint("tenant", "source", "account", "entry", name="pk_cis_entry"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            for statement in _WALL:
                op.execute(statement.format(table))


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
