"""`planbridge access`: who may do what with a student's record, and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Student, moment_of, party_of, student_of
from service.cli.out import print_json, print_rich, table
from service.cli.session import command_name, open_session

if TYPE_CHECKING:
    from service.access.desk import Case
    from service.access.request import Subject
    from service.access.workflow.clerk import Clerk
    from service.office import Visit

access = typer.Typer(help="Who may see and do what.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="subject", help="An account, or a person's id.")]
What = Annotated[str, typer.Argument(metavar="action", help="read, propose, write, share, …")]
Part = Annotated[str, typer.Argument(metavar="section", help="Such as careerGoals.")]
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
        print_rich(table(title, ["section", *policy.ACTIONS], lines))
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
    """Decide one question, and say by which rule. Of others, for whoever may know."""
    from service.office import at_window

    _check(section, action)
    with at_window(open_session().window()) as visit:
        case, told = _case(visit, subject, student, at, purpose)
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
    from service.office import at_window

    _check(section, action)
    with at_window(open_session().window()) as visit:
        case, told = _case(visit, subject, student, at, purpose)
        if not told:
            raise _refusal(visit, student)
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
    from service.office import at_window
    from service.office.names import called

    _check(section, "read")
    with at_window(open_session().window()) as visit:
        record_id = student_of(visit.clerk, student)
        if not _may_know(visit, record_id):
            raise _refusal(visit, student)
        now = moment_of(visit.clerk, "at", at) or visit.now
        found = list(readers(visit.connection, visit.district, record_id, section, now))
        names = called(visit, {one.subject for one in found})
    rows = [
        {"subject": one.subject, "name": str(names[one.subject])}
        | {"purpose": one.purpose, **_rules(one.decision, told=True)}
        for one in found
    ]
    if as_json:
        print_json(rows)
    elif rows:
        cells = [[row["name"], row["purpose"], "; ".join(row["rules"])] for row in rows]
        print_rich(table(f"Who can read {section}", ["subject", "purpose", "rules"], cells))
    else:
        typer.echo("Nobody.")


@access.command("appoint")
def appoint_account(
    account: Annotated[str, typer.Argument(help="An account; your own is your login name.")],
    reason: Annotated[str, typer.Option(help="The evidence; kept with the appointment.")],
    role: Annotated[str, typer.Option(help="PRV, the custodian of records.")] = "PRV",
    as_json: Json = False,
) -> None:
    """Appoint an account to a role that no roster tells. The first custodian appoints itself."""
    from service.duty import appoint_account as appoint

    session = open_session()
    act = session.act(reason)
    appoint(session.engine, session.log, act, command_name(), (account, role))
    if as_json:
        print_json({"account": account, "role": role})
    else:
        typer.echo(f"{account} is {role} from now on.")


def _case(
    visit: Visit, subject: str, student: str, at: str | None, purpose: str | None
) -> tuple[Case, bool]:
    """The case of a question, and whether whoever types may know why it ends as it does."""
    from service.access.explain import STRONGEST, usual_purpose
    from service.access.load import at_desk, load_rows
    from service.access.request import Context

    clerk = visit.clerk
    record_id = student_of(clerk, student)
    told = _may_know(visit, record_id)
    if not told and subject not in visit.subject.ids:
        raise _refusal(visit, student)
    if not told:  # everybody may know what the own account can do
        visit.note("ask", [record_id])
    whom = _subject(clerk, subject)
    context = Context(
        moment_of(clerk, "at", at) or clerk.now,
        purpose or usual_purpose(whom),
        stated=purpose is not None,
        strength=STRONGEST.get(whom.kind, "strong-factor"),
    )
    desk = at_desk(clerk.connection, whom, context, clerk.district)
    case = desk.case(load_rows(clerk.connection, desk, [record_id])[record_id])
    return case, told


def _subject(clerk: Clerk, given: str) -> Subject:
    from service.access.workflow.clerk import somebody

    return somebody(clerk.connection, clerk.tenant, party_of(clerk, given))


def _may_know(visit: Visit, student: str) -> bool:
    """Whether whoever types may read of consents and restrictions, as reasons tell of them."""
    decision = visit.clerk.may_read(student)
    told = decision.allowed and not decision.limits
    if told:
        visit.clerk.shown[student] = decision
    return told


def _refusal(visit: Visit, given: str) -> Exception:
    return visit.refusal(
        f"{visit.act.by} may not know that: it tells of others' ties and consents.",
        "Ask the custodian of records, or see `planbridge access appoint --help`.",
        [student_of(visit.clerk, given)],
    )


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
