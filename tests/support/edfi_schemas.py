"""The official Ed-Fi schemas as plain Python: types of the XSD, resources of the JSON binding."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

XSD = "{http://www.w3.org/2001/XMLSchema}"
GROUP = f"{XSD}annotation/{XSD}appinfo/{{http://ed-fi.org/annotation}}TypeGroup"
FOLDERS = {"5.2": "xsd-5.2.0", "6.1": "xsd-6.1.0"}
SERVER_OWN = ("id", "_etag", "_lastModifiedDate", "link")


@dataclass(frozen=True)
class Element:
    """One element of a sequence."""

    name: str
    type: str
    required: bool
    many: bool


@dataclass(frozen=True)
class Type:
    """One named type of `Ed-Fi-Core.xsd`; `facets` are those of a simple type."""

    name: str
    group: str
    base: str | None
    own: tuple[Element, ...]
    facets: Mapping[str, str]


@dataclass(frozen=True)
class Node:
    """One property of a JSON resource; `parts` is None for a plain value."""

    type: str | None
    required: bool
    many: bool
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    parts: Mapping[str, Node] | None = None


@dataclass(frozen=True)
class Core:
    """The types of one version."""

    types: dict[str, Type] = field(default_factory=dict)

    def elements(self, name: str) -> tuple[Element, ...]:
        """The sequence of a type, what it inherits first."""
        this = self.types[name]
        return (self.elements(this.base) if this.base in self.types else ()) + this.own

    def ancestors(self, name: str) -> list[str]:
        """The type and those it extends, the root of all left out."""
        base = self.types[name].base
        above = base in self.types and base != "ComplexObjectType"
        return [name, *(self.ancestors(str(base)) if above else [])]


def _element(node: Any) -> Element:
    least, most = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
    chosen = node.getparent().tag == f"{XSD}choice"
    return Element(node.get("name"), node.get("type"), least != "0" and not chosen, most != "1")


def _type(node: Any) -> Type:
    derived = node.find(f".//{XSD}extension")
    if derived is None:
        derived = node.find(f"{XSD}restriction")
    facets = {} if derived is None else {etree.QName(f).localname: f.get("value") for f in derived}
    return Type(
        name=node.get("name"),
        group=node.findtext(GROUP) or "",
        base=None if derived is None else derived.get("base"),
        own=tuple(_element(each) for each in node.iter(f"{XSD}element")),
        facets={name: value for name, value in facets.items() if value is not None},
    )


@cache
def core(folder: Path, version: str) -> Core:
    """The types of `Ed-Fi-Core.xsd`."""
    root = etree.parse(folder / FOLDERS[version] / "Ed-Fi-Core.xsd").getroot()
    return Core({str(node.attrib["name"]): _type(node) for node in root if "name" in node.attrib})


@cache
def interchanges(folder: Path, version: str) -> dict[str, list[str]]:
    """The interchanges (`StudentEnrollment`) that hold each element, in order of their names."""
    found: dict[str, list[str]] = {}
    for path in sorted((folder / FOLDERS[version]).glob("Interchange-*.xsd")):
        for node in etree.parse(path).getroot().iter(f"{XSD}choice"):
            for each in node.iter(f"{XSD}element"):
                found.setdefault(str(each.attrib["name"]), []).append(path.stem.split("-", 1)[1])
    return found


def _node(schema: Any, defs: Any, *, required: bool = False) -> Node:
    schema = _resolved(schema, defs)
    many = schema.get("type") == "array"
    inner = _resolved(schema["items"], defs) if many else schema
    needed = set(inner.get("required", ()))
    parts = {
        name: _node(each, defs, required=name in needed)
        for name, each in inner.get("properties", {}).items()
        if name not in SERVER_OWN
    }
    return Node(
        type=inner.get("type"),
        required=required,
        many=many,
        max_length=inner.get("maxLength"),
        minimum=inner.get("minimum"),
        maximum=inner.get("maximum"),
        parts=parts if inner.get("type") == "object" else None,
    )


def _resolved(schema: Any, defs: Any) -> Any:
    return defs[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema


@cache
def resources(folder: Path, version: str) -> dict[str, tuple[str, Node]]:
    """Each entity (`StudentIEP`) with its resource name (`studentIEPs`) and its JSON."""
    return _from_api_schema(folder) if version == "5.2" else _from_openapi(folder)


@cache
def api_schema(folder: Path) -> dict[str, Any]:
    """The resource schemas of Data Standard 5.2."""
    packed = (folder / "openapi" / "ApiSchema-ds-5.2.0.json.gz").read_bytes()
    [project] = json.loads(gzip.decompress(packed))["projectSchemas"].values()
    found: dict[str, Any] = project["resourceSchemas"]
    return found


@cache
def openapi(folder: Path) -> dict[str, Any]:
    """The OpenAPI document of Data Standard 6.0."""
    packed = (folder / "openapi" / "resources-ds-6.0.yaml.gz").read_bytes()
    found: dict[str, Any] = yaml.load(gzip.decompress(packed), yaml.CSafeLoader)
    return found


def _from_api_schema(folder: Path) -> dict[str, tuple[str, Node]]:
    return {
        each["resourceName"]: (name, _node(each["jsonSchemaForInsert"], {}))
        for name, each in api_schema(folder).items()
        if not each["isDescriptor"]
    }


def _from_openapi(folder: Path) -> dict[str, tuple[str, Node]]:
    document = openapi(folder)
    defs, found = document["components"]["schemas"], {}
    for path, methods in document["paths"].items():
        if path.count("/") == 2 and "post" in methods:
            body = methods["post"]["requestBody"]["content"]["application/json"]["schema"]
            name = body["$ref"].rsplit("_", 1)[-1]
            found[name[0].upper() + name[1:]] = (path.rsplit("/", 1)[-1], _node(body, defs))
    return found


def lower(name: str) -> str:
    """The JSON spelling of a name: a leading acronym becomes small as a whole."""
    head = re.match(r"[A-Z]+(?=[A-Z][a-z]|$|[0-9])|[A-Z]", name)
    return name if head is None else head.group().lower() + name[head.end() :]


def words(name: str) -> list[str]:
    """The words of a name in Pascal case."""
    return re.findall(r"[A-Z]+(?=[A-Z][a-z]|$|[0-9])|[A-Z][a-z0-9]*", name)


def plurals(name: str) -> list[str]:
    """How the standard may form the plural, the likeliest first."""
    ending = "es" if re.search(r"(s|x|ch|sh)$", name) else "s"
    regular = re.sub(r"(?<=[^aeiou])y$", "ie", name) + ending
    return [regular, name, f"{name[:-2]}es", f"{name[:-2]}ices"]
