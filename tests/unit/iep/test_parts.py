"""Every field of an IEP is annotated with rule, sensitivity and permission."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from schemas.iep.iep import PARTS, Iep
from schemas.iep.part import Sensitivity, fields_below


def test_every_field_has_a_part() -> None:
    bare = [path for path, part in fields_below(Iep) if part is None]

    assert bare == []


def test_only_accommodations_are_less_than_c4() -> None:
    less = [path for path, part in PARTS.items() if part.sensitivity is not Sensitivity.IEP]

    assert less == ["accommodations"]


def _classes() -> dict[str, str]:
    """The class of each field of the access policy."""
    file = files("service.access").joinpath("policy/sections.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {field: one["class"] for one in sections.values() for field in one["fields"]}


def test_every_permission_is_one_of_the_access_policy() -> None:
    assert {part.opens for part in PARTS.values()} <= _classes().keys()


def test_the_sensitivity_is_the_class_of_the_section_that_opens_it() -> None:
    known = _classes()

    assert all(known[part.opens] == part.sensitivity for part in PARTS.values())


def test_all_eleven_sections_of_a_transition_plan_are_there() -> None:
    assert {part.number for part in PARTS.values()} == set(range(1, 12))
