"""Asking an issuer's server for its keys and lists, only where somebody said so.

A credential names the address, so a stranger chooses whom we ask: the public internet alone, at the
address that was looked at, without redirects or proxies, and never longer than a file is worth.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.addresses import addresses_of, both_of
from adapters.clr.read import MAX_BYTES, parse_credential
from adapters.formats import Unreadable

SECONDS: Final = 60.0
"""How long all the questions that one file raises may take together."""

_EACH: Final = 10.0
_PIECE: Final = 1 << 16

Connect = Callable[[tuple[str, int], float], socket.socket]
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class _Place:
    """What an https address says: whom to ask, and for what."""

    host: str
    port: int
    path: str


def _trust() -> ssl.SSLContext:
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return ssl.create_default_context(
        cafile=os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    )


@dataclass
class Asking:
    """Gets JSON objects at https addresses, each address once.

    All of it takes `seconds` at most, apart from what the system takes to look up a name.
    """

    seconds: float = SECONDS
    resolve: Resolve = addresses_of
    connect: Connect = socket.create_connection
    trust: Callable[[], ssl.SSLContext] = _trust
    _told: dict[str, dict[str, Any] | OSError] = field(default_factory=dict)
    _ends: float | None = None

    def __call__(self, address: str) -> dict[str, Any]:
        """The JSON object at an address. Raises OSError, the same each time."""
        if address not in self._told:
            try:
                self._told[address] = self._ask(address)
            except OSError as error:
                self._told[address] = error
        told = self._told[address]
        if isinstance(told, OSError):
            raise told
        return told

    def _ask(self, address: str) -> dict[str, Any]:
        place = _place_of(address)
        self._ends = self._ends or monotonic() + self.seconds
        ends = min(self._ends, monotonic() + _EACH)
        try:
            data = self._answer(place, ends)
        except (OSError, http.client.HTTPException) as error:
            problem = str(error) or type(error).__name__
            raise OSError(f"{address} cannot be had: {problem}") from None
        try:
            return parse_credential(data, address)
        except Unreadable as error:
            raise OSError(f"{address} sent {error.findings[0].problem}") from None

    def _answer(self, place: _Place, ends: float) -> bytes:
        trust = self.trust()
        with self._connected(place, ends) as plain:
            plain.settimeout(_left(ends))
            with trust.wrap_socket(plain, server_hostname=place.host) as stream:
                return _sent(place, _Timed(stream, ends))

    def _connected(self, place: _Place, ends: float) -> socket.socket:
        """A connection to the very address that was looked at: a name may soon mean another."""
        found = self.resolve(place.host, place.port)
        if not found or not all(_is_public(one) for one in found):
            raise OSError(f"{place.host} is no public address")
        refused: OSError | None = None
        for one in found:
            try:
                return self.connect((one, place.port), _left(ends))
            except OSError as error:
                refused = error
        raise refused or OSError("nobody answers")


def _place_of(address: str) -> _Place:
    """Whom an address names; a stranger may have written anything."""
    try:
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname:
            host = parts.hostname.encode("idna").decode()
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            return _Place(host, parts.port or 443, path.encode("ascii").decode())
    except ValueError:
        pass
    raise OSError(f"{address!r} is no https address")


_GLOBAL: Final = ipaddress.ip_network("2000::/3")
"""All of IPv6 that belongs to single servers; the rest has uses within networks (RFC 4291)."""


def _is_public(address: str) -> bool:
    """Whether an address is one server's on the public internet, and stands for no other one."""
    found, inside = both_of(address)
    if inside.version == _GLOBAL.version and inside not in _GLOBAL:
        return False
    return all(one.is_global and not one.is_multicast for one in (found, inside))


def _left(ends: float) -> float:
    """The seconds that are left. Raises TimeoutError."""
    left = ends - monotonic()
    if left <= 0:
        raise TimeoutError("it takes too long")
    return left


def _sent(place: _Place, stream: _Timed) -> bytes:
    """What a server sends. Redirects are not followed: a list has to be where it is said."""
    asked = http.client.HTTPSConnection(place.host, place.port)
    asked.sock = stream
    asked.request("GET", place.path, headers={"Connection": "close"})
    response = asked.getresponse()
    if response.status != http.client.OK:
        raise OSError(f"the answer is {response.status}")
    return _bounded(response)


def _bounded(response: http.client.HTTPResponse) -> bytes:
    data = bytearray()
    while piece := response.read1(_PIECE):
        data += piece
        if len(data) > MAX_BYTES:
            raise OSError(f"more than {MAX_BYTES:,} bytes")
    return bytes(data)


class _Timed:
    """A connection on which everything together has to end in time, however it drips."""

    def __init__(self, stream: ssl.SSLSocket, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._stream.settimeout(_left(self._ends))
        self._stream.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What the other side sends, as a file."""
        return io.BufferedReader(_Incoming(self._stream, self._ends))

    def close(self) -> None:
        """Whoever opened the connection closes it."""


class _Incoming(io.RawIOBase):
    def __init__(self, stream: ssl.SSLSocket, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._stream.settimeout(_left(self._ends))
        return self._stream.recv_into(buffer)
