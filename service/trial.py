"""Trying a source out: everything but the database."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from sqlalchemy.engine import Engine

from adapters.port import Progress, Source
from adapters.shelf import passing_shelf
from schemas.finding import Finding, Severity
from service.settings import Settings
from service.sources import load_source
from service.store.database import reading
from service.wiring import adapter_of


@runtime_checkable
class Testable(Protocol):
    """A source that knows a quicker way to try itself than a whole fetch."""

    def test(self) -> list[Finding]: ...


def try_source(settings: Settings, engine: Engine, name: str, tell: Progress) -> list[Finding]:
    """What a source has to offer tonight, and what is wrong with it."""
    with reading(engine) as connection:
        row = load_source(connection, settings.tenant, name)
    adapter = adapter_of(name, row.kind, row.settings)
    if isinstance(adapter, Testable):
        return adapter.test()
    return _fetch_aside(adapter, tell)


def _fetch_aside(adapter: Source, tell: Progress) -> list[Finding]:
    with passing_shelf() as shelf:
        delivery = adapter.fetch(shelf, {}, tell)
        findings = list(delivery.findings)
        for name, file in delivery.files.items():
            reading_ = adapter.read(delivery, name)
            findings.extend(reading_.findings)
            rows = f"{reading_.frame.height:,} rows, {file.mode}"
            findings.append(
                Finding(Severity.NOTE, "file.read", rows, "Nothing to do.", file.origin)
            )
    return findings
