"""What the tables of one night are worked through with."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from adapters.port import Delivery
from mappings.recipe import Recipe
from service.sync.authority import AuthorityTable
from service.sync.draft import Draft
from service.sync.night import Night
from service.sync.resolve import Resolver
from service.sync.snapshot import Snapshot


@dataclass(slots=True)
class Desk:
    """What is at hand while the tables of one night are worked through."""

    night: Night
    delivery: Delivery
    snapshot: Snapshot
    connection: Connection
    authority: AuthorityTable
    run: int
    removals: bool
    resolver: Resolver
    draft: Draft = field(default_factory=Draft)
    moved: list[str] = field(default_factory=list)

    @property
    def recipe(self) -> Recipe:
        """The standard's recipe."""
        return self.night.recipe

    @property
    def source(self) -> str:
        """The source's name."""
        return self.night.source.name
