"""Closed coverage: every field of ours and of theirs stands in a row, or under its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from mappings.engine.book import Book
from mappings.engine.errors import MappingTableError
from mappings.engine.model import Table
from mappings.engine.paths import parse_path
from schemas.ilp.elements import FieldPlace
from schemas.ilp.plan import ELEMENTS
from schemas.roster.entities import FIELDS

ROUTINE: Mapping[str, str] = {
    "version": "the number of a version stays with us: the standard keeps no versions of an entry",
    "changed": "who changed it, when and why stays with us",
    "origins": "where single values came from stays with us",
    "earlier": "what the entry said before stays with us",
}
"""Bookkeeping of every entry that no standard carries."""


@cache
def ours_paths(subject: str) -> frozenset[str]:
    """The values that a subject of ours can hold, as paths of a shape; empty for a view."""
    if subject in FIELDS:
        return frozenset({"id", *(field.name for field in FIELDS[subject])})
    if subject in ELEMENTS:
        return frozenset(_element_paths(subject))
    return frozenset()


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
    return [*_open_elements(book), *_open_fields(book), *_open_properties(book), *_idle(book)]


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


def elements_of(table: Table) -> frozenset[str]:
    """The ILP elements that a table carries, wholly or in part."""
    if table.subject in ELEMENTS:
        return frozenset({table.subject})
    if table.subject != "plan":
        return frozenset()
    by_path = {place.path: element for element, place in ELEMENTS.items()}
    paths = {plain(str(ours)) for ours, _, _ in table.all_rows()} | table.ours_only.keys()
    return frozenset(
        element
        for path, element in by_path.items()
        if any(each == path or each.startswith(f"{path}.") for each in paths)
    )


def plain(path: str) -> str:
    """A path of ours without the marks of lists."""
    return path.replace("[]", "")


def _open_fields(book: Book) -> Iterator[str]:
    for subject, tables in book.by_subject.items():
        told = {
            plain(parse_path(text).shape)
            for table in tables
            for text in (*table.ours_only, *(str(ours) for ours, _, _ in table.all_rows()))
        }
        told |= {plain(path) for table in tables for path in _conditioned(table)}
        for path in sorted(ours_paths(subject)):
            if not _covered(path, told):
                yield f"{subject}.{path} stands in no row and under no ours_only"


def _conditioned(table: Table) -> Iterator[str]:
    yield from (str(condition.path) for condition in table.when)
    yield from (str(assumed.path) for assumed in table.assumed)
    for ours, _, row in table.all_rows():
        parent = str(ours)[: -len(str(row.ours))]
        yield from (f"{parent}{condition.path}" for condition in row.when)


def _covered(path: str, told: set[str]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:end]) in told for end in range(1, len(parts) + 1))


def _open_properties(book: Book) -> Iterator[str]:
    for entity, tables in book.by_entity.items():
        told = {
            theirs.shape.replace("[]", "") for table in tables for _, theirs, _ in table.all_rows()
        }
        told |= {path.replace("[]", "") for table in tables for path in table.theirs_only}
        told |= {path.replace("[]", "") for table in tables for path in _fixed(table)}
        shape = book.shapes[entity]
        leaves = [path for path, _ in shape.leaves()]
        for path in leaves:
            if not _covered(path.replace("[]", ""), told):
                yield f"{entity}.{path} stands in no row and under no theirs_only"
        own = {path for path in told if not path.startswith(shape.extensions or ("\0",))}
        yield from _strange(entity, own, leaves)


def _fixed(table: Table) -> Iterator[str]:
    """The paths that a table fills without a row: constants, and what picks its items."""
    for constant in table.constants:
        base = "" if constant.target.root or table.is_at_root() else f"{table.within.shape}."
        yield f"{base}{constant.target.path.shape}"
    paths = [table.within, *(theirs for _, theirs, _ in table.all_rows())]
    for path in paths:
        for number, step in enumerate(path.steps, start=1):
            above = ".".join(each.name for each in path.steps[:number])
            yield from (f"{above}.{key}" for key, _ in step.where)


def _strange(entity: str, told: set[str], leaves: list[str]) -> Iterator[str]:
    known = {path.replace("[]", "") for path in leaves}
    for path in sorted(told):
        if path not in known and not any(leaf.startswith(f"{path}.") for leaf in known):
            yield f"{entity} has no {path}"


def _idle(book: Book) -> Iterator[str]:
    for entity in book.entities:
        if entity in book.by_entity:
            yield f"{entity} has a table, yet a reason under entities"
