"""One conversion: read, map, write, and say what did not arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.formats import Format
from adapters.port import Progress, silent
from mappings.engine.loss import Losses
from mappings.hub import Bridge, Choice, Hub
from mappings.ilp.bridge import RECORDS
from schemas.standards.shape import StandardRecord
from service.convert.choices import require_kinds
from service.convert.columns import Way, telling
from service.convert.draft import drafted, require_outside
from service.convert.over import laid_over
from service.convert.overlays import Overlaid, bridges
from service.errors import Held, Invalid
from service.formats import NAMES, bridge_of, format_of, row_of

_TOLD_EVERY = 1_000
_REPLACED = frozenset(name for name in NAMES if name.startswith("edfi-"))
"""Formats of systems that take a record for all that there is to say of its subject."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be converted; `roster` is a OneRoster package that tells more of the students.

    `overlay` is a file or folder of the district's own mapping tables. `over` are the target's
    records as they stand: what they say and our tables do not rides along.
    """

    source: Path
    source_format: str
    target: Path
    target_format: str
    choice: Choice = field(default_factory=Choice)
    roster: Path | None = None
    roster_format: str | None = None
    strict: bool = False
    overlay: Path | None = None
    over: Path | None = None


@dataclass(slots=True)
class Outcome:
    """What came in, what went out, and what was lost on the way."""

    read: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    losses: Losses = field(default_factory=Losses)

    def as_json(self) -> dict[str, Any]:
        """The account as plain JSON values."""
        return {
            "read": dict(sorted(self.read.items())),
            "written": dict(sorted(self.written.items())),
            "losses": self.losses.as_json(),
        }


def convert(order: Order, progress: Progress = silent, account: Outcome | None = None) -> Outcome:
    """Carry an order out; the target appears only when all of it is written.

    Raises Unreadable for input that is not what it claims to be, FileExistsError where the target
    exists, Held where a strict order would lose something, Invalid where nothing would be written.
    Who gives an `account` to fill can read the losses in it even then.
    """
    outcome = Outcome() if account is None else account
    _check(order)
    source: Format = telling(format_of(order.source_format), outcome.losses)
    target: Format = telling(_target(order), outcome.losses)
    with drafted(order.target) as unfinished:
        with ExitStack() as opened:
            hub = None if _same_records(order) else _hub(order, source, outcome, progress, opened)
            if hub is None or not _wrote_columns(order, target, unfinished, hub, outcome, progress):
                made = _over(order, _records(order, source, hub, outcome, progress))
                records = (record for record in made if order.choice.wants(record.entity))
                told = _counted(records, outcome.written, "writing", progress)
                with _carrying(order, target) as writer:
                    writer.write(unfinished, told, progress)
            if hub is not None:
                hub.read_rest()
        _accept(order, outcome)
    return outcome


def _check(order: Order) -> None:
    """Say what is wrong with an order, its overlay among it, before anything is read."""
    require_outside(order.target, order.source)
    bridge = _ways(order)[1]
    known = frozenset(RECORDS)
    if isinstance(bridge, Overlaid):
        book = bridge.book()
        known = frozenset({*book.by_entity, *book.entities})
    if order.over is not None and (_same_records(order) or order.target_format not in _REPLACED):
        raise Invalid(
            f"--over is for records of Ed-Fi that are made of others, not for {order.target_format}"
            f" out of {order.source_format}.",
            "Leave it out.",
        )
    require_kinds(order.choice.only, known, order.target_format)


def _over(order: Order, made: Iterator[StandardRecord]) -> Iterator[StandardRecord]:
    """The records with what stands at the receiver already, where that was named."""
    bridge = _ways(order)[1]
    if order.over is None or not isinstance(bridge, Overlaid):
        return made
    return laid_over(made, format_of(order.target_format).read(order.over), bridge.book())


def _target(order: Order) -> Format:
    """The format to write; without terms of our own, one whose files do not define them either."""
    target = format_of(order.target_format)
    core = getattr(target, "core", None) if order.choice.core_only else None
    made: Format = core() if core else target
    return made


def _ways(order: Order) -> tuple[Bridge, Bridge]:
    """The bridges of the source and of the target."""
    return bridges(order.source_format, order.target_format, order.overlay)


def _carrying(order: Order, target: Format) -> AbstractContextManager[Format]:
    """The format to write with: one that can takes the files of plans along."""
    carrying = getattr(target, "carrying", None)
    if carrying is None or not _same_records(order):
        return nullcontext(target)
    holder: AbstractContextManager[Format] = carrying(order.source)
    return holder


def _same_records(order: Order) -> bool:
    return row_of(order.source_format).book == row_of(order.target_format).book


def _accept(order: Order, outcome: Outcome) -> None:
    if not outcome.written:
        raise Invalid(
            f"Nothing in {order.source.name} can be written as {order.target_format}.",
            "See the losses with --loss FILE.",
        )
    if order.strict and outcome.losses:
        kinds = len(list(outcome.losses))
        raise Held(
            f"{kinds} kinds of values would be lost; nothing was written.",
            "Look at them without --strict, or with --loss FILE.",
        )


def _records(
    order: Order, source: Format, hub: Hub | None, outcome: Outcome, progress: Progress
) -> Iterator[StandardRecord]:
    if hub is None:
        return _read(order, source, outcome, progress)
    return _ways(order)[1].write(hub, outcome.losses, order.choice)


def _read(
    order: Order, source: Format, outcome: Outcome, progress: Progress
) -> Iterator[StandardRecord]:
    outcome.read.clear()
    return _counted(source.read(order.source, progress), outcome.read, "reading", progress)


def _hub(
    order: Order, source: Format, outcome: Outcome, progress: Progress, opened: ExitStack
) -> Hub:
    """What the input says, by columns where there are no plans in it; there while it is opened."""
    bridge = _ways(order)[0]
    columns = Way(format_of(order.source_format), bridge, order.source, outcome.losses, progress)
    out = Way(_target(order), _ways(order)[1], order.target, outcome.losses, progress)
    needs = out.needs(order.choice) if order.over is None else None
    hub = columns.read(outcome.read, opened, needs)
    if hub is None:
        hub = bridge.read(
            lambda: _read(order, source, outcome, progress), outcome.losses, order.choice
        )
    if order.roster is not None and order.roster_format is not None:
        hub = _with_roster(hub, order.roster, order.roster_format, outcome)
    return hub


def _wrote_columns(
    order: Order, target: Format, place: Path, hub: Hub, outcome: Outcome, progress: Progress
) -> bool:
    way = Way(target, _ways(order)[1], place, outcome.losses, progress)
    return order.over is None and way.write(hub, outcome.written, order.choice)


def _with_roster(hub: Hub, place: Path, name: str, outcome: Outcome) -> Hub:
    """The hub with what a roster knows besides; what the input itself says is kept."""
    adapter: Format = telling(format_of(name), outcome.losses)
    bridge = bridge_of(name)
    more = bridge.read(lambda: adapter.read(place), outcome.losses)
    if not more.frames:
        raise Invalid(f"{place} holds no roster.", "Name one for --roster, or leave it out.")
    return Hub({**more.frames, **hub.frames}, hub.plans)


def _counted(
    records: Iterator[StandardRecord], counter: Counter[str], what: str, progress: Progress
) -> Iterator[StandardRecord]:
    for number, record in enumerate(records, start=1):
        counter[record.entity] += 1
        if number % _TOLD_EVERY == 0:
            progress(what, number)
        yield record
