"""`planbridge access`: who may do what with a student's record, and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table
from service.cli.session import command_name, open_session, operator

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from service.access.desk import Case
    from service.access.request import District, Subject
    from service.cli.session import Session

access = typer.Typer(help="Who may see and do what.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Who = Annotated[str, typer.Argument(metavar="SUBJECT", help="An account, or a person's id.")]
What = Annotated[str, typer.Argument(metavar="ACTION", help="read, propose, write, share, …")]
Student = Annotated[str, typer.Argument(help="A sourcedId, a local id or a state id.")]
Part = Annotated[str, typer.Argument(metavar="SECTION", help="Such as careerGoals.")]
At = Annotated[str | None, typer.Option(help="A date or moment, in ISO 8601; else now.")]
Purpose = Annotated[str | None, typer.Option(help="What for; else what is usual for the subject.")]


@access.command("table")
def show_table(
    role: Annotated[str | None, typer.Option(help="One role, such as TCH.")] = None,
    as_json: Json = False,
) -> None:
    """The decision table as it is shipped: what each role may do with each section."""
    from service.access import policy
    from service.access.table import shipped
    from service.errors import NotFound

    if role is not None and role not in policy.roles():
        raise NotFound(f"There is no role {role!r}.", f"Use one of {', '.join(policy.roles())}.")
    chosen = [role] if role else list(policy.roles())
    cells = {
        code: {
            section: {action: shipped().cell(code, section, action) for action in policy.ACTIONS}
            for section in policy.sections()
        }
        for code in chosen
    }
    if as_json:
        print_json(cells)
        return
    for code, rows in cells.items():
        about = policy.roles()[code]
        lines = [[section, *row.values()] for section, row in rows.items()]
        title = f"{code} · {about.name} · {'; '.join(about.cite)}"
        made = table(title, ["section", *policy.ACTIONS], lines)
        made.columns[0].no_wrap = True
        print_rich(made)
    named = [[one.code, one.meaning, "; ".join(one.cite)] for one in policy.conditions().values()]
    print_rich(table("Conditions", ["code", "holds where", "law"], named))


@access.command("can")
def can(
    subject: Who,
    action: What,
    student: Student,
    section: Part,
    at: At = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Decide one question, and say by which rule."""
    session = open_session()
    with session.reading() as connection:
        case, told = _case(session, connection, subject, student, at, purpose)
        _check(section, action)
        decision = case.decide(section, action)
    answer = {
        "allowed": decision.allowed,
        **_rules(decision, told=told or decision.allowed),
        "fields": sorted(decision.fields),
        "limits": sorted(decision.limits),
        "obligations": list(decision.obligations),
    }
    _show("Allowed" if decision.allowed else "Denied", answer, as_json)


@access.command("why")
def why(
    subject: Who,
    action: What,
    student: Student,
    section: Part,
    at: At = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Tell which denials apply and which conditions are unmet, to those who may know."""
    from dataclasses import asdict

    from service.access.explain import explain

    session = open_session()
    with session.reading() as connection:
        case, told = _case(session, connection, subject, student, at, purpose)
        _check(section, action)
        if not told:
            _refuse()
        found = explain(case.desk, case.side, section, action)
        decision = case.decide(section, action)
    if as_json:
        print_json({"allowed": decision.allowed, **_rules(decision, told=True), **asdict(found)})
        return
    typer.echo(f"{'Allowed' if decision.allowed else 'Denied'}: {', '.join(decision.rules)}")
    _show_unmet(found)


@access.command("who")
def who(student: Student, section: Part, at: At = None, as_json: Json = False) -> None:
    """List everybody who can read a section of a student now, and by which rule."""
    from service.access.explain import readers
    from service.access.load import load_district
    from service.office.people import find_person

    session = open_session()
    with session.reading() as connection:
        record_id = find_person(connection, session.tenant, student)
        _check(section, "read")
        district = load_district(connection, session.tenant)
        now = _moment(session, at)
        if not _may_know(connection, district, record_id, now):
            _refuse()
        found = list(readers(connection, district, record_id, section, now))
    rows = [
        {"subject": one.subject, "purpose": one.purpose, **_rules(one.decision, told=True)}
        for one in found
    ]
    if as_json:
        print_json(rows)
    elif rows:
        cells = [[row["subject"], row["purpose"], "; ".join(row["rules"])] for row in rows]
        print_rich(table(f"Who can read {section}", ["subject", "purpose", "rules"], cells))
    else:
        typer.echo("Nobody.")


@access.command("appoint")
def appoint_account(
    account: Annotated[str, typer.Argument(help="An account; your own is your login name.")],
    reason: Annotated[str, typer.Option(help="The evidence; kept with the appointment.")],
    role: Annotated[str, typer.Option(help="PRV, the custodian of records.")] = "PRV",
) -> None:
    """Appoint an account to a role that no roster tells. The first custodian appoints itself."""
    from service.duty import appoint_account as appoint

    session = open_session()
    act = session.act(reason)
    appoint(session.engine, session.log, act, command_name(), (account, role))
    typer.echo(f"{account} is {role} from now on.")


def _case(
    session: Session,
    connection: Connection,
    subject: str,
    student: str,
    at: str | None,
    purpose: str | None,
) -> tuple[Case, bool]:
    """The case of a question, and whether whoever types may know why it ends as it does."""
    from service.access.explain import STRONGEST, usual_purpose
    from service.access.load import at_desk, load_district, load_rows
    from service.access.request import Context
    from service.office.people import find_person

    record_id = find_person(connection, session.tenant, student)
    district = load_district(connection, session.tenant)
    whom = _subject(connection, session.tenant, subject)
    strength = STRONGEST.get(whom.kind, "strong-factor")
    now = _moment(session, at)
    wanted = purpose or usual_purpose(whom)
    context = Context(now, wanted, stated=purpose is not None, strength=strength)
    desk = at_desk(connection, whom, context, district)
    case = desk.case(load_rows(connection, desk, [record_id])[record_id])
    return case, _may_know(connection, district, record_id, now)


def _subject(connection: Connection, tenant: str, given: str) -> Subject:
    from service.access.load import load_subject, subject_of_person
    from service.errors import NotFound
    from service.office.people import find_person

    try:
        return load_subject(connection, tenant, given)
    except NotFound:
        return subject_of_person(connection, tenant, find_person(connection, tenant, given))


def _may_know(connection: Connection, district: District, student: str, now: datetime) -> bool:
    """Whether the operator may read the student's consents and restrictions, as reasons tell them.

    Whoever can type here has the machine's own sign-in behind it.
    """
    from service.access.explain import usual_purpose
    from service.access.load import at_desk, load_rows, load_subject
    from service.access.request import Context
    from service.errors import NotFound

    try:
        subject = load_subject(connection, district.tenant, operator())
    except NotFound:
        return False
    context = Context(now, usual_purpose(subject), strength="strong-factor")
    desk = at_desk(connection, subject, context, district)
    rows = load_rows(connection, desk, [student])[student]
    return desk.decide(desk.side(rows), "consents", "read").allowed


def _refuse() -> None:
    from service.errors import Denied

    raise Denied(
        f"{operator()} may not know the reasons, which tell of consents and restrictions.",
        "Ask the custodian of records, or see `planbridge access appoint --help`.",
    )


def _moment(session: Session, at: str | None) -> datetime:
    from datetime import UTC, datetime

    from service.errors import Invalid

    if at is None:
        return session.settings.clock()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Invalid(f"{at!r} is no date.", "Write it as 2026-11-20.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check(section: str, action: str) -> None:
    from service.access import policy
    from service.errors import Invalid

    if section not in policy.sections():
        known = ", ".join(policy.sections())
        raise Invalid(f"There is no section {section!r}.", f"Use one of {known}.")
    if action not in policy.ACTIONS:
        raise Invalid(f"Nothing is called {action!r}.", f"Use one of {', '.join(policy.ACTIONS)}.")


def _rules(decision: Any, *, told: bool) -> dict[str, Any]:
    if not told:
        return {}
    return {
        "rules": list(decision.rules),
        "basis": list(decision.basis),
        "cite": list(decision.cite),
    }


def _show(title: str, answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    typer.echo(title)
    for name, value in answer.items():
        if isinstance(value, list) and value:
            typer.echo(f"  {name}: {', '.join(value)}")


def _show_unmet(found: Any) -> None:
    from service.access import policy

    for code in found.denials:
        typer.echo(f"  {code}: {policy.denials()[code].meaning}")
    rows = [
        [one.rule, "yes" if one.role_held else "no", ", ".join(one.codes)] for one in found.unmet
    ]
    print_rich(table("Ways in that are shut", ["rule", "role held", "unmet"], rows))
