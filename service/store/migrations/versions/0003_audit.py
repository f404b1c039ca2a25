"""The audit log: a chain that is only ever added to, and payloads that can only be destroyed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

_SQLITE = """\
CREATE TRIGGER audit_event_once BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE tenant = NEW.tenant AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END

CREATE TRIGGER audit_event_keep BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END

CREATE TRIGGER audit_event_stay BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END

CREATE TRIGGER audit_payload_once BEFORE INSERT ON audit_payload
WHEN EXISTS (SELECT 1 FROM audit_payload
    WHERE tenant = NEW.tenant AND seq = NEW.seq AND part = NEW.part)
BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END

CREATE TRIGGER audit_payload_stay BEFORE DELETE ON audit_payload
BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END

CREATE TRIGGER audit_payload_erase BEFORE UPDATE ON audit_payload
WHEN NOT (NEW.tenant = OLD.tenant AND NEW.seq = OLD.seq AND NEW.part = OLD.part
    AND NEW.digest = OLD.digest AND OLD.salt IS NOT NULL AND NEW.salt IS NULL
    AND NEW.body IS NULL AND NEW.student_id IS NULL
    AND EXISTS (SELECT 1 FROM audit_event WHERE tenant = NEW.tenant
        AND seq = NEW.erased_by AND seq > NEW.seq AND kind = 'destruction'))
BEGIN SELECT RAISE(ABORT, 'a payload can only be destroyed, and on record'); END
"""

_POSTGRESQL = """\
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log can only be added to';
END $$

CREATE OR REPLACE FUNCTION audit_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant = OLD.tenant AND NEW.seq = OLD.seq AND NEW.part = OLD.part
        AND NEW.digest = OLD.digest AND OLD.salt IS NOT NULL AND NEW.salt IS NULL
        AND NEW.body IS NULL AND NEW.student_id IS NULL
        AND EXISTS (SELECT 1 FROM audit_event WHERE tenant = NEW.tenant
            AND seq = NEW.erased_by AND seq > NEW.seq AND kind = 'destruction')
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a payload can only be destroyed, and on record';
END $$

CREATE TRIGGER audit_event_keep BEFORE UPDATE OR DELETE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_event_stay BEFORE TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_payload_keep BEFORE DELETE ON audit_payload
FOR EACH ROW EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_payload_stay BEFORE TRUNCATE ON audit_payload
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_payload_erase BEFORE UPDATE ON audit_payload
FOR EACH ROW EXECUTE FUNCTION audit_erase()
"""


def upgrade() -> None:
    _create_event()
    _create_payload()
    op.create_index("ix_audit_payload_student", "audit_payload", ["tenant", "student_id"])
    statements = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements.split("\n\n"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_payload")
    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse()")
        op.execute("DROP FUNCTION audit_erase()")


def _create_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("tenant", sa.Text(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("at", "kind", "key_id")),
        sa.Column("parts", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("commitment", "previous", "link")
        ),
        sa.PrimaryKeyConstraint("tenant", "seq", name="pk_audit_event"),
    )


def _create_payload() -> None:
    op.create_table(
        "audit_payload",
        sa.Column("tenant", sa.Text(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("salt", "body", "student_id")),
        sa.Column("erased_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "seq", "part", name="pk_audit_payload"),
    )
