"""The mirror of IEPs: what IEP systems delivered, version by version. Only the nightly job writes.

A source's students and IEPs are told apart by its own ids. Versions of all IEPs of one student in
one source are numbered together, in the order in which they came; they are added and never changed
or removed.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Date, Index, Integer, Table, Text

from service.store.tables import metadata


def _keys(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, primary_key=True, nullable=False) for name in names]


def _need(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _may(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=True) for name in names]


iep_student: Final = Table(
    "iep_student",
    metadata,
    *_keys("tenant", "source", "student"),
    *_may("person_id", "waits", "fingerprint"),
    *_need("run", kind=Integer),
    Index("ix_iep_student_person", "tenant", "person_id"),
)
"""Each student of whom a source ever delivered an IEP, by the source's id. `person_id` is the
student of ours, absent while nobody is found. `waits` says why nobody is, or why it is in doubt:
nobody sees what waits. `fingerprint` is that of the
records last taken in, absent where some of them were refused and are to be looked at again."""

iep_mirror: Final = Table(
    "iep_mirror",
    metadata,
    *_keys("tenant", "source", "student", "iep_id"),
    *_need("state"),
    *_need("state_since", kind=Date),
    *_need("version", "run", kind=Integer),
)
"""Each IEP that a source ever delivered. `state` is `active` or `missing` since `state_since`;
`version` is the number of the version that holds."""

iep_version: Final = Table(
    "iep_version",
    metadata,
    *_keys("tenant", "source", "student"),
    Column("number", Integer, primary_key=True, nullable=False, autoincrement=False),
    *_need("iep_id"),
    *_may("label"),
    *_may("starts_on", "ends_on", "decided_on", kind=Date),
    *_need("goals", kind=Integer),
    *_need("document", "digest"),
    *_need("run", kind=Integer),
    *_need("received_at"),
)
"""Versions of IEPs. `label` is the source's name of the version, `document` an `iep.json` document
(`schemas.iep.document`), `digest` that of what it says, `goals` how many goals it has."""

IEP_MIRROR: Final[dict[str, Table]] = {
    one.name: one for one in (iep_student, iep_mirror, iep_version)
}
"""These tables by name."""
