"""`planbridge init` and `planbridge db`: a place to work, and its database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.out import print_json, write_new
from service.cli.session import login, opened, operator

if TYPE_CHECKING:
    from service.settings import Settings

db = typer.Typer(help="The database: bring it to this program's version.", no_args_is_help=True)

_TEMPLATE = """\
# Planbridge. Every key may also be set as an environment variable: PLANBRIDGE_SYNC__MISSING_DAYS=7
tenant = "{tenant}"
database_url = {url}   # or postgresql+psycopg://user@host/database

[sync]
mode = "normal"          # or "additions-only", "paused"
missing_days = 14        # absent records are let go after so many days

[sync.guard]             # a night that would drop more than this waits for a person
drop_rows = 20
drop_share = 0.10

# [[sync.calendar]]      # other modes on some days, both ends included
# first = 2027-06-15
# last = 2027-08-15
# mode = "additions-only"
# why = "schedules are rebuilt over the summer"

# [sync.authority.person]  # source, ours, union or manual: who decides when both sides changed
# phone = "source"

# [publish]
# folder = "outbox"      # one JSON Lines file for each plan that was applied
"""


def init(
    tenant: Annotated[str, typer.Option(help="A short name for the district.")] = "district",
    database_url: Annotated[
        str, typer.Option(help="Where records are kept, as postgresql+psycopg://user@host/name.")
    ] = "sqlite:///planbridge.db",
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="For shows and tests: its clock can be set.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Make this folder a place to work: planbridge.toml and a database."""
    import json

    from service.errors import Invalid, ServiceError
    from service.settings import FILE, load_settings

    path = Path(FILE)
    if path.exists():
        raise Invalid(f"{FILE} exists already.", "Use it, or choose an empty folder.")
    _require_true_clock(load_settings(tenant=tenant), rehearsal)
    text = _TEMPLATE.format(tenant=tenant, url=json.dumps(database_url))
    write_new(path, text.encode())  # the address of a database may hold a password
    try:
        settings = load_settings()
        _make_district(settings, rehearsal)
    except ServiceError:
        path.unlink()  # so that it can be tried again
        raise
    if as_json:
        print_json({"settings": str(path.resolve()), "database_url": _shown(settings.database_url)})
        return
    typer.echo(f"Wrote {FILE} and made the database {_shown(settings.database_url)}.")
    typer.echo(f"{operator()} is its custodian of records (role PRV).")
    if rehearsal:
        typer.echo("It is a rehearsal: its clock can be set, and no real student belongs in it.")
    typer.echo("Next: planbridge source add sis --kind oneroster-csv --path FILE_OR_FOLDER")


def _require_true_clock(settings: Settings, rehearsal: bool) -> None:
    from service.errors import Misconfigured

    if settings.now is not None and not rehearsal:
        raise Misconfigured(
            "PLANBRIDGE_NOW is set, and a district that works has the machine's clock.",
            "Unset it, or make a district for shows and tests with --rehearsal.",
        )


def _make_district(settings: Settings, rehearsal: bool) -> None:
    """Whoever makes a district's database answers for it, until somebody else is appointed."""
    from service.act import Act
    from service.audit.log import open_log
    from service.duty import appoint_account, begin_rehearsal
    from service.settings import instant
    from service.store.database import open_engine
    from service.store.migrate import upgrade

    engine = opened(open_engine(settings.database_url, settings.tenant))
    upgrade(engine)
    log = open_log(settings, engine)
    act = Act(operator(), "made this district's database", instant(settings.clock()), login())
    if rehearsal:
        begin_rehearsal(engine, log, act)
    appoint_account(engine, log, act, "init", (act.by, "PRV"))


def _shown(url: str) -> str:
    import sqlalchemy as sa

    return sa.make_url(url).render_as_string(hide_password=True)


@db.command("upgrade")
def upgrade_database(
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Bring the database to this program's version."""
    from service.settings import load_settings
    from service.store.database import open_engine
    from service.store.migrate import current, upgrade

    engine = opened(open_engine(load_settings().database_url))
    before = current(engine)
    upgrade(engine)
    after = current(engine)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        word = "was up to date" if before == after else f"went from {before or 'empty'} to {after}"
        typer.echo(f"The database {word}.")
