"""What a run has to say for itself: kept with the run, shown in the terminal and as a page."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from schemas.finding import Finding, Severity
from service.sync.authority import Authority
from service.sync.draft import Draft, Tally
from service.sync.merge import Clash


class RunState(StrEnum):
    """Where a run stands, or how it ended."""

    RUNNING = "running"
    PLANNED = "planned"
    APPLIED = "applied"
    DONE = "done"
    QUIET = "quiet"
    PAUSED = "paused"
    HELD = "held"
    REFUSED = "refused"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class FileReport(BaseModel):
    """One file of the delivery: how it came, and how it compares with last night's."""

    model_config = ConfigDict(extra="forbid")

    name: str
    mode: str
    origin: str
    verdict: str
    rows: int | None = None
    rows_before: int | None = None


class Counts(BaseModel):
    """What happens to the records of one entity."""

    model_config = ConfigDict(extra="forbid")

    added: int = 0
    updated: int = 0
    revived: int = 0
    missing: int = 0
    detached: int = 0
    waiting: int = 0

    @classmethod
    def of(cls, tally: Tally) -> Counts:
        """The counts of a plan's tally."""
        names = cls.model_fields
        return cls(**{name: getattr(tally, name) for name in names})

    @property
    def total(self) -> int:
        """Records that change."""
        return self.added + self.updated + self.revived + self.missing + self.detached


class Clashed(BaseModel):
    """A field that both sides changed, and who decided.

    `withheld` stands for values that are not for everybody who may read a report.
    """

    model_config = ConfigDict(extra="forbid")

    entity: str
    record_id: str
    field: str
    base: str | None = None
    ours: str | None = None
    theirs: str | None = None
    withheld: bool = False
    outcome: Authority

    @classmethod
    def of(cls, clash: Clash) -> Clashed:
        """The clash as it may be told."""
        names = {"entity": clash.entity, "record_id": clash.record_id, "field": clash.field}
        if not _is_plain(clash):
            return cls(**names, withheld=True, outcome=clash.outcome)
        sides = {name: _text(getattr(clash, name)) for name in ("base", "ours", "theirs")}
        return cls(**names, **sides, outcome=clash.outcome)


class RunReport(BaseModel):
    """Everything about one run. Findings, clashes and questions may hold personal data."""

    model_config = ConfigDict(extra="forbid")

    run: int
    source: str
    state: RunState
    mode: str
    started_at: str
    finished_at: str | None = None
    plan: int | None = None
    delivery_digest: str | None = None
    version: str | None = None
    resumed: bool = False
    accepted_because: str | None = None
    files: list[FileReport] = []
    counts: dict[str, Counts] = {}
    findings: list[dict[str, Any]] = []
    holds: list[dict[str, Any]] = []
    clashes: list[Clashed] = []
    questions: int = 0
    waiting: int = 0
    owed: int = 0
    seconds: dict[str, float] = {}

    @property
    def exit_status(self) -> int:
        """0 done, 1 failed or something still owed to a sink, 3 held."""
        if self.state is RunState.HELD:
            return 3
        if self.state in (RunState.REFUSED, RunState.FAILED):
            return 1
        return 1 if self.owed else 0

    @property
    def records_changed(self) -> int:
        """Records that the run changes or would change."""
        return sum(counts.total for counts in self.counts.values())

    def take_draft(self, draft: Draft) -> None:
        """Copy what a plan would do."""
        self.counts = {
            name: Counts.of(one) for name, one in draft.tallies.items() if one != Tally()
        }
        self.clashes = [Clashed.of(one) for one in draft.clashes]
        self.questions = len(draft.questions)
        self.waiting = sum(frame.height for frame in draft.pending)
        self.take_findings(draft.findings)

    def take_findings(self, findings: list[Finding]) -> None:
        """Add findings, gravest first; those that hold or refuse stand apart."""
        grave = [one for one in findings if one.severity >= Severity.HOLD]
        light = [one for one in findings if one.severity < Severity.HOLD]
        self.holds += [one.as_json() for one in grave]
        self.findings += [one.as_json() for one in sorted(light, key=lambda one: -one.severity)]


def _is_plain(clash: Clash) -> bool:
    """Whether a clash tells no more of a student than directory information."""
    from service.access.policy import ABOUT_STUDENTS, section_of

    if clash.entity not in ABOUT_STUDENTS:
        return True
    return section_of(f"{clash.entity}.{clash.field}") == "directory"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
