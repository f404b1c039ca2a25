"""`planbridge export deliver` and `sets`: files brought to a career system, and which went out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session, progress

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def deliver(
    name: Annotated[str, typer.Argument(help="A destination: [deliver.NAME] in planbridge.toml.")],
    allow_held: Annotated[
        str | None, typer.Option("--allow-held", help="Why a short set may go all the same.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="What for; else what is usual.")] = None,
    as_json: Json = False,
) -> None:
    """Write a career system's files and bring them there. Exit 0 there, 3 held, 1 failed."""
    from service.cis.outgoing import Errand, send_set
    from service.errors import Invalid, NotFound
    from service.wiring import place_for

    if allow_held is not None and not allow_held.strip():
        raise Invalid("An empty reason is no reason.", 'Write --allow-held "why this is right".')
    session = open_session()
    session.begin_duty(allow_held or "")
    known = session.settings.deliver
    if name not in known:
        names = ", ".join(known) or "none yet; see docs/how-to/deliver-to-a-career-system.md"
        raise NotFound(f"There is no destination {name!r}.", f"Known: {names}.")
    destination = known[name]
    place = place_for(name, destination)
    errand = Errand(name, destination, place, session.settings.data / "outgoing")
    # The career system asks for its own files, as its agreement lets it; we only carry them.
    window = session.window(allow_held or "", purpose=purpose)
    act = replace(window.act, by=destination.recipient)
    window = replace(window, act=act, request=f"{window.request} {name}")
    with progress() as tell:
        report, sent = send_set(window, errand, allow_held, tell)
    told = {
        "destination": name,
        "place": place.words,
        "students": report.students,
        "files": [{"name": one.name, "bytes": one.bytes, "sha256": one.sha256} for one in sent],
        "findings": [one.as_json() for one in report.findings],
        "losses": report.told.losses.as_json(),
    }
    if as_json:
        print_json(told)
    else:
        _tell(told)


def _tell(told: dict[str, Any]) -> None:
    count = len(told["files"])
    typer.echo(f"Brought {count} files of {told['students']:,} students to {told['place']}.")
    for one in told["findings"]:
        typer.echo(f"{one['file']}: {one['problem']}. {one['fix']}")
    kinds = len(told["losses"])
    if kinds:
        typer.echo(f"{kinds} kinds of values stay behind; --json lists them.")


def sets(as_json: Json = False) -> None:
    """The sets of files that were let out, the latest of each target first."""
    from service.cis.sets import list_sets

    session = open_session()
    with session.on_duty() as connection:
        rows = list_sets(connection, session.tenant)
    if as_json:
        print_json(rows)
        return
    names = ["target", "number", "layout", "scope", "students", "at", "by", "delivered_at"]
    names.append("override")
    cells = [[row[name] for name in names] for row in rows]
    print_rich(table("Sets", names, cells))
