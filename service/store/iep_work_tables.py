"""The tables of the work on an IEP: links, proposals, decisions of the Team and signatures.

All of it is ours: the mirrored IEP itself stands in tables of its own, which nothing here changes.
Moments are text as `settings.instant` writes them, days are dates. Rows end; they are not removed.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Date, Index, Integer, Table, Text

from service.store.tables import metadata


def _need(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _may(*names: str, kind: Any = Text) -> list[Column[Any]]:
    return [Column(name, kind, nullable=True) for name in names]


def _about_student(name: str, *columns: Column[Any] | Index) -> Table:
    """A table of rows about one student each, found by student."""
    keys = [Column(key, Text, primary_key=True, nullable=False) for key in ("tenant", "id")]
    index = Index(f"ix_{name}_student", "tenant", "student_id")
    return Table(name, metadata, *keys, *_need("student_id"), *columns, index)


iep_link: Final = _about_student(
    "iep_link",
    *_need("kind", "ilp_entry", "ilp_element", "iep_source", "iep_id", "goal_id", "goal_digest"),
    *_need("reason", "made_by", "made_at"),
    *_may("ended_at", "ended_by", "end_reason", "queued_at", "candidates"),
)
"""Links between a plan's entries and an IEP's goals. `goal_digest` is the digest of the goal's
text that was linked; `queued_at` tells that an amendment changed the goal and nobody has said yet
where the link goes, `candidates` (JSON) which goals it may have become."""

iep_proposal: Final = _about_student(
    "iep_proposal",
    *_need("state", "change", "part"),
    *_may("iep_source", "iep_id"),
    *_may("base_version", kind=Integer),
    *_may("area", "goal_id", "ilp_entry", "ilp_element", "student_words", "wording"),
    *_need("rationale", "proposer_id", "made_at"),
    *_may("proposer_person", "submitted_at"),
    *_need("expires_on", kind=Date),
    *_may("decision_id", "difference"),
)
"""Proposals. `student_words` are verbatim and never change; `wording` is the team's. `difference`
(JSON) tells how the next delivered version differs from what was decided. Without a version it
was proposed by somebody who may not know whether there is any."""

iep_proposal_step: Final = _about_student(
    "iep_proposal_step",
    *_need("proposal_id", "action"),
    *_may("from_state"),
    *_need("to_state", "at", "by", "reason"),
    Index("ix_iep_proposal_step_proposal", "tenant", "proposal_id"),
)
"""Every step of every proposal, in order of their ids' numbers."""

iep_decision: Final = _about_student(
    "iep_decision",
    *_need("route", "reference"),
    *_need("decided_on", kind=Date),
    *_need("notice", "participation", "role", "recorded_by", "recorded_at"),
    *_may("agency_signed_by", "signature_id"),
    *_need("iep_source", "iep_id"),
    *_need("from_version", "to_version", kind=Integer),
)
"""What a Team decided, under the id of its row in `team_decision`: by which route, under which
meeting or agreement, with which prior written notice, and from which IEP version to which."""

iep_signature: Final = _about_student(
    "iep_signature",
    *_need("document", "signer_id", "role", "signed_at"),
)
"""Signatures of rights holders under a written amendment; by themselves they accept nothing."""
