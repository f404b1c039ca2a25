"""The audit log: a chain of events that is only ever added to, and what can lawfully be erased.

The chain proves; the payload tells. A payload is one part that says who did what, and one part
for each student whom the event is about, so that one student's reference can be destroyed while
the event stays. The database itself refuses every other change of both tables.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import DDL, Column, Index, Integer, Table, Text

from service.store.tables import metadata


def _key(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, nullable=False, autoincrement=False)


def _need(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, nullable=True)


audit_event: Final = Table(
    "audit_event",
    metadata,
    _key("tenant"),
    _key("seq", Integer),
    _need("at"),
    _need("kind"),
    _need("key_id"),
    _need("parts", Integer),
    _need("commitment"),
    _need("previous"),
    _need("link"),
)
"""One row for each event; `link` is keyed over the whole row, `previous` is the link before."""

audit_payload: Final = Table(
    "audit_payload",
    metadata,
    _key("tenant"),
    _key("seq", Integer),
    _key("part", Integer),
    _need("digest"),
    _may("salt"),
    _may("body"),
    _may("student_id"),
    _may("erased_by", Integer),
    Index("ix_audit_payload_student", "tenant", "student_id"),
)
"""What an event says, part by part; `erased_by` is the event by which a part was destroyed."""

SQLITE: Final = """\
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
"""SQLite's refusals. Its REPLACE deletes without telling any trigger, hence those on insertion."""

POSTGRESQL: Final = """\
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
"""PostgreSQL's refusals; only the tables' owner can lift them."""


def _statement(text: str, dialect: str) -> Any:
    made: Any = DDL(text)  # type: ignore[no-untyped-call]
    return made.execute_if(dialect=dialect)


for _dialect, _statements in {"sqlite": SQLITE, "postgresql": POSTGRESQL}.items():
    for _one in _statements.split("\n\n"):
        # Only when all tables stand, since a trigger may name two of them.
        sa.event.listen(metadata, "after_create", _statement(_one, _dialect))
for _one in ("audit_refuse", "audit_erase"):
    _gone = _statement(f"DROP FUNCTION IF EXISTS {_one}()", "postgresql")
    sa.event.listen(metadata, "after_drop", _gone)
