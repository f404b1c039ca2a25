"""Which JSON property each XML element of an Ed-Fi entity is, found by the naming rules.

The two bindings come from one model, but no published table joins them. Every element finds a
property of its kind by its full name, else by its name without the entity's, else it is folded
into its parent; what finds none is new in 6.1 and named by the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from support.edfi_schemas import Core, Element, Node, lower, plurals, words

SUFFIX = {"reference": "Reference", "descriptor": "Descriptor"}


@dataclass(frozen=True)
class Row:
    """One element: where it stands in XML and in JSON; `node` is None where the rule named it."""

    xml: str
    json: str
    kind: str
    element: Element
    node: Node | None
    required: bool


@dataclass
class Scope:
    """One object being matched: its path on both sides and the properties still free."""

    core: Core
    prefixes: list[str]
    free: dict[str, Node]
    xml: str = ""
    json: str = ""
    role: str | None = None
    rows: list[Row] = field(default_factory=list)


def kind_of(core: Core, name: str) -> str:
    """What the type of an element is, in our words."""
    if name.startswith("xs:"):
        return name[3:]
    this = core.types[name]
    groups = {
        "Extended Reference": "reference",
        "Extended Descriptor Reference": "descriptor",
        "Enumeration": "schoolyear",
        "Common": "object",
    }
    if this.group in groups:
        return groups[this.group]
    return "descriptor" if name == "DescriptorReferenceType" else str(this.base)[3:]


def bare(name: str, kind: str) -> str:
    """The element's name without the ending that its kind adds."""
    return name.removesuffix(SUFFIX.get(kind, "")) if kind in SUFFIX else name


def names(name: str, kind: str, *, many: bool) -> list[str]:
    """What a property of this base name may be called in JSON."""
    if many:
        return plurals(lower(name))
    if kind == "schoolyear":
        return [f"{lower(name)}TypeReference", lower(name)]
    return [lower(name) + SUFFIX.get(kind, "")]


def _fits(kind: str, many: bool, node: Node) -> bool:
    if many != node.many:
        return False
    if many or kind in {"reference", "object"}:
        return node.parts is not None
    return kind == "schoolyear" or node.parts is None


def _likely(scope: Scope, element: Element, kind: str) -> Iterator[str]:
    base, many = bare(element.name, kind), element.many
    if scope.role is not None:
        yield from names(scope.role + base, kind, many=many)
    for prefix in scope.prefixes:
        if base.startswith(prefix) and base != prefix:
            yield from names(base[len(prefix) :], kind, many=many)
    parts = words(base)
    for start in range(1, len(parts)):
        yield from names("".join(parts[start:]), kind, many=many)
    ending = names(base, kind, many=many)[0].lower()
    yield from (name for name in scope.free if name.lower().endswith(ending))


def match(scope: Scope, elements: tuple[Element, ...]) -> list[Row]:
    """Give every element its property; the rows stand in the order of the sequence."""
    found: dict[str, str] = {}
    for exact in (True, False):
        for each in elements:
            kind = kind_of(scope.core, each.type)
            likely = (
                names(bare(each.name, kind), kind, many=each.many)
                if exact and scope.role is None
                else _likely(scope, each, kind)
            )
            if each.name in found:
                continue
            fitting = (n for n in likely if n in scope.free and n not in found.values())
            hit = next((n for n in fitting if _fits(kind, each.many, scope.free[n])), None)
            if hit is not None:
                found[each.name] = hit
    for each in elements:
        _enter(scope, each, found.get(each.name), found)
    return scope.rows


def _enter(scope: Scope, element: Element, name: str | None, found: dict[str, str]) -> None:
    kind = kind_of(scope.core, element.type)
    xml = f"{scope.xml}{element.name}"
    if name is None and kind == "object" and not element.many and scope.free:
        _fold(scope, element, xml, found)
        return
    node = scope.free.get(name) if name else None
    name = name or names(bare(element.name, kind), kind, many=element.many)[0]
    required = node.required if node else element.required
    json = f"{scope.json}{name}{'[]' if element.many else ''}"
    if element.many and kind != "object":
        inner, node = _inner(element, kind, node)
        json = f"{json}.{inner}"
    scope.rows.append(Row(xml, json, kind, element, node, required))
    if kind == "object":
        _descend(scope, element, xml, json, node)


def _inner(element: Element, kind: str, node: Node | None) -> tuple[str, Node | None]:
    if node is None or node.parts is None:
        return names(bare(element.name, kind), kind, many=False)[0], None
    [(name, inner)] = node.parts.items()
    return name, inner


def _descend(scope: Scope, element: Element, xml: str, json: str, node: Node | None) -> None:
    inner = Scope(
        scope.core,
        [*scope.prefixes, element.name, element.type],
        dict((node.parts or {}) if node else {}),
        f"{xml}/",
        f"{json}.",
        rows=scope.rows,
    )
    match(inner, scope.core.elements(element.type))


def _fold(scope: Scope, element: Element, xml: str, found: Mapping[str, str]) -> None:
    """An object that JSON spreads over its parent, as it does `Name` and `BirthData`."""
    scope.rows.append(Row(xml, "", "fold", element, None, element.required))
    taken = set(found.values()) | {row.json.removeprefix(scope.json) for row in scope.rows}
    free = {name: node for name, node in scope.free.items() if name not in taken}
    role = element.name.removesuffix(element.type) if element.name != element.type else None
    inner = replace(
        scope,
        prefixes=[*scope.prefixes, element.name, element.type],
        free=free,
        xml=f"{xml}/",
        role=role,
    )
    match(inner, scope.core.elements(element.type))
