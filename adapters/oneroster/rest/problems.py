"""What a server can do to a request, in the terms that decide what happens next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SAMPLE = 300
"""Characters of a server's own words that are shown."""


class RestProblem(Exception):
    """Internal to this package: becomes a finding or an error of `adapters.errors`."""


class Busy(RestProblem):
    """Ask again: no answer, 429 or a 5xx. `wait` is the server's wish in seconds, if any."""

    def __init__(self, problem: str, wait: float | None = None) -> None:
        super().__init__(problem)
        self.wait = wait


class Declined(RestProblem):
    """The server understood and said no (4xx, 501); `status` is the HTTP status."""

    def __init__(self, status: int, described: str) -> None:
        super().__init__(f"HTTP {status}" + (f" ({described})" if described else ""))
        self.status = status


class Unreadable(RestProblem):
    """An answer came that is not what OneRoster defines."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


def describe(body: bytes) -> str:
    """What an error body says, in one line, whatever form it has; never fails.

    Read are the bare status object of 1.2, `imsx_StatusInfo`, `statusInfoSet`, `errors`, OAuth
    error answers, flat minor codes, HTML and plain text.
    """
    text = body[: 64 * 1024].decode("utf-8", "replace")
    try:
        said = list(_sayings(json.loads(text)))
    except (ValueError, RecursionError):
        said = [_plain(text)]
    line = "; ".join(dict.fromkeys(filter(None, said)))
    return _printable(line)[:_SAMPLE]


def is_html(body: bytes) -> bool:
    """Whether an answer is a web page, such as a login form."""
    start = body[:512].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


_WORDS = ("imsx_description", "error", "error_description", "message", "description", "detail")
_WRAPPERS = ("imsx_StatusInfo", "statusInfoSet", "errors", "error")


def _sayings(parsed: Any, depth: int = 4) -> Iterator[str]:
    if isinstance(parsed, str):
        yield parsed
    elif isinstance(parsed, list) and depth:
        for item in parsed[:5]:
            yield from _sayings(item, depth - 1)
    elif isinstance(parsed, dict) and depth:
        yield from (parsed[word] for word in _WORDS if isinstance(parsed.get(word), str))
        yield from _minor_codes(parsed.get("imsx_CodeMinor", parsed.get("imsx_codeMinor")))
        for wrapper in _WRAPPERS:
            if isinstance(parsed.get(wrapper), dict | list):
                yield from _sayings(parsed[wrapper], depth - 1)


def _minor_codes(minor: Any) -> Iterator[str]:
    if isinstance(minor, str):
        yield minor
    fields = minor.get("imsx_codeMinorField") if isinstance(minor, dict) else None
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict) and isinstance(field.get("imsx_codeMinorFieldValue"), str):
            yield field["imsx_codeMinorFieldValue"]


def _plain(text: str) -> str:
    title = re.search(r"<title[^>]{0,100}>([^<]{1,200})</title>", text, re.IGNORECASE)
    if title:
        return f"a web page titled {title[1].strip()!r}"
    return re.sub(r"<[^>]{0,500}>", " ", text)


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
