"""The draft as one self-contained HTML page: no script, nothing fetched, printable."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from service.iep.feed.draft import Draft
from service.iep.feed.layout import laid_out

if TYPE_CHECKING:
    from jinja2 import Template


def as_html(draft: Draft) -> str:
    """The page."""
    return _template().render(laid_out(draft))


@cache
def _template() -> Template:
    from service.pages import templates_of

    return templates_of("service.iep.feed").get_template("packet.html")
