"""Credentials from elsewhere, through the commands: verified, then entries with their evidence."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support.cli import Answer, Home, mistake
from support.credentials import Change, signed_badge, signed_record, signer, vector
from support.nights import LOCAL_ID, LUPE

from mappings.clr.v2p0.inward import entry_id
from schemas.ilp.document import read_document
from schemas.ilp.plan import Plan


@pytest.fixture
def student(home: Home) -> Home:
    """After the first night, when the student has an account."""
    assert home("access", "link", "lupe", LUPE, "--reason", "minutes").status == 0
    return home


@pytest.fixture(scope="module")
def amara(fixtures: Path) -> Plan:
    path = fixtures / "plans" / "grade-12-amara-okafor.ilp.json"
    return read_document(path.read_bytes())


@pytest.fixture
def issuers(tmp_path: Path) -> Path:
    path = tmp_path / "issuers.toml"
    path.write_text(f'[issuers."{signer().controller}"]\nname = "Cedar Bend"\n', "utf-8")
    return path


@pytest.fixture
def record(tmp_path: Path, amara: Plan) -> Path:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(signed_record(amara)), "utf-8")
    return path


def take(home: Home, file: Path, *words: object) -> Answer:
    return home(
        "credential", "import", file, "--student", LOCAL_ID, *words, "--json", OPERATOR="lupe"
    )


def plan_of(home: Home) -> dict[str, Any]:
    answer = home("plan", "export", LOCAL_ID, OPERATOR="lupe")
    assert answer.status == 0, answer
    found: dict[str, Any] = json.loads(answer.out)["plan"]
    return found


def test_the_published_record_verifies(home: Home, reference: Path, tmp_path: Path) -> None:
    path, known = tmp_path / "vector.json", tmp_path / "known.toml"
    path.write_text(json.dumps(vector(reference)), "utf-8")
    keys = {
        "https://example.edu/issuers/565049": "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        "https://example.com/issuers/876543": "z6MkvREVgsHx7Ppae68vCoByy73ZD4aMSJiPML2cryVL8JAx",
    }
    rows = (f'[issuers."{one}"]\nname = "x"\nkeys = ["{key}"]\n' for one, key in keys.items())
    known.write_text("".join(rows), "utf-8")
    answer = home("credential", "verify", path, "--issuers", known, "--json")
    assert (answer.status, answer.json["verified"]) == (0, True)


def test_a_changed_record_does_not(home: Home, record: Path) -> None:
    record.write_text(record.read_text("utf-8").replace("Learner record", "My record"), "utf-8")
    answer = home("credential", "verify", record, "--json")
    outer, *inner = answer.json["credentials"]
    assert (answer.status, outer["verified"]) == (1, False)
    assert all(one["verified"] for one in inner)


def test_a_record_becomes_accomplishments(student: Home, record: Path, issuers: Path) -> None:
    answer = take(student, record, "--issuers", issuers)
    assert answer.status == 0, answer
    held = plan_of(student)["strengths"]["accomplishments"]
    award = next(one for one in held if one["title"] == "Regional welding contest, second place")
    assert (award["kind"], award["issuer"]["name"]) == ("award", "Cedar Bend")
    assert award["changed"]["source"] == "credential of Cedar Bend"


def test_courses_stay_in_the_file(student: Home, record: Path, issuers: Path) -> None:
    told = take(student, record, "--issuers", issuers).json
    assert "Geometry" in told["kept"]
    titles = {one["title"] for one in plan_of(student)["strengths"]["accomplishments"]}
    assert "Geometry" not in titles


def test_the_file_travels_as_evidence(
    student: Home, record: Path, issuers: Path, tmp_path: Path
) -> None:
    assert take(student, record, "--issuers", issuers).status == 0
    out = tmp_path / "lupe.zip"
    assert student("plan", "export", LOCAL_ID, "--out", out, OPERATOR="lupe").status == 0
    with zipfile.ZipFile(out) as archive:
        held = [archive.read(one) for one in archive.namelist() if "record" in one]
    assert record.read_bytes() in held


def test_the_same_file_again_changes_nothing(student: Home, record: Path, issuers: Path) -> None:
    first = take(student, record, "--issuers", issuers).json
    again = take(student, record, "--issuers", issuers).json
    assert (again["added"], again["changed"], again["version"]) == ([], [], first["version"])
    assert again["same"] == first["added"]


def called(name: str) -> Change:
    """Makes a badge another kind of achievement, by this name."""
    told = {"name": name, "achievementType": "Badge"}
    return lambda badge: badge["credentialSubject"]["achievement"].update(told)


def test_a_later_edition_revises_the_entry(
    student: Home, amara: Plan, issuers: Path, tmp_path: Path
) -> None:
    path = tmp_path / "badge.json"
    path.write_text(json.dumps(signed_badge(amara, called("Old name"))), "utf-8")
    assert take(student, path, "--issuers", issuers).json["added"]
    path.write_text(json.dumps(signed_badge(amara, called("New name"))), "utf-8")
    told = take(student, path, "--issuers", issuers).json
    (entry,) = (
        one
        for one in plan_of(student)["strengths"]["accomplishments"]
        if one["id"] in told["changed"]
    )
    assert (entry["title"], entry["earlier"][0]["title"]) == ("New name", "Old name")


def test_another_issuers_credential_of_the_same_id_is_another_entry() -> None:
    by = [{"id": "urn:x", "issuer": one} for one in ("did:a", {"id": "did:a"}, {"id": "did:b"})]
    told = [entry_id(document) for document in by]
    assert told[0] == told[1] != told[2]


def test_an_unknown_issuer_waits_for_a_person(student: Home, record: Path) -> None:
    answer = take(student, record)
    assert answer.status == 3
    assert "not on the list of issuers" in answer.json["error"]["problem"]
    assert take(student, record, "--accept-unknown-issuer").status == 0


def test_a_forged_record_changes_nothing(student: Home, record: Path, issuers: Path) -> None:
    before = student.held()
    record.write_text(record.read_text("utf-8").replace("Geometry", "Calculus"), "utf-8")
    assert take(student, record, "--issuers", issuers, "--accept-unknown-issuer").status == 3
    assert student.held() == before


def test_a_record_is_not_for_anybody_to_bring(home: Home, record: Path) -> None:
    words = ("--student", LOCAL_ID, "--accept-unknown-issuer")
    answer = home("credential", "import", record, *words, OPERATOR="stranger")
    assert answer.status == 1
    assert "Traceback" not in answer.err


def test_a_record_of_somebody_else_is_noticed(student: Home, record: Path, issuers: Path) -> None:
    assert take(student, record, "--issuers", issuers).json["subject_matches"] is None


@pytest.mark.parametrize("text", ["", "[]", "{", "issuers = 3", '[issuers."x"]\nkeys = 1'])
def test_a_bad_file_is_one_sentence(home: Home, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x"
    path.write_text(text, "utf-8")
    assert mistake(home("credential", "verify", path), "x: ")
    if "issuers" in text:
        good = tmp_path / "good.json"
        good.write_text("{}", "utf-8")
        assert mistake(home("credential", "verify", good, "--issuers", path), "x: ")


def test_keys_change_and_the_document_tells(home: Home) -> None:
    shutil.rmtree(home.folder / ".planbridge" / "keys", ignore_errors=True)
    assert home("credential", "key", "new", "--did", "did:web:cedar.example.org").status == 0
    assert home("credential", "key", "rotate").status == 0
    shown = home("credential", "key", "show", "--json").json
    document = json.loads(home("credential", "key", "document").out)
    assert len(document["assertionMethod"]) == len([shown["current"], *shown["retired"]]) == 2
