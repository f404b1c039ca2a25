"""The record of every run: opened after the fetch, carried on after a crash, closed once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from service.errors import NotFound
from service.store import counters
from service.store.tables import run, run_step
from service.sync.night import Night
from service.sync.report import RunReport, RunState

UNFINISHED = (RunState.RUNNING, RunState.PLANNED, RunState.APPLIED)


@dataclass(frozen=True, slots=True)
class Step:
    """A finished step: what went in and came out, by digest, and a word for people."""

    name: str
    input_digest: str
    output_digest: str
    output: str


def digest_of(*values: object) -> str:
    """A digest of plain JSON values."""
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()


def unfinished(connection: Connection, night: Night) -> RunReport | None:
    """The source's run that was cut short, if there is one."""
    query = (
        sa.select(run.c.report)
        .where(
            run.c.tenant == night.tenant,
            run.c.source == night.source.name,
            run.c.state.in_(UNFINISHED),
        )
        .order_by(run.c.number.desc())
    )
    text = connection.execute(query).scalar()
    return None if text is None else RunReport.model_validate_json(text)


def was_held(connection: Connection, night: Night, digest: str) -> bool:
    """Whether this delivery was held on its own account before, so that a person could look."""
    query = sa.select(run.c.number).where(
        run.c.tenant == night.tenant,
        run.c.source == night.source.name,
        run.c.state == RunState.HELD,
        run.c.delivery_digest == digest,
    )
    return connection.execute(query).first() is not None


def open_run(
    connection: Connection, night: Night, digest: str | None = None, version: str | None = None
) -> RunReport:
    """A new run with the next number, for a delivery with this digest and version."""
    report = RunReport(
        run=counters.advance(connection, night.tenant, "run"),
        source=night.source.name,
        state=RunState.RUNNING,
        mode=night.mode,
        started_at=night.now,
        delivery_digest=digest,
        version=version,
    )
    connection.execute(
        sa.insert(run).values(
            tenant=night.tenant,
            number=report.run,
            source=report.source,
            mode=report.mode,
            started_at=report.started_at,
            **_values(report),
        )
    )
    return report


def save_run(connection: Connection, tenant: str, report: RunReport) -> None:
    """Keep the report as it stands."""
    connection.execute(
        sa.update(run)
        .where(run.c.tenant == tenant, run.c.number == report.run)
        .values(**_values(report))
    )


def _values(report: RunReport) -> dict[str, object]:
    return {
        "state": report.state,
        "finished_at": report.finished_at,
        "delivery_digest": report.delivery_digest,
        "plan": report.plan,
        "report": report.model_dump_json(exclude_defaults=True, exclude_none=True),
    }


def save_steps(connection: Connection, night: Night, number: int, steps: list[Step]) -> None:
    """Record finished steps; a repeated step replaces its earlier record."""
    for step in steps:
        position = STEPS.index(step.name)
        mine = (run_step.c.tenant == night.tenant, run_step.c.run == number)
        connection.execute(sa.delete(run_step).where(*mine, run_step.c.position == position))
        connection.execute(
            sa.insert(run_step).values(
                tenant=night.tenant,
                run=number,
                position=position,
                step=step.name,
                input_digest=step.input_digest,
                output_digest=step.output_digest,
                finished_at=night.now,
                output=step.output,
            )
        )


STEPS = (
    "fetch",
    "snapshot",
    "preflight",
    "diff",
    "match",
    "merge",
    "plan",
    "guard",
    "apply",
    "publish",
)


def history(connection: Connection, tenant: str, limit: int = 50) -> list[RunReport]:
    """The latest runs, newest first."""
    query = (
        sa.select(run.c.report)
        .where(run.c.tenant == tenant)
        .order_by(run.c.number.desc())
        .limit(limit)
    )
    return [RunReport.model_validate_json(text) for text in connection.execute(query).scalars()]


def load_run(connection: Connection, tenant: str, number: int) -> RunReport:
    """A run's report. Raises NotFound."""
    query = sa.select(run.c.report).where(run.c.tenant == tenant, run.c.number == number)
    text = connection.execute(query).scalar()
    if text is None:
        raise NotFound(f"There is no run {number}.", "See `planbridge sync history`.")
    return RunReport.model_validate_json(text)


def steps_of(connection: Connection, tenant: str, number: int) -> list[Step]:
    """The finished steps of a run in order."""
    query = (
        sa.select(run_step)
        .where(run_step.c.tenant == tenant, run_step.c.run == number)
        .order_by(run_step.c.position)
    )
    return [
        Step(row.step, row.input_digest, row.output_digest, row.output)
        for row in connection.execute(query)
    ]
