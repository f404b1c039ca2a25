"""JSON payloads packed with gzip: told for what they are, read within limits."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from adapters.formats import Unreadable
from adapters.oneroster.files.json_format import OneRosterJson
from service.formats import detect

FORM = "oneroster-json-1.2"
ORGS = b'{"orgs": [{"sourcedId": "o-1", "name": "Elm", "type": "school"}]}'


def packed(place: Path, content: bytes = ORGS) -> Path:
    place.write_bytes(gzip.compress(content))
    return place


def test_a_folder_of_packed_payloads_is_told_and_read(tmp_path: Path) -> None:
    packed(tmp_path / "orgs.json.gz")
    assert detect(tmp_path) == FORM
    rows = list(OneRosterJson("1.2").read(tmp_path))
    assert [row.values["name"] for row in rows] == ["Elm"]


def test_a_single_packed_payload_is_read(tmp_path: Path) -> None:
    place = packed(tmp_path / "orgs.json.gz")
    assert detect(place) == FORM
    assert len(list(OneRosterJson("1.2").read(place))) == 1


def test_what_inflates_without_end_is_refused(tmp_path: Path) -> None:
    place = packed(tmp_path / "orgs.json.gz", b" " * (40 << 20))
    with pytest.raises(Unreadable, match="inflates to more than"):
        list(OneRosterJson("1.2").read(place))


def test_a_cut_off_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    place = packed(tmp_path / "orgs.json.gz")
    place.write_bytes(place.read_bytes()[:-12])
    with pytest.raises(Unreadable, match="damaged, cut off"):
        list(OneRosterJson("1.2").read(place))
