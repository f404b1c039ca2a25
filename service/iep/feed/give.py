"""Giving a draft out, in the form that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.iep.change import Version
from service.iep.feed.draft import Draft
from service.iep.feed.make import make_draft
from service.iep.request import found, version_now

if TYPE_CHECKING:
    from service.office import Visit


def give_draft(visit: Visit, given: str) -> tuple[Draft, Version | None]:
    """The draft about a student, and the version in force. Raises Refused or NotFound."""
    student = found(visit, given, "export")
    base = version_now(visit, student)
    return make_draft(visit, student, base), base


def as_bytes(form: str, draft: Draft) -> bytes:
    """The draft in one of the forms that are a single file."""
    if form == "pdf":
        from service.iep.feed.packet import as_pdf

        return as_pdf(draft)
    if form == "html":
        from service.iep.feed.page import as_html

        return as_html(draft).encode()
    from service.iep.feed.plain import as_csv, as_json

    return (as_csv(draft) if form == "csv" else as_json(draft)).encode("utf-8")
