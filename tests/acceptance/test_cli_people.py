"""What waits for a person, students, and their plans, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID, LUPE, STATE_ID, edited, setting


def renamed(district: Path, target: Path, name: str) -> Path:
    """Night 2 with another preferred name for Lupe."""
    return edited(district / "night2", target, "users", setting(LUPE, preferredGivenName=name))


def preferred_name(home: Home) -> str:
    person = home("student", "show", LOCAL_ID, "--json").json["person"]
    return str(person["fields"]["preferred_given_name"]["value"])


# conflicts and matches


def test_one_conflict_waits_with_all_three_values(second: Home) -> None:
    (one,) = second("conflicts", "list", "--json").json
    assert (one["base"], one["ours"], one["theirs"]) == ("Lupe", "Lupi", "Lupita")
    assert preferred_name(second) == "Lupi"


def test_ours_lasts(second: Home, district: Path, tmp_path: Path) -> None:
    second("conflicts", "decide", 1, "--ours", "--reason", "she said so")
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    assert second("conflicts", "list", "--json").json == []
    assert preferred_name(second) == "Lupi"


def test_theirs_lets_the_source_speak_from_now_on(
    second: Home, district: Path, tmp_path: Path
) -> None:
    second("conflicts", "decide", 1, "--theirs")
    assert preferred_name(second) == "Lupita"
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    assert second("conflicts", "list", "--json").json == []
    assert preferred_name(second) == "Lupina"


def test_a_reopened_decision_is_asked_again(second: Home, district: Path, tmp_path: Path) -> None:
    second("conflicts", "decide", 1, "--ours")
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    answer = second("conflicts", "decide", 1, "--reopen", "--json")
    assert (answer.json["state"], answer.json["theirs"]) == ("open", "Lupina")
    second("conflicts", "decide", 1, "--theirs")
    assert preferred_name(second) == "Lupina"


def test_reopening_theirs_brings_our_value_back(second: Home) -> None:
    second("conflicts", "decide", 1, "--theirs")
    second("conflicts", "decide", 1, "--reopen")
    assert preferred_name(second) == "Lupi"
    assert second("conflicts", "list", "--json").json[0]["theirs"] == "Lupita"


def test_an_open_conflict_is_asked_anew_when_the_source_moves(
    second: Home, district: Path, tmp_path: Path
) -> None:
    second.night(renamed(district, tmp_path / "n", "Lupina"))
    (one,) = second("conflicts", "list", "--json").json
    assert one["theirs"] == "Lupina"


def test_a_conflict_ends_when_both_sides_agree(
    second: Home, district: Path, tmp_path: Path
) -> None:
    second.night(renamed(district, tmp_path / "n", "Lupi"))
    assert second("conflicts", "list", "--json").json == []
    assert second("conflicts", "list", "--all", "--json").json[0]["state"] == "agreed"


def test_a_decision_is_made_once(second: Home) -> None:
    second("conflicts", "decide", 1, "--ours")
    assert mistake(second("conflicts", "decide", 1, "--theirs"), "is decided: ours")


def test_different_people_stay_two(second: Home, district: Path) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--different", "--reason", "cousins")
    second.night(district / "night4")
    assert second("matches", "list", "--json").json == []
    pair = (question["record_id"], question["candidate_id"])
    known = second.query(
        "SELECT count(DISTINCT record_id) FROM crosswalk WHERE record_id IN (?, ?)", *pair
    )
    assert known == [(2,)]


def test_one_person_is_one_record_from_now_on(second: Home, district: Path) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--same")
    second.night(district / "night4")
    found = second("student", "show", question["sourced_id"], "--json").json
    assert found["person"]["id"] == question["candidate_id"]
    assert found["person"]["state"] == "active"


def test_a_dry_run_joins_nothing_and_tells_what_the_decision_will(second: Home) -> None:
    (question,) = second("matches", "list", "--json").json
    words = ("matches", "decide", question["number"], "--same", "--json")
    before = second.all()
    would = second(*words, "--dry-run").json
    assert second.all() == before
    assert would["moved"]["crosswalk"] == 1
    assert second(*words).json == would | {"dry_run": False}


def test_a_dry_run_says_who_would_be_one_person(second: Home) -> None:
    (question,) = second("matches", "list", "--json").json
    told = second("matches", "decide", question["number"], "--same", "--dry-run").out
    assert f"({question['record_id']}) would be joined into {question['candidate']} (" in told
    query = "SELECT body FROM audit_payload WHERE part = 0 ORDER BY seq DESC"
    event = json.loads(second.value(query))
    assert event["request"] == "matches decide --dry-run"


def test_a_decision_is_on_the_log_with_the_people_it_is_about(second: Home) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--different", "--reason", "cousins")
    (student,) = second.query("SELECT max(seq) FROM audit_event")
    rows = second.query("SELECT body FROM audit_payload WHERE part > 0 AND seq = ?", *student)
    told = " ".join(body for (body,) in rows)
    assert question["record_id"] in told
    assert question["candidate_id"] in told


def test_whom_one_of_two_ids_still_names_stays(second: Home, district: Path) -> None:
    (question,) = second("matches", "list", "--json").json
    second("matches", "decide", question["number"], "--same")
    second.night(district / "night1")
    query = "SELECT state FROM person WHERE id = ?"
    assert second.value(query, question["candidate_id"]) == "active"


# student, plan


@pytest.mark.parametrize("given", [LUPE, LOCAL_ID, STATE_ID])
def test_a_student_is_found_by_any_id(given: str, second: Home) -> None:
    found = second("student", "show", given, "--json").json
    assert found["person"]["fields"]["family_name"]["value"] == "Herrera"
    assert found["plan"]["attachment"] == "attached"


def test_every_value_says_where_it_came_from(second: Home) -> None:
    found = second("student", "show", LOCAL_ID, "--json").json
    fields = found["person"]["fields"]
    assert fields["family_name"]["origin"] == {"source": "sis", "run": 1}
    assert fields["preferred_given_name"]["origin"]["source"] == "local"
    assert found["enrollments"][0]["names"]["class_id"]


def test_a_student_is_shown_in_words_too(second: Home) -> None:
    words = " ".join(second("student", "show", LOCAL_ID).out.split())
    assert "Guadalupe Herrera" in words
    assert "preferred_given_name Lupi " in words


def test_a_field_that_is_none_is_told_with_those_that_are(second: Home) -> None:
    answer = second("student", "set", LOCAL_ID, "colour", "red", "--reason", "asked")
    assert (answer.status, "person.colour" in answer.err) == (1, True)
    assert "person.phone" in answer.err


def test_names_stand_in_the_place_of_record_ids(second: Home) -> None:
    assert "Cedar Bend High School" in second("student", "show", LOCAL_ID).out


def test_a_plan_goes_out_and_comes_in_again(second: Home, tmp_path: Path) -> None:
    file = tmp_path / "lupe.ilp.json"
    assert second("plan", "export", STATE_ID, "--out", file).status == 0
    second("plan", "import", file)
    again = second("plan", "import", file, "--json").json
    assert again[0]["outcome"] == "unchanged"
    assert json.loads(second("plan", "export", STATE_ID).out) == json.loads(file.read_bytes())


def test_an_exported_plan_has_the_rosters_names(second: Home) -> None:
    document = json.loads(second("plan", "export", LUPE).out)
    name = document["plan"]["profile"]["name_and_grade"]
    assert (name["legal_family_name"], name["preferred_given_name"]) == ("Herrera", "Lupi")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "planbridge-ilp"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"x": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"format": "planbridge-ilp", "formatVersion": "99.0", "plan": {}}', "99.0"),
    ],
)
def test_a_bad_document_is_no_plan(content: bytes, word: str, second: Home, tmp_path: Path) -> None:
    before = second.all()
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    assert mistake(second("plan", "import", file), "bad.json", word)
    assert second.all() == before


def test_one_bad_document_of_a_folder_keeps_all_out(
    first: Home, fixtures: Path, tmp_path: Path
) -> None:
    before = first.all()
    good = (fixtures / "plans" / "grade-12-amara-okafor.ilp.json").read_text("utf-8")
    (tmp_path / "a.json").write_text(good.replace('"version": 1', '"version": 2', 1), "utf-8")
    (tmp_path / "b.json").write_text("{}")
    assert mistake(first("plan", "import", tmp_path), ".json")
    assert first.all() == before
