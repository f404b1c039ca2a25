"""`planbridge iep propose` and the commands that follow a proposal through its life."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Student, Why, day_of
from service.cli.iep import iep, visiting
from service.cli.out import print_json, print_rich, table

if TYPE_CHECKING:
    from service.iep.proposing import Ask

Id = Annotated[str, typer.Argument(metavar="proposal", help="What the list calls it.")]
Decided = Annotated[str, typer.Option("--decision", help="The Team's decision on record, by id.")]


@iep.command("propose")
def propose(
    student: Student,
    change: Annotated[str, typer.Argument(help="add, change or end.")],
    part: Annotated[str, typer.Argument(help="Of the IEP, such as postsecondary_goals.")],
    rationale: Annotated[str, typer.Option(help="Why the IEP should change.")],
    item: Annotated[str | None, typer.Option(help="The IEP's id of what is to change.")] = None,
    area: Annotated[str | None, typer.Option(help="education-training, employment, ...")] = None,
    entry: Annotated[str | None, typer.Option(help="The plan's entry that it comes from.")] = None,
    words: Annotated[
        str | None, typer.Option(help="Your own words, if you are the student.")
    ] = None,
    wording: Annotated[
        str | None, typer.Option(help="The Team's wording, as it should read.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="The last day on which it waits.")] = None,
    as_json: Json = False,
) -> None:
    """Draft a proposal to the IEP Team; only you see it until you submit it."""
    from service.iep import proposing
    from service.iep.request import found, readable_plan, version_now

    ask = _ask(
        change,
        part,
        rationale=rationale,
        item=item,
        area=area,
        entry=entry,
        words=words,
        wording=wording,
        expires_on=day_of("expires", expires),
    )
    with visiting(rationale) as visit:
        whom = found(visit, student, "propose")
        plan = readable_plan(visit, visit.see(whom)) if entry else None
        made = proposing.propose(visit, whom, ask, version_now(visit, whom), plan)
    _moved(made, "draft", as_json)


@iep.command("revise")
def revise(
    proposal: Id,
    wording: Annotated[str, typer.Option(help="How it should read now.")],
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Give an own draft another wording; the student's own words stay as they are."""
    from service.iep.proposing import revise as change

    with visiting(reason) as visit:
        state = change(visit, proposal, wording)
    _moved(proposal, state, as_json)


@iep.command("submit")
def submit(proposal: Id, reason: Why = "", as_json: Json = False) -> None:
    """Hand an own draft in; the Team sees it from now on."""
    from service.iep.proposing import submit as hand_in

    with visiting(reason) as visit:
        state = hand_in(visit, proposal)
    _moved(proposal, state, as_json)


@iep.command("withdraw")
def withdraw(proposal: Id, reason: Why, as_json: Json = False) -> None:
    """Take an own proposal back."""
    from service.iep.proposing import withdraw as take_back

    with visiting(reason) as visit:
        state = take_back(visit, proposal)
    _moved(proposal, state, as_json)


@iep.command("rebase")
def rebase(proposal: Id, reason: Why = "", as_json: Json = False) -> None:
    """Put an own proposal on the version of the IEP that is in force now."""
    from service.iep.proposing import own
    from service.iep.proposing import rebase as put
    from service.iep.request import version_now

    with visiting(reason) as visit:
        whom = own(visit, proposal).student_id
        state = put(visit, proposal, version_now(visit, whom))
    _moved(proposal, state, as_json)


@iep.command("review")
def review(proposal: Id, reason: Why = "", as_json: Json = False) -> None:
    """Take a submitted proposal up. For the case manager."""
    from service.iep.deciding import review as take_up

    with visiting(reason) as visit:
        state = take_up(visit, proposal)
    _moved(proposal, state, as_json)


@iep.command("sign")
def sign(
    student: Student,
    document: Annotated[str, typer.Option(help="The id of the agreement that you sign.")],
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Sign a written amendment. For whoever holds the rights; it accepts nothing by itself."""
    from service.iep.deciding import sign as put_name
    from service.iep.request import found

    with visiting(reason) as visit:
        made = put_name(visit, found(visit, student, "propose"), document)
    if as_json:
        print_json({"id": made})
    else:
        typer.echo(f"Signed. ({made})")


@iep.command("decide")
def decide(
    student: Student,
    route: Annotated[str, typer.Argument(help="meeting or written-amendment.")],
    reference: Annotated[str, typer.Option(help="The meeting's or the agreement's id.")],
    on: Annotated[str, typer.Option("--on", help="The day of the decision.")],
    notice: Annotated[str, typer.Option(help="The prior written notice, by id.")],
    participation: Annotated[str, typer.Option(help="How the rights holder took part.")],
    to_version: Annotated[
        int | None, typer.Option(min=1, help="The number of the IEP's next version here.")
    ] = None,
    agency_signed_by: Annotated[
        str | None, typer.Option(help="Who signed an amendment for the agency.")
    ] = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Put a decision of the IEP Team on record. For the case manager or the representative."""
    from service.iep.deciding import TeamDecision, record_decision, route_of
    from service.iep.ledger import TRANSITION
    from service.iep.proposing import require_version
    from service.iep.request import looked, version_now

    day = day_of("on", on)
    way = route_of(route)
    with visiting(reason) as visit:
        whom = looked(visit, student, TRANSITION).student
        base = require_version(version_now(visit, whom))
        number = to_version or base.number + 1
        papers = TeamDecision(
            way, reference, day or visit.now.date(), notice, participation, number, agency_signed_by
        )
        made = record_decision(visit, whom, papers, base)
    if as_json:
        print_json({"id": made})
    else:
        typer.echo(f"Recorded. ({made})")


@iep.command("accept")
def accept(
    proposal: Id,
    decision: Decided,
    wording: Annotated[str | None, typer.Option(help="The wording that was adopted.")] = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Record that the Team accepted a proposal. The IEP changes only in the IEP system."""
    from service.iep.deciding import accept as take

    with visiting(reason) as visit:
        state = take(visit, proposal, decision, wording)
    _moved(proposal, state, as_json)


@iep.command("reject")
def reject(proposal: Id, decision: Decided, reason: Why, as_json: Json = False) -> None:
    """Record that the Team rejected a proposal, and why."""
    from service.iep.deciding import reject as refuse

    with visiting(reason) as visit:
        state = refuse(visit, proposal, decision)
    _moved(proposal, state, as_json)


@iep.command("list")
def list_all(
    student: Annotated[str | None, typer.Argument(help="One student; else all.")] = None,
    as_json: Json = False,
) -> None:
    """List proposals and where they stand."""
    from service.iep.request import list_proposals
    from service.office.names import called

    with visiting() as visit:
        found = list_proposals(visit, student)
        names = called(visit, {one.student_id for one in found})
    if as_json:
        print_json([asdict(one) | {"student": str(names[one.student_id])} for one in found])
        return
    rows = [
        [
            one.id,
            one.state,
            names[one.student_id],
            f"{one.change} {one.part}",
            one.wording,
            one.expires_on,
        ]
        for one in found
    ]
    columns = ["id", "state", "student", "what", "wording", "waits until"]
    print_rich(table("Proposals", columns, rows))


@iep.command("show")
def show(proposal: Id, as_json: Json = False) -> None:
    """Show a proposal with the student's own words, the Team's wording, and every step."""
    from service.iep.request import show_proposal

    with visiting() as visit:
        shown = show_proposal(visit, proposal)
    if as_json:
        print_json(shown)
        return
    steps = shown.pop("steps")
    rows = [[name, value] for name, value in shown.items() if value is not None]
    print_rich(table(proposal, ["field", "value"], rows))
    columns = ["action", "to_state", "at", "by", "reason"]
    print_rich(table("Steps", columns, [[step[name] for name in columns] for step in steps]))


def _ask(change: str, part: str, **told: Any) -> Ask:
    """What is proposed, as it was typed. Raises Invalid."""
    from schemas.ilp.goals import TransitionArea
    from service.errors import Invalid
    from service.iep.change import Change
    from service.iep.proposing import Ask

    area = told.pop("area")
    try:
        kind = Change(change)
        where = TransitionArea(area) if area else None
    except ValueError as error:
        known = ", ".join((*Change, *TransitionArea))
        raise Invalid(f"{error}.", f"Use one of {known}.") from None
    return Ask(kind, part, area=where, **told)


def _moved(proposal: str, state: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": proposal, "state": state})
    else:
        typer.echo(f"{proposal} is {state.replace('_', ' ')}.")
