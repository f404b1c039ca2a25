"""What every step of one run is given."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.engine import Connection, Engine

from adapters.port import Progress, Source, silent
from adapters.shelf import Shelf
from service.settings import Mode, Settings, instant
from service.store.lease import Lease, renew

if TYPE_CHECKING:
    from mappings.recipe import Recipe
    from service.sync.plans import Plan
    from service.sync.run import Work


class Cargo(Protocol):
    """What a night carries other than the roster: how it is planned, and how that is written.

    Everything around it is the same for all: lease, run, steps, holds, numbered plans, one
    transaction, and carrying on after a kill.
    """

    def draw(self, work: Work) -> Work:
        """Compare the delivery and seal a plan, or end the run quiet, held or refused."""
        ...

    def write(self, connection: Connection, night: Night, plan: Plan) -> None:
        """Write a plan's parts, within the transaction that consumes it."""
        ...


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source: how far it was accepted, and by which rules."""

    name: str
    kind: str
    serial: int
    delivery_digest: str | None
    recipe_digest: str | None
    scope: Mapping[str, str] | None
    system: str | None
    memory: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Night:
    """One source's night: who, when, from where, by which rules, into which database.

    Without a cargo of another kind it carries the roster. `rules` makes the recipe, always the
    same one: fetching does without.
    """

    engine: Engine
    settings: Settings
    source: SourceState
    adapter: Source
    rules: Callable[[], Recipe]
    shelf: Shelf
    lease: Lease
    progress: Progress = silent
    cargo: Cargo | None = None
    timings: dict[str, float] = field(default_factory=dict)
    renewed: list[float] = field(default_factory=lambda: [time.monotonic()])

    def keep_lease(self) -> None:
        """Push the lease's expiry back once a quarter of it has gone by."""
        if time.monotonic() - self.renewed[0] > self.lease.seconds / 4:
            renew(self.engine, self.lease)
            self.renewed[0] = time.monotonic()

    @property
    def recipe(self) -> Recipe:
        """How this source's deliveries become records."""
        return self.rules()

    @property
    def is_remapped(self) -> bool:
        """Whether rows are mapped otherwise than when last night's were accepted."""
        known = self.source.recipe_digest
        return known is not None and known != self.recipe.digest

    @property
    def tenant(self) -> str:
        """The district."""
        return self.settings.tenant

    @property
    def today(self) -> date:
        """The day of the run, in UTC."""
        return self.settings.clock().date()

    @property
    def now(self) -> str:
        """The present moment as it is stored."""
        return instant(self.settings.clock())

    @property
    def mode(self) -> Mode:
        """How much tonight may change."""
        return self.settings.mode_on(self.today)


@contextmanager
def timed(night: Night, step: str) -> Iterator[None]:
    """Add the seconds that the block takes to those of a step."""
    start = time.perf_counter()
    try:
        yield
    finally:
        night.timings[step] = night.timings.get(step, 0) + time.perf_counter() - start


def record_id(tenant: str, source: str, table: str, sourced_id: str) -> str:
    """The id of a record that a source brings for the first time.

    It depends on nothing but its arguments, so that a repeated or resumed run mints the same.
    """
    key = "\x1f".join((tenant, source, table, sourced_id))
    return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()
