"""`planbridge audit` and `planbridge disclosures`: the log, whether it is whole, what it tells."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Student
from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from service.audit.event import Event
    from service.audit.register import Disclosure
    from service.cli.session import Session

audit = typer.Typer(help="The log of who did what with students' records.", no_args_is_help=True)


class Form(StrEnum):
    """How the register is printed."""

    TABLE = "table"
    TEXT = "text"
    HTML = "html"


@audit.command("verify")
def verify_log(
    checkpoints: Annotated[
        Path | None, typer.Option(help="A copy of the checkpoints kept elsewhere.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that the log is whole; ends with 1 and says where if it is not."""
    from dataclasses import asdict

    from service.audit.checkpoints import read_checkpoints
    from service.audit.verify import verify
    from service.errors import NotFound

    session = open_session()
    log = session.log
    if checkpoints is not None and not checkpoints.is_file():
        raise NotFound(f"There is no file {checkpoints}.", "Name the copy of the checkpoints.")
    with session.reading() as connection:
        verdict = verify(connection, log, read_checkpoints(checkpoints or log.checkpoints))
    if as_json:
        print_json({"intact": verdict.intact, **asdict(verdict)})
    else:
        _tell(verdict)
    if not verdict.intact:
        raise typer.Exit(1)


@audit.command("checkpoint")
def write_checkpoint(as_json: Json = False) -> None:
    """Vouch now, outside the database, for the log as it stands."""
    from dataclasses import asdict

    from service.audit.checkpoints import checkpoint

    session = open_session()
    log = session.log
    made = checkpoint(session.engine, log, session.now)
    if as_json:
        print_json(asdict(made) if made else None)
    elif made:
        typer.echo(f"{log.checkpoints} vouches for event {made.seq} and all before it.")
    else:
        typer.echo("Nothing was added since the last checkpoint.")


@audit.command("show")
def show_events(
    first: Annotated[int, typer.Option(min=1, help="The first event.")] = 1,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show events as they were written. For the custodian of records."""
    from service.audit.register import events_from
    from service.office import at_window

    session = open_session()
    with at_window(session.window()) as visit:
        visit.require_custodian("see the audit log")
        found = list(events_from(visit.connection, visit.tenant, first, count))
    if as_json:
        print_json([{"seq": seq, **_plain(event)} for seq, event in found])
        return
    rows = [
        [seq, event.at, event.actor, event.action, event.outcome, ", ".join(event.students)]
        for seq, event in found
    ]
    columns = ["event", "time", "who", "action", "outcome", "students"]
    print_rich(table(f"{len(rows)} events", columns, rows))


@audit.command("destroy-due")
def destroy_due_references(
    reason: Annotated[str, typer.Option(help="Why now; kept with the record of it.")],
    as_json: Json = False,
) -> None:
    """Carry out orders of destruction that are due. For the custodian of records."""
    from dataclasses import asdict

    from service.audit.retention import destroy_due
    from service.office import at_window

    session = open_session()
    with at_window(session.window(reason)) as visit:
        visit.require_custodian("destroy references to students")
        done = destroy_due(visit.connection, session.log, visit.act)
    if as_json:
        print_json([asdict(one) for one in done])
        return
    for one in done:
        kept = f"kept: {', '.join(one.kept)}" if one.kept else f"{one.parts} parts destroyed"
        typer.echo(f"{one.order}: {kept}")
    typer.echo(f"{len(done)} orders were due.")


def disclosures(
    student: Student,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what no register has to hold.")
    ] = False,
    form: Annotated[Form, typer.Option("--as", help="A table, or a letter.")] = Form.TABLE,
    as_json: Json = False,
) -> None:
    """Who has seen a student's record: the registers of 34 CFR 99.32 and 300.614."""
    from service.audit.register import who_has_seen
    from service.office import at_window

    session = open_session()
    with at_window(session.window()) as visit:
        id_ = visit.lookup(student, "read", ["disclosureLog"]).student
        found = who_has_seen(visit.connection, visit.tenant, id_)
        name = _name_of(visit.connection, visit.tenant, id_)
    chosen = [one for one in found if everything or one.recorded]
    if as_json:
        print_json([_disclosed(one) for one in chosen])
    elif form is Form.TABLE:
        _show_table(chosen)
    else:
        _print_letter(session, form, name, found)


def _tell(verdict: Any) -> None:
    for one in verdict.faults:
        place = (
            f"event {one.first}" if one.first == one.last else f"events {one.first} to {one.last}"
        )
        typer.echo(f"{one.kind}: {place}: {one.words}")
    state = "The log is whole" if verdict.intact else "The log is broken"
    typer.echo(
        f"{state}: {verdict.events} events, {verdict.destroyed} parts lawfully destroyed. "
        + _vouched(verdict)
    )


def _vouched(verdict: Any) -> str:
    if not verdict.checkpoints:
        return (
            "No checkpoint outside the database vouches for it yet: `planbridge audit checkpoint`."
        )
    return (
        f"Checkpoints outside the database: {verdict.checkpoints}, up to event {verdict.vouched}."
    )


def _name_of(connection: Connection, tenant: str, student: str) -> str:
    import sqlalchemy as sa

    from service.store.tables import ROSTER

    person = ROSTER["person"].c
    query = sa.select(person.given_name, person.family_name).where(
        person.tenant == tenant, person.id == student
    )
    return " ".join(part for part in connection.execute(query).one() if part)


def _plain(event: Event) -> dict[str, Any]:
    from dataclasses import asdict

    return {name: value for name, value in asdict(event).items() if value not in ("", (), None)}


def _disclosed(one: Disclosure) -> dict[str, Any]:
    from dataclasses import asdict

    marks = {"ferpa": asdict(one.ferpa), "idea": asdict(one.idea)}
    who = {"party": one.account, "party_name": one.party}
    return {"seq": one.seq, **marks, **_plain(one.event), **who}


def _show_table(found: list[Disclosure]) -> None:
    if not found:
        typer.echo("Nothing that has to be recorded.")
        return
    rows = [
        [
            one.event.at,
            one.party,
            one.event.outcome,
            ", ".join(one.event.sections),
            one.event.interest or one.event.purpose,
            one.ferpa.reason,
            one.idea.reason,
        ]
        for one in found
    ]
    columns = ["time", "party", "outcome", "sections", "interest", "99.32", "300.614"]
    print_rich(table(f"{len(rows)} disclosures and requests", columns, rows))


def _print_letter(session: Session, form: Form, name: str, found: list[Disclosure]) -> None:
    from service.audit.letter import Letter, as_html, as_text

    letter = Letter(session.tenant, name, session.now[:10], found)
    typer.echo(as_html(letter) if form is Form.HTML else as_text(letter), nl=False)
