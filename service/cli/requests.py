"""`planbridge request` and `planbridge agreement`: what is asked for, and what vendors may have."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.counter import (
    Begins,
    Every,
    Json,
    One,
    Row,
    Student,
    Why,
    asking,
    at_work,
    day_of,
    listed,
    looking,
    moment_of,
    party_of,
    student_of,
    told,
    with_names,
)

request = typer.Typer(help="Requests to inspect, amend or transfer.", no_args_is_help=True)
agreement = typer.Typer(help="Agreements with vendors and evaluators.", no_args_is_help=True)


@request.command("add")
def add(
    student: Student,
    kind: Annotated[str, typer.Argument(help="inspection, amendment or transfer.")],
    requester: Annotated[str, typer.Option("--by", help="Who asks: an account or a person.")],
    section: Annotated[str, typer.Option(help="Which section; * for all.")] = "*",
    formal: Annotated[
        bool, typer.Option("--formal", help="By the formal route, which opens private writing.")
    ] = False,
    meeting: Annotated[
        str | None, typer.Option(help="The day of an IEP meeting before which it is due.")
    ] = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Log a request: it is due in 45 days, or before the meeting."""
    from service.access.workflow.requests import Asked, add_request

    with at_work(reason) as clerk:
        by, due = party_of(clerk, requester), day_of("meeting", meeting)
        asked = Asked(kind, by, section, formal, due)
        done = add_request(clerk, student_of(clerk, student), asked)
    told(done, "Logged.", as_json)


@request.command("answer")
def answer(
    request_id: Row,
    outcome: Annotated[
        str, typer.Argument(help="given, accepted, done, refused or withdrawn, by its kind.")
    ],
    reason: Annotated[str, typer.Option(help="The answer in words; kept with the request.")],
    as_json: Json = False,
) -> None:
    """Answer a request. An accepted amendment stays open until it is done."""
    from service.access.workflow.requests import answer_request

    with at_work(reason) as clerk:
        done = answer_request(clerk, request_id, outcome)
    told(done, "Answered.", as_json)


@request.command("state")
def state(
    request_id: Row,
    text: Annotated[str, typer.Option(help="The statement, word for word.")],
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Attach a statement of disagreement to what a refused amendment was about."""
    from service.access.workflow.requests import add_statement

    with at_work(reason) as clerk:
        done = add_statement(clerk, request_id, text)
    told(done, "Attached.", as_json)


@request.command("list")
def show(student: One = None, every: Every = False, as_json: Json = False) -> None:
    """List open requests, the most urgent first, with the days that are left."""
    from service.access.workflow.requests import list_requests

    with asking() as visit:
        whose = student and student_of(visit.clerk, student)
        rows = list_requests(visit.clerk, whose, every=every)
        rows = with_names(visit, rows, "student_id", "requester_id")
    columns = ["id", "days_left", "kind", "student", "section", "requester", "decision"]
    listed("Requests", columns, rows, as_json)


@agreement.command("add")
def add_agreement(
    account: Annotated[str, typer.Argument(help="The vendor's account; made where there is none.")],
    role: Annotated[str, typer.Option(help="What it is, such as CIS.")],
    exception: Annotated[str, typer.Option(help="a1 contractor, a3 audit, a6 study.")],
    purpose: Annotated[str, typer.Option(help="What for, from the district's list.")],
    section: Annotated[
        list[str],
        typer.Option(help="What it covers, also demographics.birth_date and .sex; may repeat."),
    ],
    ends: Annotated[str, typer.Option("--to", help="Until when.")],
    destroy_by: Annotated[str, typer.Option(help="By when everything is destroyed.")],
    terms: Annotated[str, typer.Option(help="Where the signed paper is filed.")],
    begins: Begins = None,
    posted: Annotated[str | None, typer.Option(help="Where it is published.")] = None,
    direct_control: Annotated[
        bool, typer.Option("--direct-control", help="The district controls use and upkeep.")
    ] = False,
    no_redisclosure: Annotated[
        bool, typer.Option("--no-redisclosure", help="The vendor is bound by 99.33(a).")
    ] = False,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Record a signed agreement; without direct control and bounds it opens nothing."""
    from service.access.workflow.agreements import Terms
    from service.access.workflow.agreements import add_agreement as add
    from service.errors import Invalid

    with at_work(reason) as clerk:
        last, destroyed = moment_of(clerk, "to", ends), moment_of(clerk, "destroy-by", destroy_by)
        if last is None or destroyed is None:
            raise Invalid("to and destroy-by are needed.", "Give both.")
        given = Terms(
            role,
            exception,
            purpose,
            frozenset(section),
            last,
            destroyed,
            moment_of(clerk, "from", begins),
            terms,
            posted,
            direct_control,
            no_redisclosure,
        )
        done = add(clerk, account, given)
    told(done, "Recorded.", as_json)


@agreement.command("end")
def end(agreement_id: Row, reason: Why, as_json: Json = False) -> None:
    """End an agreement now."""
    from service.access.workflow.agreements import end_agreement

    with at_work(reason) as clerk:
        done = end_agreement(clerk, agreement_id)
    told(done, "Ended.", as_json)


@agreement.command("list")
def list_all(as_json: Json = False) -> None:
    """List all agreements."""
    from service.access.workflow.agreements import list_agreements

    with looking() as clerk:
        rows = list_agreements(clerk)
    columns = ["id", "account_id", "exception", "sections", "valid_to", "ended_at", "destroy_by"]
    listed("Agreements", columns, rows, as_json)
