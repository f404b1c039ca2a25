"""Credential files read as if someone meant harm."""

from __future__ import annotations

import pytest

from adapters.clr.read import MAX_BYTES, parse_credential
from adapters.formats import Unreadable

BAD = {
    "empty": (b"", "not JSON"),
    "another encoding": ("{}".encode("utf-16"), "UTF-8"),
    "half": (b'{"id": "urn:x"', "not JSON"),
    "a list": (b"[1]", "one JSON object"),
    "a name twice": (b'{"id": 1, "id": 2}', "twice"),
    "no number": (b'{"a": NaN}', "no JSON number"),
    "a token": (b"eyJhbGciOiJFZERTQSJ9.eyJ2YyI6e319.c2ln", "JWT"),
    "a picture": (b"\x89PNG\r\n\x1a\n....", "picture"),
    "deep": (b'{"a":' * 60 + b"1" + b"}" * 60, "deep"),
    "bottomless": (b"[" * 100_000, "deep"),
    "many values": (b'{"a":[' + b"1," * 200_001 + b"1]}", "values"),
    "a long number": (b'{"a": ' + b"9" * 5_000 + b"}", "digits"),
}


@pytest.mark.parametrize("what", BAD)
def test_is_refused_with_a_reason(what: str) -> None:
    data, reason = BAD[what]
    with pytest.raises(Unreadable) as refused:
        parse_credential(data, "x.json")
    assert reason in refused.value.findings[0].problem
    assert refused.value.findings[0].file == "x.json"


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unreadable, match="bytes"):
        parse_credential(b" " * (MAX_BYTES + 1), "x.json")


def test_a_credential_with_a_byte_order_mark_is_read() -> None:
    assert parse_credential(b'\xef\xbb\xbf{"id": "urn:x"}', "x.json") == {"id": "urn:x"}
