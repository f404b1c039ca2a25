"""An address that a stranger wrote is asked or not, and never ends the command."""

from __future__ import annotations

import pytest

from service.portfolio.fetch import fetch_json

ODD = [
    "http://issuer.example/list",
    "https://[bad",
    "https://issuer:port/list",
    f"https://{'a' * 70}.example/list",
    "https://\udcff.example/list",
    "https://..../list",
    "https://127.0.0.1/list",
]


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_cannot_be_had(address: str) -> None:
    with pytest.raises(OSError, match="address"):
        fetch_json(address)
