"""What a page of a collection holds: its records, what follows it, and how many there should be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from adapters.oneroster.rest.client import Answer, same_origin
from adapters.oneroster.rest.problems import Unreadable

_KEYS: Mapping[str, tuple[str, ...]] = {
    "academicSessions": ("academicSession", "terms", "gradingPeriods"),
    "categories": ("category",),
    "classes": ("class",),
    "demographics": ("demographic",),
    "orgs": ("org", "schools"),
    "users": ("user", "students", "teachers"),
}
"""Keys under which a collection is found besides its own name and its name without the s."""

_TOTALS = ("totalCount", "total")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as the server sent it.

    `following` is the address and parameters of the next page where a link names it; `linked`
    tells that the server writes links at all, so that a missing `next` means the end.
    """

    url: str
    records: list[Any]
    total: int | None
    linked: bool = False
    following: tuple[str, Mapping[str, str]] | None = None
    warning: str | None = None


def open_page(answer: Answer, collection: str) -> Page:
    """The page in this answer. Raises `Unreadable` when it holds no such collection."""
    links = parse_links(answer.headers.get("Link", ""))
    return Page(
        url=answer.url,
        records=records_of(answer.payload, collection),
        total=_total(answer),
        linked=bool(links.keys() & {"next", "prev", "first", "last"}),
        following=_following(answer.url, links["next"]) if "next" in links else None,
        warning=_warning(answer.payload),
    )


def records_of(payload: Any, collection: str) -> list[Any]:
    """The records of an envelope in any of the forms seen in the field, a bare array included."""
    if isinstance(payload, list):
        return payload
    keys = (collection, collection.removesuffix("s"), *_KEYS.get(collection, ()))
    for key in keys if isinstance(payload, dict) else ():
        if key in payload:
            held = payload[key]
            return held if isinstance(held, list) else [held] if held else []
    raise Unreadable(
        f"the answer to GET /{collection} holds no {collection!r}",
        "check base_url and version; if the provider names the collection otherwise, report it",
    )


_LINK = re.compile(
    r"""(?:<(?P<bracketed>[^<>]*)>|(?P<bare>[^\s<>;,][^\s<>;]*))
        (?P<params>(?:\s*;\s*\w+\*?\s*=\s*(?:"[^"]*"|[^\s;,"]+))+)""",
    re.VERBOSE,
)
_REL = re.compile(r"""rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.IGNORECASE)


def parse_links(header: str) -> dict[str, str]:
    """Relation to address of a Link header (RFC 8288), also without angle brackets."""
    links: dict[str, str] = {}
    for link in _LINK.finditer(header[:16_384]):
        rel = _REL.search(link["params"])
        for name in (rel[1] or rel[2] or "").lower().split() if rel else ():
            links.setdefault(name, link["bracketed"] or link["bare"] or "")
    return links


def _following(url: str, link: str) -> tuple[str, Mapping[str, str]]:
    """Where `next` leads: never to another host, because the token goes along.

    Servers behind a proxy write their inner name into links; of such a link only the query is
    used, on the address that we asked.
    """
    target = urljoin(url, link)
    if same_origin(url, target):
        return target, {}
    return url.split("?", maxsplit=1)[0], dict(
        parse_qsl(urlsplit(link).query, keep_blank_values=True)
    )


def _total(answer: Answer) -> int | None:
    said: list[Any] = [answer.headers.get("X-Total-Count")]
    if isinstance(answer.payload, dict):
        said += [answer.payload.get(key) for key in _TOTALS]
    for value in said:
        text = str(value).strip()
        if text.isascii() and text.isdigit() and len(text) < 12:
            return int(text)
    return None


def _warning(payload: Any) -> str | None:
    """The text of a 1.1 success with warning, which stands beside the data."""
    if not isinstance(payload, dict):
        return None
    status = payload.get("statusInfoSet", payload.get("imsx_StatusInfo"))
    first = status[0] if isinstance(status, list) and status else status
    if isinstance(first, dict) and first.get("imsx_severity") in {"warning", "error"}:
        return str(first.get("imsx_description") or first.get("imsx_severity"))[:300]
    return None
