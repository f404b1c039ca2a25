"""`planbridge export deliver` and `sets`: files brought to a career system, and which went out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Every, Row, Why, asking, listed, with_names
from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session, progress

if TYPE_CHECKING:
    from adapters.cis.places import Sent
    from adapters.cis.write import SetReport
    from service.cis.outgoing import Errand

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
    from service.cis.recalls import left_behind
    from service.errors import Invalid, NotFound
    from service.ilp.files import PlanFiles
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
    files = PlanFiles(session.settings.data, session.tenant)
    errand = Errand(name, destination, place, session.settings.data / "outgoing", files)
    # The career system asks for its own files, as its agreement lets it; we only carry them.
    window = session.window(allow_held or "", purpose=purpose)
    act = replace(window.act, by=destination.recipient)
    window = replace(window, act=act, request=f"{window.request} {name}")
    with progress() as tell:
        report, sent = send_set(window, errand, allow_held, tell)
    with session.reading() as connection:
        left = left_behind(connection, session.tenant, name, window.act.at)
    told = {"destination": name, **_brought(errand, report, sent), "left_behind": left}
    if as_json:
        print_json(told)
    else:
        _tell(told)


def _brought(errand: Errand, report: SetReport, sent: list[Sent]) -> dict[str, Any]:
    from service.cis.places import layout_of

    layout = layout_of(errand.destination.layout, "layouts")
    return {
        "layout": layout.name,
        "unverified": list(layout.unverified()),
        "place": errand.place.words,
        "students": report.students,
        "files": [{"name": one.name, "bytes": one.bytes, "sha256": one.sha256} for one in sent],
        "findings": [one.as_json() for one in report.findings],
        "losses": report.told.losses.as_json(),
    }


def _tell(told: dict[str, Any]) -> None:
    count = len(told["files"])
    typer.echo(f"Brought {count} files of {told['students']:,} students to {told['place']}.")
    for one in told["findings"]:
        typer.echo(f"{one['file']}: {one['problem']}. {one['fix']}")
    if told["unverified"]:
        typer.echo(f"UNVERIFIED in the layout {told['layout']}: {'; '.join(told['unverified'])}.")
    if told["left_behind"]:
        typer.echo(
            f"{told['left_behind']} files that went there before are in this set no more: "
            "`planbridge export recalls` tells which to call back."
        )
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


def recalls(every: Every = False, as_json: Json = False) -> None:
    """List files that career systems hold and may have no more: ask them to delete these."""
    from dataclasses import asdict

    from service.cis.recalls import list_recalls

    with asking() as visit:
        rows = [asdict(one) for one in list_recalls(visit, every=every)]
        rows = with_names(visit, rows, "student_id")
    columns = ["id", "receiver", "target", "student", "name", "first_at", "last_at", "since"]
    columns += ["open", "asked_at"] if every else []
    listed("To be called back", columns, rows, as_json)


def recalled(file: Row, reason: Why, as_json: Json = False) -> None:
    """Record that a file's holder was asked to delete it; the reason says how."""
    from service.cis.recalls import note_asked
    from service.office import at_window

    with at_window(open_session().window(reason)) as visit:
        note_asked(visit, file)
    if as_json:
        print_json({"id": file})
    else:
        typer.echo(f"Called back. ({file})")


def layouts(
    name: Annotated[str | None, typer.Argument(help="A layout's name, or its file.")] = None,
    results: Annotated[bool, typer.Option("--results", help="Of files that are read.")] = False,
    as_json: Json = False,
) -> None:
    """The layouts of career systems: source, date, what is UNVERIFIED; of one, every element."""
    from mappings.cis.account import fates_of
    from mappings.cis.layout import layout_names
    from service.cis.places import layout_of

    kind = "results" if results else "layouts"
    found = [layout_of(one, kind) for one in ([name] if name else layout_names(kind))]
    told = [
        {
            "name": one.name,
            "title": one.title,
            "source": one.source,
            "as_of": one.as_of.isoformat(),
            "files": [file.name for file in one.written],
            "unverified": list(one.unverified()),
            "not_written": [each.model_dump() for each in one.not_written],
            "elements": [fate.as_json() for fate in fates_of(one)] if name and not results else [],
        }
        for one in found
    ]
    if as_json:
        print_json(told)
        return
    for layout in told:
        _tell_layout(layout)


def _tell_layout(told: dict[str, Any]) -> None:
    typer.echo(f"{told['name']}: {told['title']} · {told['source']} · as of {told['as_of']}")
    typer.echo(f"  {', '.join(told['files'])}")
    if told["unverified"]:
        typer.echo(f"  UNVERIFIED: {'; '.join(told['unverified'])}")
    for each in told["not_written"]:
        typer.echo(f"  not written: {each['file']}: {each['reason']}")
    for each in told["elements"]:
        where = ", ".join(each["files"]) or f"stays: {each['reason']}"
        missing = f" (no column: {', '.join(each['missing'])})" if each["missing"] else ""
        typer.echo(f"  {each['element']} {each['name']}: {where}{missing}")
