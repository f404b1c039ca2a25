"""`planbridge sync`: the nightly job, whole or step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.out import Number, print_json, print_rich
from service.cli.session import Session, open_session, progress

if TYPE_CHECKING:
    from service.sync.report import RunReport

app = typer.Typer(help="The nightly job, whole or step by step.", no_args_is_help=True)

Source = Annotated[
    str, typer.Argument(metavar="source", help="What `planbridge source list` calls it.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Steps and timings too.")]
Reason = Annotated[
    str | None,
    typer.Option("--allow-held", help="Why this one may pass although it would be held."),
]


@app.command("run")
def run(
    name: Source, allow_held: Reason = None, verbose: Verbose = False, as_json: Json = False
) -> None:
    """Fetch, compare, plan, guard, apply and publish. Exit 0 done, 3 held, 1 failed."""
    from service.nightly import run_source

    session = open_session()
    session.begin_duty(allow_held or "")
    with progress() as tell:
        report = run_source(session.settings, session.engine, name, allow_held, tell)
    _tell(session, report, as_json, verbose)
    raise typer.Exit(report.exit_status)


@app.command("plan")
def plan(name: Source, as_json: Json = False) -> None:
    """Only plan, and show what would happen. Exit 0 nothing to do, 2 changes pending, 3 held."""
    from service.nightly import plan_source
    from service.sync.report import RunState

    session = open_session()
    session.begin_duty()
    with progress() as tell:
        report = plan_source(session.settings, session.engine, name, tell)
    _tell(session, report, as_json)
    raise typer.Exit(2 if report.state is RunState.PLANNED else report.exit_status)


@app.command("apply")
def apply(number: Number, allow_held: Reason = None, as_json: Json = False) -> None:
    """Carry out a plan that was drawn up before. Exit 0 done, 3 held, 1 failed."""
    from service.nightly import apply_numbered

    session = open_session()
    session.begin_duty(allow_held or "")
    with progress() as tell:
        report = apply_numbered(session.settings, session.engine, number, allow_held, tell)
    _tell(session, report, as_json)
    raise typer.Exit(report.exit_status)


@app.command("history")
def history(
    limit: Annotated[int, typer.Option(help="How many runs.", min=1)] = 20, as_json: Json = False
) -> None:
    """The latest runs."""
    from service.report.terminal import render_history
    from service.sync.runs import history as latest

    session = open_session()
    session.begin_duty()
    with session.reading() as connection:
        reports = latest(connection, session.tenant, limit)
    if as_json:
        print_json([report.model_dump(mode="json") for report in reports])
    else:
        print_rich(render_history(reports))


@app.command("show")
def show(number: Number, verbose: Verbose = False, as_json: Json = False) -> None:
    """One run's report again."""
    from service.sync.runs import load_run

    session = open_session()
    session.begin_duty()
    with session.reading() as connection:
        report = load_run(connection, session.tenant, number)
    _tell(session, report, as_json, verbose)


def _tell(session: Session, report: RunReport, as_json: bool, verbose: bool = False) -> None:
    from service.nightly import run_page

    page = run_page(session.settings, session.engine, report)
    if as_json:
        status = {"exit_status": report.exit_status, "page": str(page)}
        print_json({**report.model_dump(mode="json"), **status})
        return
    from service.report.terminal import render_run
    from service.sync.runs import steps_of

    with session.reading() as connection:
        steps = steps_of(connection, session.tenant, report.run)
    print_rich(render_run(report, steps, verbose=verbose), f"Report: {page}")
