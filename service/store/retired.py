"""What sources told that deliver no more."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import source


def told_by_retired(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row with a `source` was told by one that is retired: nothing rests on it."""
    gone = sa.select(source.c.tenant, source.c.name).where(source.c.retired_at.is_not(None))
    return sa.tuple_(table.c.tenant, table.c.source).in_(gone)


def stands(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row of the roster is active, and told by a source that is at work."""
    return (table.c.state == "active") & ~told_by_retired(table)
