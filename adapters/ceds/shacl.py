"""Records against SHACL shapes, by pyshacl where it is installed.

Shapes and the class hierarchy are read from every `*.ttl` file of a folder: `sh:class` sees
subclasses only in the union of the data and the hierarchy.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.export import Exporter
from adapters.ceds.names import HERE, name_of, relative
from adapters.ceds.tree import Tree, Unwritable, is_node, refused, sample
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

_BATCH: Final = 100
_NODE: Final = "urn:planbridge:node:"
_SHACL: Final = "http://www.w3.org/ns/shacl#"


@dataclass
class Shapes:
    """The shapes of one folder, and the records that wait to be judged by them.

    Raises Unreadable where pyshacl or the shapes are missing.
    """

    folder: Path
    waiting: list[StandardRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        if find_spec("pyshacl") is None:
            problem = "pyshacl is needed to check against SHACL shapes"
            fix = "install it with planbridge: pip install planbridge[shacl]"
            raise refused(str(self.folder), problem, fix)
        if not any(self.folder.glob("*.ttl")):
            fix = "give a folder with the shapes as *.ttl files"
            raise refused(str(self.folder), "no SHACL shapes there", fix)

    def add(self, path: Path, record: StandardRecord) -> Iterator[Finding]:
        """Judge a record together with those that waited, once they are enough."""
        self.waiting.append(record)
        if len(self.waiting) >= _BATCH:
            yield from self.rest(path)

    def rest(self, path: Path) -> Iterator[Finding]:
        """What the shapes say of the records that wait."""
        batch, self.waiting = self.waiting, []
        places: dict[str, tuple[StandardRecord, str]] = {}
        trees = [_named(record, number, places) for number, record in enumerate(batch)]
        found = [_finding(path, result, places) for result in self._results(trees)]
        yield from sorted(found, key=lambda each: (each.row or 0, each.column or "", each.problem))

    @cached_property
    def _graphs(self) -> tuple[Any, Any]:
        """The shapes, and the hierarchy to be joined with the data: each file is one or other."""
        import rdflib

        shapes, hierarchy = rdflib.Graph(), rdflib.Graph()
        for file in sorted(self.folder.glob("*.ttl")):
            found = _turtle(file)
            shaped = (None, rdflib.RDF.type, rdflib.URIRef(f"{_SHACL}NodeShape")) in found
            for triple in found:
                (shapes if shaped else hierarchy).add(triple)
        return shapes, hierarchy

    def _results(self, trees: list[Tree]) -> list[dict[str, Any]]:
        import pyshacl

        shapes, hierarchy = self._graphs
        # What is no valid literal is a finding, not a traceback in somebody's log.
        logging.getLogger("rdflib.term").setLevel(logging.ERROR)
        data = _data(trees) + hierarchy
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        return _reported(report)


def _turtle(file: Path) -> Any:
    import rdflib

    try:
        return rdflib.Graph().parse(file, format="turtle")
    except Exception as error:  # noqa: BLE001 - a parser's faults are of many kinds
        problem = f"no Turtle: {sample(str(error).strip().splitlines()[0])}"
        raise refused(file.name, problem, "give valid shapes") from None


def _named(
    record: StandardRecord, number: int, places: dict[str, tuple[StandardRecord, str]]
) -> Tree:
    """A copy of a tree whose nodes all have an @id, so that results can be led back to them."""

    def named(node: Tree, path: str) -> Tree:
        address = node.get("@id") or f"{_NODE}{number}:{len(places)}"
        places.setdefault(address, (record, path))
        copy: Tree = {"@id": address}
        for name, value in node.items():
            here = f"{path}.{name}" if path else name
            copy[name] = _each(value, here) if not name.startswith("@") else value
        return copy

    def _each(value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [_one(each, f"{path}[{place}]") for place, each in enumerate(value, 1)]
        return _one(value, path)

    def _one(value: Any, path: str) -> Any:
        return named(value, path) if is_node(value) else value

    return named(record.values, "")


def _data(trees: list[Tree]) -> Any:
    import rdflib
    from pyld import jsonld  # type: ignore[import-untyped]

    export, graph = Exporter(), []
    for tree in trees:
        try:
            graph.append(export(tree))
        except Unwritable:
            graph.append(tree)  # our own checks have said why
    document = {"@context": context(), "@graph": graph}
    quads = jsonld.to_rdf(document, {"base": HERE, "format": "application/n-quads"})
    return rdflib.Graph().parse(data=quads, format="nt")


def _reported(report: Any) -> list[dict[str, Any]]:
    import rdflib

    sh = rdflib.Namespace(_SHACL)
    names = ("focusNode", "resultPath", "value", "resultMessage")
    results = report.subjects(rdflib.RDF.type, sh.ValidationResult)
    return [{name: report.value(each, sh[name]) for name in names} for each in results]


def _finding(
    path: Path, result: dict[str, Any], places: dict[str, tuple[StandardRecord, str]]
) -> Finding:
    record, where = places.get(str(result["focusNode"]), (None, str(result["focusNode"])))
    name = name_of(str(result["resultPath"])) if result["resultPath"] else ""
    value = result["value"]
    shown = None if value is None or _NODE in str(value) else sample(relative(str(value)))
    return Finding(
        Severity.ROW,
        "ceds.shape",
        f"SHACL: {sample(str(result['resultMessage']))}",
        "correct the value at its source, or the shapes in use",
        file=path.name,
        row=record.row if record else None,
        column=".".join(part for part in (where, name) if part) or None,
        value=shown,
    )
