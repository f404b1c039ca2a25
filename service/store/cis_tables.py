"""Career systems: which sets of files went to them, and what they said of which student.

What a career system said stays, whether or not its account is tied to a student of ours, and
whether or not it is delivered again.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Index, Integer, Table, Text

from service.store.tables import metadata


def _keys(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, primary_key=True, nullable=False) for name in names]


def _need(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _may(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=True) for name in names]


cis_set: Final = Table(
    "cis_set",
    metadata,
    *_keys("tenant", "target"),
    Column("number", Integer, primary_key=True, nullable=False, autoincrement=False),
    *_need("layout", "scope", "files", "at", "by"),
    *_need("students", kind=Integer),
    *_may("override", "delivered_at"),
)
"""Every set of files that was let out for a target. `files` is a JSON object from a file's name
to its rows, bytes and SHA-256; `override` the reason for which a held set was let out."""

cis_file: Final = Table(
    "cis_file",
    metadata,
    *_keys("tenant", "id"),
    *_need("student_id", "receiver_id", "target", "name", "first_at", "last_at"),
    *_may("purpose", "asked_at", "asked_by"),
    Index("ix_cis_file_student", "tenant", "student_id"),
)
"""Each file of a plan that went out beside a set: of which student, to whom, for what, in which
sets of a target first and last, and when its deletion there was asked for."""

cis_account: Final = Table(
    "cis_account",
    metadata,
    *_keys("tenant", "source", "account"),
    *_need("record_id", "ids"),
    *_may("given_name", "family_name", "birth_date", "email", "person_id", "waits"),
    *_need("run", kind=Integer),
    Index("ix_cis_account_record", "tenant", "record_id"),
    Index("ix_cis_account_person", "tenant", "person_id"),
)
"""Each account of a career system that ever said anything. `record_id` is its own id in the match
queue, `person_id` the student of ours, absent while nobody is found; `waits` says why. `ids` is a
JSON object from kind of identifier to value."""

cis_entry: Final = Table(
    "cis_entry",
    metadata,
    *_keys("tenant", "source", "account", "entry"),
    *_need("element", "said", "origin"),
    *_may("applied"),
    *_need("run", kind=Integer),
)
"""What an account said last, entry by entry, by the entry's id in a plan. `said` and `applied` are
JSON objects of values: the latest, and those that were merged into the plan last."""
