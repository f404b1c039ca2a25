"""Housekeeping after a night: what nobody needs any more leaves the shelf.

Deliveries hold education records as their senders wrote them. They stay for `sync.keep_days`, in
case a night has to be looked into, and no longer than that.
"""

from __future__ import annotations

import sqlalchemy as sa

from adapters.port import Delivery
from service.store.database import reading
from service.store.tables import plan
from service.sync.night import Night
from service.sync.plans import PlanState, load

_DAY = 86_400


def tidy(night: Night, delivery: Delivery) -> int:
    """Remove what is older than `keep_days`, except tonight's delivery and open plans' parts."""
    keep = {file.digest for file in delivery.files.values()}
    query = sa.select(plan.c.number).where(
        plan.c.tenant == night.tenant, plan.c.state.in_([PlanState.PENDING, PlanState.HELD])
    )
    with reading(night.engine) as connection:
        for number in connection.execute(query).scalars():
            keep.update(load(connection, night.tenant, number).parts.values())
    oldest = night.settings.clock().timestamp() - night.settings.sync.keep_days * _DAY
    return night.shelf.sweep(keep, oldest)
