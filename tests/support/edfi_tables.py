"""Makes the tables of `schemas/standards/edfi` from the official schemas.

Run it from the root of the checkout, with the folder that holds the schemas:
`python tests/support/edfi_tables.py ../shared/reference/edfi`. Names and figures only.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from support.edfi_match import Row, Scope, bare, kind_of, match, names
from support.edfi_schemas import (
    Core,
    Element,
    Node,
    api_schema,
    core,
    interchanges,
    plurals,
    resources,
)
from support.edfi_schemas import lower as small

ABSTRACT = ("EducationOrganization", "GeneralStudentProgramAssociation")
NAMES = {"5.2": "ds5p2", "6.1": "ds6p1"}
PROPERTIES = [
    "entity",
    "xml",
    "json",
    "kind",
    "required",
    "length",
    "minimum",
    "maximum",
    "refers",
    "verified",
]
KEYS = ["entity", "xml", "part", "json", "kind", "length", "refers"]
ENTITIES = ["entity", "xml", "base", "interchanges", "key", "verified"]
KINDS = {"int": "integer", "long": "integer", "dateTime": "datetime", "gYear": "year"}
KINDS |= {"token": "string", "duration": "string"}

Table = list[dict[str, str]]


def entity_name(folder: Path, version: str, name: str) -> str:
    """The resource name of an entity type: that of the JSON binding, else by the rule."""
    known = resources(folder, version)
    return known[name][0] if name in known else plurals(small(name))[0]


def concrete(types: Core) -> list[str]:
    """The types that an interchange file holds."""
    groups = ("Domain Entity", "Association")
    return [n for n, t in types.types.items() if t.group in groups and n not in ABSTRACT]


@cache
def rows_of(folder: Path, version: str, name: str) -> tuple[Row, ...]:
    """The elements of one entity, matched to JSON."""
    types, known = core(folder, version), resources(folder, version)
    if name == "Descriptor":
        return tuple(
            match(Scope(types, [], descriptor_parts(folder)), types.elements(f"{name}Type"))
        )
    parts = known[name][1].parts or {} if name in known else {}
    scope = Scope(types, types.ancestors(name), dict(parts))
    return tuple(match(scope, types.elements(name)))


def descriptor_parts(folder: Path) -> dict[str, Node]:
    """The properties that every descriptor resource has."""
    schema = api_schema(folder)["termDescriptors"]["jsonSchemaForInsert"]
    return {
        name: Node(facts["type"], name in schema["required"], False, facts.get("maxLength"))
        for name, facts in schema["properties"].items()
    }


@cache
def published_parts(folder: Path, version: str) -> dict[str, tuple[str, ...]]:
    """The flat key of each entity, as references to it in the JSON binding have it."""
    types, found = core(folder, version), {}
    for name in concrete(types):
        for row in rows_of(folder, version, name):
            if row.kind == "reference" and row.node is not None and row.node.parts:
                found[row.element.type.removesuffix("ReferenceType")] = tuple(row.node.parts)
    return found


def _identity(types: Core, name: str, path: tuple[Element, ...] = ()) -> Iterator[list[Element]]:
    for each in types.elements(f"{name}IdentityType"):
        if kind_of(types, each.type) == "reference":
            target = each.type.removesuffix("ReferenceType")
            yield from _identity(types, target, (*path, each))
        else:
            yield [*path, each]


def _part(types: Core, leaf: list[Element], known: tuple[str, ...] | None) -> str:
    """The flat name: with the role of a reference on the way where that is a part, else plain."""
    *through, last = leaf
    plain = names(last.name, kind_of(types, last.type), many=False)[-1]
    pascal = plain[0].upper() + plain[1:]
    roles = [bare(each.name, "reference") for each in through]
    likely = [small(_joined(role, pascal)) for role in roles] + [small(r + pascal) for r in roles]
    if known is None:
        return plain
    if plain not in known:
        likely += [name for name in known if name.lower().endswith(plain.lower())]
    return next((name for name in likely if name in known), plain)


def _joined(role: str, name: str) -> str:
    """`AssigningEducationOrganization` and `EducationOrganizationId`, what they share once."""
    shared = next((n for n in range(len(name), 0, -1) if role.endswith(name[:n])), 0)
    return role + name[shared:]


def keys(folder: Path, version: str) -> Table:
    """Which element of an identity is which part of the flat key, for every entity."""
    types, known = core(folder, version), published_parts(folder, version)
    return [
        _key_row(folder, version, name, leaf, _known(types, name, known))
        for name in (*ABSTRACT, *concrete(types))
        if f"{name}IdentityType" in types.types
        for leaf in _identity(types, name)
    ]


def _known(types: Core, name: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The published parts; those of the type it extends where nothing refers to it by itself."""
    above = types.ancestors(name)[1:]
    inherited = known.get(above[0]) if above and above[0] != "EducationOrganization" else None
    return known.get(name, inherited)


def _key_row(
    folder: Path, version: str, name: str, leaf: list[Element], known: tuple[str, ...] | None
) -> dict[str, str]:
    types, last = core(folder, version), leaf[-1]
    kind = kind_of(types, last.type)
    return {
        "entity": entity_name(folder, version, name),
        "xml": "/".join(each.name for each in leaf),
        "part": _part(types, leaf, known),
        "json": "" if name in ABSTRACT else _own_path(folder, version, name, leaf),
        "kind": KINDS.get(kind, kind),
        "length": _facet(types, last.type, "maxLength"),
        "refers": last.type.removesuffix("ReferenceType") if kind == "descriptor" else "",
    }


def _facet(types: Core, name: str, facet: str) -> str:
    return types.types[name].facets.get(facet, "") if name in types.types else ""


def _least_length(types: Core, name: str) -> str:
    """How many characters a text needs at least, where it is more than one."""
    least = _facet(types, name, "minLength")
    return least if least not in ("0", "1") else ""


def properties(folder: Path, version: str) -> Table:
    """Every element of every entity, in the order of the XML sequence."""
    types = core(folder, version)
    return [
        _property(folder, version, name, row)
        for name in (*concrete(types), "Descriptor")
        for row in rows_of(folder, version, name)
    ]


def _property(folder: Path, version: str, name: str, row: Row) -> dict[str, str]:
    types, node, kind = core(folder, version), row.node, row.element.type
    lengths = [_facet(types, kind, "maxLength"), str((node and node.max_length) or "")]
    least = _facet(types, kind, "minInclusive")
    most = _facet(types, kind, "maxInclusive")
    number = row.kind in {"int", "long", "decimal"}
    return {
        "entity": entity_name(folder, version, name),
        "xml": row.xml,
        "json": row.json,
        "kind": KINDS.get(row.kind, row.kind),
        "required": "1" if row.required and not _new(folder, version, name, row) else "",
        "length": min((x for x in lengths if x), key=int, default=""),
        "minimum": (
            _bound(least, node.minimum if node else None)
            if number
            else _least_length(types, kind)
            if row.kind == "string"
            else ""
        ),
        "maximum": _bound(most, node.maximum if node else None) if number else "",
        "refers": _refers(folder, version, row),
        "verified": "" if node is None and row.kind != "fold" else "1",
    }


def _new(folder: Path, version: str, name: str, row: Row) -> bool:
    """Whether only the XSD has it although the resource is published: then nobody can demand it."""
    return row.node is None and row.kind != "fold" and name in resources(folder, version)


def _bound(facet: str, published: float | None) -> str:
    return facet or ("" if published is None else f"{published:g}")


def _refers(folder: Path, version: str, row: Row) -> str:
    target = row.element.type.removesuffix("ReferenceType")
    if row.kind == "reference":
        return entity_name(folder, version, target)
    return target if row.kind == "descriptor" else ""


def entities(folder: Path, version: str) -> Table:
    """Every entity with its element, the type that it extends, its interchanges and its key."""
    types, where = core(folder, version), interchanges(folder, version)
    kinds = [n for n, t in types.types.items() if t.group == "Descriptor"]
    return [_entity(folder, version, name, where) for name in concrete(types)] + [
        {
            "entity": plurals(small(name))[0],
            "xml": name,
            "base": "descriptors",
            "interchanges": " ".join(where.get(name, [])),
            "key": "namespace codeValue",
            "verified": "1",
        }
        for name in kinds
    ]


def _entity(folder: Path, version: str, name: str, where: dict[str, list[str]]) -> dict[str, str]:
    above = core(folder, version).ancestors(name)[1:]
    return {
        "entity": entity_name(folder, version, name),
        "xml": name,
        "base": entity_name(folder, version, above[0]) if above else "",
        "interchanges": " ".join(where.get(name, [])),
        "key": " ".join(_key(folder, version, name)),
        "verified": "1" if name in resources(folder, version) else "",
    }


def _key(folder: Path, version: str, name: str) -> list[str]:
    types = core(folder, version)
    found = [_own_path(folder, version, name, leaf) for leaf in _identity(types, name)]
    return list(dict.fromkeys(found))


def _own_path(folder: Path, version: str, name: str, leaf: list[Element]) -> str:
    """Where the record itself has this part of its key."""
    types, known = core(folder, version), published_parts(folder, version)
    rows = {row.xml.rsplit("/", 1)[-1]: row for row in rows_of(folder, version, name)}
    row = rows[leaf[0].name]
    if row.kind == "reference":
        target = leaf[0].type.removesuffix("ReferenceType")
        return f"{row.json}.{_part(types, leaf[1:], _known(types, target, known))}"
    return row.json + (".schoolYear" if row.json.endswith("TypeReference") else "")


def unifications(folder: Path) -> Table:
    """Values that must be equal within one record."""
    return [
        {
            "entity": name,
            "one": _plain(each["sourceJsonPath"]),
            "other": _plain(each["targetJsonPath"]),
        }
        for name, facts in api_schema(folder).items()
        for each in facts["equalityConstraints"]
    ]


def _plain(path: str) -> str:
    return path.removeprefix("$.").replace("[*]", "[]")


def tables(folder: Path, version: str) -> dict[str, str]:
    """The text of each table by its file name."""
    made = {
        f"{NAMES[version]}.csv": (PROPERTIES, properties(folder, version)),
        f"{NAMES[version]}-keys.csv": (KEYS, keys(folder, version)),
        f"{NAMES[version]}-entities.csv": (ENTITIES, entities(folder, version)),
    }
    if version == "5.2":
        made["unifications.csv"] = (["entity", "one", "other"], unifications(folder))
    return {name: _text(columns, table) for name, (columns, table) in made.items()}


def _text(columns: list[str], table: Table) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue()


if __name__ == "__main__":
    for edition in NAMES:
        for name, text in tables(Path(sys.argv[1]), edition).items():
            Path("schemas/standards/edfi", name).write_text(text, "utf-8")
