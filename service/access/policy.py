"""The words of the policy, read from `policy/*.toml`: roles, sections, conditions, denials."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

ACTIONS: Final = ("read", "propose", "write", "share", "export", "approve", "delete")
"""What can be done, in the order of the table's columns."""

GUARDED: Final = frozenset({"C3", "C4", "P"})
"""Classes that no directory, site-wide or wildcard grant reaches (G7)."""

STRONGLY: Final = frozenset({"C3", "C4", "R"})
"""Classes that ask for a strong factor or a client assertion (G2)."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role that a subject may hold for a student; `stricter` lists cells beyond the law."""

    code: str
    name: str
    kind: str
    cite: tuple[str, ...]
    basis: str
    stricter: frozenset[str]
    cells: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a student's record with one class; `needs` is what NEED leaves to a role.

    `apart` are fields that are open to nobody but an application whose agreement names them.
    """

    name: str
    klass: str
    fields: frozenset[str]
    needs: Mapping[str, frozenset[str]]
    apart: frozenset[str]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition code; `limit` names the part of a section that it opens, `""` for all."""

    code: str
    meaning: str
    cite: tuple[str, ...]
    basis: str
    limit: str
    product: bool


@dataclass(frozen=True, slots=True)
class Denial:
    """A global denial, G1 to G11."""

    code: str
    meaning: str
    cite: tuple[str, ...]


@cache
def _document(name: str) -> dict[str, Any]:
    file = files("service.access").joinpath("policy", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def roles() -> Mapping[str, Role]:
    """The roles by code, in the table's order."""
    return {
        code: Role(
            code,
            one["name"],
            one["kind"],
            tuple(one["cite"]),
            one["basis"],
            frozenset(one["stricter"]),
            {section: tuple(cells) for section, cells in one["cells"].items()},
        )
        for code, one in _document("rules").items()
    }


@cache
def sections() -> Mapping[str, Section]:
    """The sections by name, in the table's order."""
    return {
        name: Section(
            name,
            one["class"],
            frozenset(one["fields"]),
            {role: frozenset(fields) for role, fields in one.get("needs", {}).items()},
            frozenset(one.get("apart", ())),
        )
        for name, one in _document("sections").items()
    }


@cache
def _by_field() -> Mapping[str, str]:
    return {field: one.name for one in sections().values() for field in one.fields}


def nameable() -> frozenset[str]:
    """What an agreement may name: sections, and fields that stand apart in one."""
    return frozenset(sections()).union(*(one.apart for one in sections().values()))


ABOUT_STUDENTS: Final = frozenset({"person", "demographics", "enrollment", "relation", "role"})
"""The roster's entities that tell of a student; the others tell of schools and courses."""


def section_of(field: str) -> str | None:
    """The section in which a field stands; None for a field that nobody is shown."""
    return _by_field().get(field)


@cache
def conditions() -> Mapping[str, Condition]:
    """The condition codes."""
    return {
        code: Condition(
            code,
            one["meaning"],
            tuple(one["cite"]),
            one.get("basis", ""),
            one.get("limit", ""),
            one.get("product", False),
        )
        for code, one in _document("conditions").items()
    }


@cache
def denials() -> Mapping[str, Denial]:
    """The global denials in their order."""
    return {
        code: Denial(code, one["meaning"], tuple(one["cite"]))
        for code, one in _document("denials").items()
    }


@cache
def obligations() -> Mapping[str, str]:
    """What each obligation code asks for."""
    return {code: one["meaning"] for code, one in _document("obligations").items()}


@cache
def purposes() -> frozenset[str]:
    """The purposes of use that a district starts with."""
    return frozenset(_document("purposes")["listed"])


@cache
def never_purposes() -> frozenset[str]:
    """Purposes that are on no list."""
    return frozenset(_document("purposes")["never"])


def state_rule(state: str | None) -> tuple[int, bool | None]:
    """A State's age of majority, and whether IDEA rights transfer then: None where unknown."""
    known = _document("states")
    age = known["age_of_majority"].get(state, known["default_age"])
    return int(age), known["transfers"].get(state)


def states() -> tuple[str, ...]:
    """The States of which anything is known."""
    known = _document("states")
    return tuple(sorted({*known["age_of_majority"], *known["transfers"]}))


@cache
def digest() -> str:
    """A fingerprint of the whole policy as shipped."""
    folder = files("service.access").joinpath("policy")
    parts = sorted((one.name, one.read_bytes()) for one in folder.iterdir())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
