"""The next version of a plan: fields that change, and a header that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.ilp.entry import Change, Origin
from schemas.ilp.plan import Plan


def version_after(plan: Plan) -> int:
    """The number of the plan's next version."""
    header = plan.profile.header
    return (header.plan_version if header else 0) + 1


def next_version(
    plan: Plan,
    areas: Mapping[str, Mapping[str, Any]],
    change: Change,
    origins: dict[str, Origin] | None = None,
) -> Plan:
    """The plan with these fields of its areas, its header saying that it is the next version.

    `change.plan_version` is that version's number. Raises pydantic's ValidationError for fields
    that do not fit.
    """
    fields = {name: dict(held) for name, held in areas.items()}
    if header := plan.profile.header:
        revised = header.revised(change, origins, plan_version=change.plan_version)
        fields.setdefault("profile", {})["header"] = revised
    parts = {name: getattr(plan, name).model_copy(update=held) for name, held in fields.items()}
    return Plan.model_validate({**dict(plan), **parts})
