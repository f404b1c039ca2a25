"""Numbers that grow by one and have no gaps: runs, plans, changes, the roster's own version."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import counter

# One statement, so that two transactions cannot read the same value before either writes it:
# the second waits for the first to end, and a rolled back one gives its numbers back.
_ADVANCE = sa.text(
    "INSERT INTO counter (tenant, name, value) VALUES (:tenant, :name, :by)"
    " ON CONFLICT (tenant, name) DO UPDATE SET value = counter.value + excluded.value"
    " RETURNING value"
)


def current(connection: Connection, tenant: str, name: str) -> int:
    """The last number given out; 0 before the first."""
    query = sa.select(counter.c.value).where(counter.c.tenant == tenant, counter.c.name == name)
    return connection.execute(query).scalar() or 0


def advance(connection: Connection, tenant: str, name: str, by: int = 1) -> int:
    """Take the next `by` numbers; returns the first of them."""
    given = {"tenant": tenant, "name": name, "by": by}
    last: int = connection.execute(_ADVANCE, given).scalar_one()
    return last - by + 1
