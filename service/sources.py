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
from service.store.tables import source

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as it is stored. `settings` never hold a secret."""

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


def _row(row: sa.Row[Any]) -> SourceRow:
    values = dict(row._mapping)
    values.pop("tenant")
    return SourceRow(**{**values, "settings": json.loads(values["settings"])})
