"""`planbridge tie`, `team` and `deputy`: who works with a student beyond what the roster tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.counter import (
    SPAN,
    Begins,
    Ends,
    Every,
    Json,
    One,
    Row,
    Student,
    Why,
    asking,
    at_work,
    listed,
    looking,
    moment_of,
    party_of,
    span_of,
    student_of,
    told,
    with_names,
)

if TYPE_CHECKING:
    from service.access.workflow.clerk import Clerk
    from service.access.workflow.teams import Member

tie = typer.Typer(help="Who is tied to a student beyond the roster.", no_args_is_help=True)
team = typer.Typer(help="Who is on a student's IEP Team.", no_args_is_help=True)
deputy = typer.Typer(help="Who stands in for a member of staff.", no_args_is_help=True)

_KINDS = "counselor, caseManager, serviceProvider, guardian, mentor, enrollment or aid."


@tie.command("add")
def add_tie(
    student: Student,
    kind: Annotated[str, typer.Argument(help=_KINDS)],
    agent: Annotated[str, typer.Argument(help="Who: an account or a person's id.")],
    evidence: Annotated[str, typer.Option(help="Where it is written down.")],
    notice_met: Annotated[
        bool, typer.Option("--notice-met", help="The notice of 34 CFR 99.34 was given.")
    ] = False,
    begins: Begins = None,
    ends: Ends = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Tie somebody to a student. What makes somebody staff or guardian is the custodian's."""
    from service.access.workflow.ties import Bond
    from service.access.workflow.ties import add_tie as add

    with at_work(reason) as clerk:
        bond = Bond(party_of(clerk, agent), kind, evidence, notice_met)
        done = add(clerk, student_of(clerk, student), bond, span_of(clerk, begins, ends))
    told(done, "Tied.", as_json)


@tie.command("end")
def end_tie(tie_id: Row, reason: Why, as_json: Json = False) -> None:
    """End a tie now."""
    from service.access.workflow.ties import end_tie as end

    with at_work(reason) as clerk:
        done = end(clerk, tie_id)
    told(done, "Ended.", as_json)


@tie.command("list")
def list_ties(student: One = None, as_json: Json = False) -> None:
    """List ties beyond the roster."""
    from service.access.workflow.ties import list_ties as rows_of

    with asking() as visit:
        rows = rows_of(visit.clerk, student and student_of(visit.clerk, student))
        rows = with_names(visit, rows, "student_id")
    columns = ["id", "student", "kind", "agent_id", "notice_met", "evidence", *SPAN]
    listed("Ties", columns, rows, as_json)


@team.command("add-version")
def add_team(
    student: Student,
    reason: Annotated[str, typer.Option(help="Such as the meeting; kept with the list.")],
    agency: Annotated[list[str], typer.Option(help="Who represents the public agency.")],
    member: Annotated[list[str] | None, typer.Option(help="Other staff; again for more.")] = None,
    outside: Annotated[
        list[str] | None, typer.Option(help="Who is not employed by the district.")
    ] = None,
    begins: Begins = None,
    as_json: Json = False,
) -> None:
    """Put the next version of an IEP Team's list on record; it ends the one before."""
    from service.access.workflow.teams import add_version

    with at_work(reason) as clerk:
        members = [
            *(_member(clerk, one, represents_agency=True) for one in agency),
            *(_member(clerk, one) for one in member or ()),
            *(_member(clerk, one, employed=False) for one in outside or ()),
        ]
        start = moment_of(clerk, "from", begins)
        done = add_version(clerk, student_of(clerk, student), members, start)
    told(done, f"{len(members)} members are on record.", as_json)


@team.command("list")
def list_team(student: Student, every: Every = False, as_json: Json = False) -> None:
    """List the Team in force, or every version."""
    from service.access.workflow.teams import list_team as rows_of

    with looking() as clerk:
        rows = rows_of(clerk, student_of(clerk, student), every=every)
    columns = ["version", "person_id", "employed", "represents_agency", *SPAN]
    listed("IEP Team", columns, rows, as_json)


@deputy.command("add")
def add_deputy(
    account: Annotated[str, typer.Argument(help="The account that stands in.")],
    staff: Annotated[str, typer.Argument(help="For whom: an account or a person's id.")],
    ends: Annotated[str, typer.Option("--to", help="Until when; at most a year.")],
    reason: Annotated[str, typer.Option(help="Such as parental leave; kept with it.")],
    begins: Begins = None,
    as_json: Json = False,
) -> None:
    """Let an account stand in for a member of staff for a time."""
    from service.access.workflow.deputies import add_deputy as add

    with at_work(reason) as clerk:
        done = add(clerk, account, party_of(clerk, staff), span_of(clerk, begins, ends))
    told(done, f"{account} stands in for {staff}.", as_json)


@deputy.command("end")
def end_deputy(deputy_id: Row, reason: Why, as_json: Json = False) -> None:
    """End it now."""
    from service.access.workflow.deputies import end_deputy as end

    with at_work(reason) as clerk:
        done = end(clerk, deputy_id)
    told(done, "Ended.", as_json)


@deputy.command("list")
def list_deputies(as_json: Json = False) -> None:
    """List who stands in for whom: all for the custodian, for others their own."""
    from service.access.workflow.deputies import list_deputies as rows_of

    with looking() as clerk:
        rows = rows_of(clerk)
    listed("Deputies", ["id", "account_id", "staff_id", "reason", *SPAN], rows, as_json)


def _member(
    clerk: Clerk, given: str, *, employed: bool = True, represents_agency: bool = False
) -> Member:
    from service.access.workflow.teams import Member

    return Member(party_of(clerk, given), employed, represents_agency)
