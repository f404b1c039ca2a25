"""The roster's entities by name, in the order in which their references can be resolved."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.roster.kinds import Field, fields_of
from schemas.roster.records import (
    AcademicSession,
    Class,
    Course,
    Demographics,
    Enrollment,
    Organization,
    Person,
    Relation,
    Role,
    RosterRecord,
    Supplement,
)

ENTITIES: Mapping[str, type[RosterRecord]] = MappingProxyType(
    {
        "organization": Organization,
        "academic_session": AcademicSession,
        "course": Course,
        "class": Class,
        "person": Person,
        "role": Role,
        "relation": Relation,
        "demographics": Demographics,
        "enrollment": Enrollment,
        "supplement": Supplement,
    }
)

FIELDS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {entity: fields_of(model) for entity, model in ENTITIES.items()}
)
