"""The packet as a tagged PDF (PDF/UA-1), set by typst without anything outside its wheel.

All text goes in as JSON, never as markup.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from service.errors import Invalid
from service.iep.feed.draft import Draft
from service.iep.feed.layout import laid_out

if TYPE_CHECKING:
    import typst


def as_pdf(draft: Draft) -> bytes:
    """The packet. Raises Invalid for letters that no font at hand can show: none is left out."""
    return _compiled(draft, format="pdf", pdf_standards="ua-1", timestamp=_stamp(draft))[0]


def as_images(draft: Draft, ppi: float = 72) -> list[bytes]:
    """The pages as PNG images."""
    return _compiled(draft, format="png", ppi=ppi)


def _stamp(draft: Draft) -> int:
    on = draft.handover.on
    return int(datetime(on.year, on.month, on.day, 12, tzinfo=UTC).timestamp())


def _compiled(draft: Draft, **how: Any) -> list[bytes]:
    import typst

    try:
        return _typeset(draft, how, own_fonts=True)
    except typst.TypstError as error:
        _require_letters(error)
    try:
        return _typeset(draft, how, own_fonts=False)
    except typst.TypstError as error:
        _require_letters(error)
        raise Invalid(
            "The packet holds letters that no font on this machine can show.",
            "Install a font that has them, or use --format html.",
        ) from None


def _typeset(draft: Draft, how: dict[str, Any], *, own_fonts: bool) -> list[bytes]:
    import typst

    template = files(__package__).joinpath("packet.typ").read_bytes()
    data = json.dumps(laid_out(draft), ensure_ascii=False)
    made = typst.compile(template, sys_inputs={"data": data}, ignore_system_fonts=own_fonts, **how)
    return list(made) if isinstance(made, list) else [made]


def _require_letters(error: typst.TypstError) -> None:
    """Raise whatever is not about missing letters: that would be a fault of ours."""
    if "could not be displayed" not in str(error):
        raise error
