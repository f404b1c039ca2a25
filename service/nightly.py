"""The nightly job by name: one source's run, plan or apply, under the district's lease."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

from adapters.port import Progress, silent
from service.errors import Invalid
from service.settings import Settings
from service.store.database import reading
from service.sync.fetch import Fetched, fetch
from service.wiring import night_for

if TYPE_CHECKING:
    from service.sync.night import Night
    from service.sync.report import RunReport

_SHOWN = 14
"""So many runs the page draws beside its own."""


def run_source(
    settings: Settings,
    engine: Engine,
    name: str,
    allow_held: str | None = None,
    progress: Progress = silent,
) -> RunReport:
    """A whole night of one source. Raises Busy, NotFound, Misconfigured, LeaseLost."""
    with night_for(settings, engine, name, progress) as night:
        fetched = _fetch(night)
        from service.sync.run import run_night

        return run_night(night, fetched, _reason(allow_held))


def plan_source(
    settings: Settings, engine: Engine, name: str, progress: Progress = silent
) -> RunReport:
    """Only draw up the plan of one source."""
    with night_for(settings, engine, name, progress) as night:
        fetched = _fetch(night)
        from service.sync.run import plan_only

        return plan_only(night, fetched)


def apply_numbered(
    settings: Settings,
    engine: Engine,
    number: int,
    allow_held: str | None = None,
    progress: Progress = silent,
) -> RunReport:
    """Apply a plan by its number. Raises Held, Stale, NotFound besides."""
    from service.sync.plans import load
    from service.sync.run import apply_only
    from service.sync.runs import load_run

    with reading(engine) as connection:
        plan = load(connection, settings.tenant, number)
        report = load_run(connection, settings.tenant, plan.run)
    with night_for(settings, engine, plan.source, progress) as night:
        return apply_only(night, plan, report, _reason(allow_held))


def _fetch(night: Night) -> Fetched:
    """Fetch, and load meanwhile what the steps after it need: copying and hashing leave time."""
    loading = Thread(target=_load, args=(night,))
    loading.start()
    try:
        return fetch(night)
    finally:
        loading.join()


def _load(night: Night) -> None:
    for name in ("service.sync.run", "service.report.page"):
        import_module(name)
    night.rules()


def _reason(given: str | None) -> str | None:
    if given is not None and not given.strip():
        raise Invalid("An empty reason is no reason.", 'Write --allow-held "why this is right".')
    return given


def run_page(settings: Settings, engine: Engine, report: RunReport) -> Path:
    """Write a run's report as a page beside the others; returns where it lies."""
    from service.report.page import write_page
    from service.sync.runs import history, steps_of

    with reading(engine) as connection:
        steps = steps_of(connection, settings.tenant, report.run)
        earlier = history(connection, settings.tenant, _SHOWN)
    out = settings.data / "reports" / f"run-{report.run:05d}.html"
    return write_page(report, steps, earlier, out, settings.data / "templates")
