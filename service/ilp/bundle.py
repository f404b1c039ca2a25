"""Giving a plan out whole: with all its versions and the files that are held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.formats import Unreadable
from adapters.ilp.artifacts import ShelvedArtifacts
from adapters.ilp.format import IlpFormat
from adapters.ilp.records import PLAN, VERSION, as_values
from schemas.ilp.document import read_document
from schemas.ilp.plan import Plan
from schemas.standards.shape import StandardRecord
from service.errors import Invalid
from service.ilp.files import PlanFiles
from service.ilp.keep import Edition, editions_of, plan_now

# What was typed into a terminal once may hold what no bundle carries.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def records_of_plan(
    connection: Connection,
    tenant: str,
    head: sa.Row[tuple[object, ...]],
    show: Callable[[Plan], Plan],
) -> list[StandardRecord]:
    """The plan with this row and its versions, PRO.02 as the roster has it now, each as shown."""
    plan = show(plan_now(connection, tenant, head))
    records = [StandardRecord(PLAN, as_values(plan), f"plan {head.id}")]
    for number, edition in editions_of(connection, tenant, str(head.id)):
        where = f"version {number} of plan {head.id}"
        records.append(StandardRecord(VERSION, _version(number, edition, show), where))
    return records


def write_plan_bundle(
    files: PlanFiles, plan_id: str, records: Iterable[StandardRecord], out: Path
) -> None:
    """Write a plan's records as a bundle, with the files that they speak of.

    Raises Invalid where a stored file is not what the plan says, FileExistsError where something
    stands at `out`.
    """
    held = ShelvedArtifacts(files.of(plan_id))
    try:
        IlpFormat(held).write(out, records)
    except Unreadable as error:
        first = error.findings[0]
        raise Invalid(f"{first.problem}.", first.fix) from None


def _version(number: int, edition: Edition, show: Callable[[Plan], Plan]) -> dict[str, object]:
    facts = {name: _plain(getattr(edition, name)) for name in ("author", "source", "reason", "at")}
    plan = show(read_document(edition.document.encode()))
    return {"version": number, **facts, "plan": as_values(plan)}


def _plain(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
