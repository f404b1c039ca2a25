"""`planbridge codes`: occupations, courses and clusters by code, name or a misspelling of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json

if TYPE_CHECKING:
    from schemas.codes.lists import CodeList, Term

app = typer.Typer(help="Code lists: occupations, courses, clusters.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Set = Annotated[str | None, typer.Option("--set", help="Only this list, such as onet-soc.")]


@app.command("search")
def search_codes(
    words: Annotated[list[str], typer.Argument(help="A code, words, or a part of either.")],
    set_: Set = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 15,
    as_json: Json = False,
) -> None:
    """Find codes by what they are called; small misspellings are forgiven."""
    from schemas.codes.search import search

    lists = _lists(set_)
    hits = search(lists, " ".join(words), limit)
    if as_json:
        print_json([{**_plain(hit.term), "score": hit.score} for hit in hits])
        return
    if not hits:
        typer.echo("Nothing is called so. Try fewer or other words.")
    width = max((len(hit.term.code) for hit in hits), default=0)
    for hit in hits:
        term = hit.term
        typer.echo(f"{term.code:<{width}}  {term.title}  ({_about(term)})")
    _credit(lists, [hit.term for hit in hits])


@app.command("list")
def list_codes(as_json: Json = False) -> None:
    """The lists, each with version, date, source and terms of use."""
    from schemas.codes.lists import described, terms_of

    lists = _lists(None)
    if as_json:
        print_json([{**described(one), "terms": len(terms_of(one))} for one in lists])
        return
    for one in lists:
        typer.echo(f"{one.name} {one.version}: {one.title}")
        typer.echo(f"  {len(terms_of(one)):,} terms · {one.release} · {one.date} · {one.licence}")
        typer.echo(f"  {one.attribution}")
        if not one.verified:
            typer.echo("  Not compared with the publisher's own copy (UNVERIFIED).")


@app.command("show")
def show_code(
    code: Annotated[str, typer.Argument(help="Such as 29-1141.00.")],
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """All that is known of a code."""
    from schemas.codes.lists import find_terms
    from service.errors import NotFound

    lists = _lists(set_)
    terms = list(find_terms(lists, code))
    if not terms:
        raise NotFound(f"No list has the code {code!r}.", "Try `planbridge codes search`.")
    if as_json:
        print_json([_plain(term) for term in terms])
        return
    for term in terms:
        typer.echo(f"{term.code}  {term.title}  ({term.set} {term.version})")
        for name, value in {**term.facts, **_moved(term)}.items():
            typer.echo(f"  {name.replace('_', ' ')}: {value}")
    _credit(lists, terms)


@app.command("import")
def import_codes(
    set_: Annotated[str, typer.Argument(metavar="set", help="CIP, CIP-SOC, or a name of yours.")],
    file: Annotated[Path, typer.Argument(help="A CSV file with its codes kept as text.")],
    version: Annotated[str, typer.Option(help="Of the list, such as 2020.")],
    source: Annotated[str, typer.Option(help="Whence you have it.")],
    licence: Annotated[str, typer.Option(help="On what terms you may use it.")],
    date: Annotated[str, typer.Option(help="Of the release.")] = "unknown",
    as_json: Json = False,
) -> None:
    """Keep a code list of your own, such as NCES's CIP to SOC crosswalk."""
    from service.codes import Brought, import_list
    from service.settings import load_settings

    folder = load_settings().data / "codes"
    kept = import_list(folder, file, Brought(set_, version, source, licence, date))
    one = kept.list
    if as_json:
        said = {"set": one.set, "version": one.version, "terms": kept.terms}
        print_json({**said, "before": kept.before})
        return
    instead = f", in the place of {kept.before:,}" if kept.before else ""
    typer.echo(f"Kept {kept.terms:,} terms of {one.set} {one.version}{instead}.")


def _lists(wanted: str | None) -> tuple[CodeList, ...]:
    """The lists that ship and those that were brought along. Raises NotFound for another name."""
    from schemas.codes.lists import code_lists
    from service.errors import NotFound

    lists = code_lists(*_folders())
    named = tuple(one for one in lists if wanted is None or one.name == wanted.lower())
    if not named:
        names = ", ".join(dict.fromkeys(one.name for one in lists))
        raise NotFound(f"There is no code list {wanted!r}.", f"Use one of {names}.")
    return named


def _folders() -> list[Path]:
    # Reading the settings takes longer than searching: without a place to work there is no need.
    from os import environ

    if not Path("planbridge.toml").is_file() and "PLANBRIDGE_DATA" not in environ:
        return []
    from service.settings import load_settings

    return [load_settings().data / "codes"]


def _about(term: Term) -> str:
    parts = [f"{term.set} {term.version}"]
    if zone := term.facts.get("job_zone"):
        parts.append(f"job zone {zone}")
    if letters := term.facts.get("high_points"):
        parts.append(letters)
    if term.facts.get("status", "").startswith("UNVERIFIED"):
        parts.append("UNVERIFIED")
    return ", ".join(parts)


def _moved(term: Term) -> dict[str, str]:
    """What a cluster of 2002 became in 2024."""
    from schemas.codes.lists import successors_of

    if (term.set, term.version) != ("CareerClusters", "2002"):
        return {}
    found = [f"{one.cluster} ({one.relation}; {one.status})" for one in successors_of(term.code)]
    return {"in 2024": "; ".join(found) or "no single successor: choose by hand"}


def _plain(term: Term) -> dict[str, Any]:
    named = {"set": term.set, "version": term.version, "code": term.code, "title": term.title}
    return {**named, "facts": {**term.facts, **_moved(term)}}


def _credit(lists: tuple[CodeList, ...], terms: list[Term]) -> None:
    used = {(term.set, term.version) for term in terms}
    words = dict.fromkeys(one.attribution for one in lists if (one.set, one.version) in used)
    for attribution in words:
        typer.secho(attribution, dim=True)
