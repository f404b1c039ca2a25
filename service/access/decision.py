"""What a decision says: whether, how much, under which duties, and by which rule of law."""

from __future__ import annotations

from dataclasses import dataclass

from service.access import policy
from service.access.way import Way

_OUTSIDE = frozenset({"client", "outside"})
_PART_B = frozenset({"accommodations", "disability", "iepLink"})
_REGISTERED = frozenset({"99.31(a)(2)", "99.31(a)(3)", "99.31(a)(4)", "99.31(a)(10)"})
_ENDING = frozenset({"CF", "CI", "AGR", "A35", "BG", "SHD", "ENR", "ENR12", "FA"})


@dataclass(frozen=True, slots=True)
class Decision:
    """Allow or deny, and what goes with it.

    `limits` tells which part of the section: `shared` or `own` items only, or `deidentified`
    output; empty means all of it. `basis` are the paragraphs to be recorded.
    """

    allowed: bool
    rules: tuple[str, ...]
    cite: tuple[str, ...]
    basis: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    obligations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def denied(code: str | None) -> Decision:
    """A denial: by a global one, or because nothing in the table allows it."""
    if code is None:
        return Decision(allowed=False, rules=("default",), cite=("99.31(d)",))
    return Decision(allowed=False, rules=(code,), cite=policy.denials()[code].cite)


def granted(section: str, action: str, ways: tuple[Way, ...], *, to_party: bool) -> Decision:
    """What the open ways give together, to the user or to a party that the user hands it to."""
    grants = [way.grant for way in ways]
    fields = frozenset().union(*(way.fields for way in ways))
    return Decision(
        allowed=True,
        rules=tuple(grant.id for grant in grants),
        cite=tuple(dict.fromkeys(cite for grant in grants for cite in grant.cite)),
        basis=tuple(dict.fromkeys(grant.basis for grant in grants)),
        fields=fields,
        limits=_limits(ways),
        obligations=tuple(_obligations(section, action, ways, to_party=to_party)),
        roles=tuple(dict.fromkeys(grant.role for grant in grants)),
    )


def _limits(ways: tuple[Way, ...]) -> frozenset[str]:
    """Which items may be handled: none where ways without such a limit open every field.

    Where they open some fields only, the limit holds for all: no way opens other fields of
    every item.
    """
    told = frozenset({"own", "shared", "deidentified"})
    free = frozenset().union(*(way.fields for way in ways if not way.grant.limits & told))
    bound = [way for way in ways if not way.fields <= free]
    return frozenset().union(*(way.grant.limits & told for way in bound))


def _obligations(section: str, action: str, ways: tuple[Way, ...], *, to_party: bool) -> list[str]:
    """The codes of privacy.md §5.5 that go with an answer, in order."""
    codes = {code for way in ways for code in way.grant.codes}
    outside = all(policy.roles()[way.grant.role].kind in _OUTSIDE for way in ways)
    directory_only = all(way.grant.codes == ("DIR",) for way in ways)
    leaves = (outside and not directory_only) or to_party
    whole = policy.sections()[section].fields
    narrower = not whole <= frozenset().union(*(way.fields for way in ways))
    basis = {way.grant.basis for way in ways}
    due = {
        "O1": True,
        "O2": bool(basis & _REGISTERED) or (leaves and (section in _PART_B or not outside)),
        "O3": leaves,
        "O4": narrower or bool(_limits(ways)),
        "O5": action in {"read", "share", "export"},
        "O6": bool(codes & {"CF", "CI", "CP"}),
        "O7": action == "export",
        "O8": "BG" in codes,
        "O9": action in {"share", "export"} or bool(codes & _ENDING),
    }
    return [code for code, holds in due.items() if holds]
