"""Threats 9 to 12 and 15 of privacy.md §7: what files and networks bring, and what goes to them."""

from __future__ import annotations

import csv
import socket
from pathlib import Path

import pytest
from pydantic import ValidationError
from support.hostile_bundles import CASES

from adapters.cis.places import PlaceMisconfigured
from adapters.cis.sftp import SftpPlace, SftpSettings
from adapters.edfi.limits import Limits
from adapters.edfi.xml.read import read
from adapters.errors import SourceMisconfigured
from adapters.formats import Unreadable
from adapters.ilp.read import open_bundle
from adapters.oneroster.files.csv_write import Packing, write_records
from adapters.oneroster.rest.client import same_origin
from adapters.oneroster.rest.settings import RestSettings
from adapters.oneroster.rest.transport import Transport, unsigned
from mappings.cis.cells import safe, unsafe
from schemas.ilp.document import DocumentError, read_document
from schemas.standards.shape import StandardRecord
from service.portfolio.fetch import Asking
from service.sync.night import record_id


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "=cmd|'/c'!A0"])
def test_threat_09_what_a_spreadsheet_would_run_is_disarmed_and_told_back(text: str) -> None:
    assert safe(text).startswith("'")
    assert unsafe(safe(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "-x", "@SUM(A1)", "'=1", "\u201c=1"])
def test_threat_09_what_machines_read_is_written_as_it_is(tmp_path: Path, text: str) -> None:
    values = {"sourcedId": "s1", "name": text, "type": "school", "identifier": "1"}
    write_records(tmp_path / "out", [StandardRecord("orgs", values)], Packing("1.2"))
    with (tmp_path / "out" / "orgs.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == [text]


_XML = {
    "an entity of this machine": '<!DOCTYPE x [<!ENTITY a SYSTEM "{secret}">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "{secret}"> %a;]>',
    "a DTD elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "entities in entities": '<!DOCTYPE x [<!ENTITY a "{much}"><!ENTITY b "&a;&a;&a;&a;">]>',
}


@pytest.mark.parametrize("what", _XML)
def test_threat_10_xml_with_a_doctype_is_refused_unread(tmp_path: Path, what: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    doctype = _XML[what].format(secret=secret.as_uri(), much="ha" * 1000)
    path = tmp_path / "Student.xml"
    root = '<InterchangeStudent xmlns="http://ed-fi.org/5.2.0">&a;</InterchangeStudent>'
    path.write_text(doctype + root)
    with pytest.raises(Unreadable, match="DOCTYPE") as refused:
        list(read(path, "5.2", limits=Limits()))
    assert "the secret" not in repr(refused.value.findings)


@pytest.mark.parametrize(
    "inside",
    [
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{secret}"/>',
        '<Student x:schemaLocation="a {secret}" xmlns:x="http://www.w3.org/2001/XMLSchema-instance"/>',
    ],
)
def test_threat_10_nothing_that_xml_points_to_is_fetched(tmp_path: Path, inside: str) -> None:
    (tmp_path / "secret").write_text("the secret")
    path = tmp_path / "Student.xml"
    told = inside.format(secret=(tmp_path / "secret").as_uri())
    path.write_text(
        f'<InterchangeStudent xmlns="http://ed-fi.org/5.2.0">{told}</InterchangeStudent>'
    )
    with pytest.raises(Unreadable) as refused:
        list(read(path, "5.2", limits=Limits()))
    assert "the secret" not in repr(refused.value.findings)


@pytest.mark.parametrize("case", sorted(CASES))
def test_threat_11_no_archive_harms_or_writes_outside(tmp_path: Path, case: str) -> None:
    """Paths that lead outside, links, names that look alike, bombs, sizes that lie."""
    path = tmp_path / "in" / "plan.zip"
    path.parent.mkdir()
    CASES[case][0](path)
    with pytest.raises(Unreadable), open_bundle(path) as bundle:
        list(bundle.plans())
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["plan.zip"]


@pytest.mark.parametrize(
    "target",
    [
        "http://sis.example/x",
        "https://sis.example:8443/x",
        "https://sis.example@evil.example/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//evil.example",
    ],
)
def test_threat_12_no_address_but_the_configured_one_gets_the_token(target: str) -> None:
    assert same_origin("https://sis.example/ims", "https://sis.example/other")
    assert not same_origin("https://sis.example/ims", target)


@pytest.mark.parametrize(
    "address",
    [
        "http://sis.example/ims",
        "https://169.254.169.254/latest",
        "https://[::ffff:169.254.169.254]/latest",
        "https://[64:ff9b::a9fe:a9fe]/latest",
        "https://[fe80::1]/ims",
        "https://0.0.0.0/ims",
        "https://[fd00:ec2::254]/latest",
        "https://[fd00:ec2::254%1]/latest",
        "https://[fd20:ce::254]/computeMetadata/v1",
        "https://[fd00:c1::a9fe:a9fe]/opc/v2",
        "https://100.100.100.200/latest",
        "https://ada:secret@sis.example/ims",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("setting", ["base_url", "token_url"])
def test_threat_12_no_source_is_set_up_with_an_unsafe_address(setting: str, address: str) -> None:
    given = {"base_url": "https://sis.example/ims", "client_secret": "x", setting: address}
    with pytest.raises(ValidationError, match=r"unencrypted|own address|user name|whole address"):
        RestSettings.model_validate(given)


NAMES = ["2852039166", "0xa9fea9fe", "169.254.43518", "[64:ff9b::a9fe:a9fe]"]
"""What no setting tells as an address, and networks take for 169.254.169.254."""


@pytest.mark.parametrize("name", NAMES)
def test_threat_12_no_sources_name_leads_to_where_machines_tell_of_themselves(name: str) -> None:
    with (
        Transport(0.1, 1 << 10, 1) as transport,
        pytest.raises(SourceMisconfigured, match="address of no server's"),
    ):
        transport.get(f"https://{name}/latest", {}, unsigned)


@pytest.mark.parametrize("name", NAMES)
def test_threat_12_no_place_for_files_is_there_either(name: str) -> None:
    key = f"SHA256:{'A' * 43}"
    host = name.strip("[]")
    place = SftpPlace(SftpSettings(host=host, user="us", host_key=key, timeout=0.1))
    with pytest.raises(PlaceMisconfigured, match="address of no server's"):
        place.sizes()


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fe80::1", "fd00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "0.0.0.0", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_threat_12_a_strangers_address_never_leads_into_our_own_network(inside: str) -> None:
    """Whom a credential names is looked up once, and everything that was found has to be public."""
    asked: list[tuple[str, int]] = []
    public = "93.184.215.14"
    asking = Asking(
        resolve=lambda *_: [public, inside], connect=lambda place, _: _noted(asked, place)
    )
    with pytest.raises(OSError, match="no public address"):
        asking("https://issuer.example/list")
    assert asked == []


def test_threat_12_the_address_that_was_looked_at_is_the_one_that_is_asked() -> None:
    asked: list[tuple[str, int]] = []
    found = iter([["93.184.215.14"], ["127.0.0.1"]])
    asking = Asking(resolve=lambda *_: next(found), connect=lambda place, _: _noted(asked, place))
    with pytest.raises(OSError, match="nobody there"):
        asking("https://issuer.example/list")
    assert asked == [("93.184.215.14", 443)]


def _noted(asked: list[tuple[str, int]], place: tuple[str, int]) -> socket.socket:
    asked.append(place)
    raise OSError("nobody there")


def test_threat_15_what_a_peer_sends_is_checked_and_its_ids_are_the_districts_own() -> None:
    for document in (
        b"{}",
        b"\xff",
        b'{"format": "planbridge-ilp", "plan": {"x": 1}}',
        b"[" * 9999,
    ):
        with pytest.raises(DocumentError):
            read_document(document)
    assert record_id("a", "person", "sis", "1") != record_id("b", "person", "sis", "1")
