"""Taking plans in from files: all of them, or none and every fault named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from adapters.formats import Unreadable
from adapters.ilp.claim import is_bundle
from adapters.ilp.files import files_at, read_plan
from adapters.ilp.format import IlpFormat
from adapters.ilp.read import Bundle, BundledPlan, PastVersion, open_bundle
from adapters.port import Progress
from adapters.shelf import Shelf
from schemas.finding import Finding
from schemas.ilp.document import write_document
from service.act import Act
from service.errors import Invalid, NotFound
from service.ilp.files import PlanFiles
from service.ilp.keep import Edition, Kept, import_plan

MOST = 10
"""Faults that one answer lists."""


def check_files(place: Path, progress: Progress) -> None:
    """Read everything once, before anything is written. Raises as `import_files` does."""
    _listed(place)
    faults = list(IlpFormat().check(place, progress=progress))
    if faults:
        raise _invalid(faults)


def import_files(
    connection: Connection,
    tenant: str,
    place: Path,
    act: Act,
    data: Path | None = None,
    permit: Callable[[BundledPlan], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Import a document or a bundle, or every `*.json` and `*.zip` of a folder.

    Files of bundles are kept under `data`, whole and synced before the transaction ends; without
    it bundles are refused. `permit` is asked before each plan is kept. Raises NotFound where
    nothing is there, Invalid naming file, path and fix of each fault.
    """
    files = PlanFiles(data, tenant) if data else None
    intake = _Intake(connection, tenant, act, files, permit)
    try:
        return [outcome for file in _listed(place) for outcome in intake.take(file)]
    except Unreadable as error:
        raise _invalid(error.findings) from None


@dataclass(frozen=True, slots=True)
class _Intake:
    """Where plans and their files go, and in whose name."""

    connection: Connection
    tenant: str
    act: Act
    files: PlanFiles | None
    permit: Callable[[BundledPlan], None]

    def take(self, file: Path) -> Iterator[dict[str, Any]]:
        """Import all plans of one file."""
        if not is_bundle(file):
            yield _outcome(file.name, self._import(read_plan(file)))
            return
        if self.files is None:
            raise Invalid(f"{file.name} is a bundle.", "Give an ilp.json document here.")
        with open_bundle(file) as bundle:
            for one in bundle.plans():
                kept = self._import(one)
                held = _keep_files(bundle, one, self.files.swept(kept.plan_id))
                yield _outcome(file.name, kept) | held

    def _import(self, one: BundledPlan) -> Kept:
        self.permit(one)
        before = [_edition(past) for past in one.past]
        document = write_document(one.plan)
        return import_plan(self.connection, self.tenant, document, self.act, before)


def _keep_files(bundle: Bundle, one: BundledPlan, shelf: Shelf) -> dict[str, int]:
    """Keep a plan's files; returns how many came, and how many are known by name alone."""
    held = [row for row in one.artifacts if row.held]
    for row in held:
        bundle.keep(row, shelf)
    return {"artifacts": len(held), "artifacts_missing": len(one.artifacts) - len(held)}


def _edition(past: PastVersion) -> Edition:
    facts = past.facts
    document = write_document(past.plan).decode()
    return Edition(document, facts.author, facts.source, facts.reason, facts.at)


def _listed(place: Path) -> list[Path]:
    try:
        files = files_at(place)
    except Unreadable as error:
        first = error.findings[0]
        raise NotFound(f"{first.problem}.", first.fix) from None
    except FileNotFoundError:
        files = []
    if not files or not all(file.is_file() for file in files):
        raise NotFound(
            f"There is no plan document at {place}.", "Name an ilp.json file or a bundle."
        )
    return files


def _invalid(faults: Sequence[Finding]) -> Invalid:
    lines = [_line(one) for one in faults[:MOST]]
    if len(faults) > MOST:
        lines.append(f"{len(faults) - MOST} more faults are not listed.")
    return Invalid("Not imported. " + " ".join(lines), faults[0].fix)


def _line(fault: Finding) -> str:
    return ": ".join(part for part in (fault.file, fault.column, fault.problem) if part) + "."


def _outcome(name: str, kept: Kept) -> dict[str, Any]:
    words = "waits for its student" if kept.waits else "attached"
    return {
        "file": name,
        "plan": kept.plan_id,
        "person": kept.person_id,
        "version": kept.version,
        "outcome": words if kept.is_new else "unchanged",
        **({"conflicts": kept.clashes} if kept.clashes else {}),
    }
