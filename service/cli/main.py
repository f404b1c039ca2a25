"""The `planbridge` command."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from service.cli import (
    access,
    accounts,
    audit,
    codes,
    consent,
    convert,
    credential,
    custody,
    deliver,
    demo,
    district,  # noqa: F401  # adds to `access`
    export,
    history,  # noqa: F401  # adds to `plan`
    iep,
    iep_feed,  # noqa: F401  # adds to `iep`
    iep_proposals,  # noqa: F401  # adds to `iep`
    items,
    mapping,
    orders,
    profile,
    relations,
    requests,
    review,
    setup,
    sources,
    students,
    sync,
    tools,
)
from service.cli.out import print_error, print_json
from service.cli.session import close_sessions

app = typer.Typer(
    help="Keeps students' Individualized Learning Plans in step with the systems around them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(sources.app, name="source")
app.add_typer(sync.app, name="sync")
app.add_typer(review.conflicts, name="conflicts")
app.add_typer(review.matches, name="matches")
app.add_typer(students.student, name="student")
app.add_typer(students.plan, name="plan")
app.add_typer(setup.db, name="db")
app.add_typer(mapping.app, name="mapping")
app.add_typer(profile.app, name="profile")
app.add_typer(codes.app, name="codes")
app.add_typer(access.access, name="access")
app.add_typer(accounts.app, name="account")
app.add_typer(relations.tie, name="tie")
app.add_typer(relations.team, name="team")
app.add_typer(relations.deputy, name="deputy")
app.add_typer(items.app, name="item")
app.add_typer(orders.order, name="order")
app.add_typer(orders.retention, name="retention")
app.add_typer(audit.audit, name="audit")
app.command("disclosures")(audit.disclosures)
app.add_typer(consent.consent, name="consent")
app.add_typer(consent.optout, name="optout")
app.add_typer(custody.restriction, name="restriction")
app.add_typer(custody.hold, name="hold")
app.add_typer(custody.standing, name="standing")
app.add_typer(requests.request, name="request")
app.add_typer(requests.agreement, name="agreement")
app.add_typer(iep.iep, name="iep")
export.export.command("deliver")(deliver.deliver)
export.export.command("sets")(deliver.sets)
export.export.command("layouts")(deliver.layouts)
app.add_typer(export.export, name="export")
app.add_typer(credential.credential, name="credential")
app.command("init")(setup.init)
app.command("convert")(convert.convert)
app.command("validate")(tools.validate)
app.command("synth")(tools.synth)
app.command("demo")(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"planbridge {version('planbridge')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The options before any command."""


def main() -> None:
    """Run the command; a user's mistake ends in a sentence, never in a traceback."""
    from adapters.errors import AdapterError
    from service.errors import ServiceError

    # Importing makes many objects that live to the end: collecting among them is wasted time.
    gc.set_threshold(100_000, 20, 20)
    try:
        app()
    except SystemExit:
        gc.freeze()  # What is left need not be looked through once more on the way out.
        raise
    except (ServiceError, AdapterError) as error:
        _fail(error.code, error.problem, error.fix)
        sys.exit(getattr(error, "exit_status", 1))
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail("file", f"{where}{error.strerror or error}.", "Correct the path, or its permissions.")
        sys.exit(1)
    except KeyboardInterrupt:
        print_error("Stopped.", "Run the command again: it carries on where it was.")
        sys.exit(130)
    finally:
        close_sessions()


def _fail(code: str, problem: str, fix: str) -> None:
    if "--json" in sys.argv:
        print_json({"error": {"code": code, "problem": problem, "fix": fix}})
    else:
        print_error(problem, fix)
