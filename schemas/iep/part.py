"""What is known of each part of an IEP besides its type: number, rule, sensitivity, permission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from schemas.ilp.elements import models_in
from schemas.meta import PrivacyClass


class Sensitivity(StrEnum):
    """How closely a part is kept, in the classes of the permission model."""

    ACCOMMODATIONS = "C3"
    """Reveals a disability, yet those who teach the student must know it (34 CFR 300.323(d))."""
    IEP = "C4"
    """IDEA records: each disclosure needs an authority (34 CFR 300.610 to 300.627)."""


@dataclass(frozen=True, slots=True)
class Part:
    """Annotation of a field of an IEP; what lies below it inherits it.

    `number` counts the sections of a transition plan (1 header, 2 preferences, 3 assessments,
    4 postsecondary goals, 5 annual goals, 6 services, 7 course of study, 8 agencies, 9 student
    participation, 10 transfer of rights, 11 summary of performance). `cite` is the rule that asks
    for it. `opens` is the field of the access policy whose permission shows it.
    """

    number: int
    cite: str
    sensitivity: Sensitivity = Sensitivity.IEP
    opens: str = "iep.transition"
    privacy: PrivacyClass = PrivacyClass.SPED


def fields_below(
    model: type[BaseModel], above: Part | None = None, prefix: str = ""
) -> Iterator[tuple[str, Part | None]]:
    """Every field of a model at any depth, by path, with the `Part` that holds for it."""
    for name, info in model.model_fields.items():
        own = next((note for note in info.metadata if isinstance(note, Part)), above)
        path = f"{prefix}{name}"
        yield path, own
        for inner in models_in(info.annotation):
            yield from fields_below(inner, own, f"{path}.")
