"""GET requests to a OneRoster service: signed, retried with care, never led to another host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import stamina

from adapters.errors import SourceMisconfigured, SourceUnavailable
from adapters.oneroster.rest.auth import Signer
from adapters.oneroster.rest.problems import Busy, Declined, Unreadable, describe, is_html
from adapters.oneroster.rest.settings import RetrySettings
from adapters.oneroster.rest.transport import Raw, Transport, retry_after

_REDIRECTS = {301, 302, 303, 307, 308}
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_HOPS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer; `url` is where it finally came from, query included."""

    url: str
    headers: Mapping[str, str]
    payload: Any


class Client:
    """Asks one service. Safe to share between threads."""

    def __init__(self, transport: Transport, signer: Signer, retry: RetrySettings) -> None:
        self._transport = transport
        self._signer = signer
        self._retry = retry

    def get(self, url: str, params: Mapping[str, str] | None = None) -> Answer:
        """The JSON at this address.

        Raises `Declined` for a 4xx or 501, `Unreadable` for anything but JSON, SourceUnavailable
        when the server stayed busy, SourceMisconfigured when it leads to another host.
        """
        patience = stamina.retry_context(
            on=self._wait,
            attempts=self._retry.attempts,
            timeout=None,
            wait_initial=self._retry.wait_initial,
            wait_max=self._retry.wait_max,
            wait_jitter=self._retry.wait_initial,
        )
        try:
            for attempt in patience:
                with attempt:
                    return self._once(url, params or {})
        except Busy as busy:
            raise self._gave_up(busy) from busy
        raise AssertionError("the last attempt either returns or raises")

    def _wait(self, error: Exception) -> bool | float:
        """Whether to ask again, or after how many seconds, as the server wished."""
        if not isinstance(error, Busy):
            return False
        if error.wait is None:
            return True
        return error.wait <= self._retry.wait_max and max(error.wait, 0.001)

    def _gave_up(self, busy: Busy) -> SourceUnavailable:
        if busy.wait is not None and busy.wait > self._retry.wait_max:
            fix = f"run again in {busy.wait / 60:.0f} minutes; what was read so far is kept"
        else:
            fix = "run again later; what was read so far is kept and not asked for again"
        return SourceUnavailable(str(busy), fix)

    def _once(self, url: str, params: Mapping[str, str]) -> Answer:
        answer = self._followed(url, params)
        if answer.status == 401 and self._signer.renew():
            answer = self._followed(url, params)
        if answer.status in _BUSY:
            said = describe(answer.body)
            problem = f"{_path(url)} answered HTTP {answer.status}" + (f" ({said})" if said else "")
            raise Busy(problem, retry_after(answer.headers))
        if not 200 <= answer.status < 300:
            raise Declined(answer.status, describe(answer.body))
        return Answer(answer.url, answer.headers, _parsed(answer))

    def _followed(self, url: str, params: Mapping[str, str]) -> Raw:
        answer = self._transport.get(url, params, self._signer)
        for _ in range(_HOPS):
            if answer.status not in _REDIRECTS:
                return answer
            target = urljoin(answer.url, answer.headers.get("Location", ""))
            if not _stays(answer.url, target):
                raise _led_away(answer.url, target)
            answer = self._transport.get(target, {}, self._signer)
        raise Unreadable(f"{_path(url)} redirects in a circle", "check base_url")


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses share scheme, host and port: only then may they share a token."""
    return _origin(one) == _origin(other) != ("", None, None)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port


def _stays(source: str, target: str) -> bool:
    """Whether a redirect keeps to the host; becoming encrypted is welcome, the reverse is not."""
    (old, host, _), (new, new_host, _) = _origin(source), _origin(target)
    upgraded = (old, new) == ("http", "https") and host == new_host
    return upgraded or same_origin(source, target)


def _led_away(url: str, target: str) -> SourceMisconfigured:
    return SourceMisconfigured(
        f"{_path(url)} redirects to another place ({target.partition('?')[0][:200] or 'nowhere'}), "
        "where the token was not sent",
        "set base_url to the address that serves OneRoster, if that other host is right",
    )


def _parsed(answer: Raw) -> Any:
    if is_html(answer.body):
        raise Unreadable(
            f"{_path(answer.url)} answered with a web page, {describe(answer.body)}",
            "check base_url and the credentials: this looks like a login or error page",
        )
    try:
        return json.loads(answer.body)
    except RecursionError:
        problem = f"the JSON of {_path(answer.url)} is nested too deeply"
    except ValueError:
        kind = answer.headers.get("Content-Type", "no type")[:80]
        problem = f"{_path(answer.url)} answered something else than JSON ({kind})"
        if "json" in kind.lower():
            # Said to be JSON and does not parse: most likely cut short on its way.
            raise Busy(f"{_path(answer.url)} answered with broken JSON") from None
    raise Unreadable(problem, "check base_url, or ask the provider")


def _path(url: str) -> str:
    return url.split("?", maxsplit=1)[0]
