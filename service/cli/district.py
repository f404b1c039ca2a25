"""`planbridge access break-glass`, `review`, `link` and `choose`: acts that open or set rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.access import access
from service.cli.counter import (
    Every,
    Json,
    Row,
    Student,
    Why,
    asking,
    at_work,
    listed,
    moment_of,
    student_of,
    told,
    with_names,
)
from service.cli.out import print_json

if TYPE_CHECKING:
    from service.access.district import Choices

Days = Annotated[int | None, typer.Option(min=0, help="How long parents' consents outlast 18.")]


@access.command("break-glass")
def break_glass(
    student: Student,
    section: Annotated[str, typer.Argument(metavar="section", help="Such as iepLink.")],
    reason: Annotated[str, typer.Option(help="What it is for; somebody will review it.")],
    minutes: Annotated[int, typer.Option(help="How long, at most a day.")] = 60,
    threat: Annotated[str | None, typer.Option(help="The threat to health or safety.")] = None,
    as_json: Json = False,
) -> None:
    """Open a section to your own account for a while; the custodian sees it at once."""
    from service.access.workflow.emergencies import Need, break_the_glass

    with at_work(reason) as clerk:
        need = Need(section, minutes, threat)
        done = break_the_glass(clerk, student_of(clerk, student), need)
    told(done, f"Open for {minutes} minutes, and to be reviewed.", as_json)


@access.command("review")
def review(
    grant: Annotated[str | None, typer.Argument(help="What the list calls it.")] = None,
    reason: Annotated[str, typer.Option(help="What the review found.")] = "",
    every: Every = False,
    as_json: Json = False,
) -> None:
    """Review a use of break-glass and end it; without an id, list what waits."""
    from service.access.workflow.emergencies import list_emergencies
    from service.access.workflow.emergencies import review as sign

    if grant is None:
        with asking() as visit:
            rows = with_names(visit, list_emergencies(visit.clerk, every=every), "student_id")
        columns = ["id", "account_id", "student", "section", "reason", "threat", "valid_to"]
        listed("Break-glass", columns, rows, as_json)
        return
    with at_work(reason) as clerk:
        done = sign(clerk, grant)
    told(done, "Reviewed.", as_json)


@access.command("link")
def link(
    account: Row,
    person: Annotated[str, typer.Argument(help="A sourcedId, a local id or a state id.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """Say which person of the roster an account is, so that the roster tells its roles."""
    from service.access.workflow.agreements import link_account

    with at_work(reason) as clerk:
        done = link_account(clerk, account, student_of(clerk, person))
    told(done, f"{account} is that person from now on.", as_json)


@access.command("choose")
def choose_rules(
    reason: Annotated[str, typer.Option(help="The decision, such as a board's resolution.")],
    zone: Annotated[str | None, typer.Option(help="The time zone, as America/Denver.")] = None,
    state: Annotated[str | None, typer.Option(help="The State, as CO.")] = None,
    idea_transfers: Annotated[
        bool | None, typer.Option(help="Whether IDEA rights move at majority.")
    ] = None,
    majority_age: Annotated[int | None, typer.Option(help="If not the State's usual.")] = None,
    roster_hours: Annotated[int | None, typer.Option(help="How old a roster may be.")] = None,
    grace_days: Days = None,
    dependents: Annotated[
        bool | None, typer.Option(help="Use the exception for tax dependents.")
    ] = None,
    retain_days: Annotated[
        int | None, typer.Option(help="How long records are kept after a student has left.")
    ] = None,
    notice: Annotated[str | None, typer.Option(help="When directory notice was given.")] = None,
    directory_field: Annotated[list[str] | None, typer.Option(help="A directory field.")] = None,
    directory_audience: Annotated[list[str] | None, typer.Option(help="A role told it.")] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="A purpose; all others go.")] = None,
    overlay: Annotated[Path | None, typer.Option(help="A TOML file of the own cells.")] = None,
    as_json: Json = False,
) -> None:
    """Set what the district decides for itself; what is not named stays as it was."""
    from service.access.district import choose, chosen
    from service.settings import instant

    with at_work(reason) as clerk:
        clerk.require_office("district.choose", "district_policy")
        given_at = moment_of(clerk, "notice", notice)
        given = {
            "zone": zone,
            "state": state,
            "idea_transfers": idea_transfers,
            "majority_age": majority_age,
            "roster_hours": roster_hours,
            "grace_days": grace_days,
            "dependents": dependents,
            "retain_days": retain_days,
            "directory_notice_at": given_at and instant(given_at),
            "directory_fields": directory_field and frozenset(directory_field),
            "directory_audience": directory_audience and frozenset(directory_audience),
            "purposes": purpose and frozenset(purpose),
            "overlay": overlay and _overlay(overlay),
        }
        named = {name: value for name, value in given.items() if value is not None}
        choices = chosen(clerk.connection, clerk.tenant, named)
        choose(clerk.connection, clerk.tenant, choices, clerk.act)
    if as_json:
        print_json(_shown(choices))
    else:
        typer.echo(f"Chosen: {', '.join(named) or 'nothing new'}.")


def _overlay(file: Path) -> dict[str, Any]:
    import tomllib

    from service.errors import Invalid

    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} is not valid TOML: {error}", "Correct it.") from None


def _shown(choices: Choices) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in vars(choices).items()
    }
