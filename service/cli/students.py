"""`planbridge student` and `planbridge plan`: one student, and that student's plan."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table, tell_statements, write_new
from service.cli.place import Place
from service.cli.session import Session, open_session, progress

if TYPE_CHECKING:
    from service.office import Visit, Window

student = typer.Typer(
    help="A student: show the record, correct a roster field.", no_args_is_help=True
)
plan = typer.Typer(help="Students' plans: in and out, signatures, history.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Id = Annotated[
    str, typer.Argument(metavar="student", help="A sourcedId, a local id or a state id.")
]
Why = Annotated[str, typer.Option(help="Why; kept with the change.")]
Purpose = Annotated[str | None, typer.Option(help="What for; else what is usual for you.")]


@student.command("show")
def show(given: Id, purpose: Purpose = None, as_json: Json = False) -> None:
    """Roster, plan, and where each value came from: as much as is open to whoever asks."""
    from service.ilp.request import plan_sections
    from service.office import at_window
    from service.students import show_student

    with at_window(open_session().window(purpose=purpose)) as visit:
        sight = visit.lookup(given, "read", plan_sections())
        found = show_student(visit.connection, visit.tenant, sight)
    if as_json:
        print_json({**found, "statements": [asdict(one) for one in visit.statements]})
        return
    for one in _tables(found):
        print_rich(one)
    tell_statements(visit)


@student.command("set")
def set_field(
    given: Id,
    field: Annotated[str, typer.Argument(help="Such as preferred_given_name or phone.")],
    value: Annotated[str, typer.Argument(help="What it is from now on; '' for nothing.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """Correct a roster field here; an empty value clears it. The next night respects the edit."""
    from service.access.writes import Proposal
    from service.office import at_window
    from service.roster import Edit, edit_field, load_record

    field = field.removeprefix("person.")  # as messages write it
    with at_window(open_session().window(reason)) as visit:
        record_id = visit.find(given)
        visit.write(Proposal(record_id, record_id, {f"person.{field}": value or None}))
        record = load_record(visit.connection, visit.tenant, "person", record_id)
        edit_field(
            visit.connection, visit.tenant, record, Edit("person", field, value or None), visit.act
        )
    if as_json:
        print_json({"person": record_id, "field": field, "value": value or None})
    else:
        typer.echo(f"Set {field} of {record_id}.")


@plan.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="A native ilp.json document, a bundle, or a folder of them.")
    ],
    reason: Why = "imported",
    as_json: Json = False,
) -> None:
    """Take plans in, with the versions and files of a bundle. Again changes nothing."""
    from service.ilp.intake import check_files
    from service.ilp.request import take_in
    from service.office import at_window

    session = open_session()
    with progress() as tell:
        check_files(file, tell)
    with at_window(session.window(reason)) as visit:
        results = take_in(visit, file, session.settings.data)
    if as_json:
        print_json(results)
    else:
        for one in results:
            typer.echo(_imported(one))


def _imported(one: dict[str, Any]) -> str:
    held, missing = one.get("artifacts", 0), one.get("artifacts_missing", 0)
    files = f", {held} of {held + missing} files" if held + missing else ""
    waits = one.get("conflicts")
    asked = f" {waits} fields wait for a decision: `planbridge conflicts list`." if waits else ""
    return f"{one['file']}: {one['outcome']}, version {one['version']}{files}.{asked}"


@plan.command("export")
def export(
    given: Annotated[
        str,
        typer.Argument(
            metavar="student", help="A sourcedId, a local id, a state id, or a plan's own id."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A file; a .zip becomes a bundle. Else the terminal."),
    ] = None,
    to: Annotated[str | None, typer.Option(help="For whom: an account, or a person.")] = None,
    purpose: Purpose = None,
) -> None:
    """Write what is open of a student's plan as ilp.json, names and grade as the roster has them.

    A bundle also holds all versions of the plan, and its files.
    """
    from service.ilp.request import give_out
    from service.office import at_window

    place = Place(out) if out is not None else None
    if place is not None:
        place.require_free()
    session = open_session()
    window = session.window(purpose=purpose, party=to)
    if place is not None:
        _write(session, window, given, place)
        return
    with at_window(window) as visit:
        document = give_out(visit, given)
    sys.stdout.write(document.decode())
    tell_statements(visit)


def _write(session: Session, window: Window, given: str, place: Place) -> None:
    """Decided and on the log first; only then written."""
    from service.ilp.files import PlanFiles
    from service.ilp.request import give_out, give_out_bundle
    from service.office import let_out
    from service.office.statements import words_of

    files = PlanFiles(session.settings.data, session.tenant)

    def decide(visit: Visit) -> Callable[[Path], None]:
        if place.out.suffix.lower() == ".zip":
            return give_out_bundle(visit, files, given)
        document = give_out(visit, given)
        return lambda draft: write_new(draft, document)

    with let_out(window, decide) as (visit, write), place.drafted() as (draft, account):
        write(draft)
        account({}, words_of(visit.statements))
    place.tell_statements()
    typer.echo(f"Wrote {place.out}.")


def _tables(found: dict[str, Any]) -> list[Any]:
    person = found["person"]
    fields = person["fields"]
    names = " ".join(fields[key]["value"] for key in ("given_name", "family_name") if key in fields)
    title = f"{names} · {person['state']} since {person['since']} · {person['id']}"
    called = person.get("names", {})
    rows = [
        [name, called.get(name) or _words(one["value"]), _origin(one["origin"])]
        for name, one in fields.items()
    ]
    tables = [table(title, ["field", "value", "from"], rows)]
    for heading, key in (("Roles", "role"), ("Enrollments", "enrollment")):
        listed = [_line(one, key) for one in found.get(f"{key}s", ())]
        if listed:
            tables.append(table(heading, ["what", "where", "state", "since"], listed))
    shown = [_plan_table(found["plan"])] if "plan" in found else []
    return [*tables, *shown, *_conflict_tables(found["conflicts"])]


def _words(value: str) -> str:
    """A value as people read it: lists are stored as JSON."""
    if not value.startswith("["):
        return value
    try:
        members = json.loads(value)
    except ValueError:
        return value
    return ", ".join(_member(one) for one in members)


def _member(one: Any) -> str:
    return " ".join(f"{name} {one[name]}" for name in one) if isinstance(one, dict) else str(one)


def _line(one: dict[str, Any], key: str) -> list[Any]:
    names = one.get("names", {})
    where = names.get("class_id") or names.get("org_id") or names.get("school_id")
    return [one["fields"]["role"]["value"], where, one["state"], one["since"]]


def _plan_table(plan_: dict[str, Any] | None) -> Any:
    if plan_ is None:
        return "No plan yet."
    title = f"Plan {plan_['id']} · {plan_['attachment']}"
    told = plan_.get("versions", ())
    rows = [[one["version"], one["author"], one["at"], one["reason"]] for one in told]
    return table(title, ["version", "by", "at", "why"], rows) if rows else title


def _conflict_tables(rows: list[dict[str, Any]]) -> list[Any]:
    keys = ["number", "field", "base", "ours", "theirs"]
    cells = [[row[key] for key in keys] for row in rows]
    return [table("Open conflicts", keys, cells)] if rows else []


def _origin(origin: dict[str, Any]) -> str:
    from service.report.words import moment

    if origin["source"] == "local":
        return f"{origin['by']}, {moment(origin['at'])}: {origin['reason']}"
    return f"{origin['source']}, run {origin['run']}"
