"""Hostile and broken input: one precise error each, and nothing read past it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from support.ceds_trees import records, small_plan

from adapters.ceds.csv.format import CedsCsv
from adapters.ceds.csv.rows import HEADER
from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.document import MAX_DOCUMENT_BYTES
from adapters.ceds.jsonld.format import CedsJsonLd
from adapters.formats import Unreadable

PERSON = b'{"@context":{"ceds":"http://ceds.ed.gov/terms#"},"@type":"ceds:C200275"'

DOCUMENTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no JSON"),
    "cut off": (PERSON, "no JSON"),
    "a text": (b'"Person"', "no JSON-LD document"),
    "a key twice": (PERSON + b',"@id":"urn:a","@id":"urn:b"}', "stands twice"),
    "NaN": (PERSON + b',"ceds:P000128":NaN}', "NaN is no value"),
    "Infinity": (PERSON + b',"ceds:P000128":-Infinity}', "Infinity is no value"),
    "no UTF-8": (PERSON + b',"ceds:P000115":"\xff"}', "no UTF-8"),
    "UTF-16": (PERSON.decode().encode("utf-16"), "NUL|no UTF-8"),
    "NUL": (PERSON + b',"ceds:P000115":"a\x00"}', "NUL"),
    "escaped NUL": (PERSON + rb',"ceds:P000115":"a\u0000"}', "NUL"),
    "lists in lists": (b"[" * 300 + b"]" * 300, "within one another"),
    "very deep": (b"[" * 100_000 + b"]" * 100_000, "nest too deep"),
    "many digits": (PERSON + b',"ceds:P000128":' + b"9" * 5000 + b"}", "too many digits"),
    "a named graph": (PERSON + b',"@graph":[{"@type":"ceds:C200146"}]}', "named graph"),
    "an odd address": (PERSON + b',"@id":5}', "no valid JSON-LD"),
    "a context nowhere": (b'{"@context":"../secret.json"}', "not on this machine"),
    "a context on the net": (b'{"@context":"https://example.org/c"}', "not on this machine"),
    "a context on the disk": (b'{"@context":"file:///etc/hostname"}', "not on this machine"),
    "a context of itself": (b'{"@context":"evil.jsonld"}', "without @context|no valid JSON-LD"),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_bad_document_ends_in_one_error(case: str, tmp_path: Path) -> None:
    content, message = DOCUMENTS[case]
    path = tmp_path / "evil.jsonld"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=message):
        list(CedsJsonLd().read(path))


def test_a_document_too_large_for_memory_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonld"
    with path.open("wb") as stream:
        stream.truncate(MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(Unreadable, match="16 MiB"):
        list(CedsJsonLd().read(path))


def lines_of(tmp_path: Path) -> list[bytes]:
    path = tmp_path / "good.jsonld"
    CedsJsonLd().write(path, records([small_plan(1), small_plan(2)]))
    return path.read_bytes().splitlines(keepends=True)


LINES: dict[str, tuple[bytes, str]] = {
    "a key twice": (b'{"@id":"urn:a","@id":"urn:b"},\n', "stands twice"),
    "no node": (b"5,\n", "without a node"),
    "cut off": (b'{"@type":"Per\n', "no JSON"),
    "no UTF-8": (b'{"@id":"\xff"},\n', "no UTF-8"),
    "a keyword": (b'{"@reverse":{}},\n', "keyword"),
    "two names": (b'{"FirstName":"a","ceds:P000115":"b"},\n', "stands twice in one node"),
    "too deep": (b'{"hasJob":[' * 66 + b"{}" + b"]}" * 66 + b",\n", "nest too deep"),
    "an address in a list": (b'{"hasJob":[{"@id":["urn:a"]}]},\n', "@id .* is no text"),
    "a number for an address": (b'{"@id":5},\n', "the @id 5 is no text"),
    "a class that is a node": (b'{"@type":[{"@id":"urn:a"}]},\n', "@type .* is no text"),
    "the end too soon": (b"]}\n", "does not end"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_bad_line_is_named(case: str, tmp_path: Path) -> None:
    content, message = LINES[case]
    lines = lines_of(tmp_path)
    path = tmp_path / "bad.jsonld"
    path.write_bytes(b"".join([*lines[:3], content, *lines[3:]]))
    with pytest.raises(Unreadable, match=message) as caught:
        list(CedsJsonLd().read(path))
    assert caught.value.findings[0].row == 4


def test_a_file_that_breaks_off_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "half.jsonld"
    path.write_bytes(b"".join(lines_of(tmp_path)[:3]))
    with pytest.raises(Unreadable, match="does not end"):
        list(CedsJsonLd().read(path))


def test_a_line_too_large_is_refused(tmp_path: Path) -> None:
    lines, path = lines_of(tmp_path), tmp_path / "large.jsonld"
    path.write_bytes(b"".join(lines[:2]) + b'{"FirstName":"' + b"x" * (17 * 2**20) + b'"}\n]}')
    with pytest.raises(Unreadable, match="16 MiB"):
        list(CedsJsonLd().read(path))


def test_another_meaning_of_a_term_is_respected(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonld"
    known = {**context(), "FirstName": {"@id": "ceds:P000172"}}
    head = json.dumps({"@context": known}, separators=(",", ":"))[:-1]
    path.write_text(
        f'{head},\n"@graph":[\n{{"@type":"PersonName","FirstName":"Ada"}}\n]}}\n', "utf-8"
    )
    found = [record.values for record in CedsJsonLd().read(path)]
    assert found == [{"@type": "PersonName", "LastOrSurname": "Ada"}]


HEAD = ",".join(HEADER)
ROOT = "1,1,Person,,,,,,node,urn:example:1,,,"
TABLES: dict[str, tuple[str, str]] = {
    "empty": ("", "empty file"),
    "another header": ("id,name\r\n", "the columns are"),
    "a cell short": (f"{HEAD}\r\n1,1,Person\r\n", "3 cells where 13"),
    "an open quote": (f'{HEAD}\r\n"1,1\r\n', "no CSV"),
    "a number no number": (
        f"{HEAD}\r\n{ROOT}\r\n1,1,Person,,P000041,,,,integer,x,,,\r\n",
        "whole number",
    ),
    "an unknown form": (f"{HEAD}\r\n{ROOT}\r\n1,1,Person,,P000115,,,,word,x,,,\r\n", "form"),
    "a value of no node": (f"{HEAD}\r\n1,1,Person,,P000115,,,,text,x,,,\r\n", "told of this node"),
    "a node of no parent": (f"{HEAD}\r\n1,2,Person,7,P600036,,,,node,,,,\r\n", "told of this node"),
    "a node twice": (f"{HEAD}\r\n{ROOT}\r\n{ROOT}\r\n", "twice"),
    "two roots": (f"{HEAD}\r\n{ROOT}\r\n1,2,Person,,,,,,node,,,,\r\n", "second node"),
    "a value twice": (
        f"{HEAD}\r\n{ROOT}" + "\r\n1,1,Person,,P000115,,,,text,x,,," * 2,
        "second value",
    ),
    "a gap in a list": (
        f"{HEAD}\r\n{ROOT}\r\n1,1,Person,,P000115,,,2,text,x,,,\r\n",
        "without gaps",
    ),
    "another notation": (
        f"{HEAD}\r\n{ROOT}\r\n1,1,,,P000115,,MiddleName,,text,x,,,\r\n",
        "notation",
    ),
    "no property": (f"{HEAD}\r\n{ROOT}\r\n1,1,Person,,,,,,text,x,,,\r\n", "no property"),
    "another code": (
        f"{HEAD}\r\n{ROOT}\r\n1,1,,,P000255,,,,option,Sex_Male,Sex,Female,14\r\n",
        "another option",
    ),
    "no option": (f"{HEAD}\r\n{ROOT}\r\n1,1,,,P000255,,,,option,Sex_Mal,,,\r\n", "no option"),
    "broken JSON": (f"{HEAD}\r\n{ROOT}\r\n1,1,,,P000255,,,,json,{{,,,\r\n", "no JSON"),
    "a subject left out": (f"{HEAD}\r\n{ROOT.replace('1', '2', 1)}\r\n", "subject"),
    "NUL": (f"{HEAD}\r\n\0", "NUL"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_ends_in_one_error(case: str, tmp_path: Path) -> None:
    content, message = TABLES[case]
    path = tmp_path / "ceds.csv"
    path.write_text(content, "utf-8", newline="")
    with pytest.raises(Unreadable, match=message):
        list(CedsCsv().read(path))


def zipped(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", "ceds.csv", b"0" * 2**23)
    with pytest.raises(Unreadable, match="claim to be"):
        list(CedsCsv().read(path))


def test_a_zip_with_another_path_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "slip.zip", "../ceds.csv", HEAD.encode())
    with pytest.raises(Unreadable, match="the zip holds"):
        list(CedsCsv().read(path))


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plans.zip"
    CedsCsv().write(path, records([small_plan(n) for n in range(50)]))
    content = bytearray(path.read_bytes())
    content[100:140] = b"x" * 40
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="damaged zip"):
        list(CedsCsv().read(path))


def test_a_folder_without_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no file ceds\.csv"):
        list(CedsCsv().read(tmp_path))


def test_errors_become_findings_of_a_check(tmp_path: Path) -> None:
    path = tmp_path / "evil.jsonld"
    path.write_bytes(b"{")
    assert [each.code for each in CedsJsonLd().check(path)] == ["ceds.unreadable"]
