"""`planbridge credential`: credentials from elsewhere, and the keys that sign our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Why
from service.cli.listing import Listing
from service.cli.out import print_json
from service.cli.session import Session, open_session

if TYPE_CHECKING:
    from service.portfolio.credentials import Imported, Looked
    from service.portfolio.keys import Identity

credential = typer.Typer(help="Learner records and badges.", no_args_is_help=True)
key = typer.Typer(help="The district's signing keys.", no_args_is_help=True)
credential.add_typer(key, name="key", cls=Listing)

File = Annotated[Path, typer.Argument(help="A CLR 2.0 or Open Badges 3.0 credential, .json.")]
Lists = Annotated[
    list[Path] | None, typer.Option("--issuers", help="A TOML list of issuers that are believed.")
]
Online = Annotated[
    bool, typer.Option("--online", help="Ask issuers' servers for keys and revocations.")
]


@credential.command("verify")
def verify(
    file: File, issuers: Lists = None, online: Online = False, as_json: Json = False
) -> None:
    """Verify a credential and each one that it holds; the exit status is 0 only if all are."""
    looked = _looked(file, issuers, online)
    if as_json:
        told = [one.as_json() for one in looked.verdicts]
        print_json({"file": looked.name, "verified": looked.verified, "credentials": told})
    else:
        _show(looked)
    if not looked.verified:
        raise typer.Exit(1)


@credential.command("import")
def import_file(
    file: File,
    student: Annotated[str, typer.Option(help="A sourcedId, a local id or a state id.")],
    reason: Why = "imported",
    issuers: Lists = None,
    online: Online = False,
    unknown: Annotated[
        bool, typer.Option("--accept-unknown-issuer", help="Take it from an issuer not listed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make accomplishments of a verified credential; the file is kept as their evidence."""
    from service.ilp.files import PlanFiles
    from service.office import at_window
    from service.portfolio.credentials import take_in

    session = open_session()
    with at_window(session.window(reason)) as visit:
        visit.find(student, "read", ["profile"])
    # A file may take its time, or a server may: nothing else waits for it.
    looked = _looked(file, issuers, online)
    files = PlanFiles(session.settings.data, session.tenant)
    with at_window(session.window(reason)) as visit:
        done = take_in(visit, student, looked, files, unknown=unknown)
    if as_json:
        print_json({"file": looked.name, **_told(done)})
        return
    typer.echo(
        f"{looked.name}: {len(done.added)} new, {len(done.changed)} revised, {len(done.same)} as "
        f"before, {len(done.kept)} in the file only; version {done.version} of the plan."
    )
    if done.subject_matches is False:
        typer.echo("Its identifiers are not this student's: make sure whose it is.", err=True)


@key.command("new")
def new(
    did: Annotated[
        str | None, typer.Option(help="A did:web of the district; else the key's own did:key.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the first signing key, in a file that only you can read."""
    session = _on_duty("made a signing key")
    _identity(_store(session).create(did), as_json)


@key.command("rotate")
def rotate(as_json: Json = False) -> None:
    """Sign with a new key from now on; the old one still proves what it signed."""
    session = _on_duty("changed the signing key")
    _identity(_store(session).rotate(), as_json)


@key.command("show")
def show(as_json: Json = False) -> None:
    """Show under which DID and with which key the district signs; nothing of it is secret."""
    from service.errors import NotFound

    known = _store(open_session()).identity()
    if known is None:
        raise NotFound("The district has no signing key.", "planbridge credential key new")
    _identity(known, as_json)


@key.command("document")
def document(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file; else the terminal.")
    ] = None,
) -> None:
    """Write the DID document to publish for a did:web."""
    from adapters.whole import PUBLIC, whole_file

    text = json.dumps(_store(open_session()).document(), indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    # Everybody may read it, and after each rotation it is published anew.
    with whole_file(out, PUBLIC, replaces=True) as stream:
        stream.write(text.encode())
    typer.echo(f"Wrote {out}.")


def _on_duty(reason: str) -> Session:
    """Keys are the custodian's to make and change, and each time is on the log."""
    session = open_session()
    session.begin_duty(reason)
    return session


def _store(session: Session) -> Any:
    from service.portfolio.keys import store_of

    return store_of(session.settings.data, session.tenant)


def _looked(file: Path, issuers: list[Path] | None, online: bool) -> Looked:
    """The verdicts on a file; without a district here, only the lists given are believed."""
    from service.portfolio.credentials import lists_of, look_at
    from service.portfolio.fetch import Asking
    from service.settings import load_settings

    settings = load_settings()
    if settings.now is not None:
        settings = open_session().settings  # which lets a rehearsal alone set the clock
    lists = lists_of(settings.data, issuers or [])
    return look_at(file, lists, settings.clock(), Asking() if online else None)


def _show(looked: Looked) -> None:
    """One line for each credential; what a stranger wrote is told without control characters."""
    from service.report.words import plain

    for one in looked.verdicts:
        state = "verified" if one.verified else "NOT VERIFIED"
        by = " ".join(part for part in (one.issuer_name, f"({one.issuer})") if part)
        typer.echo(plain(f"{state}: {one.name or one.id}, issued by {by}"))
        for check in one.faults:
            typer.echo(plain(f"    {check.step}: {check.problem}"))
    for fix in dict.fromkeys(check.fix for one in looked.verdicts for check in one.faults):
        typer.echo(f"  fix: {plain(fix)}")


def _told(done: Imported) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(done)


def _identity(known: Identity, as_json: bool) -> None:
    if as_json:
        print_json(known.as_json())
        return
    typer.echo(f"{known.did} signs with {known.current}.")
    if known.retired:
        typer.echo(f"Before: {', '.join(known.retired)}.")
