"""What a standard says and we do not model rides along when a record of theirs is written anew.

Many systems replace a record whole: what is left out is deleted there (`edfi.md` §2.4).
"""

from __future__ import annotations

from collections.abc import Iterator

from mappings.engine.book import Book
from mappings.engine.paths import Tree, bare
from schemas.standards.shape import StandardRecord


def with_extras(book: Book, made: StandardRecord, before: Tree) -> StandardRecord:
    """The record with the values of the one before that no table of the book writes.

    A list that a table writes is ours whole: its items are not told apart by position.
    """
    ours = set(_written(book, made.entity))
    return made._replace(values=_laid_over(made.values, before, "", ours))


def _written(book: Book, entity: str) -> Iterator[str]:
    for table in book.by_entity.get(entity, ()):
        if table.writes and not table.is_at_root():
            yield bare(table.within.shape)
        if table.writes:
            yield from (bare(theirs.shape) for _, theirs, _ in table.all_rows())
            yield from (bare(each.target.path.shape) for each in table.constants)


def _laid_over(made: Tree, before: Tree, above: str, ours: set[str]) -> Tree:
    merged = dict(made)
    for name, value in before.items():
        path = f"{above}.{name}" if above else name
        held = made.get(name)
        if not _touches(path, ours):
            merged.setdefault(name, value)
        elif isinstance(value, dict) and isinstance(held, dict):
            merged[name] = _laid_over(held, value, path, ours)
    return merged


def _touches(path: str, ours: set[str]) -> bool:
    """Whether a table writes the value at a path, something within it or all around it."""
    return any(
        path == each or each.startswith(f"{path}.") or path.startswith(f"{each}.") for each in ours
    )
