"""What is wrong with CEDS records, as our tables have it and, on request, as SHACL shapes do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from adapters.ceds.names import UNDEFINED
from adapters.ceds.tree import (
    Tree,
    is_node,
    is_reference,
    nodes_of,
    sample,
    types_of,
    values_of,
)
from adapters.ceds.values import is_of, out_of_limits
from adapters.formats import Unreadable
from schemas.finding import Finding, Severity
from schemas.standards.ceds import all_classes, all_properties, allowed, by_term, is_a
from schemas.standards.ceds.table import PARTIAL_DATE, VERSION, XSD, Term
from schemas.standards.shape import Kind, StandardRecord

_DATES: Final = frozenset({"xsd:date", "xsd:dateTime", "xsd:gYearMonth", "xsd:gYear", "xsd:time"})
_SSN: Final = "PersonIdentificationSystem_SSN"


class Problem(NamedTuple):
    """A finding that does not yet know its file."""

    severity: Severity
    code: str
    problem: str
    fix: str
    path: str
    value: Any = None


def check(
    path: Path, records: Iterator[StandardRecord], schemas: Path | None = None
) -> Iterator[Finding]:
    """Every problem of the records, in their order; what cannot be read at all ends the list."""
    try:
        if schemas is None:
            for record in records:
                yield from _located(path, record, problems(record.values))
        else:
            yield from _with_shapes(path, records, schemas)
    except Unreadable as error:
        yield from error.findings


def _with_shapes(path: Path, records: Iterator[StandardRecord], schemas: Path) -> Iterator[Finding]:
    from adapters.ceds.shacl import Shapes

    shapes = Shapes(schemas)
    for record in records:
        yield from _located(path, record, problems(record.values))
        yield from shapes.add(path, record)
    yield from shapes.rest(path)


def _located(path: Path, record: StandardRecord, found: Iterable[Problem]) -> Iterator[Finding]:
    row = record.row
    for each in found:
        yield Finding(
            each.severity,
            each.code,
            each.problem,
            each.fix,
            file=path.name,
            row=row,
            column=each.path or None,
            value=None if each.value is None else sample(each.value),
        )


def problems(tree: Tree) -> Iterator[Problem]:
    """Every problem of one tree."""
    for path, node in nodes_of(tree):
        yield from _node(path, node)
    yield from _sensitive(tree)


def _node(path: str, node: Tree) -> Iterator[Problem]:
    classes = types_of(node)
    yield from _identity(path, node, classes)
    fitting: frozenset[str] = frozenset().union(*(allowed(each) for each in classes))
    for name, value in node.items():
        if name.startswith("@"):
            continue
        here = f"{path}.{name}" if path else name
        term = all_properties().get(name)
        if term is None:
            yield _unknown(here, name, value)
            continue
        if classes and name not in fitting and all(each in all_classes() for each in classes):
            yield _misplaced(here, term, classes)
        for each in values_of(value):
            yield from _value(here, term, each)


def _identity(path: str, node: Tree, classes: tuple[str, ...]) -> Iterator[Problem]:
    if not classes and not is_reference(node):
        fix = "name its class with @type"
        yield Problem(Severity.ROW, "ceds.class", "a node without a class", fix, path)
    for name in classes:
        if name not in all_classes():
            fix = "use a class of CEDS 14"
            yield Problem(Severity.ROW, "ceds.class", "no class of CEDS 14", fix, path, name)
    address = node.get("@id")
    if address is not None and (not isinstance(address, str) or ":" not in address):
        problem = "an @id that means another thing wherever the file lies"
        fix = "use an IRI that stands alone, such as urn:uuid:..."
        yield Problem(Severity.ROW, "ceds.id", problem, fix, path, address)


def _unknown(path: str, name: str, value: Any) -> Problem:
    shown = name.removeprefix(UNDEFINED)
    problem = f"{shown} is no term that Planbridge knows of CEDS 14"
    fix = "correct the name, or expect its values to be listed as a loss when converted"
    return Problem(Severity.WARNING, "ceds.term", problem, fix, path, value)


def _misplaced(path: str, term: Term, classes: tuple[str, ...]) -> Problem:
    homes = ", ".join(sorted(term.domains)[:4])
    problem = f"{term.name} has no place on {' and '.join(classes)}"
    return Problem(Severity.ROW, "ceds.domain", problem, f"put it on {homes}", path)


def _value(path: str, term: Term, value: Any) -> Iterator[Problem]:
    if term.codes:
        yield from _option(path, term, value)
    elif term.kind is Kind.OBJECT:
        yield from _link(path, term, value)
    elif isinstance(value, dict):
        yield from _value_object(path, term, value)
    else:
        yield from _literal(path, term, value)


def _option(path: str, term: Term, value: Any) -> Iterator[Problem]:
    option = by_term().get(value) if isinstance(value, str) else None
    if option is None or option.set != term.codes:
        problem = f"no option of the set {term.codes}"
        fix = f"write {term.codes}_<code> with a code of the set"
        yield Problem(Severity.ROW, "ceds.option", problem, fix, path, value)
    elif option.version != VERSION or option.deprecated:
        ended = f"{option.code} of {option.set} ended with CEDS {option.version}"
        fix = "choose a code of CEDS 14; none is named as its successor"
        yield Problem(Severity.WARNING, "ceds.ended", ended, fix, path, value)


def _link(path: str, term: Term, value: Any) -> Iterator[Problem]:
    wanted = term.reference or ""
    if not is_node(value):
        problem = f"a value where a node of class {wanted} belongs"
        fix = "give the node, or its @id"
        yield Problem(Severity.ROW, "ceds.class", problem, fix, path, value)
        return
    classes = [each for each in types_of(value) if each in all_classes()]
    if wanted and classes and not any(is_a(each, wanted) for each in classes):
        problem = f"a {' and '.join(classes)} where a {wanted} belongs"
        yield Problem(Severity.ROW, "ceds.class", problem, f"link a node of class {wanted}", path)


def _value_object(path: str, term: Term, value: Tree) -> Iterator[Problem]:
    datatype = str(value.get("@type", "xsd:string")).replace(XSD, "xsd:", 1)
    accepted = {term.datatype, term.range}
    if "@value" in value and "@language" not in value and datatype in accepted:
        yield from _literal(path, term, value["@value"], datatype)
        return
    problem = f"not the datatype of {term.name}, which is {term.datatype}"
    yield Problem(Severity.ROW, "ceds.datatype", problem, "send it as that type", path, value)


def _literal(path: str, term: Term, value: Any, datatype: str = "") -> Iterator[Problem]:
    wanted = datatype or term.datatype or ""
    if not is_of(wanted, value):
        dated = wanted in _DATES or wanted == PARTIAL_DATE
        form = term.form or wanted
        code = "ceds.date" if dated else "ceds.datatype"
        problem = f"no valid {'date or time' if dated else wanted}"
        yield Problem(Severity.ROW, code, problem, f"write it as {form}", path, value)
    elif broken := out_of_limits(term, value):
        code = "ceds.length" if "characters" in broken else "ceds.bounds"
        yield Problem(Severity.ROW, code, broken, "correct the value at its source", path, value)


def _sensitive(tree: Tree) -> Iterator[Problem]:
    """Social security numbers: CEDS can carry them, and nobody should."""
    numbers: set[str] = set()
    for path, node in nodes_of(tree):
        if _SSN in values_of(node.get("hasPersonIdentificationSystem")):
            numbers |= {str(each) for each in values_of(node.get("PersonIdentifier", ()))}
            problem, fix = "a social security number", "send another identifier"
            yield Problem(Severity.WARNING, "ceds.ssn", problem, fix, path)
    for path, node in nodes_of(tree):
        if any(each and each in str(node.get("@id", "")) for each in numbers):
            problem, fix = "an @id made from a social security number", "use an opaque @id"
            yield Problem(Severity.ROW, "ceds.ssn", problem, fix, path)
