"""Which columns of ours the large resources are made of: for them alone no others are held."""

from __future__ import annotations

from mappings.edfi.origins import MADE_OF
from mappings.edfi.views import BIRTH, NAMES
from mappings.engine.book import Book
from mappings.hub import Choice, Needs

_PEOPLE: Needs = {
    "person": frozenset({"id", "identifier", "user_ids", "primary_org_id", *NAMES}),
    "role": frozenset({"person_id", "org_id", "role", "role_type"}),
    "relation": frozenset({"person_id", "agent_id"}),
    "demographics": frozenset(),
    "enrollment": frozenset(),
}
_BESIDES: dict[str, Needs] = {
    "edfi.student": {"demographics": frozenset({"id", "person_id", *BIRTH.values()})},
    "edfi.student_section": {
        "enrollment": frozenset(
            {"id", "class_id", "person_id", "role", "primary", "begin_date", "end_date"}
        )
    },
}


def needs(book: Book, choice: Choice) -> Needs | None:
    """What of the large tables is needed for the records that are wanted; None for everything."""
    wanted = {view for view in MADE_OF if choice.wants(book.of(view)[0].entity)}
    if not wanted or not wanted <= _BESIDES.keys():
        return None
    found = dict(_PEOPLE)
    for view in wanted:
        found |= _BESIDES[view]
    return found
