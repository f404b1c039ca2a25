"""Mapping tables as Markdown: a page for a standard, a page for one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mappings.engine.book import Book
from mappings.engine.fates import MEANING, Fate, FieldFate, Way, fates_of, others, properties
from mappings.engine.model import Direction, Row, Table
from mappings.engine.reasons import ROUTINE
from schemas.ilp.plan import ELEMENTS

_ARROWS = {Direction.BOTH: "both", Direction.OUT: "out", Direction.IN: "in"}


def standard_page(book: Book) -> str:
    """Every element of the plan: where it goes, what is lost and why; then the other side."""
    title = f"{book.standard} {book.version}"
    return _page(
        f"# {title}: where the plan goes",
        f"Made from the mapping tables of {title}. Paths of ours are those of `ilp.json`; an"
        " element is lost in part where only some of its fields have a place there. Of every entry"
        " stays with us, unless its table says otherwise:",
        _grid(("Field", "Why"), [(f"`{name}`", why) for name, why in ROUTINE.items()]),
        "## Elements at a glance",
        _grid(("Element", "Name", "Goes to", "Fields that stay"), _glance(book)),
        *_element_sections(book),
        *_other_sections(book),
        "## What is read there",
        "Properties that nothing of ours corresponds to are counted, entity by entity, when a"
        " file is read.",
        _grid(("Entity", "Property", "Ours, or why not"), _theirs(book)),
        "## Entities that nothing of ours fills",
        _grid(("Entity", "Why"), sorted(book.entities.items())),
    )


def table_page(table: Table) -> str:
    """One table: its rows both ways, what it assumes, and what it leaves on either side."""
    return _page(
        f"# {table.standard} {table.version}: {table.entity} and {_subject(table.subject)}",
        *_head(table),
        "## Rows",
        _grid(("Ours", "Theirs", "How", "Way", "Note"), list(_rows(table.rows))),
        _titled("## Always there", ("Theirs", "Value"), _constants(table)),
        _titled("## Assumed when reading", ("Ours", "Value", "Why"), _assumed(table)),
        _titled("## Stays with us", ("Ours", "Why"), _paths(table.ours_only)),
        _titled("## Not read", ("Theirs", "Why"), _paths(table.theirs_only)),
    )


def _page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _subject(subject: str) -> str:
    place = ELEMENTS.get(subject)
    return f"{subject} {place.name}" if place else subject.replace("_", " ")


def _head(table: Table) -> Iterator[str]:
    facts = [
        ("Makes", f"items of `{table.within}`" if table.within.steps else "records"),
        ("Way", _ARROWS[table.direction] + (f": {table.reason}" if table.reason else "")),
        ("Only where", " and ".join(f"`{each}`" for each in table.when)),
        ("Leaves only when turned on", f"`{table.switch}`" if table.switch else ""),
        ("Default protection there", table.protection or ""),
        ("Source", table.source),
    ]
    yield "\n".join(f"- {name}: {fact}" for name, fact in facts if fact)


def _rows(rows: Iterable[Row], above: str = "") -> Iterator[tuple[str, ...]]:
    for row in rows:
        to = ", ".join(f"`{target}`" for target in row.targets)
        where = " and ".join(f"`{each}`" for each in row.when)
        note = row.reason if row.note == row.reason else f"{row.reason} {row.note}".strip()
        notes = [f"only where {where}" if where else "", "required" if row.required else "", note]
        told = "; ".join(each for each in notes if each)
        yield f"`{above}{row.ours}`", to, _how(row), _ARROWS[row.direction], told
        yield from _rows(row.rows, f"{above}{row.ours}[].")


def _how(row: Row) -> str:
    params = ", ".join(f"{name} {value}" for name, value in sorted(row.params.items()))
    keyed = f"by {row.key}" if row.key else ""
    details = ", ".join(each for each in (params, keyed, "one" if row.single else "") if each)
    return f"{row.codec_name} ({details})" if details else row.codec_name


def _constants(table: Table) -> list[tuple[str, ...]]:
    return [(f"`{each.target}`", f"`{each.value}`") for each in table.constants]


def _paths(reasons: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [(f"`{path}`", why) for path, why in reasons.items()]


def _assumed(table: Table) -> list[tuple[str, ...]]:
    return [(f"`{each.path}`", f"`{each.value}`", each.reason) for each in table.assumed]


def _glance(book: Book) -> Iterator[tuple[str, ...]]:
    for element, place in ELEMENTS.items():
        found = list(fates_of(book, element))
        entities = dict.fromkeys(_goes_to(way) for fate in found for way in fate.ways)
        there = ", ".join(entity for entity in entities if entity)
        yield element, place.name, there or "nowhere", _staying(found)


def _goes_to(way: Way) -> str:
    if way.fate not in {Fate.CARRIED, Fate.SWITCHED, Fate.WRITTEN}:
        return ""
    return f"`{way.entity}`" + (f" (when `{way.carrier}` is on)" if way.carrier else "")


def _staying(found: Sequence[FieldFate]) -> str:
    if [fate.path for fate in found] == [""]:
        return f"all: {found[0].ways[0].reason}"
    own = [fate for fate in found if fate.path not in ROUTINE]
    return f"{sum(not fate.leaves for fate in own)} of {len(own)}"


def _element_sections(book: Book) -> Iterator[str]:
    area = ""
    for element, place in ELEMENTS.items():
        if element in book.never:
            continue
        if place.area != area:
            area = place.area
            yield f"## {area.replace('_', ' ').capitalize()}"
        yield f"### {element} {place.name}"
        yield _fields(list(fates_of(book, element)))


def _other_sections(book: Book) -> Iterator[str]:
    for entity in others(book):
        yield f"## Besides plans: {entity.replace('_', ' ')}"
        yield _fields(list(fates_of(book, entity)))


def _fields(found: Sequence[FieldFate]) -> str:
    rows = [
        (f"`{fate.path}`", *_told(way))
        for fate in found
        if fate.path not in ROUTINE or fate.leaves
        for way in fate.ways
    ]
    return _grid(("Field", "There", "How", "What becomes of it"), rows)


def _told(way: Way) -> tuple[str, str, str]:
    there = f"`{way.entity}.{way.path}`" if way.path else (f"`{way.entity}`" if way.entity else "")
    said = [
        MEANING[way.fate],
        f"when `{way.carrier}` is on" if way.carrier else "",
        f"protection {way.protection}" if way.protection else "",
        f"only where {way.condition}" if way.condition else "",
        way.reason,
    ]
    lost = way.fate is Fate.LOST
    return "" if lost else there, way.codec, "; ".join(each for each in said if each)


def _theirs(book: Book) -> Iterator[tuple[str, ...]]:
    for entity in sorted(book.by_entity):
        for each in properties(book, entity):
            yield f"`{entity}`", f"`{each.path}`", f"`{each.ours}`" if each.ours else each.reason


def _titled(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    listed = list(rows)
    return f"{title}\n\n{_grid(head, listed)}" if listed else ""


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    if not lines:
        return "None."
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines])


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
