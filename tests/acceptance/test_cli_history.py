"""A plan signed, changed and told as a story, by the commands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID, LUPE, MOTHER

TEACHER = "tch-2201"


@pytest.fixture
def school(home: Home) -> Home:
    """A student, her mother and her teacher have accounts."""
    for account, person in {"lupe": LUPE, "mia": MOTHER, "lee": TEACHER}.items():
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    return home


def sign(home: Home, who: str, *words: str) -> Any:
    return home("plan", "sign", LOCAL_ID, *words, "--reason", "talked it over", OPERATOR=who)


def change_the_goal(home: Home, path: Path) -> None:
    document = json.loads(home("plan", "export", LOCAL_ID, OPERATOR="lupe").out)
    goal = document["plan"]["goals"]["career_goals"][0]
    goal["text"] += ", and then more"
    goal["version"] += 1
    goal["changed"]["plan_version"] = document["plan"]["profile"]["header"]["plan_version"] + 1
    document["plan"]["profile"]["header"]["plan_version"] += 1
    path.write_text(json.dumps(document), "utf-8")
    answer = home("plan", "import", path, "--reason", "thought again", OPERATOR="lupe")
    assert answer.status == 0, answer


def newest(home: Home) -> dict[str, Any]:
    found = home("plan", "signatures", LOCAL_ID, "--json", OPERATOR="mia").json
    signed: dict[str, Any] = max(found, key=lambda one: one["plan_version"])
    return signed


def test_a_mother_signs_and_it_holds(school: Home) -> None:
    assert sign(school, "mia", "--element", "GOA.01").status == 0
    found = newest(school)
    assert (found["role"], found["elements"], found["holds"]) == ("F", ["GOA.01"], True)


def test_it_lapses_when_the_goal_changes(school: Home, tmp_path: Path) -> None:
    sign(school, "mia", "--element", "GOA.01", "--element", "GOA.02")
    change_the_goal(school, tmp_path / "plan.json")
    assert newest(school)["lapsed"] == ["GOA.01"]


@pytest.mark.parametrize("is_new", [False, True])
def test_a_signed_goal_cannot_change_unsaid(school: Home, tmp_path: Path, is_new: bool) -> None:
    sign(school, "mia", "--element", "GOA.01")
    document = json.loads(school("plan", "export", LOCAL_ID, OPERATOR="lupe").out)
    goals = document["plan"]["goals"]["career_goals"]
    if is_new:
        goals.append({**goals[0], "id": "another", "version": 1, "earlier": []})
    else:
        goals[0]["text"] += ", and then more"
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document), "utf-8")
    answer = school("plan", "import", file, "--reason", "thought again", OPERATOR="lupe")
    assert mistake(answer, "GOA.01 was signed and reads otherwise")


def test_a_signature_says_which_entries_it_covers(school: Home) -> None:
    sign(school, "mia", "--element", "GOA.01")
    plan = json.loads(school("plan", "export", LOCAL_ID, OPERATOR="lupe").out)["plan"]
    goals = [goal["id"] for goal in plan["goals"]["career_goals"]]
    assert plan["reviews"]["sign_offs"][-1]["entries"] == goals


def test_a_signature_is_called_by_its_version_and_moment(school: Home) -> None:
    """The same version is signed by others in another district, and both may meet in one plan."""
    sign(school, "mia", "--element", "GOA.01")
    plan = json.loads(school("plan", "export", LOCAL_ID, OPERATOR="lupe").out)["plan"]
    made = plan["reviews"]["sign_offs"][-1]
    moment = re.sub(r"[-:]|\.\d+", "", made["changed"]["at"])
    assert made["id"] == f"sign-{made['plan_version'] + 1}-{moment}"


def test_special_education_is_signed_apart(school: Home) -> None:
    answer = sign(school, "mia", "--element", "GOA.01", "--element", "GOA.09")
    assert mistake(answer, "GOA.09 is signed apart")


def test_a_refusal_never_holds(school: Home) -> None:
    sign(school, "mia", "--element", "GOA.01", "--decline")
    assert newest(school)["holds"] is False


def test_a_teacher_signs_no_goals(school: Home) -> None:
    assert mistake(sign(school, "lee", "--element", "GOA.01"), "not open to lee")


def test_what_is_no_element_is_named(school: Home) -> None:
    assert mistake(sign(school, "mia", "--element", "GOA.99"), "no element GOA.99")


def test_the_story_tells_who_did_what_and_why(school: Home, tmp_path: Path) -> None:
    sign(school, "mia", "--element", "GOA.01")
    change_the_goal(school, tmp_path / "plan.json")
    told = school("plan", "history", LOCAL_ID, OPERATOR="mia").out
    assert "mia: talked it over" in told
    assert "lupe: thought again" in told
    assert "Career goal: " in told
    assert "became" in told


def test_a_story_tells_only_what_is_open(school: Home) -> None:
    answer = school("plan", "history", LOCAL_ID, "--json", OPERATOR="lee")
    turned = {turn["element"] for chapter in answer.json for turn in chapter["turns"]}
    assert "GOA.01" in turned
    assert turned.isdisjoint({"ASM.01", "FIN.03", "SUP.01"})


@pytest.mark.parametrize("name", ["plan.json", "plan.zip"])
def test_an_exported_plan_is_for_its_owner_alone_and_overwrites_nothing(
    school: Home, tmp_path: Path, name: str
) -> None:
    words = ("plan", "export", LOCAL_ID, "-o", tmp_path / name)
    assert school(*words, OPERATOR="lupe").status == 0
    assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert mistake(school(*words, OPERATOR="lupe"), f"{name} is there already")
