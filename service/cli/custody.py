"""`planbridge restriction`, `hold` and `standing`: what bars, keeps or moves rights."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.counter import (
    SPAN,
    Begins,
    Ends,
    Json,
    One,
    Row,
    Student,
    Why,
    asking,
    at_work,
    listed,
    party_of,
    span_of,
    student_of,
    told,
    with_names,
)

restriction = typer.Typer(help="Who is barred from a student's record.", no_args_is_help=True)
hold = typer.Typer(help="Records that may not be destroyed.", no_args_is_help=True)
standing = typer.Typer(help="Facts in law that move a student's rights.", no_args_is_help=True)


@restriction.command("add")
def add_restriction(
    student: Student,
    person: Annotated[str, typer.Argument(help="Who is barred: an account or a person's id.")],
    document: Annotated[str, typer.Option(help="court-order, statute or binding-document.")],
    evidence: Annotated[str, typer.Option(help="Where the document is filed.")],
    begins: Begins = None,
    ends: Ends = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Bar a person from a student's record, whatever else ties them."""
    from service.access.workflow.spans import add_restriction as add

    with at_work(reason) as clerk:
        whom, span = party_of(clerk, person), span_of(clerk, begins, ends)
        done = add(clerk, student_of(clerk, student), whom, (document, evidence), span)
    told(done, "Barred.", as_json)


@restriction.command("end")
def end_restriction(restriction_id: Row, reason: Why, as_json: Json = False) -> None:
    """End a restriction now, by a later order."""
    _end("restriction", restriction_id, reason, as_json)


@restriction.command("list")
def list_restrictions(student: One = None, as_json: Json = False) -> None:
    """List who is barred, and by which document."""
    columns = ["id", "student", "person_id", "evidence", *SPAN]
    _list("restriction", "Restrictions", columns, student, as_json)


@hold.command("add")
def add_hold(student: Student, reason: Why, as_json: Json = False) -> None:
    """Keep everything of a student from destruction."""
    from service.access.workflow.spans import add_hold as add

    with at_work(reason) as clerk:
        done = add(clerk, student_of(clerk, student))
    told(done, "Held.", as_json)


@hold.command("lift")
def lift_hold(hold_id: Row, reason: Why, as_json: Json = False) -> None:
    """Lift a hold."""
    _end("hold", hold_id, reason, as_json)


@hold.command("list")
def list_holds(student: One = None, as_json: Json = False) -> None:
    """List legal holds."""
    _list("hold", "Holds", ["id", "student", "reason", *SPAN], student, as_json)


@standing.command("add")
def add_standing(
    student: Student,
    kind: Annotated[str, typer.Argument(help="postsecondary, incompetent or dependent.")],
    evidence: Annotated[str, typer.Option(help="Where the document is filed.")],
    begins: Begins = None,
    ends: Ends = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Record that a student attends college, was found incompetent, or is a tax dependent."""
    from service.access.workflow.spans import add_standing as add

    with at_work(reason) as clerk:
        span = span_of(clerk, begins, ends)
        done = add(clerk, student_of(clerk, student), kind, evidence, span)
    told(done, "Recorded.", as_json)


@standing.command("end")
def end_standing(standing_id: Row, reason: Why, as_json: Json = False) -> None:
    """Record that it is no longer so."""
    _end("standing", standing_id, reason, as_json)


@standing.command("list")
def list_standings(student: One = None, as_json: Json = False) -> None:
    """List the facts that move rights."""
    columns = ["id", "student", "kind", "evidence", *SPAN]
    _list("standing", "Facts in law", columns, student, as_json)


def _end(kind: str, id_: str, reason: str, as_json: bool) -> None:
    from service.access.workflow.spans import end_span

    with at_work(reason) as clerk:
        done = end_span(clerk, kind, id_)
    told(done, "Ended.", as_json)


def _list(kind: str, title: str, columns: list[str], student: str | None, as_json: bool) -> None:
    from service.access.workflow.spans import list_spans

    with asking() as visit:
        rows = list_spans(visit.clerk, kind, student and student_of(visit.clerk, student))
        rows = with_names(visit, rows, "student_id")
    listed(title, columns, rows, as_json)
