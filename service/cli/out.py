"""Printing: JSON for scripts, tables for people, errors with their fix."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.whole import whole_file

if TYPE_CHECKING:
    from service.office import Visit

Number = Annotated[int, typer.Argument(min=0, max=2**31 - 1, help="As the list numbers it.")]
"""What runs, plans, conflicts and questions are called; larger ones fit no database."""


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    # Half a character cannot be written as UTF-8; as an escape it is still the same JSON.
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def print_rich(*renderables: Any) -> None:
    """For people, in colour where the terminal has any."""
    from rich.console import Console

    console = Console(markup=False, emoji=False)  # what a student wrote is no markup
    for one in renderables:
        console.print(one)


def print_error(problem: str, fix: str) -> None:
    """What went wrong and what to do, on standard error; names in it may come from strangers."""
    from service.report.words import plain

    typer.secho(f"error: {plain(problem)}", fg=typer.colors.RED, err=True)
    typer.echo(f"  fix: {plain(fix)}", err=True)


def table(title: str, columns: list[str], rows: list[list[Any]]) -> Any:
    """Rows for people: as a table or, where the terminal is too narrow for one, one by one."""
    from service.cli.rows import Rows

    return Rows(title, columns, rows)


def require_place(path: Path, *others: Path | None) -> None:
    """Raises Invalid where no new file can be written, before anything is disclosed for it.

    What stands at a place is never overwritten; `others` are places that are taken as well.
    """
    from service.errors import Invalid

    require_name(path)
    if os.path.lexists(path):
        raise Invalid(f"{path} is there already.", "Name another file, or remove it first.")
    if not path.parent.is_dir():
        raise Invalid(f"There is no folder {path.parent}.", "Create it, or name another.")
    if not os.access(path.parent, os.W_OK):
        raise Invalid(f"Nothing may be written to {path.parent}.", "Name another folder.")
    for other in others:
        if other is not None and path.resolve() == other.resolve():
            raise Invalid(f"{path} is the place of the output too.", "Name another file.")


def require_name(path: Path) -> None:
    """Raises Invalid for the dash by which other programs mean the terminal."""
    from service.errors import Invalid

    if str(path) == "-":
        raise Invalid("- is no name of a file.", "Name one; --json prints to the terminal.")


def write_new(path: Path, data: bytes) -> None:
    """Write a file of records: whole or not at all, for its owner alone, nothing overwritten."""
    with whole_file(path) as stream:
        stream.write(data)


def tell_statements(visit: Visit) -> None:
    """Statements of disagreement, after what was printed."""
    from service.office.statements import words_of
    from service.report.words import plain

    text = words_of(visit.statements)
    if text:
        shown = "\n".join(map(plain, text.split("\n")))
        typer.echo(f"Statements of disagreement, which go with this:\n{shown}", err=True)
