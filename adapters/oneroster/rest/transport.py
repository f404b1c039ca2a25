"""One HTTP exchange: bounded in time and size, without redirects, cookies or netrc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from adapters.addresses import leads_to_nobody
from adapters.errors import SourceMisconfigured
from adapters.oneroster.rest.problems import Busy, Unreadable

Sign = Callable[[requests.PreparedRequest], requests.PreparedRequest]

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came; `url` is the address asked, query included."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests; safe to share between threads."""

    def __init__(self, timeout_seconds: float, max_bytes: int, connections: int) -> None:
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self._session = requests.Session()
        # No cookie is kept, so no state but the connection pool is shared between threads.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_maxsize=connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def get(self, url: str, params: Mapping[str, str], sign: Sign) -> Raw:
        """GET this address. Raises `Busy` when no whole answer came."""
        headers = {"Accept": "application/json"}
        return self._send(requests.Request("GET", url, headers, params=params, auth=sign))

    def post_form(self, url: str, form: Mapping[str, str], sign: Sign) -> Raw:
        """POST a form. Raises `Busy` when no whole answer came."""
        headers = {"Accept": "application/json"}
        return self._send(requests.Request("POST", url, headers, data=form, auth=sign))

    def _send(self, request: requests.Request) -> Raw:
        try:
            return self._exchange(request)
        except requests.exceptions.SSLError as error:
            raise SourceMisconfigured(
                f"the certificate of {_host(request)} is not trusted",
                "check the address; for a private authority set REQUESTS_CA_BUNDLE to its file",
            ) from error
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise SourceMisconfigured(
                f"{_host(request)} is not an address that can be asked", "correct base_url"
            ) from error
        except requests.exceptions.Timeout:
            # The cause is dropped on purpose here and below: its text holds the whole address.
            raise Busy(f"{_host(request)} did not answer in {self._timeout:g} s") from None
        except requests.exceptions.RequestException as error:
            name = type(error).__name__
            raise Busy(f"the connection to {_host(request)} failed ({name})") from None

    def _exchange(self, request: requests.Request) -> Raw:
        prepared = self._session.prepare_request(request)
        address = prepared.url or ""
        _require_somebodys(address)
        settings = self._session.merge_environment_settings(address, {}, True, None, None)
        with self._session.send(
            prepared, timeout=self._timeout, allow_redirects=False, **settings
        ) as response:
            body = self._bounded(response)
            return Raw(address, response.status_code, response.headers, body)

    def _bounded(self, response: requests.Response) -> bytes:
        """The decoded body; counted while it is decoded, so that a bomb ends early."""
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise Unreadable(
                    f"an answer is larger than {self._max_bytes // 2**20} MB",
                    "lower `limit`, or raise `max_response_mb` if the pages are really that large",
                )
        return bytes(body)


def _require_somebodys(url: str) -> None:
    """Nothing is asked at addresses at which machines tell about themselves.

    Raises SourceMisconfigured.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if leads_to_nobody(host, parts.port or (443 if parts.scheme == "https" else 80)):
        raise SourceMisconfigured(
            f"{host} leads to an address of no server's (169.254.0.0/16, fe80::/10), at which "
            "machines tell about themselves",
            "correct base_url and token_url, or what the network's name server says",
        )


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave a request as it is; given explicitly, it also keeps netrc out."""
    return request


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The server's clock as its Date header tells it, in UTC."""
    return _http_date(headers.get("Date", ""))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks to wait: given as seconds or as a date (RFC 9110)."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    then = _http_date(text)
    if then is None:
        return None
    now = server_time(headers) or datetime.now(UTC)
    return max(0.0, (then - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _host(request: requests.Request) -> str:
    return str(request.url).split("?")[0]
