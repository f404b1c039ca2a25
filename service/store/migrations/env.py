"""How Alembic runs our migrations: inside the transaction that it is handed, or not at all."""

from __future__ import annotations

from alembic import context

import service.store.access_tables  # these tables stand in the same metadata
import service.store.audit_tables
import service.store.cis_tables
import service.store.iep_tables
import service.store.iep_work_tables  # noqa: F401
from service.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
