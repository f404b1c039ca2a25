"""How requests are signed: OAuth 2 client credentials, OAuth 1.0a one-legged, or a fixed token."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth1

from adapters.errors import SourceMisconfigured
from adapters.oneroster.rest.problems import Busy, describe
from adapters.oneroster.rest.settings import Auth, RestSettings
from adapters.oneroster.rest.transport import Raw, Transport, retry_after, unsigned

SCOPE = "https://purl.imsglobal.org/spec/or/{}/scope/{}"

_MARGIN = 60.0
"""A token this close to its end, in seconds, is renewed first."""
_LIFETIME = 300.0
"""How long a token is used when the server does not say."""


class Signer(Protocol):
    """Proves to the server who asks."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest: ...

    def renew(self) -> bool:
        """Get a new proof after a 401; False when there is none to get."""
        ...


def signer(settings: RestSettings, transport: Transport) -> Signer:
    """The signer that the settings name."""
    secret = settings.client_secret.get_secret_value()
    if settings.auth is Auth.BEARER:
        return FixedToken(secret)
    if settings.auth is Auth.OAUTH1:
        return OneLegged(settings.client_id, secret, settings.signature_method)
    return ClientCredentials(settings, transport)


class FixedToken:
    """A bearer token that a person was given."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return _bear(request, self._token)

    def renew(self) -> bool:
        return False


class OneLegged:
    """OAuth 1.0a with an empty user token; each request gets its own nonce (RFC 5849)."""

    def __init__(self, key: str, secret: str, method: str) -> None:
        self._oauth = OAuth1(key, client_secret=secret, signature_method=method)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        signed: requests.PreparedRequest = self._oauth(request)
        return signed

    def renew(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: float


class ClientCredentials:
    """OAuth 2 client credentials (RFC 6749, 4.4): one token for all threads, renewed in time."""

    def __init__(
        self,
        settings: RestSettings,
        transport: Transport,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return _bear(request, self.token())

    def token(self) -> str:
        """The token in force. Raises `Busy` or SourceMisconfigured when none can be had."""
        with self._lock:
            if self._token is None or self._clock() > self._token.until:
                self._token = self._request()
            return self._token.text

    def renew(self) -> bool:
        with self._lock:
            self._token = None
        return True

    def _request(self) -> _Token:
        answer: Raw | None = None
        for scope in scope_choices(self._settings):
            answer = self._ask(scope)
            if answer.status != 400 or _error_code(answer.body) != "invalid_scope":
                break
        if answer is None or answer.status != 200:
            raise self._refusal(answer)
        return self._parse(answer)

    def _ask(self, scope: str) -> Raw:
        form = {"grant_type": "client_credentials"}
        if scope:
            form["scope"] = scope
        identity, secret = self._settings.client_id, self._settings.client_secret
        url = str(self._settings.token_url)
        if self._settings.auth is Auth.OAUTH2_BASIC:
            basic = HTTPBasicAuth(identity.encode(), secret.get_secret_value().encode())
            return self._settled(self._transport.post_form(url, form, basic))
        form |= {"client_id": identity, "client_secret": secret.get_secret_value()}
        return self._settled(self._transport.post_form(url, form, unsigned))

    def _settled(self, answer: Raw) -> Raw:
        if answer.status in {408, 429} or answer.status >= 500:
            problem = f"the token address answered HTTP {answer.status}"
            raise Busy(problem, retry_after(answer.headers))
        return answer

    def _parse(self, answer: Raw) -> _Token:
        try:
            parsed = json.loads(answer.body)
            text = parsed["access_token"]
            lifetime = float(parsed.get("expires_in") or _LIFETIME)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._refusal(answer) from None
        if not isinstance(text, str) or not text.isprintable():
            raise self._refusal(answer)
        return _Token(text, self._clock() + max(0.0, lifetime - _MARGIN))

    def _refusal(self, answer: Raw | None) -> SourceMisconfigured:
        status = answer.status if answer else 0
        # A 200 holds a token somewhere, perhaps where we did not look: show nothing of it.
        said = describe(answer.body) if answer and status != 200 else "no access_token in it"
        for secret in (self._settings.client_secret.get_secret_value(), self._settings.client_id):
            said = said.replace(secret, "***")
        return SourceMisconfigured(
            f"{self._settings.token_url} gave no token: HTTP {status} ({said})",
            "check token_url, client_id, the secret, and auth (oauth2-basic or oauth2-post)",
        )


def scope_choices(settings: RestSettings) -> Sequence[str]:
    """The scope texts to try in turn; a server may know fewer scopes than the standard."""
    if settings.scopes is not None:
        return [" ".join(settings.scopes)]
    choices: list[str] = []
    for label, version in (("v1p2", "1.2"), ("v1p1", "1.1")):
        if settings.version in {"auto", version}:
            names = ["roster-core.readonly", "roster-demographics.readonly"]
            wide = [*names, *_optional_scopes(settings, version)]
            tried = dict.fromkeys([tuple(wide), tuple(names), tuple(names[:1])])
            choices += [" ".join(SCOPE.format(label, name) for name in row) for row in tried]
    return [*choices, ""]


def _optional_scopes(settings: RestSettings, version: str) -> list[str]:
    scopes: list[str] = []
    if "gradebook" in settings.include:
        scopes.append("gradebook.readonly")
        scopes += ["assessment.readonly"] if version == "1.2" else []
    if "resources" in settings.include:
        scopes.append("resource.readonly")
    return scopes


def _bear(request: requests.PreparedRequest, token: str) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {token}"
    return request


def _error_code(body: bytes) -> Any:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed.get("error") if isinstance(parsed, dict) else None
