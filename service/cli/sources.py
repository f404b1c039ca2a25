"""`planbridge source`: the systems that records come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table
from service.cli.session import open_session, progress

app = typer.Typer(help="The systems that records come from.", no_args_is_help=True)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    Turn = Callable[[Connection, str, str, str], None]

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Name = Annotated[str, typer.Argument(help="What `planbridge source list` calls it.")]
Why = Annotated[str, typer.Option(help="Why; kept on the log.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only tell what would come of it.")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What to call it, such as sis.")],
    kind: Annotated[
        str,
        typer.Option(help="oneroster-csv, oneroster-rest, cis-csv, iep-csv, iep-edfi or iep-ceds."),
    ],
    path: Annotated[Path | None, typer.Option(help="CSV, IEP: a zip, or a folder.")] = None,
    latest: Annotated[
        bool, typer.Option("--latest", help="CSV: of several zips in the folder, the newest.")
    ] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="CSV: whole files although all rows have a status.")
    ] = False,
    base_url: Annotated[str | None, typer.Option(help="REST: where the API is.")] = None,
    token_url: Annotated[str | None, typer.Option(help="REST: where tokens come from.")] = None,
    client_id: Annotated[str | None, typer.Option(help="REST: the client's id.")] = None,
    client_secret_file: Annotated[
        Path | None, typer.Option(help="REST: a file that holds the secret.")
    ] = None,
    auth: Annotated[
        str | None, typer.Option(help="REST: oauth2-basic, oauth2-post, oauth1 or bearer.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="REST: powerschool, infinite-campus, classlink, ...")
    ] = None,
    school: Annotated[
        list[str] | None, typer.Option(help="REST: only this school's sourcedId; repeatable.")
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(help="REST: gradebook, resources; repeatable.")
    ] = None,
    delta: Annotated[
        bool, typer.Option("--delta", help="REST: most nights ask only for what changed.")
    ] = False,
    profile: Annotated[
        Path | None, typer.Option(help="CIS, IEP CSV: a layout's name, or its file.")
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Option("--set", help="REST, IEP: another setting, as limit=500 or version='6.1'."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Give a known source these settings instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Name a source. Its secret is read from PLANBRIDGE_SECRET_<NAME> or a file, never stored."""
    from service.sources import add_source, replace_source
    from service.wiring import check_settings, secret_variable

    rest = {
        "base_url": base_url,
        "token_url": token_url,
        "client_id": client_id,
        "client_secret_file": client_secret_file and str(client_secret_file.resolve()),
        "auth": auth,
        "preset": preset,
        "schools": school,
        "include": include,
        "delta": {"enabled": True} if delta else None,
        **_parsed(more or []),
    }
    csv = {"latest": latest, "complete": complete}
    files = {**rest, "profile": profile and str(profile)}
    settings = _settings(kind, path, _given(csv), _given(files))
    check_settings(name, kind, settings)
    session = open_session()
    with session.on_duty() as connection:
        keep = replace_source if replace else add_source
        keep(connection, session.tenant, name, kind, settings)
    if as_json:
        print_json({"name": name, "kind": kind, "settings": settings})
        return
    typer.echo(f"{'Changed' if replace else 'Added'} source {name} ({kind}).")
    if kind == "oneroster-rest" and not client_secret_file:
        typer.echo(f"Set its secret in {secret_variable(name)}.")
    typer.echo(f"Next: planbridge source test {name}")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value}


def _parsed(lines: list[str]) -> dict[str, Any]:
    """`key=value` lines as TOML, so that numbers, lists and tables can be written."""
    import tomllib

    from service.errors import Invalid

    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        fix = "Write --set limit=500, --set \"version='1.1'\" or --set \"filters.users='...'\"."
        raise Invalid(f"--set is not readable: {error}.", fix) from None


def _settings(
    kind: str, path: Path | None, csv: dict[str, Any], rest: dict[str, Any]
) -> dict[str, Any]:
    from service.errors import Invalid
    from service.wiring import CIS_KIND, IEP_KINDS, KINDS

    if kind not in KINDS:
        raise Invalid(f"There is no source kind {kind!r}.", f"Use one of {', '.join(KINDS)}.")
    if kind == CIS_KIND:
        return _cis_settings(path, csv, rest)
    if kind in IEP_KINDS:
        return _iep_settings(path, csv, rest)
    if kind == "oneroster-csv":
        if path is None or rest:
            raise Invalid("A CSV source has a path and no REST options.", "Give --path only.")
        return {"path": str(path.resolve()), **csv}
    if "base_url" not in rest or path is not None or csv:
        raise Invalid("A REST source has a base URL and no path.", "Give --base-url.")
    return rest


def _iep_settings(path: Path | None, csv: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    from service.errors import Invalid

    if path is None or csv:
        raise Invalid("A source of IEPs has a path.", "Give --path, and --profile if need be.")
    files: dict[str, Any] = {
        name: str(Path(given[name]).resolve())
        for name in ("profile", "names", "overlay")
        if name in given
    }
    return {**given, **files, "path": str(path.resolve())}


def _cis_settings(path: Path | None, csv: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    from mappings.cis.layout import layout_names
    from service.errors import Invalid

    if csv or (path is None) == ("host" not in given):
        fix = "Give --path FOLDER, or --set \"host='...'\" with user and host_key."
        raise Invalid("Results lie in a folder, or on an SFTP server.", fix)
    plain = {"path": str(path.resolve())} if path else {}
    profile = given.get("profile")
    if profile and profile not in layout_names("results"):
        plain["profile"] = str(Path(profile).resolve())
    if "client_secret_file" in given:
        plain["secret_file"] = given.pop("client_secret_file")
    return {**given, **plain}


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Show all sources and how far each was accepted."""
    from service.sources import list_sources

    session = open_session()
    with session.reading() as connection:
        rows = list_sources(connection, session.tenant)
    if as_json:
        keys = ("name", "kind", "settings", "serial", "accepted_run", "retired_at")
        print_json([{key: getattr(row, key) for key in keys} for row in rows])
        return
    cells = [
        [
            row.name,
            row.kind,
            row.settings.get("path") or row.settings.get("base_url"),
            row.accepted_run,
            row.retired_at and row.retired_at[:10],
        ]
        for row in rows
    ]
    columns = ["name", "kind", "where", "last accepted run", "retired"]
    print_rich(table("Sources", columns, cells))


@app.command("retire")
def retire(name: Name, reason: Why, dry_run: Dry = False, as_json: Json = False) -> None:
    """Let nothing wait for a source that delivers no more, or rest on it. No record is lost."""
    from service.report.words import entity_name
    from service.sources import retire_source

    told = _turned(name, reason, retire_source, dry_run=dry_run)
    verb = "would be" if dry_run else "is"
    ties = [f"{count:,} {entity_name(one)}" for one, count in told["ties"].items() if count]
    what = f" What it told opens nothing any more: {', '.join(ties)}." if ties else ""
    _tell(told, f"Source {name} {verb} retired: nothing waits for it.{what}", as_json)


@app.command("restore")
def restore(name: Name, reason: Why, dry_run: Dry = False, as_json: Json = False) -> None:
    """Take back that a source is retired: what it told counts as before."""
    from service.sources import restore_source

    told = _turned(name, reason, restore_source, dry_run=dry_run)
    verb = "would be" if dry_run else "is"
    _tell(told, f"Source {name} {verb} at work again. Next: planbridge sync run {name}", as_json)


def _turned(name: str, reason: str, turn: Turn, *, dry_run: bool) -> dict[str, Any]:
    """What comes of a source that is retired or restored; a dry run undoes it at once."""
    from service.access.load import load_district
    from service.sources import active_ties, load_source

    session = open_session()
    with (
        session.on_duty(reason, f"{name} --dry-run" if dry_run else name) as connection,
        connection.begin_nested() as tried,
    ):
        turn(connection, session.tenant, name, session.now)
        told = {
            "name": name,
            "retired_at": load_source(connection, session.tenant, name).retired_at,
            "ties": active_ties(connection, session.tenant, name),
            "fresh": load_district(connection, session.tenant).is_fresh(session.settings.clock()),
            "dry_run": dry_run,
        }
        if dry_run:
            tried.rollback()
    return told


def _tell(told: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    typer.echo(sentence)
    if not told["fresh"]:
        typer.echo(
            "Then no fresh roster is left: staff see nothing of students until sources are heard."
        )


@app.command("test")
def test(
    name: Name,
    as_json: Json = False,
) -> None:
    """Try a source without changing anything: reachable, readable, which version, how much."""
    from schemas.finding import Severity
    from service.report.terminal import render_findings
    from service.trial import try_source

    session = open_session()
    session.begin_duty()
    with progress() as tell:
        findings = try_source(session.settings, session.engine, name, tell)
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        print_rich(render_findings(findings))
    if any(finding.severity >= Severity.HOLD for finding in findings):
        raise typer.Exit(1)
