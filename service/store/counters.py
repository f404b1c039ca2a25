"""Numbers that grow by one and have no gaps: runs, plans, changes, the roster's own version."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import counter


def current(connection: Connection, tenant: str, name: str) -> int:
    """The last number given out; 0 before the first."""
    query = sa.select(counter.c.value).where(counter.c.tenant == tenant, counter.c.name == name)
    return connection.execute(query).scalar() or 0


def advance(connection: Connection, tenant: str, name: str, by: int = 1) -> int:
    """Take the next `by` numbers; returns the first of them."""
    before = current(connection, tenant, name)
    if before:
        change = sa.update(counter).where(counter.c.tenant == tenant, counter.c.name == name)
        connection.execute(change.values(value=before + by))
    else:
        connection.execute(sa.insert(counter).values(tenant=tenant, name=name, value=by))
    return before + 1
