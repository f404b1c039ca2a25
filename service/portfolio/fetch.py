"""Asking an issuer's server for its keys and lists, only where somebody said so."""

from __future__ import annotations

import ipaddress
import json
import socket
from typing import Any, Final
from urllib.parse import urlsplit

_SECONDS: Final = 10
_MOST: Final = 4 * 1024 * 1024


def fetch_json(address: str) -> Any:
    """The JSON document at an https address of the public internet. Raises OSError.

    Redirects are not followed: a list of keys has to be where its DID says.
    """
    import requests
    from urllib3.exceptions import HTTPError

    _require_public(*_host_of(address))
    try:
        with requests.get(
            address, timeout=_SECONDS, stream=True, allow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise OSError(f"{address} answered {response.status_code}")
            data = response.raw.read(_MOST + 1, decode_content=True)
    except (requests.RequestException, HTTPError) as error:
        raise OSError(f"{address} cannot be had: {type(error).__name__}") from None
    if len(data) > _MOST:
        raise OSError(f"{address} sent more than {_MOST:,} bytes")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise OSError(f"{address} sent no JSON") from None


def _host_of(address: str) -> tuple[str, int]:
    """The host and port of an https address; a stranger may have written anything."""
    try:
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname:
            parts.hostname.encode("idna")
            return parts.hostname, parts.port or 443
    except ValueError:
        pass
    raise OSError(f"{address!r} is no https address")


def _require_public(host: str, port: int) -> None:
    """Make sure that a credential cannot make us ask a server inside our own network."""
    for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not ipaddress.ip_address(place[0]).is_global:
            raise OSError(f"{host} is no public address")
