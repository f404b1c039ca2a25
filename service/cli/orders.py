"""`planbridge order` and `planbridge retention`: what is to be destroyed, and destroying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import (
    Every,
    Json,
    One,
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
from service.cli.session import open_session

if TYPE_CHECKING:
    from service.retention.due import Due

order = typer.Typer(help="Orders of destruction.", no_args_is_help=True)
retention = typer.Typer(help="Destroying records that are due.", no_args_is_help=True)


@order.command("add")
def add(
    student: Student,
    section: Annotated[str, typer.Argument(metavar="section", help="Such as profile; * for all.")],
    reason: Annotated[str, typer.Option(help="Who wished it, and why.")],
    basis: Annotated[str, typer.Option(help="The law or rule behind it.")] = "300.624(b)",
    due: Annotated[str | None, typer.Option(help="From when on; else now.")] = None,
    as_json: Json = False,
) -> None:
    """Order that a section be destroyed; it waits for holds and open inspections."""
    from service.access.workflow.orders import Order, add_order

    with at_work(reason) as clerk:
        given = Order(section, basis, moment_of(clerk, "due", due))
        done = add_order(clerk, student_of(clerk, student), given)
    told(done, "Ordered.", as_json)


@order.command("withdraw")
def withdraw(order_id: Row, reason: Why, as_json: Json = False) -> None:
    """Withdraw an order that was not carried out yet."""
    from service.access.workflow.orders import withdraw_order

    with at_work(reason) as clerk:
        done = withdraw_order(clerk, order_id)
    told(done, "Withdrawn.", as_json)


@order.command("list")
def show(student: One = None, every: Every = False, as_json: Json = False) -> None:
    """List open orders, the first to fall due first."""
    from service.access.workflow.orders import list_orders

    with asking() as visit:
        whose = student and student_of(visit.clerk, student)
        rows = with_names(visit, list_orders(visit.clerk, whose, every=every), "student_id")
    columns = ["id", "state", "student", "section", "basis", "due_at", "done_at"]
    listed("Orders of destruction", columns, rows, as_json)


@retention.command("plan")
def plan(as_json: Json = False) -> None:
    """Show what is due and what keeps it; nothing is destroyed. For the custodian of records."""
    from service.office.names import called
    from service.retention.due import due_now

    with asking() as visit:
        known = visit.is_custodian
        found = due_now(visit.connection, visit.district, visit.now) if known else []
        visit.require_custodian("see what is due", students=sorted({one.student for one in found}))
        names = called(visit, {one.student for one in found})
    rows = [{**_plain(one, one.counts), "name": str(names[one.student])} for one in found]
    _tell(rows, as_json, "are due")


@retention.command("run")
def run(
    reason: Annotated[str, typer.Option(help="Why now; kept with the record of it.")],
    as_json: Json = False,
) -> None:
    """Destroy what is due and not kept, and leave proof. For the custodian of records."""
    from service.ilp.files import PlanFiles
    from service.office import at_window
    from service.retention.due import due_now
    from service.retention.run import carry_out, set_aside

    session = open_session()
    files = PlanFiles(session.settings.data, session.tenant)
    with set_aside(files), at_window(session.window(reason)) as visit:
        found = due_now(visit.connection, visit.district, visit.now)
        done = carry_out(visit, session.log, files, found)
    _tell([_plain(one.due, one.counts) for one in done], as_json, "were due")


def _plain(one: Due, counts: dict[str, int]) -> dict[str, Any]:
    names = ("student", "section", "due_at", "basis", "order")
    told = {name: getattr(one, name) for name in names}
    return {**told, "kept": list(one.kept), "counts": counts}


def _tell(rows: list[dict[str, Any]], as_json: bool, words: str) -> None:
    if as_json:
        print_json(rows)
        return
    for row in rows:
        going = ", ".join(f"{name} {count}" for name, count in sorted(row["counts"].items()))
        state = f"kept: {', '.join(row['kept'])}" if row["kept"] else going or "a section"
        whose = row.get("name", row["student"])  # who is destroyed is not named once more
        typer.echo(f"{whose} {row['section']} ({row['basis']}): {state}")
    typer.echo(f"{len(rows)} {words}.")
