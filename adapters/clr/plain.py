"""Whether a credential says what it says under the names by which readers look for it.

A signature covers meanings, not spellings. With a context of one's own `validUntil` can be called
anything else, and the signature still fits; whoever looks for it by name then finds none.
"""

from __future__ import annotations

from typing import Any, Final

from adapters.clr.errors import UnknownContext, Unsafe

_WITH_TEXT: Final = frozenset({"@value", "@language", "@direction"})
_FIX: Final = "Ask the issuer for the credential in the terms of Open Badges 3.0.3 and CLR 2.0.1."


def issuer_of(document: dict[str, Any]) -> str:
    """The id of a credential's issuer, empty where it has none."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


def require_plain(value: Any) -> None:
    """Make sure that every property goes by the term of a carried context.

    Raises UnknownContext for a context written into the document, Unsafe for a property that goes
    by its address and for JSON-LD's ways to say a thing elsewhere (`@included`, `@graph`).
    """
    if isinstance(value, list):
        for item in value:
            require_plain(item)
    elif isinstance(value, dict):
        for name, child in value.items():
            _require_term(name, child)
            require_plain(child if name != "@context" else None)


def _require_term(name: str, child: Any) -> None:
    if name == "@context":
        contexts = child if isinstance(child, list) else [child]
        if not all(isinstance(one, str) for one in contexts):
            problem = "it brings a context of its own, under which any name may mean anything"
            raise UnknownContext(problem, _FIX)
    elif ":" in name or (name.startswith("@") and name not in _WITH_TEXT):
        raise Unsafe(f"the property {name[:80]!r} does not go by the term of a context", _FIX)
