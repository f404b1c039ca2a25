"""Which parts of an IEP a delivery could not have held: that they are empty proves nothing."""

from __future__ import annotations

from functools import cache

from mappings.engine.book import Options
from mappings.iep.bridge import IEP_BOOKS
from schemas.iep.iep import PARTS


@cache
def silent_parts(standard: str | None) -> frozenset[str]:
    """The parts that the tables of a standard do not know; none for an unknown standard."""
    if standard not in IEP_BOOKS:
        return frozenset()
    told: set[str] = set()
    for table in IEP_BOOKS[standard].open(Options()).tables:
        if table.subject == "iep":
            told |= {str(row.ours).partition(".")[0].partition("[")[0] for row in table.rows}
        else:
            told.add(table.subject)
    return frozenset(PARTS) - told
