"""The `planbridge` command."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable, Collection
from itertools import takewhile
from typing import Annotated, Final

import typer

from service.cli import (
    access,
    accounts,
    audit,
    codes,
    consent,
    convert,
    credential,
    custody,
    deliver,
    demo,
    district,  # noqa: F401  # adds to `access`
    export,
    history,  # noqa: F401  # adds to `plan`
    iep,
    iep_feed,  # noqa: F401  # adds to `iep`
    iep_proposals,  # noqa: F401  # adds to `iep`
    items,
    mapping,
    orders,
    profile,
    relations,
    requests,
    review,
    setup,
    sources,
    students,
    sync,
    tools,
)
from service.cli.listing import Listing
from service.cli.out import print_error, print_json
from service.cli.session import begin_command, close_sessions

export.export.command("deliver")(deliver.deliver)
export.export.command("sets")(deliver.sets)
export.export.command("recalls")(deliver.recalls)
export.export.command("recalled")(deliver.recalled)
export.export.command("layouts")(deliver.layouts)

_COMMANDS: Final[dict[str, dict[str, typer.Typer | Callable[..., None]]]] = {
    "Begin": {"init": setup.init, "demo": demo.demo, "synth": tools.synth, "db": setup.db},
    "Every night": {
        "source": sources.app,
        "sync": sync.app,
        "conflicts": review.conflicts,
        "matches": review.matches,
    },
    "Students and their plans": {
        "student": students.student,
        "plan": students.plan,
        "iep": iep.iep,
        "profile": profile.app,
        "codes": codes.app,
    },
    "Files of other standards": {
        "validate": tools.validate,
        "convert": convert.convert,
        "mapping": mapping.app,
    },
    "Portfolios, records and career systems": {
        "export": export.export,
        "credential": credential.credential,
    },
    "Who may see what": {
        "access": access.access,
        "account": accounts.app,
        "tie": relations.tie,
        "team": relations.team,
        "deputy": relations.deputy,
        "consent": consent.consent,
        "optout": consent.optout,
        "restriction": custody.restriction,
        "standing": custody.standing,
        "item": items.app,
        "request": requests.request,
        "agreement": requests.agreement,
    },
    "What is on record, and how long": {
        "disclosures": audit.disclosures,
        "audit": audit.audit,
        "hold": custody.hold,
        "order": orders.order,
        "retention": orders.retention,
    },
}
"""Every command at the top, by the heading under which the help lists it."""


class _Top(Listing):
    headings = tuple(_COMMANDS)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"planbridge {version('planbridge')}")
        raise typer.Exit


def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The options before any command."""


def _app(names: Collection[str]) -> typer.Typer:
    """The program with these of its commands."""
    made = typer.Typer(
        cls=_Top,
        help="Keeps students' Individualized Learning Plans in step with the systems around them.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(_root)
    for heading, commands in _COMMANDS.items():
        for name, one in commands.items():
            if name not in names:
                continue
            if isinstance(one, typer.Typer):
                made.add_typer(one, name=name, cls=Listing, rich_help_panel=heading)
            else:
                made.command(name, rich_help_panel=heading)(one)
    return made


_NAMES = frozenset(name for commands in _COMMANDS.values() for name in commands)
app = _app(_NAMES)


def main() -> None:
    """Run the command; a user's mistake ends in a sentence, never in a traceback."""
    from adapters.errors import AdapterError
    from service.errors import ServiceError

    _manage_memory()
    try:
        _run()
    except SystemExit:
        gc.freeze()  # What is left need not be looked through once more on the way out.
        raise
    except (ServiceError, AdapterError) as error:
        _fail(error.code, error.problem, error.fix)
        sys.exit(getattr(error, "exit_status", 1))
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail("file", f"{where}{error.strerror or error}.", _mend(error))
        sys.exit(1)
    except KeyboardInterrupt:
        print_error("Stopped.", "Run the command again: it carries on where it was.")
        sys.exit(130)
    finally:
        close_sessions()


def _manage_memory() -> None:
    """For a command that lives for seconds (`docs/decisions/0035`)."""
    # Importing makes many objects that live to the end: collecting among them is wasted time.
    gc.set_threshold(200_000, 20, 20)
    # Polars hands this to its allocator as it is loaded. What one thread gives back serves any
    # other, at once: new pages of the system cost more than they are used.
    kept = "narenas:1,dirty_decay_ms:5000,muzzy_decay_ms:5000"
    os.environ.setdefault("_RJEM_MALLOC_CONF", kept)


def _mend(error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return "Name another place, or remove what is there."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room, or name a place that has it; nothing was left half-written."
    return "Correct the path, or its permissions."


def _run() -> None:
    """The command itself. Raises Invalid for an argument that could not be kept."""
    from service.errors import Invalid

    begin_command(_name_of(sys.argv[1:]))
    named = _NAMES & set(sys.argv[1:2])  # making all of them ready takes 0.05 s
    try:
        (_app(named) if named else app)()
    except UnicodeEncodeError:
        wrong = next((one for one in sys.argv[1:] if not _is_unicode(one)), None)
        if wrong is None:
            raise
        fix = "Set the terminal's locale to UTF-8."
        raise Invalid(f"{wrong!r} is not written in UTF-8.", fix) from None


def _name_of(arguments: list[str]) -> str:
    """The words that name a command; what follows is given to it."""
    here: typer.Typer | None = app
    words = []
    for word in takewhile(lambda word: not word.startswith("-"), arguments):
        words.append(word)
        groups = {one.name: one.typer_instance for one in here.registered_groups} if here else {}
        here = groups.get(word)
        if here is None:
            break
    return " ".join(words)


def _is_unicode(given: str) -> bool:
    """Whether an argument is text; bytes that are none arrive as half characters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in given)


def _fail(code: str, problem: str, fix: str) -> None:
    if "--json" in sys.argv:
        print_json({"error": {"code": code, "problem": problem, "fix": fix}})
    else:
        print_error(problem, fix)
