"""What a district decides for itself, checked before it is kept."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from service.access import policy
from service.access.table import overlaid
from service.act import Act
from service.errors import Invalid
from service.store.access_tables import district_policy
from service.store.journal import Entry, Stamp, write_entries

_AGES: Final = range(16, 26)


@dataclass(frozen=True)
class Choices:
    """A district's choices.

    `idea_transfers` and `majority_age` override what is known of its State; `retain_days` is how
    long a record is kept after its student has left; `overlay` is as `table.overlaid` takes it.
    """

    zone: str
    state: str | None = None
    idea_transfers: bool | None = None
    majority_age: int | None = None
    roster_hours: int = 72
    grace_days: int = 0
    dependents: bool = False
    directory_notice_at: str | None = None
    retain_days: int | None = None
    directory_fields: frozenset[str] = frozenset()
    directory_audience: frozenset[str] = frozenset()
    purposes: frozenset[str] = field(default_factory=policy.purposes)
    overlay: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def choose(connection: Connection, tenant: str, choices: Choices, act: Act) -> None:
    """Keep a district's choices in place of its earlier ones; the journal says what changed.

    Raises Invalid or Misconfigured naming the choice that cannot be.
    """
    _check(choices)
    values = _values(choices)
    mine = district_policy.c.tenant == tenant
    before = connection.execute(sa.select(district_policy).where(mine)).first()
    if before is None:
        key = secrets.token_bytes(32)
        made = sa.insert(district_policy).values(tenant=tenant, cursor_key=key, **values)
        connection.execute(made)
    else:
        connection.execute(sa.update(district_policy).where(mine).values(**values))
    old = dict(before._mapping) if before else dict.fromkeys(values)
    changed = {name: [old[name], new] for name, new in values.items() if old[name] != new}
    told = pl.Series([canonical_json(changed)])
    entry = Entry("choose", "district_policy", pl.Series([tenant]), told)
    write_entries(connection, Stamp(tenant, act.at, act.by), [entry])


def chosen(connection: Connection, tenant: str, changes: Mapping[str, Any]) -> Choices:
    """What a district chose so far, with these changes. Raises Invalid without a time zone."""
    mine = district_policy.c.tenant == tenant
    row = connection.execute(sa.select(district_policy).where(mine)).first()
    kept = _read(dict(row._mapping)) if row else {}
    if not kept and "zone" not in changes:
        raise Invalid("The district has no time zone yet.", "Name it, as America/Denver.")
    return Choices(**{**kept, **changes})


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    """The choices behind the columns of the table."""
    listed = ("directory_fields", "directory_audience", "purposes")
    plain = {name: row[name] for name in Choices.__dataclass_fields__}
    sets = {name: frozenset(json.loads(row[name])) for name in listed}
    return {**plain, **sets, "overlay": json.loads(row["overlay"])}


def _check(choices: Choices) -> None:
    _check_zone(choices.zone)
    overlaid(choices.overlay)
    _subset("purposes", choices.purposes & policy.never_purposes(), frozenset())
    _subset("directory_fields", choices.directory_fields, policy.sections()["directory"].fields)
    _subset("directory_audience", choices.directory_audience, frozenset(policy.roles()))
    if choices.majority_age is not None and choices.majority_age not in _AGES:
        raise Invalid(f"Nobody comes of age at {choices.majority_age}.", "Correct majority_age.")
    if choices.retain_days is not None and choices.retain_days < 1:
        raise Invalid("retain_days is less than 1.", "Give whole days.")
    if choices.roster_hours < 1 or choices.grace_days < 0:
        raise Invalid(
            "roster_hours is less than 1, or grace_days less than 0.", "Give whole hours and days."
        )


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(f"There is no time zone {zone!r}.", "Write it as America/Denver.") from None


def _subset(name: str, given: frozenset[str], known: frozenset[str]) -> None:
    wrong = ", ".join(sorted(given - known))
    if wrong:
        raise Invalid(f"{name} cannot hold {wrong}.", f"Take it off {name}.")


def _values(choices: Choices) -> dict[str, Any]:
    """The columns of the table."""
    listed = ("directory_fields", "directory_audience", "purposes")
    plain = {name: value for name, value in vars(choices).items() if name not in listed}
    overlay = json.dumps(choices.overlay, sort_keys=True)
    sets = {name: json.dumps(sorted(getattr(choices, name))) for name in listed}
    return {**plain, **sets, "overlay": overlay}
