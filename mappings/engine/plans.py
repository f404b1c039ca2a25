"""A whole plan by the tables of a book: which records of the standard it becomes.

A plan is a dict in the JSON form of `ilp.json`. What an entry needs besides itself stands under
`$student` and `$plan`: the keys by which the standard knows the student, and the plan's header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mappings.engine.account import Account, count
from mappings.engine.book import Book
from mappings.engine.codecs import canonical_json
from mappings.engine.fragments import Missed
from mappings.engine.loss import Losses
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree
from mappings.engine.reasons import ROUTINE
from mappings.engine.writer import Writer
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

Context = Mapping[str, Any]


def places_of(plan: Tree, subject: str) -> Iterator[tuple[str, Tree]]:
    """The entries of an element with their places in the plan, or the plan itself."""
    if subject == WHOLE:
        yield "", plan
        return
    place = ELEMENTS[subject]
    held = plan.get(place.area, {}).get(place.field)
    if place.many:
        listed = held if isinstance(held, list | tuple) else [held] if held else ()
        yield from ((f"{place.path}[{number}]", each) for number, each in enumerate(listed))
    elif held is not None:
        yield place.path, held


def write_plan(
    book: Book,
    plan: Tree,
    context: Context,
    losses: Losses,
    switched: frozenset[str] = frozenset(),
    beside: Callable[[Tree], Context] | None = None,
) -> list[StandardRecord]:
    """The records that a plan becomes, in the order in which its elements call for them.

    `switched` are the carriers that the tenant has turned on (`edfi.md` §7.2, rule 4), `beside`
    gives the context of a single entry (`$entry`). What no record carries is counted in `losses`,
    every value once.
    """
    writer = Writer(book, switched)
    write_into(writer, plan, context, losses, beside)
    return writer.made()


def write_into(
    writer: Writer,
    plan: Tree,
    context: Context,
    losses: Losses,
    beside: Callable[[Tree], Context] | None = None,
) -> None:
    """Lay a plan into records that are under way; its account is the writer's."""
    book = writer.book
    elements = [element for element in ELEMENTS if element not in book.elements]
    for subject in (WHOLE, *elements):
        for place, entry in places_of(plan, subject):
            own = beside(entry) if beside and subject != WHOLE else {}
            writer.take(subject, {**entry, **context, **own}, place)
    for missed in _missed(book, plan, writer.account):
        count(losses, missed, element_of)


def write_entry(
    book: Book, subject: str, ours: Tree, losses: Losses, switched: frozenset[str] = frozenset()
) -> list[StandardRecord]:
    """The records that one record of ours (an entry, a roster entity, a view) becomes."""
    writer = Writer(book, switched)
    writer.take(subject, ours)
    if subject in ELEMENTS:
        _note_known(book, subject, ours, writer.account, "")
    for missed in writer.account.losses_of(ours):
        count(losses, missed, lambda path: (subject, path))
    return writer.made()


def _missed(book: Book, plan: Tree, account: Account) -> Iterator[Missed]:
    """Every loss of a plan: entries, their bookkeeping, and what stands beside the elements."""
    areas = {place.area for place in ELEMENTS.values()}
    for element in ELEMENTS:
        for place, entry in places_of(plan, element):
            _note_known(book, element, entry, account, place)
            yield from account.losses_of(entry, place)
    beside = {key: plan[key] for key in plan if key not in areas}
    yield from (each for each in account.values_of(beside) if not each.blurred)


def _note_known(book: Book, subject: str, entry: Tree, account: Account, place: str) -> None:
    """Note what is known of an entry without trying: its element never leaves, its bookkeeping."""
    if subject in book.never:
        account.miss(Missed(place, book.never[subject]), whole=True)
    stem = f"{place}." if place else ""
    for name, reason in ROUTINE.items():
        if entry.get(name):
            account.miss(Missed(f"{stem}{name}", reason, entry[name]))


def element_of(path: str) -> tuple[str, str]:
    """The element that a path of a plan lies in, and the path within its entry."""
    area, _, rest = path.partition(".")
    field_name, _, inner = rest.partition(".")
    name = field_name.removesuffix("[]")
    found = (id_ for id_, place in ELEMENTS.items() if (place.area, place.field) == (area, name))
    element = next(found, None)
    return (element, inner) if element else (WHOLE, path)


def entry_id(subject: str, content: Tree) -> str:
    """A lasting id for an entry that came without one: the same content has the same id."""
    text = canonical_json([subject, content])
    return f"{subject.lower()}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
