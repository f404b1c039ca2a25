"""What a code is called, by the lists that ship."""

from __future__ import annotations

from functools import cache

from schemas.codes.grades import GRADE_LEVEL_SET, GRADE_LEVELS
from schemas.codes.lists import code_lists, terms_of
from schemas.meta import Code


def label_of(code: Code | None) -> str | None:
    """The title of a code in its list; None without a code, or where no list of ours has it."""
    if code is None:
        return None
    if code.set == GRADE_LEVEL_SET:
        return GRADE_LEVELS.get(code.code)
    return _titles(code.set, code.version).get(code.code)


@cache
def _titles(name: str, version: str | None) -> dict[str, str]:
    """The titles of a list; without a version, those of the first one that ships."""
    lists = [one for one in code_lists() if one.set == name]
    fitting = [one for one in lists if version in (None, one.version)]
    return {term.code: term.title for term in terms_of(fitting[0])} if fitting else {}
