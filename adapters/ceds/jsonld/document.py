"""Reads any JSON-LD document of bounded size: expanded by PyLD, then framed as our trees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from adapters.ceds.jsonld.contexts import Contexts
from adapters.ceds.jsonld.frame import trees
from adapters.ceds.jsonld.graph import collect
from adapters.ceds.jsonld.parse import parsed
from adapters.ceds.names import HERE, UNDEFINED
from adapters.ceds.tree import MAX_DEPTH, entity_of, refused, sample
from adapters.formats import Unreadable
from adapters.port import Progress, silent
from schemas.standards.shape import StandardRecord

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""A document in another layout than ours is held in memory whole, some fifteen times its size."""

MAX_VALUES: Final = 300_000
"""Values of such a document, counted by their commas and brackets; each costs up to 600 bytes."""

_DEEPEST: Final = 4 * MAX_DEPTH
_SPLIT: Final = "split the document, or write one record per line as Planbridge does"


def _require_flat(value: Any, file: str) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            problem = f"more than {_DEEPEST} brackets within one another"
            raise refused(file, problem, "refer by @id instead of nesting")
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]


def expanded(path: Path, folders: tuple[Path, ...] = ()) -> list[Any]:
    """The document in expanded form; terms without a meaning are kept under `UNDEFINED`."""
    if path.stat().st_size > MAX_DOCUMENT_BYTES:
        problem = (
            f"more than {MAX_DOCUMENT_BYTES // 2**20} MiB in a layout that needs memory for it"
        )
        raise refused(path.name, problem, _SPLIT)
    data = path.read_bytes()
    if sum(data.count(sign) for sign in (b",", b"{", b"[")) > MAX_VALUES:
        problem = f"more than {MAX_VALUES:,} values in a layout that needs memory for each"
        raise refused(path.name, problem, _SPLIT)
    document = parsed(data, path.name)
    if not isinstance(document, dict | list):
        raise refused(path.name, "no JSON-LD document", "give an object or a list of objects")
    _require_flat(document, path.name)
    return _expand(document, Contexts(path, folders))


def _expand(document: Any, contexts: Contexts) -> list[Any]:
    from pyld import jsonld  # type: ignore[import-untyped]
    from pyld.context_resolver import ContextResolver  # type: ignore[import-untyped]

    dropped: list[str] = []
    options = {
        "base": HERE,
        "documentLoader": contexts.load,
        "contextResolver": ContextResolver({}, contexts.load),
        "expandContext": {"@context": {"@vocab": UNDEFINED}},
        "processingMode": "json-ld-1.1",
    }
    file = contexts.document.name
    try:
        found: list[Any] = jsonld.expand(
            document, options, on_property_dropped=lambda key: dropped.append(str(key))
        )
    except jsonld.JsonLdError as error:
        raise _explained(error, file) from None
    except RecursionError:
        raise refused(file, "contexts or nodes nest too deep", "flatten the document") from None
    if dropped:
        names = ", ".join(sorted({sample(each) for each in dropped})[:5])
        problem = f"a processor of JSON-LD drops these keys, which no context defines: {names}"
        raise refused(file, problem, "define them in the context or take them out")
    return found


def _explained(error: BaseException | None, file: str) -> Unreadable:
    """The innermost reason that PyLD gives, or what our own loader had to say."""
    reason = ""
    while error is not None:
        if isinstance(error, Unreadable):
            return error
        code = getattr(error, "code", None)
        reason = str(code or reason or type(error).__name__)
        error = getattr(error, "cause", None) or error.__cause__ or error.__context__
    fix = "look the term up in the JSON-LD 1.1 specification, section 9 of its API"
    return refused(file, f"the document is no valid JSON-LD: {sample(reason)}", fix)


def read_document(
    path: Path, progress: Progress = silent, folders: tuple[Path, ...] = ()
) -> Iterator[StandardRecord]:
    """Every person and organization of a JSON-LD document in any layout. Raises Unreadable."""
    nodes = collect(expanded(path, folders), path.name)
    for number, tree in enumerate(trees(nodes, path.name), 1):
        yield StandardRecord(entity_of(tree), tree, f"{path.name}, record {number}")
        progress(path.name, number)
