"""The global denials as conditions: each states when a request passes it, in order.

G10 is not among them: what a request's filters and sorts use is asked for like what it reads
(`Desk.asked`), so that it has no rule of its own that could differ.
"""

from __future__ import annotations

from functools import cache

from service.access import policy
from service.access.algebra import ALWAYS, Expr, Fact, Other, every, negated, some_of
from service.access.conditions import barred, exactly_scoped, held_back, scoped

TO_OTHERS = ("share", "export")
"""What gives a record to another party."""


@cache
def passes(section: str, action: str, field: str | None = None) -> tuple[tuple[str, Expr], ...]:
    """Code and condition of each global denial that can apply to a section and action.

    A recipient or user has to have this field open, or any where none is named.
    """
    klass = policy.sections()[section].klass
    strong = Fact("strong") if klass in policy.STRONGLY else ALWAYS
    mirrored = section == "iepLink" and action == "write"
    found = {
        "G1": Fact("same-tenant"),
        "G2": strong,
        "G3": every(negated(Fact("suspended")), negated(Fact("agreement-ended"))),
        "G4": negated(barred()),
        "G5": Fact("purpose-listed"),
        "G6": _as_application(section, action, field),
        "G7": _unguarded(klass, section, action),
        "G8": negated(held_back()) if action == "delete" else ALWAYS,
        "G9": negated(Fact("mirrored")) if mirrored else ALWAYS,
        "G11": _to_recipient(section, action, field),
    }
    return tuple((code, expr) for code, expr in found.items() if expr != ALWAYS)


def _as_application(section: str, action: str, field: str | None) -> Expr:
    in_scope = some_of(negated(Fact("client")), scoped(section, action))
    for_user = some_of(negated(Fact("user")), Other("user", section, action, field))
    return every(in_scope, for_user)


def _unguarded(klass: str, section: str, action: str) -> Expr:
    if klass not in policy.GUARDED:
        return ALWAYS
    return some_of(negated(Fact("client")), exactly_scoped(section, action))


def _to_recipient(section: str, action: str, field: str | None) -> Expr:
    if action not in TO_OTHERS:
        return ALWAYS
    may = Other("party", section, "read", field)
    if action == "share":  # a share is always with somebody
        return every(Fact("party"), may)
    return some_of(negated(Fact("party")), may)
