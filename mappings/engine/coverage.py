"""Closed coverage: every field of ours and of theirs stands in a row, or under its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from mappings.engine.book import Book
from mappings.engine.errors import MappingTableError
from mappings.engine.load import Setting
from mappings.engine.model import Table
from mappings.engine.paths import Path, bare
from mappings.engine.reasons import ROUTINE
from schemas.gradebook.entities import FIELDS as GRADEBOOK
from schemas.ilp.elements import FieldPlace
from schemas.ilp.plan import ELEMENTS
from schemas.roster.entities import FIELDS as ROSTER
from schemas.standards.shape import Property

__all__ = ["ROUTINE", "check_book", "elements_of", "ours_paths", "uncovered"]


@cache
def ours_paths(subject: str) -> tuple[str, ...]:
    """The values that a subject of ours can hold, as plain paths; none for a view."""
    fields = ROSTER.get(subject) or GRADEBOOK.get(subject)
    if fields is not None:
        return ("id", *(field.name for field in fields))
    if subject in ELEMENTS:
        return tuple(_element_paths(subject))
    return ()


def _element_paths(element: str) -> Iterator[str]:
    place = ELEMENTS[element]
    fields = [_inner(field, place.path) for field in place.fields()]
    kept = [path for path in fields if path.split(".")[0] not in ROUTINE]
    for path in kept:
        if not any(other.startswith(f"{path}.") for other in kept):
            yield path


def _inner(field: FieldPlace, root: str) -> str:
    return field.path.removeprefix(f"{root}.")


def uncovered(book: Book) -> list[str]:
    """What a book leaves open, a sentence each; nothing for a book that accounts for all."""
    return [
        *_open_elements(book),
        *_open_fields(book),
        *_open_properties(book),
        *_unfilled(book),
        *_idle(book),
    ]


def check_book(book: Book) -> None:
    """Raises MappingTableError naming everything that the book leaves open."""
    problems = uncovered(book)
    if problems:
        raise MappingTableError(f"{book.name}: {len(problems)} open: " + "; ".join(problems[:20]))


def _open_elements(book: Book) -> Iterator[str]:
    covered = {element for table in book.tables for element in elements_of(table)}
    for element in ELEMENTS:
        if element not in covered and element not in book.elements:
            yield f"element {element} has no table and no reason under elements"
        if element in covered and element in book.elements:
            yield f"element {element} has a table, yet a reason under elements"
    for element in book.elements.keys() - ELEMENTS.keys():
        yield f"there is no element {element}"


def elements_of(table: Table) -> frozenset[str]:
    """The ILP elements that a table is about, wholly or in part."""
    if table.subject in ELEMENTS:
        return frozenset({table.subject})
    if table.subject != "plan":
        return frozenset()
    paths = {bare(str(ours)) for ours, _, _ in table.value_rows()}
    paths |= {bare(path) for path in table.ours_only}
    return frozenset(
        element
        for element, place in ELEMENTS.items()
        if any(
            path in {place.path, place.area} or path.startswith(f"{place.path}.") for path in paths
        )
    )


def _open_fields(book: Book) -> Iterator[str]:
    for subject, tables in book.by_subject.items():
        known = ours_paths(subject)
        told = {path for table in tables for path in told_paths(table)}
        for path in sorted(known):
            if not covered(path, told) and not _opened(path, told):
                yield f"{subject}.{path} stands in no row and under no ours_only"
        for path in sorted(told if known else ()):
            if not path.startswith("$") and not _exists(path, known):
                yield f"{subject} has no {path}"


def _exists(path: str, known: tuple[str, ...]) -> bool:
    return any(
        path == each or each.startswith(f"{path}.") or path.startswith(f"{each}.") for each in known
    )


def told_paths(table: Table) -> Iterator[str]:
    """The paths of ours of which a table says what becomes of them, without marks of lists."""
    yield from (bare(path) for path in table.ours_only)
    yield from (bare(str(assumed.path)) for assumed in table.assumed)
    yield from (bare(str(each.path)) for each in table.when if each.tells)
    for ours, _, row in table.value_rows():
        yield bare(str(ours))
        above = str(ours)[: -len(str(row.ours))]
        yield from (f"{bare(above)}{each.path}" for each in row.when if each.tells)


def covered(path: str, told: set[str]) -> bool:
    """Whether a path or one above it is among those told."""
    parts = path.split(".")
    return any(".".join(parts[:end]) in told for end in range(1, len(parts) + 1))


def _open_properties(book: Book) -> Iterator[str]:
    for entity, tables in book.by_entity.items():
        setting = book.setting_of(entity)
        told = {path for table in tables for path in theirs_told(table)}
        known = set(_properties(setting, told, _kinds(tables)))
        for path in sorted(known):
            if not covered(path, told):
                yield f"{entity}.{path} stands in no row and under no theirs_only"
        for path in sorted(told):
            if not _may_stand(path, setting, known):
                yield f"{entity} has no {path}"


def _may_stand(path: str, setting: Setting, known: set[str]) -> bool:
    extensions = setting.shape.extensions
    if path.rpartition(".")[2].startswith("@") or path.startswith(extensions):
        return True
    return path in known or any(each.startswith(f"{path}.") for each in known)


def _properties(
    setting: Setting, told: set[str], kinds: Mapping[str, set[str | None]]
) -> Iterator[str]:
    """The values of a record, by plain paths; links that do not nest as far as tables follow."""
    waiting = [("", each) for each in setting.shape.properties]
    seen = set()
    while waiting:
        above, each = waiting.pop()
        path = f"{above}{each.name}"
        followed = any(told_path.startswith(f"{path}.") for told_path in told)
        parts = list(each.parts)
        for kind in kinds.get(path, {None}) if followed and not parts else ():
            parts += setting.parts(each, kind)
        seen.add(path)
        waiting += [(f"{path}.", part) for part in parts if f"{path}.{part.name}" not in seen]
        if not parts:
            yield path


def _kinds(tables: tuple[Table, ...]) -> dict[str, set[str | None]]:
    """The classes of nodes that paths pick, or that tables make, by plain path (CEDS)."""
    kinds: dict[str, set[str | None]] = {}
    for table in tables:
        for each in table.constants if table.within.steps else ():
            if str(each.target) == "@type":
                kinds.setdefault(bare(table.within.shape), set()).add(each.value)
    for path in (each for table in tables for each in _paths(table)):
        for number, step in enumerate(path.steps, start=1):
            above = ".".join(each.name for each in path.steps[:number])
            kind = dict(step.where).get("@type")
            if kind:
                kinds.setdefault(above, set()).add(kind)
    return kinds


def _paths(table: Table) -> Iterator[Path]:
    """Every path of theirs that a table names in rows."""
    yield table.within
    yield from (theirs for _, theirs, _ in table.all_rows())


def theirs_told(table: Table) -> Iterator[str]:
    """The paths of theirs of which a table says what they are, without marks of lists."""
    yield from (bare(path) for path in table.theirs_only)
    yield from (bare(theirs.shape) for _, theirs, _ in table.value_rows())
    yield from (bare(table.full(constant.target).shape) for constant in table.constants)
    for path in _paths(table):
        yield from _picks(path)


def _picks(path: Path) -> Iterator[str]:
    """The values by which a path picks items."""
    for number, step in enumerate(path.steps, start=1):
        above = ".".join(each.name for each in path.steps[:number])
        yield from (f"{above}.{key}" for key, _ in step.where)


def _unfilled(book: Book) -> Iterator[str]:
    """Values that the standard requires and that nothing of ours writes."""
    for entity, tables in book.by_entity.items():
        writing = [table for table in tables if table.writes]
        filled = {path for table in writing for path in _fills(table)}
        shape = book.shapes[entity]
        for path in _required(shape.properties, "", filled) if writing else ():
            if not covered(path, filled) and not _opened(path, filled):
                yield f"{entity} needs {path}, and no row or constant writes it"


def _fills(table: Table) -> Iterator[str]:
    for _, theirs, row in table.value_rows():
        if row.direction != "in":
            yield bare(theirs.shape)
    yield from (bare(table.full(constant.target).shape) for constant in table.constants)
    for path in _paths(table):
        yield from _picks(path)


def _opened(path: str, filled: set[str]) -> bool:
    return any(each.startswith(f"{path}.") for each in filled)


def _required(properties: tuple[Property, ...], above: str, filled: set[str]) -> Iterator[str]:
    """What must be there: of the record, and of every object of it that a table makes."""
    for each in properties:
        path = f"{above}{each.name}"
        made = each.required or _opened(path, filled)
        if each.required and not each.parts:
            yield path
        if each.parts and made:
            yield from _required(each.parts, f"{path}.", filled)


def _idle(book: Book) -> Iterator[str]:
    for entity in book.entities:
        if entity in book.by_entity:
            yield f"{entity} has a table, yet a reason under entities"
