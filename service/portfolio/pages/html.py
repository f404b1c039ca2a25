"""A portfolio as one self-contained HTML page: no script, nothing fetched, fit to print."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Template

from service.pages import style_of, templates_of
from service.portfolio.pages.pictures import Picture

_GROUPS: Final = {
    "likes": "What I like",
    "values": "What matters to me",
    "hobbies": "In my free time",
    "learning": "How I learn best",
}


def html_of(content: dict[str, Any], pictures: Mapping[str, Picture]) -> bytes:
    """The pages as one HTML file in UTF-8."""
    work = list(_with_pictures(content.get("work", []), pictures))
    css = style_of("service.portfolio.pages", "portfolio.css")
    text = _template().render(d={**content, "work": work}, css=css, groups=_GROUPS)
    return text.encode("utf-8", "backslashreplace")


def _with_pictures(
    work: list[dict[str, Any]], pictures: Mapping[str, Picture]
) -> Iterator[dict[str, Any]]:
    for one in work:
        found = pictures.get(one.get("file", {}).get("digest"))
        if found is None:
            yield one
        else:
            data = base64.b64encode(found.data).decode("ascii")
            yield {**one, "picture": f"data:{found.media_type};base64,{data}"}


@cache
def _template() -> Template:
    # Absent words are absent keys, so the template asks before it names one.
    return templates_of("service.portfolio.pages").get_template("portfolio.html")
