"""What an address of the internet leads to, whichever way it is written."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_THROUGH: Final = ipaddress.ip_network("64:ff9b::/96")
"""Where a network translates IPv6 for servers that know IPv4 alone (RFC 6052)."""

_TELLING: Final = frozenset(
    map(
        ipaddress.ip_address,
        (
            *("fd00:ec2::254", "fd00:ec2::23", "100.100.100.200", "168.63.129.16"),
            *("fd20:ce::254", "fd00:c1::a9fe:a9fe", "192.0.0.192"),
        ),
    )
)
"""Where machines of clouds tell about themselves that is not link-local: AWS (of machines and of
pods), Alibaba, Azure, Google, Oracle (now and formerly)."""


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a name means now. Raises OSError or UnicodeError for none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def both_of(address: str) -> tuple[Address, Address]:
    """An address, and the one that it stands for: mapped into IPv6, or translated on the way.

    Raises ValueError.
    """
    found = ipaddress.ip_address(address.partition("%")[0])  # whichever card it is asked through
    if found in _THROUGH:
        found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    if isinstance(found, ipaddress.IPv4Address):
        return found, found
    return found, found.ipv4_mapped or found.sixtofour or found


def is_nobodys(address: str) -> bool:
    """Whether machines tell about themselves there, such as at 169.254.169.254, or nobody is.

    A school's own network and this very machine are places where a server may well be. Raises
    ValueError.
    """
    return any(
        one in _TELLING or one.is_link_local or one.is_multicast or one.is_unspecified
        for one in both_of(address)
    )


def leads_to_nobody(host: str, port: int) -> bool:
    """Whether a name means such an address, among others. What means nothing is for others."""
    try:
        return any(map(is_nobodys, addresses_of(host, port)))
    except (OSError, ValueError):
        return False
