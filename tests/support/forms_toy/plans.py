"""Plans with and without what the toy standards can say, and the books of these standards."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from support.forms_toy.shapes import shape

from mappings.engine.book import Book, open_book

Drawn = st.SearchStrategy[Any]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=14)
DAYS = st.dates().map(str)
CONTEXT = {"$student": {"id": "p1", "unique_id": "u1"}}


@cache
def book(name: str) -> Book:
    """One of the toy books: people, carriers, rows."""
    return open_book(f"support.forms_toy.{name}", shape)


def _made(required: dict[str, Drawn], **optional: Drawn) -> Drawn:
    return st.fixed_dictionaries(required, optional=optional)


def _code(*sets: str) -> Drawn:
    return _made({"set": st.sampled_from(sets), "code": WORDS}, version=WORDS)


GOALS = _made(
    {"id": WORDS, "text": WORDS},
    status=WORDS,
    target_date=DAYS | st.just("soon"),
    set_on=DAYS,
    occupation=_code("onet-soc", "own"),
    cluster=_code("own"),
    pathway=_code("own"),
    version=st.integers(1, 3),
    origins=st.dictionaries(WORDS, st.just({"source": "s"}), min_size=1, max_size=2),
)
SKILLS = _made({"id": WORDS, "name": WORDS}, level=WORDS, evidence=st.lists(WORDS))
APPLICATIONS = _made(
    {"id": WORDS, "institution": _made({"name": WORDS}, identifier=st.just({"value": "1"}))},
    deadline=DAYS,
    status=WORDS,
    outcome=WORDS,
    program=_code("cip"),
    parts=st.lists(_made({"name": WORDS}, done=st.booleans() | st.just("yes")), max_size=2),
)
PLANS = _made(
    {},
    profile=_made(
        {},
        name_and_grade=_made({"id": WORDS}, legal_given_name=WORDS, legal_family_name=WORDS),
        statement_of_intent=_made({"id": WORDS}, text=WORDS, intends_to_graduate=st.booleans()),
    ),
    goals=_made({}, career_goals=st.lists(GOALS, max_size=3)),
    strengths=_made(
        {}, skills=st.lists(SKILLS, max_size=3), interests=st.lists(SKILLS, max_size=2)
    ),
    finance=_made({}, applications=st.lists(APPLICATIONS, max_size=3)),
    header=st.just({"status": "draft"}),
)
"""Plans of a few elements, with values that do not fit and fields that have no place."""
