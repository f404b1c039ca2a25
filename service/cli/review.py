"""`planbridge conflicts` and `planbridge matches`: what waits for a person."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.cli.out import Number, print_json, print_rich, table
from service.cli.session import open_session

conflicts = typer.Typer(help="Fields that both sides changed.", no_args_is_help=True)
matches = typer.Typer(help="Records that may be one person.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Every = Annotated[bool, typer.Option("--all", help="Decided ones too.")]
Why = Annotated[str, typer.Option(help="Why; kept with the decision.")]


@conflicts.command("list")
def list_conflicts(every: Every = False, as_json: Json = False) -> None:
    """Conflicts that wait for a decision."""
    from service.office import at_window
    from service.review.conflicts import list_conflicts as listed

    with at_window(open_session().window()) as visit:
        rows = listed(visit, every=every)
    columns = ["number", "entity", "record_id", "field", "base", "ours", "theirs", "state"]
    _show("Conflicts", columns, rows, as_json)


@conflicts.command("decide")
def decide_conflict(
    number: Number,
    ours: Annotated[bool, typer.Option("--ours", help="Our value stays, for good.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="The source's value.")] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Take a decision back.")] = False,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Decide one conflict. The decision lasts: tomorrow does not ask again."""
    from service.errors import Invalid
    from service.office import at_window
    from service.review.conflicts import decide_conflict as decide
    from service.review.conflicts import reopen_conflict, require_decision, shown

    if [ours, theirs, reopen].count(True) != 1:
        raise Invalid("Say which side is right.", "Give one of --ours, --theirs, --reopen.")
    with at_window(open_session().window(reason)) as visit:
        require_decision(visit, number)
        if reopen:
            result = reopen_conflict(visit.connection, visit.tenant, number, visit.act)
        else:
            side = "ours" if ours else "theirs"
            result = decide(visit.connection, visit.tenant, number, side, visit.act)
        (told,) = shown(visit, [result])
    _done(told, f"Conflict {number}: {told['state']}.", as_json)


@matches.command("list")
def list_matches(every: Every = False, as_json: Json = False) -> None:
    """Pairs that wait for somebody who knows them."""
    from service.office import at_window
    from service.review.matches import list_matches as listed

    with at_window(open_session().window()) as visit:
        rows = listed(visit.connection, visit.tenant, every=every)
        people = {row["candidate_id"] for row in rows}
        people |= {row["record_id"] for row in rows if not row["is_account"]}
        visit.require_custodian("see names of possible doubles", students=sorted(people))
    columns = ["number", "record", "candidate", "score", "reasons", "source", "sourced_id", "state"]
    _show("Possible doubles", columns, rows, as_json)


@matches.command("decide")
def decide_match(
    number: Number,
    same: Annotated[bool, typer.Option("--same", help="One person: join the records.")] = False,
    different: Annotated[bool, typer.Option("--different", help="Two people.")] = False,
    reason: Why = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would move.")] = False,
    as_json: Json = False,
) -> None:
    """Decide whether two records are one person. Joining cannot be undone by machine."""
    from service.errors import Invalid
    from service.office import at_window
    from service.review.matches import DIFFERENT, SAME, people_asked_about
    from service.review.matches import decide_match as decide

    if same == different:
        raise Invalid("Say whether they are one person.", "Give --same or --different.")
    with at_window(open_session().window(reason)) as visit:
        visit.request += " --dry-run" if dry_run else ""
        people = people_asked_about(visit.connection, visit.tenant, number)
        visit.require_custodian("decide who is one person", students=people)
        with visit.connection.begin_nested() as tried:
            verdict = SAME if same else DIFFERENT
            result = decide(visit.connection, visit.tenant, number, verdict, visit.act)
            if dry_run:
                tried.rollback()
    _done({**result, "dry_run": dry_run}, _decided(result, dry_run=dry_run), as_json)


def _decided(result: dict[str, Any], *, dry_run: bool) -> str:
    """What was decided and what moved by it, or would."""
    from service.report.words import entity_name

    rows = [f"{count:,} {entity_name(one)}" for one, count in result["moved"].items() if count]
    moved = f" Moved: {', '.join(rows)}." if rows else ""
    if not dry_run:
        return f"Question {result['number']}: {result['state']}.{moved}"
    what = "be joined into" if result["state"] == "same" else "stay apart from"
    one, other = (f"{result[key]} ({result[f'{key}_id']})" for key in ("record", "candidate"))
    told = f"{one} would {what} {other}."
    return f"Nothing is decided. {told}{moved.replace('Moved', 'What moves')}"


def _show(title: str, columns: list[str], rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo("Nothing waits for a decision.")
    else:
        cells = [[_cell(row[column]) for column in columns] for row in rows]
        print_rich(table(title, columns, cells))


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _done(result: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        typer.echo(sentence)
