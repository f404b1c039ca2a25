"""From what was pulled to a delivery: sorted files on the shelf, and everything said about them."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.oneroster.rest.catalog import Wanted
from adapters.oneroster.rest.columns import derived_from
from adapters.oneroster.rest.findings import about_pull
from adapters.oneroster.rest.index import Keep, write_sorted
from adapters.oneroster.rest.probe import Service
from adapters.oneroster.rest.pull import Pulled
from adapters.oneroster.rest.schools import keeps
from adapters.oneroster.rest.settings import RestSettings
from adapters.oneroster.rest.window import remembered, scope_of, version_changed
from adapters.port import DeliveredFile, Delivery, FileMode
from adapters.shelf import Shelf
from schemas.finding import Finding

NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one collection; `pulled` is None when it could not be read."""

    want: Wanted
    mode: FileMode
    pulled: Pulled | None
    findings: list[Finding]


def deliver(
    settings: RestSettings,
    service: Service,
    memory: Mapping[str, str],
    outcomes: list[Outcome],
    shelf: Shelf,
) -> Delivery:
    """Put the collections on the shelf and describe them."""
    had = [(one, one.pulled) for one in outcomes if one.pulled is not None]
    chosen = keeps(settings.schools, {one.want.name: pulled.index for one, pulled in had})
    files: dict[str, DeliveredFile] = {}
    for one, pulled in had:
        file = _shelved(one, pulled, shelf, chosen.get(one.want.name))
        files |= {each.name: each for each in (file, *_derived(file, service.version))}
    everything = all(one.mode is FileMode.BULK for one in outcomes)
    starts = [pulled.started for _, pulled in had]
    return Delivery(
        standard="oneroster",
        version=service.version,
        files=files,
        scope=scope_of(settings),
        memory=remembered(settings, memory, service, starts, everything),
        findings=tuple(_findings(outcomes, memory, service)),
    )


def _shelved(one: Outcome, pulled: Pulled, shelf: Shelf, keep: Keep | None) -> DeliveredFile:
    with shelf.draft() as draft:
        write_sorted(pulled.index, draft.stream, keep)
    name = one.want.name
    return DeliveredFile(name, one.mode, draft.path, draft.digest, NDJSON, f"GET /{name}")


def _derived(file: DeliveredFile, version: str) -> Iterator[DeliveredFile]:
    """The files that the CSV binding keeps apart and REST nests, where any record has them."""
    for table in derived_from(file.name, version):
        if table.always or _occurs(table.marker, file.path):
            origin = f"{table.name} inside {file.origin}"
            yield DeliveredFile(table.name, file.mode, file.path, file.digest, NDJSON, origin)


def _occurs(marker: re.Pattern[bytes], path: Path) -> bool:
    """Whether the text occurs; JSON escapes quotes inside strings, so keys are what is found."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return marker.search(held) is not None


def _findings(
    outcomes: list[Outcome], memory: Mapping[str, str], service: Service
) -> Iterator[Finding]:
    changed = version_changed(memory, service)
    if changed:
        yield changed
    for one in outcomes:
        yield from one.findings
        if one.pulled is not None:
            yield from about_pull(one.pulled, one.want, one.mode)
