"""One way into a section: a grant of the table, ready to be tested against a student's rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from service.access.algebra import Expr, every, some_of
from service.access.conditions import CONSENTS, holds, meaning
from service.access.predicate import Predicate, Side, predicate
from service.access.table import Grant


@dataclass(frozen=True, slots=True)
class Way:
    """A grant with the fields that it opens here; `role` and `test` are its two conditions."""

    grant: Grant
    fields: frozenset[str]
    role: Predicate
    test: Predicate

    @property
    def is_signed(self) -> bool:
        """Whether a consent opens it, perhaps for some of the fields only."""
        return not CONSENTS.isdisjoint(self.grant.codes)

    def condition(self, field_name: str | None = None) -> Expr:
        """Both conditions as one expression, for one of its fields or for any."""
        fields = self.fields if field_name is None else frozenset({field_name})
        return _condition(self.grant, fields)

    def narrowed(self, side: Side) -> Way:
        """As it is open here: with the fields alone that the consents name."""
        if not self.is_signed or "consent_field" not in side.rows:
            return self
        named = [one for one in self.fields if opening(self.grant, frozenset({one}))(side)]
        return replace(self, fields=frozenset(named))

    def within(self, fields: frozenset[str]) -> Way:
        """With no more than these fields."""
        return replace(self, fields=self.fields & fields)


@cache
def opening(grant: Grant, fields: frozenset[str]) -> Predicate:
    """`opens` as a function."""
    return predicate(opens(grant, fields))


@cache
def _condition(grant: Grant, fields: frozenset[str]) -> Expr:
    return every(holds(grant.role), opens(grant, fields))


@cache
def opens(grant: Grant, fields: frozenset[str]) -> Expr:
    """All codes of a grant hold for at least one of these fields."""
    where = (grant.role, grant.section, grant.action)
    others = (meaning(code, *where) for code in grant.codes if code not in CONSENTS)
    signed = [code for code in grant.codes if code in CONSENTS]
    papers = [meaning(code, *where, fields) for code in signed]
    if len(signed) > 1:  # the same field has to stand in each of the papers
        one_by_one = (
            every(*(meaning(code, *where, frozenset({one})) for code in signed))
            for one in sorted(fields)
        )
        papers.append(some_of(*one_by_one))
    return every(*others, *papers)
