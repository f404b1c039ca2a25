"""`planbridge item`: single items that a student shares, and who made one."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.counter import (
    SPAN,
    Begins,
    Ends,
    Json,
    Row,
    Student,
    Why,
    at_work,
    listed,
    looking,
    party_of,
    span_of,
    student_of,
    told,
)

app = typer.Typer(help="Single items: shares and owners.", no_args_is_help=True)

Section = Annotated[str, typer.Argument(metavar="section", help="Such as workSamples.")]
Entry = Annotated[str, typer.Argument(metavar="item", help="Its id in the plan.")]


@app.command("share")
def share(
    student: Student,
    section: Section,
    item: Entry,
    audience: Annotated[str, typer.Argument(help="An account, a person, or a role.")],
    begins: Begins = None,
    ends: Ends = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Let somebody see an item of your own record, beside what their rules ask for."""
    from service.access import policy
    from service.access.workflow.items import Item, share_item

    with at_work(reason) as clerk:
        whom = audience if audience in policy.roles() else party_of(clerk, audience)
        span = span_of(clerk, begins, ends)
        done = share_item(clerk, student_of(clerk, student), Item(section, item), whom, span)
    told(done, "Shared.", as_json)


@app.command("take-back")
def unshare(share_id: Row, reason: Why = "", as_json: Json = False) -> None:
    """End a share now."""
    from service.access.workflow.items import take_back

    with at_work(reason) as clerk:
        done = take_back(clerk, share_id)
    told(done, "Taken back.", as_json)


@app.command("shares")
def shares(student: Student, as_json: Json = False) -> None:
    """List what a student shares, and with whom."""
    from service.access.workflow.items import list_shares

    with looking() as clerk:
        rows = list_shares(clerk, student_of(clerk, student))
    listed("Shares", ["id", "section", "item_id", "audience", *SPAN], rows, as_json)


@app.command("owner")
def owner(
    student: Student,
    section: Section,
    item: Entry,
    who: Annotated[str, typer.Argument(help="Who made it: an account or a person's id.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """Record who made an item. For the custodian of records."""
    from service.access.workflow.items import Item, name_owner

    with at_work(reason) as clerk:
        whom = party_of(clerk, who)
        done = name_owner(clerk, student_of(clerk, student), Item(section, item), whom)
    told(done, "Recorded.", as_json)


@app.command("owners")
def owners(student: Student, as_json: Json = False) -> None:
    """List who made which item."""
    from service.access.workflow.items import list_owners

    with looking() as clerk:
        rows = list_owners(clerk, student_of(clerk, student))
    listed("Owners", ["id", "section", "item_id", "owner_id"], rows, as_json)
