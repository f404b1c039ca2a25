"""`planbridge student` and `planbridge plan`: one student, and that student's plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session, progress

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

student = typer.Typer(help="One student.", no_args_is_help=True)
plan = typer.Typer(help="Students' plans.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Id = Annotated[str, typer.Argument(help="A sourcedId, a local id or a state id.")]
Why = Annotated[str, typer.Option(help="Why; kept with the change.")]


@student.command("show")
def show(given: Id, as_json: Json = False) -> None:
    """Roster, plan, and where each value came from."""
    from service.students import show_student

    session = open_session()
    with session.reading() as connection:
        found = show_student(connection, session.tenant, given)
    if as_json:
        print_json(found)
        return
    for one in _tables(found):
        print_rich(one)


@student.command("set")
def set_field(given: Id, field: str, value: str, reason: Why, as_json: Json = False) -> None:
    """Correct a roster field here; an empty value clears it. The next night respects the edit."""
    from service.roster import Edit, edit_field, load_record
    from service.students import find_person

    session = open_session()
    with session.writing() as connection:
        record_id = find_person(connection, session.tenant, given)
        record = load_record(connection, session.tenant, "person", record_id)
        edit = Edit("person", field, value or None)
        edit_field(connection, session.tenant, record, edit, session.act(reason))
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
    from service.ilp.intake import check_files, import_files

    session = open_session()
    with progress() as tell:
        check_files(file, tell)
    with session.writing() as connection:
        act = session.act(reason)
        results = import_files(connection, session.tenant, file, act, session.settings.data)
    if as_json:
        print_json(results)
    else:
        for one in results:
            typer.echo(_imported(one))


def _imported(one: dict[str, Any]) -> str:
    held, missing = one.get("artifacts", 0), one.get("artifacts_missing", 0)
    files = f", {held} of {held + missing} files" if held + missing else ""
    return f"{one['file']}: {one['outcome']}, version {one['version']}{files}."


@plan.command("export")
def export(
    given: Annotated[
        str, typer.Argument(help="A sourcedId, a local id, a state id, or a plan's own id.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A file; a .zip becomes a bundle. Else the terminal."),
    ] = None,
) -> None:
    """Write a student's plan as native ilp.json, names and grade as the roster has them.

    A bundle also holds all versions of the plan, and its files.
    """
    from schemas.ilp.document import write_document
    from service.ilp.bundle import export_bundle
    from service.ilp.files import PlanFiles
    from service.ilp.keep import plan_now

    session = open_session()
    with session.reading() as connection:
        head = _plan_of(connection, session.tenant, given)
        if out is not None and out.suffix.lower() == ".zip":
            export_bundle(connection, PlanFiles(session.settings.data, session.tenant), head, out)
            typer.echo(f"Wrote {out}.")
            return
        document = write_document(plan_now(connection, session.tenant, head))
    if out is None:
        sys.stdout.write(document.decode())
    else:
        out.write_bytes(document)
        typer.echo(f"Wrote {out}.")


def _plan_of(connection: Connection, tenant: str, given: str) -> Any:
    """The row of a plan by its own id, or by any id of its student."""
    from service.ilp.keep import existing_plan, plan_by_id
    from service.students import find_person

    known = plan_by_id(connection, tenant, given)
    return known or existing_plan(connection, tenant, find_person(connection, tenant, given))


def _tables(found: dict[str, Any]) -> list[Any]:
    person = found["person"]
    fields = person["fields"]
    names = " ".join(fields[key]["value"] for key in ("given_name", "family_name") if key in fields)
    title = f"{names} · {person['state']} since {person['since']} · {person['id']}"
    rows = [[name, one["value"], _origin(one["origin"])] for name, one in fields.items()]
    tables = [table(title, ["field", "value", "from"], rows)]
    for heading, key in (("Roles", "role"), ("Enrollments", "enrollment")):
        listed = [_line(one, key) for one in found[f"{key}s"]]
        if listed:
            tables.append(table(heading, ["what", "where", "state", "since"], listed))
    return [*tables, _plan_table(found["plan"]), *_conflict_tables(found["conflicts"])]


def _line(one: dict[str, Any], key: str) -> list[Any]:
    names = one.get("names", {})
    where = names.get("class_id") or names.get("org_id") or names.get("school_id")
    return [one["fields"]["role"]["value"], where, one["state"], one["since"]]


def _plan_table(plan_: dict[str, Any] | None) -> Any:
    if plan_ is None:
        return "No plan yet."
    rows = [[one["version"], one["author"], one["at"], one["reason"]] for one in plan_["versions"]]
    return table(
        f"Plan {plan_['id']} · {plan_['attachment']}", ["version", "by", "at", "why"], rows
    )


def _conflict_tables(rows: list[dict[str, Any]]) -> list[Any]:
    keys = ["number", "field", "base", "ours", "theirs"]
    cells = [[row[key] for key in keys] for row in rows]
    return [table("Open conflicts", keys, cells)] if rows else []


def _origin(origin: dict[str, Any]) -> str:
    if origin["source"] == "local":
        return f"{origin['by']}, {origin['at']}: {origin['reason']}"
    return f"{origin['source']}, run {origin['run']}"
