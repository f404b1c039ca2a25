"""The fields of a roster that no view carries, each with its reason; counted where they stand."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import Hub

_OWN_KEY = "Ed-Fi knows it by a key of its own (edfi.md §3)"
_SUBJECTS = "subjects of a roster are free text, those of Ed-Fi a code of the host"
_OF_CLASS = "a section has the grades and subjects of its course"

LEFT: Mapping[str, Mapping[str, str]] = {
    "organization": {"id": _OWN_KEY},
    "academic_session": {
        "id": _OWN_KEY,
        "parent_id": "a session of Ed-Fi names no session above it",
    },
    "course": {
        "id": _OWN_KEY,
        "school_year_id": "a course of Ed-Fi lasts beyond a year",
        "subjects": _SUBJECTS,
        "subject_codes": _SUBJECTS,
    },
    "class": {
        "id": "a section is known by its code, and by this id only where it has none",
        "location": "a location is a resource of the host (edfi.md §5)",
        "periods": "a class period is a resource of the host (edfi.md §5)",
        "grades": _OF_CLASS,
        "subjects": _OF_CLASS,
        "subject_codes": _OF_CLASS,
    },
    "person": {
        "preferred_middle_name": "a person of Ed-Fi has no preferred middle name",
        "pronouns": "no resource holds pronouns",
        "enabled_user": "whether an account is enabled is no matter of Ed-Fi",
        "user_master_identifier": "an identifier of a system that Ed-Fi does not know",
    },
    "role": {
        "id": _OWN_KEY,
        "user_profile_sourced_id": "accounts are no matter of Ed-Fi",
    },
    "relation": {"id": _OWN_KEY},
    "demographics": {
        "id": _OWN_KEY,
        "demographic_race_two_or_more_races": "races of Ed-Fi are listed one by one",
        "public_school_residence_status": "a code of the host, whose list a roster does not know",
    },
    "enrollment": {"id": _OWN_KEY},
}
"""By entity of ours."""

OTHERS = "gradebook and resources have no table in this book"
EXTRAS = "kept from the source and no field of ours"


def count_left(hub: Hub, losses: Losses) -> None:
    """Count what stands in these fields, and the records of other entities."""
    for entity, frame in hub.frames.items():
        if entity not in LEFT:
            _count(losses, entity, "", OTHERS, frame.height)
            continue
        for field, reason in {**LEFT[entity], "extras": EXTRAS}.items():
            _count(losses, entity, field, reason, frame.height - frame[field].null_count())
    _count_kinds(hub, losses)


def _count_kinds(hub: Hub, losses: Losses) -> None:
    """Records whose kind Ed-Fi has no resource for."""
    kinds = hub.frame("organization").filter(~pl.col("type").is_in(["district", "school"]))
    reason = "organizations other than districts and schools are the host's own"
    _count(losses, "organization", "", reason, kinds.height)
    roles = hub.frame("enrollment").filter(~pl.col("role").is_in(["student", "teacher"]))
    _count(losses, "enrollment", "", "sections have students and teachers alone", roles.height)


def _count(losses: Losses, entity: str, path: str, reason: str, count: int) -> None:
    if count:
        losses.add(LossKey(Side.OURS, entity, path, reason), count=count)
