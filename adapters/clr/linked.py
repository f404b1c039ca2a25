"""From a credential to the one text that stands for what it says (RDFC-1.0, `cis.md` §3.1).

PyLD does the work. What is ours: contexts come from this program alone, whatever PyLD would drop
or keep relative in silence is an error ("safe mode"), contexts that were understood once are not
understood anew, and a graph made to keep the algorithm busy for years is given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pyld import jsonld  # type: ignore[import-untyped]
from pyld.canon import URDNA2015  # type: ignore[import-untyped]
from pyld.context_resolver import ContextResolver  # type: ignore[import-untyped]
from pyld.identifier_issuer import IdentifierIssuer  # type: ignore[import-untyped]

from adapters.clr.errors import UnknownContext, Unsafe
from schemas.standards.clr.contexts import CARRIED, context_at

_MOST_WORK: Final = 20_000
"""Steps for telling blank nodes apart; an honest record of 1,000 achievements takes fewer."""

_MODE: Final = "json-ld-1.1"
_NOWHERE: Final = "relative:"
"""The scheme that what is relative gets here, so that it is seen."""

_UNDEFINED: Final = "Give the term a context, or leave it out."
_ABSOLUTE: Final = "Write it with its scheme: urn:uuid:..., https://... or did:..."


class Linked:
    """Understands credentials by the carried contexts.

    One instance for documents of our own keeps what it learnt; for a stranger's documents make a
    new one each time, so that nothing of one lingers for the next.
    """

    def __init__(self) -> None:
        self._dropped: list[str] = []
        self._processor = _Remembering(self._dropped)
        self._options = {
            "base": f"{_NOWHERE}//here/",
            "documentLoader": _load,
            "contextResolver": ContextResolver({}, _load),
            "processingMode": _MODE,
        }

    def canonical(self, document: dict[str, Any]) -> str:
        """The document as canonical N-Quads.

        Raises Unsafe for a property or type that no context defines and for an id that is not
        absolute, UnknownContext where a context is not carried.
        """
        expanded = self._expanded(document)
        nodes: dict[str, Any] = {"@default": {}}
        issuer = IdentifierIssuer("_:b")
        self._processor._create_node_map(expanded, nodes, "@default", issuer)
        options = {"produceGeneralizedRdf": False, "processingMode": _MODE}
        dataset = {
            name: self._processor._graph_to_rdf(graph, issuer, options)
            for name, graph in sorted(nodes.items())
        }
        text: str = _Bounded().main(dataset, {"format": "application/n-quads"})
        return text

    def require_safe(self, document: dict[str, Any]) -> None:
        """Raise what `canonical` would raise, without the rest of its work."""
        self._expanded(document)

    def _expanded(self, document: dict[str, Any]) -> list[Any]:
        self._dropped.clear()
        try:
            expanded: list[Any] = self._processor.expand(document, self._options)
        except UnknownContext:
            raise
        except (jsonld.JsonLdError, RecursionError, TypeError, KeyError, AttributeError) as error:
            raise _understood(error) from None
        if self._dropped:
            raise Unsafe(f"no context defines the property {self._dropped[0]!r}", _UNDEFINED)
        for problem, fix in _relative(expanded):
            raise Unsafe(problem, fix)
        return expanded


def _load(address: str, options: Any) -> dict[str, Any]:
    """A context by its address, from this program alone."""
    if address not in CARRIED:
        raise UnknownContext(
            f"the context {address} does not travel with this program",
            "Ask for the credential with the contexts of Open Badges 3.0.3 and CLR 2.0.1.",
        )
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": context_at(address),
    }


def _understood(error: Exception) -> Unsafe:
    """What kept PyLD from reading the document; an unknown context hides in its causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, UnknownContext):
            return cause
        cause = cause.__cause__ or cause.__context__
    words = str(error.args[0]) if error.args else type(error).__name__
    return Unsafe(f"not JSON-LD: {words}", "Ask the issuer for a corrected credential.")


def _relative(value: Any) -> Iterator[tuple[str, str]]:
    """Types without a meaning and ids that name nothing outside the document."""
    for node in _nodes(value):
        for one in node.get("@type", ()):
            if one.startswith(_NOWHERE):
                yield f"no context defines the type {_shown(one)!r}", _UNDEFINED
        if str(node.get("@id", "")).startswith(_NOWHERE):
            yield f"the id {_shown(node['@id'])!r} is not absolute", _ABSOLUTE


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every node of an expanded document, values left out."""
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, dict) and "@value" not in value:
        yield value
        for name, item in value.items():
            if name != "@type":
                yield from _nodes(item)


def _shown(name: str) -> str:
    return name.removeprefix(f"{_NOWHERE}//here/")[:80]


class _Remembering(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """PyLD's processor, which would work out contexts that depend on types for each node anew.

    Processing a context is a function of the context in force, the new one and two flags, all of
    which are remembered with the answer.
    """

    def __init__(self, dropped: list[str]) -> None:
        super().__init__(on_property_dropped=lambda name: dropped.append(str(name)))
        self._known: dict[Any, tuple[Any, Any, Any]] = {}

    def _process_context(
        self,
        active_ctx: Any,
        local_ctx: Any,
        options: Any,
        override_protected: bool = False,
        propagate: bool = True,
        **others: Any,
    ) -> Any:
        key = (id(active_ctx), _name(local_ctx), override_protected, propagate)
        found = self._known.get(key)
        if found is None:
            made = super()._process_context(
                active_ctx, local_ctx, options, override_protected, propagate, **others
            )
            # Both contexts are kept, so that their ids are never given to others.
            found = self._known[key] = (made, active_ctx, local_ctx)
        return found[0]


def _name(context: Any) -> Any:
    """What a local context is remembered by: its addresses, else itself."""
    if isinstance(context, str):
        return context
    if isinstance(context, list) and all(isinstance(one, str) for one in context):
        return tuple(context)
    return id(context)


class _Bounded(URDNA2015):  # type: ignore[misc]
    """The algorithm, given up where it would not end: hostile graphs can keep it busy for years."""

    def __init__(self) -> None:
        super().__init__()
        self._work = 0

    def hash_related_blank_node(self, *args: Any) -> Any:
        """One step of telling nodes apart that look alike."""
        self._work += 1
        if self._work > _MOST_WORK:
            raise Unsafe(
                "its parts without ids are entangled beyond what an honest record needs",
                "Ask the issuer for a credential whose parts have ids.",
            )
        return super().hash_related_blank_node(*args)
