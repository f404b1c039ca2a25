"""What the commands that record something share: the account at work, ids, moments, answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session

if TYPE_CHECKING:
    from datetime import date, datetime

    from service.access.workflow.clerk import Clerk, Done
    from service.access.workflow.spans import Span
    from service.office import Visit

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Student = Annotated[str, typer.Argument(help="A sourcedId, a local id or a state id.")]
Row = Annotated[str, typer.Argument(metavar="id", help="What the list calls it.")]
Why = Annotated[str, typer.Option(help="Why; kept with it.")]
Every = Annotated[bool, typer.Option("--all", help="Those that are over too.")]
One = Annotated[str | None, typer.Argument(help="One student; else all.")]
Begins = Annotated[str | None, typer.Option("--from", help="From when; else now.")]
Ends = Annotated[str | None, typer.Option("--to", help="Until when, if that is known.")]
SPAN = ["in_force", "valid_from", "valid_to"]
"""The columns that tell whether something goes on."""


@contextmanager
def at_work(reason: str) -> Iterator[Clerk]:
    """Whoever types, at the records office: what is done is on the log, refusals as well."""
    from service.office import at_window

    with at_window(open_session().window(reason)) as visit:
        yield visit.clerk


@contextmanager
def looking() -> Iterator[Clerk]:
    """As `at_work`, for a question without a reason."""
    with asking() as visit:
        yield visit.clerk


@contextmanager
def asking() -> Iterator[Visit]:
    """As `looking`, where the answer calls people by name."""
    from service.office import at_window

    with at_window(open_session().window()) as visit:
        yield visit


def with_names(visit: Visit, rows: list[dict[str, Any]], *columns: str) -> list[dict[str, Any]]:
    """The rows with what to call the people whose ids stand in columns such as `student_id`.

    Under `student` stands the name as far as it is open to whoever asks, else the id.
    """
    from service.office.names import called

    found = called(visit, {row[column] for row in rows for column in columns})
    return [
        {**row, **{column.removesuffix("_id"): str(found[row[column]]) for column in columns}}
        for row in rows
    ]


def student_of(clerk: Clerk, given: str) -> str:
    """A student's record id.

    Only the custodian hears that nobody, or several, are known so (NotFound, Invalid). Anybody
    else gets an id that is nobody's, and with it the answer for a student who is closed to them.
    """
    from service.errors import Invalid, NotFound
    from service.office.people import find_person

    try:
        return find_person(clerk.connection, clerk.tenant, given)
    except (NotFound, Invalid):
        if clerk.is_custodian:
            raise
        return ""


def party_of(clerk: Clerk, given: str) -> str:
    """An account's id or, where there is none, a person's record id.

    Only the custodian hears that nobody is known so. For others it stays as it was given: whether
    they may ask at all is decided first (34 CFR 99.37(e)), and then nobody is found under it.
    """
    from service.access.load import load_subject
    from service.errors import NotFound

    try:
        return load_subject(clerk.connection, clerk.tenant, given).account_id
    except NotFound:
        return student_of(clerk, given) or given


def moment_of(clerk: Clerk, name: str, given: str | None) -> datetime | None:
    """A moment as it was typed; a day begins at midnight in the district. Raises Invalid."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from service.errors import Invalid

    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid(f"{name}: {given!r} is no date.", "Write it as 2026-11-20.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(clerk.district.zone))


def span_of(clerk: Clerk, begins: str | None, ends: str | None) -> Span:
    """From when until when, as it was typed. Raises Invalid."""
    from service.access.workflow.spans import Span

    return Span(moment_of(clerk, "from", begins), moment_of(clerk, "to", ends))


def day_of(name: str, given: str | None) -> date | None:
    """A day as it was typed. Raises Invalid."""
    from datetime import date

    from service.errors import Invalid

    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError:
        raise Invalid(f"{name}: {given!r} is no date.", "Write it as 2026-11-20.") from None


def told(done: Done, sentence: str, as_json: bool) -> None:
    """Say what was recorded."""
    if as_json:
        rules = list(done.decision.rules) if done.decision else []
        print_json({"what": done.what, "id": done.id, "student": done.student, "rules": rules})
    else:
        typer.echo(f"{sentence} ({done.id})")


def listed(title: str, columns: list[str], rows: list[dict[str, Any]], as_json: bool) -> None:
    """Show rows; in JSON with everything that is kept of each, but for the district's name."""
    if as_json:
        print_json([{name: row[name] for name in row if name != "tenant"} for row in rows])
    elif not rows:
        typer.echo("Nothing is on record.")
    else:
        cells = [[_cell(row[name]) for name in columns] for row in rows]
        print_rich(table(title, columns, cells))


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(value)
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
