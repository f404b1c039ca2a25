"""`planbridge account`: who may sign in, and what applications may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.counter import Json, Row, Why, at_work, listed, looking, told

if TYPE_CHECKING:
    from service.access.workflow.clerk import Clerk
    from service.access.workflow.clients import Scope

app = typer.Typer(help="Accounts, their scopes and their sources.", no_args_is_help=True)

Section = Annotated[str, typer.Argument(metavar="section", help="Such as profile; * for any.")]
Action = Annotated[str, typer.Argument(metavar="action", help="read, write, export, …")]
Org = Annotated[str, typer.Option(help="An organization and what is below it; * for any.")]
Element = Annotated[str, typer.Argument(metavar="field", help="Such as ASM.01.")]


@app.command("add")
def add(
    account: Row,
    reason: Why,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    role: Annotated[
        str | None, typer.Option(help="CIS, VRA, SIS, AUD or PSE; without one, a person.")
    ] = None,
    k12: Annotated[
        bool, typer.Option("--k12", help="A public elementary or secondary school.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make an account. A person's roles follow from the roster; see `planbridge access link`."""
    from service.access.workflow.clients import add_account

    with at_work(reason) as clerk:
        done = add_account(clerk, account, name or account, role, k12=k12)
    told(done, "Made.", as_json)


@app.command("suspend")
def suspend(account: Row, reason: Why, as_json: Json = False) -> None:
    """Shut an account out from now on."""
    from service.access.workflow.clients import suspend as shut

    with at_work(reason) as clerk:
        done = shut(clerk, account)
    told(done, "Suspended.", as_json)


@app.command("restore")
def restore(account: Row, reason: Why, as_json: Json = False) -> None:
    """Let a suspended account in again."""
    from service.access.workflow.clients import restore as let_in

    with at_work(reason) as clerk:
        done = let_in(clerk, account)
    told(done, "Restored.", as_json)


@app.command("grant")
def grant(
    account: Row,
    action: Action,
    section: Section,
    reason: Why,
    org: Org = "*",
    as_json: Json = False,
) -> None:
    """Let an application ask for a section; agreements and consents still decide."""
    from service.access.workflow.clients import grant_scope

    with at_work(reason) as clerk:
        done = grant_scope(clerk, account, _scope(clerk, section, action, org))
    told(done, "Granted.", as_json)


@app.command("revoke")
def revoke(
    account: Row,
    action: Action,
    section: Section,
    reason: Why,
    org: Org = "*",
    as_json: Json = False,
) -> None:
    """Take a scope back."""
    from service.access.workflow.clients import revoke_scope

    with at_work(reason) as clerk:
        done = revoke_scope(clerk, account, _scope(clerk, section, action, org))
    told(done, "Taken back.", as_json)


@app.command("source")
def source(
    account: Row,
    field: Element,
    reason: Why,
    end: Annotated[bool, typer.Option("--end", help="It no longer is.")] = False,
    as_json: Json = False,
) -> None:
    """Register an account as the source of truth of a field, which it may then write."""
    from service.access.workflow.clients import drop_source, name_source

    with at_work(reason) as clerk:
        done = (drop_source if end else name_source)(clerk, account, field)
    told(done, "Ended." if end else "Registered.", as_json)


@app.command("list")
def show(as_json: Json = False) -> None:
    """List accounts with their scopes and sources. For the custodian of records."""
    from service.access.workflow.clients import list_accounts

    with looking() as clerk:
        rows = list_accounts(clerk)
    columns = ["id", "kind", "name", "role", "person_id", "suspended_at", "scopes", "sources"]
    listed("Accounts", columns, rows, as_json)


def _scope(clerk: Clerk, section: str, action: str, org: str) -> Scope:
    from service.access.workflow.clients import Scope, org_of

    return Scope(section, action, org_of(clerk, org))
