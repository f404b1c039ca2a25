"""Records of the two flat views of the toy books, some of whose values do not fit."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from support.forms_toy.plans import DAYS, WORDS, Drawn

ODD = st.sampled_from(['say "no"', "a\\b", "a\nb", "tab\there", "名前", "é", "a, b"])
TEXTS = WORDS | ODD
FLAT = st.fixed_dictionaries(
    {"id": TEXTS},
    optional={
        "title": TEXTS,
        "grades": st.lists(st.sampled_from(["09", "10", "a,b"]), min_size=1, max_size=3),
        "subjects": st.lists(TEXTS, min_size=1, max_size=2),
        "school_id": TEXTS,
        "start_date": DAYS,
        "school_year": st.integers(1890, 2100),
        "enabled": st.booleans(),
        "user_ids": st.lists(
            st.fixed_dictionaries({"type": TEXTS, "identifier": TEXTS}), min_size=1, max_size=2
        ),
    },
)
WIDE = st.fixed_dictionaries(
    {"id": TEXTS},
    optional={
        "kind": st.sampled_from(["a", "b", "c"]),
        "student": TEXTS,
        "title": TEXTS,
        "level": TEXTS,
        "levels": st.lists(TEXTS, min_size=1, max_size=3),
        "school": TEXTS,
        "city": TEXTS,
        "count": st.integers(-1, 60),
        "score": st.sampled_from(["1.5", "-1", "x"]),
        "open": st.booleans(),
        "day": DAYS,
        "at": st.sampled_from(["2026-08-15T10:00:00Z", "2026-08-15T10:00:00"]),
        "raw": st.sampled_from([{"a": 1}, ["b"]]),
        "note": TEXTS,
    },
)
VIEWS: dict[str, Drawn] = {"rows": FLAT, "wide": WIDE}
"""What a record of each table's subject may hold."""


def parsed(texts: list[str]) -> list[object]:
    """JSON texts as values."""
    return [json.loads(text) for text in texts]
