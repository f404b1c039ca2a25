"""`planbridge audit` and `planbridge disclosures`: the log, whether it is whole, what it tells."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session, operator

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from service.access.decision import Decision
    from service.audit.event import Event
    from service.audit.log import Log
    from service.audit.register import Disclosure
    from service.cli.session import Session

audit = typer.Typer(help="The log of who did what with students' records.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


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

    session, log = _open()
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

    session, log = _open()
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
    from service.audit.event import Outcome
    from service.audit.log import record, recording
    from service.audit.register import events_from

    session, log = _open()
    with recording(session.engine, log) as connection:
        allowed = _is_custodian(connection, session)
        outcome = Outcome.ALLOWED if allowed else Outcome.DENIED
        found = list(events_from(connection, session.tenant, first, count)) if allowed else []
        record(connection, log, _event(session, "audit-show", outcome, count=len(found)))
    if not allowed:
        _refuse("the audit log")
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

    from service.audit.event import Outcome
    from service.audit.log import record, recording
    from service.audit.retention import destroy_due

    session, log = _open()
    with recording(session.engine, log) as connection:
        allowed = _is_custodian(connection, session)
        done = destroy_due(connection, log, session.act(reason)) if allowed else []
        if not allowed:
            record(connection, log, _event(session, "destroy", Outcome.DENIED))
    if not allowed:
        _refuse("the audit log")
    if as_json:
        print_json([asdict(one) for one in done])
        return
    for one in done:
        kept = f"kept: {', '.join(one.kept)}" if one.kept else f"{one.parts} parts destroyed"
        typer.echo(f"{one.order}: {kept}")
    typer.echo(f"{len(done)} orders were due.")


def disclosures(
    student: Annotated[str, typer.Argument(help="A sourcedId, a local id or a state id.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Also what no register has to hold.")
    ] = False,
    form: Annotated[Form, typer.Option("--as", help="A table, or a letter.")] = Form.TABLE,
    as_json: Json = False,
) -> None:
    """Who has seen a student's record: the registers of 34 CFR 99.32 and 300.614."""
    from service.access.load import load_district
    from service.audit.log import recording
    from service.audit.register import who_has_seen
    from service.office.people import find_person

    session, log = _open()
    with recording(session.engine, log) as connection:
        id_ = find_person(connection, session.tenant, student)
        district = load_district(connection, session.tenant)
        decision = _decide(connection, session, district, id_)
        found = who_has_seen(connection, session.tenant, id_) if decision.allowed else []
        _record_reading(connection, session, log, id_, decision)
        name = _name_of(connection, session.tenant, id_)
    if not decision.allowed:
        _refuse("the disclosures of this student")
    chosen = [one for one in found if everything or one.recorded]
    if as_json:
        print_json([_disclosed(one) for one in chosen])
    elif form is Form.TABLE:
        _show_table(chosen)
    else:
        _print_letter(session, form, name, found)


def _open() -> tuple[Session, Log]:
    from service.audit.log import open_log

    session = open_session()
    return session, open_log(session.settings, session.engine)


def _tell(verdict: Any) -> None:
    for one in verdict.faults:
        place = (
            f"event {one.first}" if one.first == one.last else f"events {one.first} to {one.last}"
        )
        typer.echo(f"{one.kind}: {place}: {one.words}")
    state = "The log is whole" if verdict.intact else "The log is broken"
    typer.echo(
        f"{state}: {verdict.events} events, {verdict.destroyed} parts lawfully destroyed, "
        f"{verdict.checkpoints} checkpoints that vouch for everything up to event "
        f"{verdict.vouched}."
    )


def _is_custodian(connection: Connection, session: Session) -> bool:
    from service.access.load import load_subject
    from service.errors import NotFound

    try:
        subject = load_subject(connection, session.tenant, operator())
    except NotFound:
        return False
    now = session.now
    held = (
        role == "PRV" and begins <= now and (ends is None or now < ends)
        for role, begins, ends in subject.appointed
    )
    return subject.suspended_at is None and any(held)


def _decide(connection: Connection, session: Session, district: Any, student: str) -> Decision:
    """Whether the operator may read a student's disclosures; signed in by the machine itself."""
    from service.access.decision import denied
    from service.access.explain import usual_purpose
    from service.access.load import at_desk, load_rows, load_subject
    from service.access.request import Context
    from service.errors import NotFound

    try:
        subject = load_subject(connection, session.tenant, operator())
    except NotFound:
        return denied(None)
    purpose = usual_purpose(subject)
    context = Context(session.settings.clock(), purpose, strength="strong-factor")
    desk = at_desk(connection, subject, context, district)
    rows = load_rows(connection, desk, [student])[student]
    return desk.decide(desk.side(rows), "disclosureLog", "read")


def _record_reading(
    connection: Connection, session: Session, log: Log, student: str, decision: Decision
) -> None:
    from service.audit.event import About, Outcome
    from service.audit.log import record

    event = _event(
        session,
        "read",
        Outcome.ALLOWED if decision.allowed else Outcome.DENIED,
        roles=decision.roles,
        sections=("disclosureLog",),
        fields=tuple(sorted(decision.fields)),
        rules=decision.rules,
        basis=decision.basis,
        cite=decision.cite,
        obligations=decision.obligations,
        about=(About(student),),
    )
    record(connection, log, event)


def _event(session: Session, action: str, outcome: Any, **told: Any) -> Event:
    from service.audit.event import Event

    who = operator()
    plain: dict[str, Any] = {"identity": "operating system", "name": who}
    return Event(at=session.now, actor=who, action=action, outcome=outcome, **{**plain, **told})


def _name_of(connection: Connection, tenant: str, student: str) -> str:
    import sqlalchemy as sa

    from service.store.tables import ROSTER

    person = ROSTER["person"].c
    query = sa.select(person.given_name, person.family_name).where(
        person.tenant == tenant, person.id == student
    )
    return " ".join(part for part in connection.execute(query).one() if part)


def _refuse(what: str) -> None:
    from service.errors import Denied

    raise Denied(
        f"{operator()} may not see {what}.",
        "Ask the custodian of records, or see `planbridge access appoint --help`.",
    )


def _plain(event: Event) -> dict[str, Any]:
    from dataclasses import asdict

    return {name: value for name, value in asdict(event).items() if value not in ("", (), None)}


def _disclosed(one: Disclosure) -> dict[str, Any]:
    from dataclasses import asdict

    marks = {"ferpa": asdict(one.ferpa), "idea": asdict(one.idea)}
    return {"seq": one.seq, "party": one.party, **marks, **_plain(one.event)}


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
