"""The systems that records come from: named once, remembered with how far they were accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import Invalid, NotFound
from service.store.tables import ROSTER, source

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as it is stored. `settings` never hold a secret.

    From `retired_at` on it has no nights, nobody waits for it, and what it told opens nothing.
    """

    name: str
    kind: str
    settings: Mapping[str, Any]
    serial: int
    delivery_digest: str | None
    recipe_digest: str | None
    scope: str | None
    system: str | None
    memory: str
    accepted_run: int | None
    retired_at: str | None


def add_source(
    connection: Connection, tenant: str, name: str, kind: str, settings: Mapping[str, Any]
) -> None:
    """Remember a source. Raises Invalid for a name that is taken or cannot be one."""
    if not _NAME.fullmatch(name) or name == "local":
        raise Invalid(
            f"{name!r} cannot name a source.",
            "Use a letter first, then letters, digits, '-' and '_', at most 40; not 'local'.",
        )
    if name in {row.name for row in list_sources(connection, tenant)}:
        raise Invalid(
            f"There is a source {name!r} already.", "Choose another name, or give --replace."
        )
    from mappings.engine.codecs import canonical_json

    connection.execute(
        sa.insert(source).values(
            tenant=tenant,
            name=name,
            kind=kind,
            settings=canonical_json(settings),
            serial=0,
            memory="{}",
        )
    )


def replace_source(
    connection: Connection, tenant: str, name: str, kind: str, settings: Mapping[str, Any]
) -> None:
    """Give a source other settings; what it delivered so far stays. Raises NotFound, Invalid."""
    from mappings.engine.codecs import canonical_json

    if load_source(connection, tenant, name).kind != kind:
        raise Invalid(f"Source {name!r} is of another kind.", "Add a source with another name.")
    connection.execute(
        sa.update(source)
        .where(source.c.tenant == tenant, source.c.name == name)
        .values(settings=canonical_json(settings))
    )


def retire_source(connection: Connection, tenant: str, name: str, at: str) -> None:
    """Let nothing wait for a source, or rest on it. Raises NotFound, Invalid for a retired one."""
    source_at_work(connection, tenant, name)
    _set_retired(connection, tenant, name, at)


def restore_source(connection: Connection, tenant: str, name: str, _at: str) -> None:
    """Take a retirement back: all is as it was. Raises NotFound, Invalid for one at work."""
    if load_source(connection, tenant, name).retired_at is None:
        raise Invalid(f"Source {name!r} is not retired.", "See `planbridge source list`.")
    _set_retired(connection, tenant, name, None)


def _set_retired(connection: Connection, tenant: str, name: str, at: str | None) -> None:
    mine = (source.c.tenant == tenant, source.c.name == name)
    connection.execute(sa.update(source).where(*mine).values(retired_at=at))


def active_ties(connection: Connection, tenant: str, name: str) -> dict[str, int]:
    """How many active records of each kind that ties people a source told."""
    counted = {}
    for entity in ("role", "enrollment", "relation"):
        row = ROSTER[entity].c
        mine = (row.tenant == tenant, row.source == name, row.state == "active")
        query = sa.select(sa.func.count(row.id)).where(*mine)
        counted[entity] = int(connection.execute(query).scalar_one())
    return counted


def list_sources(connection: Connection, tenant: str) -> list[SourceRow]:
    """All sources by name."""
    query = sa.select(source).where(source.c.tenant == tenant).order_by(source.c.name)
    return [_row(row) for row in connection.execute(query)]


def load_source(connection: Connection, tenant: str, name: str) -> SourceRow:
    """One source. Raises NotFound naming those that exist."""
    known = list_sources(connection, tenant)
    for row in known:
        if row.name == name:
            return row
    names = ", ".join(row.name for row in known) or "none yet; see `planbridge source add`"
    raise NotFound(f"There is no source {name!r}.", f"Known sources: {names}.")


def source_at_work(connection: Connection, tenant: str, name: str) -> SourceRow:
    """As `load_source`. Raises Invalid too, for one that is retired."""
    row = load_source(connection, tenant, name)
    if row.retired_at is not None:
        raise Invalid(
            f"Source {name} is retired since {row.retired_at[:10]}.",
            f"`planbridge source restore {name}` takes that back.",
        )
    return row


def _row(row: sa.Row[Any]) -> SourceRow:
    values = dict(row._mapping)
    values.pop("tenant")
    return SourceRow(**{**values, "settings": json.loads(values["settings"])})
