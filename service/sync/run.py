"""One source's night from fetch to publish, carried on where an earlier attempt was cut short.

Three transactions bound a run: it is opened once the delivery is safely on the shelf, its plan
is sealed, its plan is applied. Everything between is a pure function of what was committed
before, so that a run killed anywhere starts again at the first step without output.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from sqlalchemy.engine import Connection

from adapters.errors import AdapterError
from adapters.port import Delivery
from schemas.finding import Finding, Severity
from schemas.roster.entities import ENTITIES
from service.settings import Mode
from service.store.database import checkpointing, reading, refresh_statistics, writing
from service.store.lease import confirm
from service.sync.apply import accept_source, apply_plan, has_moved, settle
from service.sync.draft import Draft
from service.sync.fetch import Fetched
from service.sync.guard import weigh
from service.sync.night import Night, timed
from service.sync.plan import draw_up, overdue, waiting_rows
from service.sync.plans import Plan, PlanState, acceptance, load, seal, supersede
from service.sync.preflight import check_delivery, check_keys
from service.sync.publish import owed, publish
from service.sync.report import FileReport, RunReport, RunState
from service.sync.runs import (
    UNFINISHED,
    Step,
    digest_of,
    open_run,
    save_run,
    save_steps,
    unfinished,
    was_held,
)
from service.sync.snapshot import Snapshot, take_snapshot
from service.sync.tidy import tidy


@dataclass(slots=True)
class Work:
    """A run under way; a cargo of another kind than the roster draws up its plan."""

    night: Night
    delivery: Delivery
    report: RunReport
    accept: str | None
    steps: list[Step] = field(default_factory=list)

    def note(self, step: str, given: object, result: object, word: str) -> None:
        """Note a finished step; it is recorded with the next transaction."""
        self.steps.append(Step(step, digest_of(given), digest_of(result), word))

    def did(self, step: str, given: object, result: object, word: str) -> None:
        """Note a finished step between transactions, and that this run is still at work."""
        self.note(step, given, result, word)
        self.night.keep_lease()

    def save(self, state: RunState) -> None:
        """Record the run's state and its finished steps on their own."""
        with writing(self.night.engine) as connection:
            self.record(connection, state)

    def record(self, connection: Connection, state: RunState) -> None:
        """Record the run's state and its finished steps together with what made them true.

        A run killed right after that transaction would otherwise tell less than it did.
        """
        confirm(connection, self.night.lease)
        self.report.state = state
        if state not in UNFINISHED:
            self.report.finished_at = self.night.now
        self.report.seconds = {k: round(v, 3) for k, v in self.night.timings.items()}
        save_run(connection, self.night.tenant, self.report)
        save_steps(connection, self.night, self.report.run, self.steps)
        self.steps.clear()


def run_night(night: Night, fetched: Fetched, accept: str | None = None) -> RunReport:
    """Plan, guard, apply and publish tonight's delivery.

    `accept` is the reason for which a person lets this delivery pass although it was held before
    it was compared. A plan that the guard holds is let through by its number: see `apply_only`.
    """
    work = plan_night(night, fetched, accept)
    if work.report.state is not RunState.PLANNED or work.report.plan is None:
        return work.report
    return _carry_out(work, work.report.plan)


def plan_only(night: Night, fetched: Fetched) -> RunReport:
    """Draw up tonight's plan and leave it pending."""
    return plan_night(night, fetched, None).report


def apply_only(night: Night, plan: Plan, report: RunReport, override: str | None) -> RunReport:
    """Apply a plan that was drawn up earlier; one applied but not announced is announced."""
    delivery = Delivery(night.recipe.standard, "", {})
    work = Work(night, delivery, report, override)
    if report.state is RunState.APPLIED:
        return _announce(work)
    return _carry_out(work, plan.number)


def _carry_out(work: Work, number: int) -> RunReport:
    def record(connection: Connection, plan: Plan) -> None:
        work.report.accepted_because = work.accept
        work.note("apply", plan.content_digest, plan.number, f"plan {plan.number} applied")
        work.record(connection, RunState.APPLIED)

    with timed(work.night, "apply"):
        apply_plan(work.night, number, work.accept, record)
    return _announce(work)


def _announce(work: Work) -> RunReport:
    with checkpointing(work.night.engine):
        with timed(work.night, "publish"):
            work.report.owed = publish(work.night)
        work.did(
            "publish", work.report.plan, work.report.owed, f"{work.report.owed} changes still owed"
        )
        work.save(RunState.DONE)
        refresh_statistics(work.night.engine)
        tidy(work.night, work.delivery)
    return work.report


def plan_night(night: Night, fetched: Fetched, accept: str | None) -> Work:
    """Everything up to a sealed plan, or to the reason why there is none."""
    if fetched.error is not None:
        return _failed(night, fetched.error)
    if fetched.delivery is None:
        return _paused(night)
    delivery = fetched.delivery
    work = _open(night, delivery, accept)
    if work.report.state is not RunState.RUNNING:
        return work
    work.did("fetch", dict(night.source.memory), delivery.digest, f"{len(delivery.files)} files")
    work.save(RunState.RUNNING)
    return night.cargo.draw(work) if night.cargo else _plan(work)


def _plan(work: Work) -> Work:
    night, delivery = work.night, work.delivery
    if is_last_night_again(night, delivery) and not _has_overdue(night):
        work.report.take_findings(list(delivery.findings))
        work.report.waiting = sum(len(ids) for ids in waiting_rows(night).values())
        return quiet(work, None)
    with timed(night, "snapshot"):
        snapshot = take_snapshot(night, delivery, waiting_rows(night))
    work.report.files = _describe(delivery, snapshot)
    changed = sorted(snapshot.changed)
    work.did("snapshot", delivery.digest, changed, f"{len(changed)} files changed")
    findings = [*delivery.findings, *snapshot.findings, *check_delivery(night, delivery, snapshot)]
    if stops(work, findings, "preflight", delivery.digest):
        return work
    if stops(work, list(check_keys(night, delivery, snapshot)), "diff", changed):
        return work
    with timed(night, "merge"):
        draft = draw_up(night, delivery, snapshot, work.report.run)
    refused = [one for one in draft.findings if one.severity is Severity.REFUSE]
    if refused and stops(work, draft.findings, "match", changed):
        return work
    tables = sorted(snapshot.differences)
    return seal_draft(work, draft, tables, weigh(night, delivery, snapshot, draft))


def stops(work: Work, findings: list[Finding], step: str, given: object) -> bool:
    """Report findings; whether they end the run here, before anything was inferred."""
    work.report.take_findings(findings)
    listed = [finding.as_json() for finding in findings]
    work.did(step, given, listed, f"{len(findings)} findings")
    if any(finding.severity is Severity.REFUSE for finding in findings):
        work.save(RunState.REFUSED)
        return True
    if any(finding.severity is Severity.HOLD for finding in findings) and not _accepted(work):
        work.save(RunState.HELD)
        return True
    return False


def _accepted(work: Work) -> bool:
    """Whether a person lets through what was held: this very delivery, which they have seen."""
    if not work.accept:
        return False
    with reading(work.night.engine) as connection:
        seen = was_held(connection, work.night, work.delivery.digest)
    if seen:
        work.report.accepted_because = work.accept
    return seen


def seal_draft(work: Work, draft: Draft, tables: list[str], holds: list[Finding]) -> Work:
    """Number a draft as a plan, held for the reasons given; one that does nothing is no plan."""
    night, delivery = work.night, work.delivery
    work.report.take_draft(draft)
    counts = {name: asdict(tally) for name, tally in draft.tallies.items()}
    work.did("match", tables, len(draft.questions), f"{len(draft.questions)} questions")
    work.did("merge", tables, counts, f"{len(draft.clashes)} clashes")
    if not holds and not _is_worth_a_plan(draft):
        return quiet(work, draft)
    with timed(night, "plan"), writing(night.engine) as connection:
        confirm(connection, night.lease)
        plan = seal(night, connection, delivery, draft, holds, work.report.run)
        work.report.plan = plan.number
        work.report.take_findings(holds)
        listed = [one.as_json() for one in holds]
        work.note("plan", counts, plan.content_digest, f"plan {plan.number}")
        work.note("guard", plan.content_digest, listed, f"{len(holds)} reasons to hold")
        work.record(connection, RunState.HELD if holds else RunState.PLANNED)
    return work


def _is_worth_a_plan(draft: Draft) -> bool:
    learned = draft.clashes or draft.questions or draft.agreed or draft.updates
    return draft.changes_records or bool(learned)


def quiet(work: Work, draft: Draft | None) -> Work:
    """Nothing to change: remember the delivery, so that tomorrow need not look again."""
    night = work.night
    work.report.owed = publish(night)
    with writing(night.engine) as connection:
        confirm(connection, night.lease)
        supersede(connection, night.tenant, night.source.name)
        accepted = acceptance(night, work.delivery, draft)
        if draft is not None and (draft.bases or draft.links or draft.pending):
            settle(connection, night, draft, accepted, work.report.run)
        if work.delivery.digest != night.source.delivery_digest or draft is not None:
            accept_source(connection, night, accepted, work.report.run)
        work.record(connection, RunState.QUIET)
    tidy(night, work.delivery)
    return work


def _open(night: Night, delivery: Delivery, accept: str | None) -> Work:
    """The run for this delivery: a new one, or the one that was cut short."""
    with writing(night.engine) as connection:
        confirm(connection, night.lease)
        earlier = unfinished(connection, night)
        if earlier is not None and earlier.delivery_digest != delivery.digest:
            earlier = _give_up(connection, night, earlier)
        if earlier is None:
            report = open_run(connection, night, delivery.digest, delivery.version)
            return Work(night, delivery, report, accept)
    return _carry_on(night, delivery, earlier, accept)


def _give_up(connection: object, night: Night, earlier: RunReport) -> RunReport | None:
    """Another delivery came before the earlier one was finished."""
    applied = earlier.state is RunState.APPLIED
    earlier.state = RunState.DONE if applied else RunState.SUPERSEDED
    earlier.finished_at = night.now
    save_run(connection, night.tenant, earlier)  # type: ignore[arg-type]
    return None


def _carry_on(night: Night, delivery: Delivery, earlier: RunReport, accept: str | None) -> Work:
    earlier.resumed = True
    work = Work(night, delivery, earlier, accept)
    if earlier.state is RunState.APPLIED:
        _announce(work)
    elif earlier.state is RunState.PLANNED and earlier.plan is not None:
        _check_plan(work, earlier.plan)
    return work


def _check_plan(work: Work, number: int) -> None:
    """A sealed plan is carried out as it is, unless the roster moved on meanwhile."""
    night = work.night
    with reading(night.engine) as connection:
        plan = load(connection, night.tenant, number)
        fresh = (
            plan.state in (PlanState.PENDING, PlanState.HELD)
            and work.report.mode == night.mode
            and plan.serial == night.source.serial
            and not has_moved(connection, night, plan)
            and all(night.shelf.is_whole(digest) for digest in plan.parts.values())
        )
    if not fresh:
        work.report = RunReport(
            run=work.report.run,
            source=work.report.source,
            state=RunState.RUNNING,
            mode=night.mode,
            started_at=work.report.started_at,
            delivery_digest=work.report.delivery_digest,
            version=work.report.version,
            resumed=True,
        )


def is_last_night_again(night: Night, delivery: Delivery) -> bool:
    """Whether the delivery, and how it is read, are those that were accepted last."""
    return (
        delivery.digest == night.source.delivery_digest
        and night.recipe.digest == night.source.recipe_digest
        and not any(finding.severity is Severity.REFUSE for finding in delivery.findings)
    )


def _has_overdue(night: Night) -> bool:
    if night.mode is not Mode.NORMAL:
        return False
    with reading(night.engine) as connection:
        return any(overdue(connection, night, entity).height for entity in ENTITIES)


def _describe(delivery: Delivery, snapshot: Snapshot) -> list[FileReport]:
    described = []
    for name, file in delivery.files.items():
        verdict = "unchanged"
        if name in snapshot.new_bases:
            verdict = "changed" if name in snapshot.bases else "new"
        elif name in snapshot.same:
            verdict = "same rows"
        known = snapshot.bases.get(name)
        fresh = snapshot.new_bases.get(name)
        rows = fresh.row_count if fresh else known and known.row_count
        described.append(
            FileReport(
                name=name,
                mode=file.mode,
                origin=file.origin,
                verdict=verdict,
                rows=rows,
                rows_before=known.row_count if known else None,
            )
        )
    return described


def _paused(night: Night) -> Work:
    with writing(night.engine) as connection:
        report = open_run(connection, night)
    work = Work(night, Delivery(night.recipe.standard, "", {}), report, None)
    work.save(RunState.PAUSED)
    return work


def _failed(night: Night, error: AdapterError) -> Work:
    with writing(night.engine) as connection:
        report = open_run(connection, night)
    work = Work(night, Delivery(night.recipe.standard, "", {}), report, None)
    report.take_findings([Finding(Severity.REFUSE, error.code, error.problem, error.fix)])
    report.owed = owed(night.engine, night.tenant)
    work.save(RunState.FAILED)
    return work
