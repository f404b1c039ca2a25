"""Ways in which something slipped past the records office once; each is shut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID, LUPE, MOTHER

TEACHER, OTHER_TEACHER = "tch-2201", "tch-2102"
ACCOUNTS = {"lee": TEACHER, "mia": MOTHER, "lupe": LUPE, "roy": OTHER_TEACHER}


@pytest.fixture
def school(home: Home) -> Home:
    """After the first night: people with accounts."""
    for account, person in ACCOUNTS.items():
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    return home


def plan_of(home: Home) -> dict[str, Any]:
    """The student's whole plan."""
    answer = home("plan", "export", LOCAL_ID, OPERATOR="lupe")
    document: dict[str, Any] = json.loads(answer.out)
    return document


def taken_in(home: Home, who: str, document: dict[str, Any], path: Path) -> str:
    """What somebody hears who imports a document."""
    path.write_text(json.dumps(document), "utf-8")
    return home("plan", "import", path, OPERATOR=who).err


def test_an_import_does_not_tell_what_a_hidden_part_holds(school: Home, tmp_path: Path) -> None:
    same = plan_of(school)
    less = json.loads(json.dumps(same))
    del less["plan"]["assessments"]  # not for a teacher's eyes
    told = {taken_in(school, "lee", one, tmp_path / "plan.json") for one in (same, less)}
    assert len(told) == 1
    assert "ASM.01" in told.pop()


@pytest.mark.parametrize("known", ["ST90001053", "ST90001051"])
def test_an_import_does_not_tell_whose_id_it_is(school: Home, tmp_path: Path, known: str) -> None:
    document = plan_of(school)
    identity = document["plan"]["profile"]["identity"]
    told = set()
    for value in (known, "ST00000000"):
        identity["identifiers"] = [{"system": "state", "value": value}]
        told.add(taken_in(school, "roy", document, tmp_path / "plan.json"))
    assert len(told) == 1


def test_only_the_custodian_brings_a_past(school: Home, tmp_path: Path) -> None:
    bundle = tmp_path / "plan.zip"
    assert school("plan", "export", LOCAL_ID, "--out", bundle, OPERATOR="lupe").status == 0
    answer = school("plan", "import", bundle, OPERATOR="lupe")
    assert mistake(answer, "versions of its past")
