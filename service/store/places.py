"""How an organization of the roster is found by what people call it."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import ROSTER


def is_called(given: str) -> sa.ColumnElement[bool]:
    """Whether an organization's record id, sourcedId or own number is this."""
    place = ROSTER["organization"].c
    return sa.or_(place.id == given, place.sourced_id == given, place.identifier == given)
