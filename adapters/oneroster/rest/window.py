"""Whether tonight asks for everything or only for what changed, and what to remember of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.oneroster.rest.probe import Service
from adapters.oneroster.rest.scrub import canonical
from adapters.oneroster.rest.settings import RestSettings, operators
from schemas.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Window:
    """`since` is the start of the delta as a OneRoster dateTime; None asks for everything."""

    since: str | None

    def filtered(self, own: str | None) -> str | None:
        """The filter to send for a collection: its own, the window's, or both.

        OneRoster allows one AND: a filter that already uses it cannot be narrowed further.
        """
        if self.since is None or not self.narrows(own):
            return own
        clause = f"dateLastModified>'{self.since}'"
        return f"{own} AND {clause}" if own else clause

    def narrows(self, own: str | None) -> bool:
        """Whether this window applies to a collection with this filter of its own."""
        return self.since is not None and not (own and operators(own))


EVERYTHING = Window(None)


def window(settings: RestSettings, memory: Mapping[str, str], service: Service) -> Window:
    """A delta when the last full pull is recent and was made under the same settings."""
    watermark, full = _moment(memory, "watermark"), _moment(memory, "last_full")
    if not settings.delta.enabled or watermark is None or full is None:
        return EVERYTHING
    same = {**_identity(settings, service)}.items() <= memory.items()
    age = service.now - full
    if not same or age >= timedelta(days=settings.delta.full_every_days):
        return EVERYTHING
    return Window(as_date_time(watermark - timedelta(minutes=settings.delta.overlap_minutes)))


def remembered(
    settings: RestSettings,
    memory: Mapping[str, str],
    service: Service,
    starts: Iterable[datetime],
    everything: bool,
) -> dict[str, str]:
    """What the next night needs: this pull began when its earliest collection did."""
    began = as_date_time(min(starts, default=service.now))
    full = began if everything else memory.get("last_full", "")
    return {"watermark": began, "last_full": full, **_identity(settings, service)}


def version_changed(memory: Mapping[str, str], service: Service) -> Finding | None:
    """Ids differ between versions at some providers, so a change of version is held."""
    before = memory.get("version")
    if before in {None, service.version}:
        return None
    return Finding(
        Severity.HOLD,
        "rest.version_changed",
        f"OneRoster {service.version} answers at {service.base}; last time it was {before}",
        f'set version = "{before}" to stay, or accept this once if the provider moved on',
    )


def scope_of(settings: RestSettings) -> dict[str, str]:
    """What the delivery is complete for: the filters in force and the schools asked for."""
    scope = {f"filter.{name}": text for name, text in sorted(settings.filters.items())}
    if settings.schools:
        scope["schools"] = ",".join(sorted(settings.schools))
    return scope


def as_date_time(moment: datetime) -> str:
    """A moment as OneRoster writes it: UTC, milliseconds, Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _identity(settings: RestSettings, service: Service) -> dict[str, str]:
    asked = canonical([scope_of(settings), sorted(settings.include)])
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return {"version": service.version, "base": service.base, "scope": digest}


def _moment(memory: Mapping[str, str], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(memory.get(name, ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
