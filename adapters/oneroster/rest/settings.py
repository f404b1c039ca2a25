"""What a person sets so that a district's OneRoster API can be read."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from adapters.addresses import is_nobodys
from adapters.oneroster.rest.presets import preset_defaults

Optional = Literal["gradebook", "resources"]


class Auth(StrEnum):
    """How requests prove who sends them (OneRoster 1.2 security; 1.1 also allows OAuth 1.0a)."""

    OAUTH2_BASIC = "oauth2-basic"
    OAUTH2_POST = "oauth2-post"
    OAUTH1 = "oauth1"
    BEARER = "bearer"


class _Strict(BaseModel):
    # Input is hidden because a rejected setting may stand beside the secret.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RetrySettings(_Strict):
    """How patiently a busy or failing server is asked again. Times are seconds."""

    attempts: int = Field(default=6, ge=1, le=20)
    wait_initial: float = Field(default=1.0, ge=0)
    wait_max: float = Field(default=120.0, ge=0)
    """Also the longest `Retry-After` obeyed within one run; a longer one ends the run."""


class DeltaSettings(_Strict):
    """Whether most nights ask only for what changed (`dateLastModified`)."""

    enabled: bool = False
    overlap_minutes: int = Field(default=1440, ge=0)
    """How far each window reaches back. A day, because servers exist that write local time as
    UTC, and because a provider's copy may lag behind its source."""
    full_every_days: int = Field(default=7, ge=1)
    """Deletions need not show in a delta, so a full pull comes at least this often."""


class RestSettings(_Strict):
    """One OneRoster REST source.

    `base_url` may be the host, a prefix, or the full service path: the path and version are found
    by probing. `client_secret` is the secret of OAuth 1 or 2, or the token itself with `bearer`.
    `filters` maps a collection name to a OneRoster filter; `schools` lists the org `sourcedId`s
    to keep. Both become the scope that the delivery declares.
    """

    base_url: str
    client_secret: SecretStr
    client_id: str = ""
    token_url: str | None = None
    auth: Auth = Auth.OAUTH2_BASIC
    signature_method: Literal["HMAC-SHA256", "HMAC-SHA1"] = "HMAC-SHA256"
    version: Literal["auto", "1.1", "1.2"] = "auto"
    preset: str | None = None
    scopes: tuple[str, ...] | None = None
    include: frozenset[Optional] = frozenset()
    filters: Mapping[str, str] = Field(default_factory=dict)
    schools: tuple[str, ...] = ()
    sort: str | None = None
    limit: int = Field(default=1000, ge=1, le=50_000)
    max_pages: int = Field(default=100_000, ge=1)
    max_response_mb: int = Field(default=64, ge=1)
    concurrency: int = Field(default=2, ge=1, le=8)
    timeout_seconds: float = Field(default=60.0, gt=0)
    resume_hours: float = Field(default=6.0, ge=0)
    allow_insecure: bool = False
    retry: RetrySettings = RetrySettings()
    delta: DeltaSettings = DeltaSettings()

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, given: Any) -> Any:
        """Lay the settings that a person gave over those of the preset."""
        if not isinstance(given, Mapping) or not given.get("preset"):
            return given
        return _overlay(preset_defaults(str(given["preset"])), given)

    @field_validator("filters")
    @classmethod
    def _one_operator(cls, filters: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in filters.items():
            if operators(text) > 1:
                raise ValueError(
                    f"the filter of {name} joins more than two clauses; "
                    "OneRoster allows one AND or OR"
                )
        return filters

    @model_validator(mode="after")
    def _consistent(self) -> RestSettings:
        for url in filter(None, (self.base_url, self.token_url)):
            _require_tls(url, self.allow_insecure)
        if self.auth in {Auth.OAUTH2_BASIC, Auth.OAUTH2_POST} and not self.token_url:
            raise ValueError("token_url is needed for OAuth 2; the provider's guide names it")
        if self.auth is not Auth.BEARER and not self.client_id:
            raise ValueError(f"client_id is needed for {self.auth}")
        return self


def operators(text: str) -> int:
    """How many AND/OR stand in a filter, outside its quoted values."""
    bare = " ".join(text.split("'")[::2])
    return sum(word in {"AND", "OR"} for word in bare.split())


def _overlay(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = _overlay(below, value)
        else:
            merged[key] = value
    return merged


def _require_tls(url: str, allow_insecure: bool) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("a URL must not hold a user name or password")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("base_url and token_url must be whole addresses such as https://host/path")
    if _is_nobodys(parts.hostname):
        raise ValueError(f"{parts.hostname} is no server of anybody's, but a machine's own address")
    if parts.scheme == "http" and not (allow_insecure or _is_loopback(parts.hostname)):
        raise ValueError(
            f"http://{parts.hostname} would send the secret unencrypted; use https, or set "
            "allow_insecure on a network that you trust"
        )


def _is_nobodys(host: str) -> bool:
    """Whether it is written as such an address; where a name leads is known when it is asked."""
    try:
        return is_nobodys(host)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
