"""JSON resources in files: what is read, what is set aside, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.edfi import EdfiJson, EdfiXml
from adapters.edfi.json.read import read
from adapters.edfi.limits import Limits
from adapters.edfi.refusal import Unwritable
from adapters.formats import Unreadable
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord

JSON = EdfiJson("6.1")
STUDENT = {
    "studentUniqueId": "1",
    "firstName": "Ada",
    "lastSurname": "B",
    "birthDate": "2010-01-01",
}


def folder(tmp_path: Path, content: str | bytes, name: str = "students.jsonl") -> Path:
    target = tmp_path / "in"
    (target / name).parent.mkdir(parents=True)
    (target / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return target


def values(path: Path) -> list[dict[str, Any]]:
    return [each.values for each in JSON.read(path)]


def refusal(path: Path, limits: Limits | None = None) -> Finding:
    with pytest.raises(Unreadable) as caught:
        list(read(path, "6.1", limits=limits or Limits()))
    [finding] = caught.value.findings
    return finding


def test_lines_and_a_list_say_the_same(tmp_path: Path) -> None:
    line = json.dumps(STUDENT)
    lines = folder(tmp_path / "a", f"\ufeff{line}\n\n{line}\r\n")
    listed = folder(tmp_path / "b", f"\ufeff [{line},\n {line}] ", "students.json")
    assert values(lines) == values(listed) == [STUDENT, STUDENT]


def test_a_list_is_read_over_many_pieces(tmp_path: Path) -> None:
    many = [{**STUDENT, "studentUniqueId": str(n), "firstName": "é" * 60} for n in range(2000)]
    path = folder(tmp_path, json.dumps(many, ensure_ascii=False), "students.json")
    assert values(path) == many


def test_what_a_server_added_is_set_aside(tmp_path: Path) -> None:
    person = {"personId": "7", "sourceSystemDescriptor": "uri://a/SourceSystemDescriptor#B"}
    sent: dict[str, Any] = {
        **STUDENT,
        "id": "x",
        "_etag": "1",
        "_lastModifiedDate": "z",
        "maidenName": None,
    }
    sent["personReference"] = {**person, "link": {"rel": "Person", "href": "/x"}}
    path = folder(tmp_path, json.dumps(sent))
    assert values(path) == [{**STUDENT, "personReference": person}]


def test_extensions_of_a_host_ride_along(tmp_path: Path) -> None:
    sent = {**STUDENT, "_ext": {"sample": {"petName": "Rex"}}}
    assert values(folder(tmp_path, json.dumps(sent))) == [sent]


@pytest.mark.parametrize("digits", ["3.50", "3", "0.1", "12345678901234567890.123456789", "-0.0"])
def test_a_decimal_keeps_its_digits(tmp_path: Path, digits: str) -> None:
    path = folder(tmp_path, f'{{"availableCredits":{digits}}}\n', "sections.jsonl")
    [found] = JSON.read(path)
    assert found.values == {"availableCredits": digits}
    JSON.write(tmp_path / "out", [found])
    assert (tmp_path / "out" / "sections.jsonl").read_text() == (
        path / "sections.jsonl"
    ).read_text()


def test_an_exponent_is_written_out(tmp_path: Path) -> None:
    path = folder(tmp_path, '{"availableCredits":25e-1}', "sections.jsonl")
    assert values(path) == [{"availableCredits": "2.5"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a":1,"a":2}', "the property a stands twice"),
        ('{"a":', "Expecting value"),
        ('{"a":1} {"b":2}', "something stands behind"),
        ("[1]", "no JSON object"),
        ('{"a":NaN}', "NaN is no JSON number"),
        ('{"a":1e999999999}', "out of any range"),
        (f'{{"a":{"9" * 5000}}}', "too many digits"),
        (f'{{"a":{"[" * 40}{"]" * 40}}}', "too deep"),
        (f'{{"a":{"[" * 200_000}{"]" * 200_000}}}', "deeper than"),
        (b'{"a":"\xff"}', "UTF-8"),
    ],
)
@pytest.mark.parametrize("listed", [False, True], ids=["lines", "list"])
def test_broken_json_is_refused_with_its_place(
    tmp_path: Path, content: str | bytes, words: str, listed: bool
) -> None:
    plain = content.encode() if isinstance(content, str) else content
    if listed and b"} {" in plain:
        words = "no comma"
    whole = b"[" + plain + b"]" if listed else b"\n" + plain
    found = refusal(folder(tmp_path, whole, f"students.json{'' if listed else 'l'}"))
    assert words in found.problem
    assert found.file is not None


@pytest.mark.parametrize("name", ["students.jsonl", "students.json"])
def test_an_endless_record_is_refused(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path, '[{"firstName":"' + "a" * 400_000, name)
    assert refusal(path, Limits(record_bytes=1 << 17)).code in {"edfi.record", "edfi.json"}


def test_a_file_of_no_resource_is_refused_by_name(tmp_path: Path) -> None:
    assert "parents is no resource" in refusal(folder(tmp_path, "", "parents.jsonl")).problem


def test_our_own_resources_lie_in_their_folder(tmp_path: Path) -> None:
    goal = StandardRecord("ilp/planGoals", {"goalIdentifier": "G1"})
    JSON.write(tmp_path / "out", [goal])
    assert (tmp_path / "out" / "ilp" / "planGoals.jsonl").is_file()
    assert [each[:2] for each in JSON.read(tmp_path / "out")] == [goal[:2]]


@pytest.mark.parametrize(
    "broken",
    [
        StandardRecord("parents", {}),
        StandardRecord("students", {"firstName": "\ud800"}),
        StandardRecord("students", {"firstName": {1, 2}}),
        StandardRecord("courseOfferings", {"courseReference": {"_lookup": {"CourseTitle": "A"}}}),
        StandardRecord("sections", {"availableCredits": "a few"}),
    ],
)
def test_what_json_cannot_say_is_refused_and_leaves_nothing(
    tmp_path: Path, broken: StandardRecord
) -> None:
    with pytest.raises(Unwritable):
        JSON.write(tmp_path / "out", [StandardRecord("students", STUDENT), broken])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_claimed_by_what_its_first_record_is(tmp_path: Path) -> None:
    path = folder(tmp_path, json.dumps({**STUDENT, "citizenshipStatusDescriptor": "uri://x"}))
    assert EdfiJson("5.2").claims(path)
    assert not EdfiJson("6.1").claims(path)
    assert not EdfiXml("5.2").claims(path)
