"""`planbridge iep`: links, checks and progress of a student's IEP; nothing here changes an IEP."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Student, Why, listed
from service.cli.listing import Listing
from service.cli.out import print_json, print_rich, table, tell_statements
from service.cli.session import open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from service.iep.checks.result import Result
    from service.iep.progress import Note
    from service.office import Visit

iep = typer.Typer(help="The bridge to the IEP.", no_args_is_help=True)
link = typer.Typer(help="Links between goals of the plan and of the IEP.", no_args_is_help=True)
iep.add_typer(link, name="link", cls=Listing)

Purpose = Annotated[str | None, typer.Option(help="What for; else what is usual for you.")]
LinkId = Annotated[str, typer.Argument(metavar="link", help="What the list calls it.")]
OnDay = Annotated[str | None, typer.Option("--on", help="As of this day; else today.")]


@contextmanager
def visiting(reason: str = "", purpose: str | None = None) -> Iterator[Visit]:
    """Whoever types, at the records office; statements of disagreement are told at the end."""
    from service.office import at_window

    with at_window(open_session().window(reason, purpose=purpose)) as visit:
        yield visit
    tell_statements(visit)


@iep.command("section")
def section(student: Student, purpose: Purpose = None, as_json: Json = False) -> None:
    """Show the transition section that the IEP system delivered last."""
    from service.iep.request import show_section

    with visiting(purpose=purpose) as visit:
        shown = show_section(visit, student)
    if as_json:
        print_json(shown)
        return
    told = shown["iep"]
    rows = [
        [kind, one["id"], one.get("area", ""), one["statement"]]
        for kind in ("postsecondary_goals", "annual_goals")
        for one in told.get(kind, ())
    ]
    title = f"IEP {told.get('id')} · version {shown['number']} here · from {shown['source']}"
    print_rich(table(title, ["kind", "id", "area", "goal"], rows))


@link.command("add")
def add(
    student: Student,
    entry: Annotated[str, typer.Argument(help="The goal's id in the plan.")],
    goal: Annotated[str, typer.Argument(help="The goal's id in the IEP.")],
    kind: Annotated[str, typer.Option(help="supports, derived_from, replaced_by, conflicts_with.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """Link a goal of the plan with a goal of the IEP."""
    from service.iep.links import add_link, kind_of
    from service.iep.proposing import require_version
    from service.iep.request import found, require_plan, version_now

    meant = kind_of(kind)
    with visiting(reason) as visit:
        whom = found(visit, student, "write")
        sight = visit.see(whom, "read", ["iepLink", "careerGoals"])
        now = require_version(version_now(visit, whom))
        made = add_link(visit, whom, (entry, goal), meant, now, require_plan(visit, sight))
    _told("Linked.", made, as_json)


@link.command("end")
def end(link_id: LinkId, reason: Why, as_json: Json = False) -> None:
    """End a link now; it stays on record."""
    from service.iep.links import end_link

    with visiting(reason) as visit:
        end_link(visit, link_id)
    _told("Ended.", link_id, as_json)


@link.command("move")
def move(
    link_id: LinkId,
    goal: Annotated[str, typer.Argument(help="The goal's id in the current version.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """Say where a link goes that waits since an amendment."""
    from service.iep.links import move_link
    from service.iep.request import version_now

    with visiting(reason) as visit:
        move_link(visit, link_id, goal, lambda student: version_now(visit, student))
    _told("Moved.", link_id, as_json)


@link.command("list")
def list_all(
    student: Student,
    every: Annotated[bool, typer.Option("--all", help="Those that ended too.")] = False,
    as_json: Json = False,
) -> None:
    """List links; those that wait for a decision say what their goal may have become."""
    from service.iep.request import list_links

    with visiting() as visit:
        rows = list_links(visit, student, ended=every)
    columns = ["id", "kind", "ilp_entry", "goal_id", "made_by", "reason", "queued_at", "ended_at"]
    listed("Links", columns, rows, as_json)


@link.command("suggest")
def suggest(student: Student, as_json: Json = False) -> None:
    """Suggest links, each with its reasons. Only people make links."""
    from service.iep.request import suggest_links

    with visiting() as visit:
        found = suggest_links(visit, student)
    if as_json:
        print_json([asdict(one) for one in found])
    elif not found:
        typer.echo("Nothing to suggest.")
    else:
        rows = [[one.score, one.entry, one.goal, "; ".join(one.reasons)] for one in found]
        print_rich(table("Suggested links", ["score", "plan", "IEP", "because"], rows))


@iep.command("check")
def check(
    student: Annotated[str | None, typer.Argument(help="One student; else --school.")] = None,
    school: Annotated[str | None, typer.Option(help="Everybody at a school.")] = None,
    on: OnDay = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Check Indicator 13 and the duties around it; ends with 0 whatever the answers are."""
    from service.cli.counter import day_of
    from service.errors import Invalid

    if (student is None) == (school is None):
        raise Invalid("Name a student, or a school with --school.", "One of the two.")
    day = day_of("on", on)
    with visiting(purpose=purpose) as visit:
        told = _checked(visit, student, day) if student else _schooled(visit, school or "", day)
    told(as_json)


def _checked(visit: Visit, student: str, day: date | None) -> Callable[[bool], None]:
    from service.iep.checks.run import indicator13
    from service.iep.request import check_student

    results = check_student(visit, student, day)
    whole = indicator13(results)

    def tell(as_json: bool) -> None:
        if as_json:
            print_json({"indicator13": whole, "results": [one.as_json() for one in results]})
        else:
            print_rich(_results(f"Indicator 13: {whole}", results))

    return tell


def _schooled(visit: Visit, school: str, day: date | None) -> Callable[[bool], None]:
    from service.iep.request import check_school

    everybody = check_school(visit, school, day)
    return lambda as_json: _school(everybody, as_json)


@iep.command("progress")
def progress(
    student: Student,
    propose: Annotated[
        bool, typer.Option("--propose", help="Keep each adjustment as a draft of your own.")
    ] = False,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """What the plan shows of linked goals, and what might be adjusted."""
    from service.iep.adjusting import draft_adjustments
    from service.iep.request import notes

    with visiting(reason) as visit:
        student_id, found, adjustments = notes(visit, student)
        drafts = draft_adjustments(visit, student_id, adjustments) if propose else []
    if as_json:
        told = {"notes": [asdict(one) for one in found], "drafts": drafts}
        print_json({**told, "adjustments": [asdict(one) for one in adjustments]})
        return
    print_rich(_notes(found))
    for one in adjustments:
        typer.echo(f"Adjust {one.item or one.part}? {one.why}.")
    for id_ in drafts:
        typer.echo(f"Kept the draft {id_}.")


@iep.command("bring")
def bring(
    student: Student,
    consent: Annotated[str, typer.Option(help="The rights holder's consent, by id.")],
    reason: Why,
    accommodation: Annotated[str | None, typer.Option(help="An accommodation's id.")] = None,
    goal: Annotated[str | None, typer.Option(help="An annual goal's id.")] = None,
    pointer: Annotated[
        tuple[str, str] | None,
        typer.Option(help="A goal of the plan, and the IEP's goal that it points to."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy a part of the IEP into the plan, where the rights holder allows it."""
    from service.errors import Invalid
    from service.iep import bring as bringing
    from service.iep.proposing import require_version
    from service.iep.request import found, version_now

    if sum(one is not None for one in (accommodation, goal, pointer)) != 1:
        raise Invalid("Bring one thing.", "Give --accommodation, --goal or --pointer.")
    with visiting(reason) as visit:
        whom = found(visit, student, "write")
        now = require_version(version_now(visit, whom))
        if accommodation is not None:
            made = bringing.bring_accommodation(visit, whom, accommodation, consent, now)
        elif goal is not None:
            made = bringing.bring_goal(visit, whom, goal, consent, now)
        else:
            made = bringing.point_to(visit, whom, pointer or ("", ""), consent, now)
    _told("Brought into the plan.", made, as_json)


def _told(sentence: str, id_: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": id_})
    else:
        typer.echo(f"{sentence} ({id_})")


def _results(title: str, results: list[Result]) -> Any:
    rows = [
        [one.rule, one.area or "", one.outcome, "; ".join((one.reason, *one.warnings)), one.cite]
        for one in results
    ]
    return table(title, ["rule", "area", "answer", "because", "law"], rows)


def _school(everybody: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(everybody)
        return
    rows = [
        [one["student"], one["indicator13"], one["not_met"], one["cannot_tell"]]
        for one in everybody
    ]
    print_rich(table("Checks", ["student", "Indicator 13", "not met", "cannot tell"], rows))


def _notes(found: list[Note]) -> Any:
    rows = [
        [one.goal, one.entry, one.completed, one.hours, one.last, "quiet" if one.quiet else ""]
        for one in found
    ]
    columns = ["IEP goal", "plan", "completed", "hours", "last", ""]
    return table("Linked goals", columns, rows)
