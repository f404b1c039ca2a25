"""A portfolio as one self-contained HTML page: no script, nothing fetched, fit to print."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

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
    page = _environment().get_template("portfolio.html")
    text = page.render(d={**content, "work": work}, css=_style(), groups=_GROUPS)
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
def _environment() -> Environment:
    # Absent words are absent keys, so a template asks before it names one.
    return Environment(
        loader=PackageLoader("service.portfolio.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    """The style sheet. It is a file of this package, so nothing in it needs escaping."""
    sheet = files("service.portfolio.pages").joinpath("templates/portfolio.css")
    return Markup(sheet.read_text(encoding="utf-8"))  # noqa: S704
