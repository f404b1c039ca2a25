"""`planbridge mapping`: which tables there are, what they say, and what each standard loses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich, table

if TYPE_CHECKING:
    from mappings.engine.book import Book
    from mappings.engine.model import Table

app = typer.Typer(help="Look into the mapping tables.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Standard = Annotated[str, typer.Argument(help="A standard and version, such as edfi-6.1.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The standards, and how many tables each has."""
    from mappings.books import books

    rows = [_listed(name) for name in books()]
    if as_json:
        print_json(rows)
        return
    columns = ["standard", "entities", "tables", "elements carried", "elements that stay"]
    print_rich(table("Mappings", columns, [list(row.values()) for row in rows]))


def _listed(name: str) -> dict[str, Any]:
    from mappings.engine.fates import fates
    from schemas.ilp.plan import ELEMENTS

    book = _book(name)
    carried = {each.subject for each in fates(book) if each.leaves}
    return {
        "standard": name,
        "entities": len(book.by_entity),
        "tables": len(book.tables),
        "carried": len(carried & ELEMENTS.keys()),
        "stay": len(ELEMENTS.keys() - carried),
    }


@app.command("show")
def show(
    standard: Standard,
    entity: Annotated[str, typer.Argument(help="An entity, or an element such as GOA.01.")],
) -> None:
    """The tables of an entity of the standard, or of an element of the plan, as Markdown."""
    from mappings.engine.document import table_page

    book = _book(standard)
    found = [each for each in book.tables if entity in _names(each)]
    if not found:
        from service.errors import NotFound

        known = ", ".join(sorted(book.by_entity))
        raise NotFound(f"{standard} has no table of {entity!r}.", f"Its entities are {known}.")
    typer.echo("\n".join(table_page(each) for each in found))


def _names(made: Table) -> set[str]:
    return {made.name, made.entity, made.subject}


@app.command("loss")
def loss(
    standard: Standard,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a page of Markdown.")] = False,
    as_json: Json = False,
) -> None:
    """What becomes of every element of the plan there: what goes, what stays, and why."""
    book = _book(standard)
    if as_json:
        from mappings.engine.fates import as_json as told

        print_json(told(book))
    elif markdown:
        from mappings.engine.document import standard_page

        typer.echo(standard_page(book))
    else:
        _print_losses(book)


def _print_losses(book: Book) -> None:
    from mappings.engine.fates import fates_of
    from schemas.ilp.plan import ELEMENTS

    rows = []
    for element, place in ELEMENTS.items():
        found = list(fates_of(book, element))
        counted = Counter(each.ways[0].fate.value for each in found)
        told = ", ".join(f"{count} {fate}" for fate, count in sorted(counted.items()))
        rows.append([element, place.name, told, book.elements.get(element, "")])
    title = f"{book.standard} {book.version}: fields by fate"
    print_rich(table(title, ["element", "name", "fields", "why"], rows))


def _book(name: str) -> Book:
    from mappings.books import BOOKS, books
    from service.errors import NotFound

    if name not in books():
        raise NotFound(f"There is no mapping for {name!r}.", f"Use one of {', '.join(books())}.")
    return BOOKS[name].open()
