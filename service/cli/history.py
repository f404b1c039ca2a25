"""`planbridge plan history|sign|signatures`: how a plan came to be, and who stands behind it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json
from service.cli.out import print_json, print_rich, table, tell_statements
from service.cli.session import open_session
from service.cli.students import Id, Why, plan

if TYPE_CHECKING:
    from service.ilp.story import Chapter, Turn


@plan.command("history")
def history(given: Id, as_json: Json = False) -> None:
    """Tell a plan's history as a story: what each version brought, as far as it is open."""
    from service.ilp.request import plan_sections
    from service.ilp.sight import require_open_plan, visible_plan
    from service.ilp.story import chapters
    from service.office import at_window

    with at_window(open_session().window()) as visit:
        sight = visit.lookup(given, "read", plan_sections())
        head, _ = require_open_plan(visit.connection, visit.tenant, sight)
        told = list(
            chapters(
                visit.connection, visit.tenant, str(head.id), lambda one: visible_plan(one, sight)
            )
        )
    tell_statements(visit)
    if as_json:
        print_json([asdict(one) for one in told])
        return
    for chapter in told:
        _tell(chapter)


@plan.command("signatures")
def list_signatures(given: Id, as_json: Json = False) -> None:
    """List who decided on a plan, and whether it still stands."""
    from service.ilp.request import plan_sections
    from service.ilp.sight import require_open_plan
    from service.ilp.story import signatures
    from service.office import at_window

    with at_window(open_session().window()) as visit:
        sight = visit.lookup(given, "read", plan_sections())
        _, shown = require_open_plan(visit.connection, visit.tenant, sight)
        found = signatures(shown)
    tell_statements(visit)
    if as_json:
        print_json([{**asdict(one), "holds": one.holds} for one in found])
        return
    rows = [
        [
            one.on,
            one.role,
            one.name,
            one.decision,
            ", ".join(one.elements),
            "holds" if one.holds else f"lapsed: {', '.join(one.lapsed)}" if one.lapsed else "",
        ]
        for one in found
    ]
    print_rich(table("Signatures", ["on", "as", "who", "decided", "elements", "now"], rows))


@plan.command("sign")
def sign_plan(
    given: Id,
    element: Annotated[list[str], typer.Option(help="What is signed, as GOA.01; again for more.")],
    reason: Why = "",
    decline: Annotated[bool, typer.Option("--decline", help="The decision is no.")] = False,
    as_json: Json = False,
) -> None:
    """Approve elements of a plan as they are now; it lapses when one of them changes."""
    from schemas.ilp.reviews import Decision
    from service.ilp.signing import sign
    from service.office import at_window

    decision = Decision.DECLINED if decline else Decision.APPROVED
    with at_window(open_session().window(reason)) as visit:
        made = sign(visit, given, element, decision)
    if as_json:
        print_json(made.model_dump(mode="json", exclude_defaults=True))
    else:
        names = ", ".join(one.root for one in made.elements)
        typer.echo(f"{made.decision.capitalize()} as {made.role}: {names} ({made.id})")


def _tell(chapter: Chapter) -> None:
    why = f": {chapter.reason}" if chapter.reason else ""
    typer.secho(f"Version {chapter.version} · {chapter.at} · {chapter.author}{why}", bold=True)
    for turn in chapter.turns:
        for sentence in _sentences(turn):
            typer.echo(f"  {turn.name}: {sentence}")


def _sentences(turn: Turn) -> Any:
    yield from (f"{old} became {new}" for old, new in turn.changed if old != new)
    same = sum(old == new for old, new in turn.changed)
    if same:
        yield f"{same} changed in detail"
    if turn.added:
        yield f"new: {'; '.join(turn.added)}"
    if turn.gone:
        yield f"gone: {'; '.join(turn.gone)}"
