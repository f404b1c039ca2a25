"""What the receiver holds already rides along: many systems replace a record whole.

Whatever is left out of a record that is sent to an Ed-Fi host is deleted there (`edfi.md` §2.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mappings.engine.book import Book
from mappings.engine.extras import with_extras
from mappings.engine.paths import parse_path, read_at
from schemas.standards.shape import StandardRecord


def laid_over(
    made: Iterable[StandardRecord], before: Iterable[StandardRecord], book: Book
) -> Iterator[StandardRecord]:
    """The records made, with what those before them say of the same things and our tables do not.

    Records that are not made again are left out: nothing is said of them.
    """
    held = {key: record for record in before if (key := _key(book, record))}
    for record in made:
        old = held.get(_key(book, record))
        yield with_extras(book, record, _known(book, old)) if old else record


def _key(book: Book, record: StandardRecord) -> tuple[str, ...]:
    """What tells a record from others; empty for one that is none of the book's."""
    if record.entity not in book.shapes:
        return ()
    parts = (read_at(record.values, parse_path(at)) for at in book.shapes[record.entity].key)
    return (record.entity, *(str(part) for part in parts))


def _known(book: Book, record: StandardRecord) -> dict[str, object]:
    """What the standard knows of a record: a host adds numbers and dates of its own."""
    names = {each.name for each in book.shapes[record.entity].properties}
    return {name: value for name, value in record.values.items() if name in names}
