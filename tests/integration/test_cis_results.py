"""What a career system says arrives in the right plan, once, and nothing of it is ever lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cis_results import ADA, BEN, Career, take_in
from support.cli import changed_tables
from support.sftp_server import PASSWORD, USER, sftp_server


def test_what_is_said_stands_in_the_plan_with_its_provenance(career: Career) -> None:
    career.say(ADA, "e1", onet_code="29-1141.00")
    career.night()
    [entry] = career.saved("ada")
    assert (entry["title"], entry["code"]["code"]) == ("Nurse", "29-1141.00")
    assert entry["changed"]["kind"] == "X"
    assert entry["changed"]["reason"].startswith("Said by Generic CSV on 2026-12-")
    assert career.saved("ben") == []


def test_a_second_delivery_of_the_same_is_quiet(career: Career) -> None:
    career.say(ADA, "e1")
    career.night()
    before = career.home.held()
    report = career.again()
    assert report["state"] == "quiet"
    assert changed_tables(before, career.home.held()) <= {"source"}


def test_the_same_rows_in_another_order_change_nothing(career: Career) -> None:
    career.say(ADA, "e1")
    career.say(BEN, "e2")
    career.night()
    versions = career.versions()
    career.rows.reverse()
    assert career.night()["state"] == "quiet"
    assert career.versions() == versions


def test_a_change_there_becomes_the_next_version(career: Career) -> None:
    career.say(ADA, "e1")
    career.night()
    career.say(ADA, "e1", title="Midwife")
    career.night()
    [entry] = career.saved("ada")
    assert (entry["title"], entry["version"]) == ("Midwife", 2)
    assert entry["earlier"][0]["title"] == "Nurse"
    assert entry["origins"]["title"]["source"] == "xello"


def test_what_is_not_delivered_any_more_stays(career: Career) -> None:
    career.say(ADA, "e1")
    career.say(ADA, "e2", title="Midwife")
    career.night()
    career.rows.pop(0)
    career.night()
    assert len(career.saved("ada")) == 2


def test_what_the_student_wrote_later_stays(career: Career) -> None:
    career.say(ADA, "e1", notes="there")
    career.night()
    career.write("ada", {"notes": "my own words"}, "1")
    career.say(ADA, "e1", notes="there again", title="Midwife")
    career.night()
    [entry] = career.saved("ada")
    assert (entry["notes"], entry["title"]) == ("my own words", "Midwife")


def test_an_entry_that_was_removed_here_does_not_come_back(career: Career) -> None:
    career.say(ADA, "e1")
    career.night()
    plan = career.plan("ada")
    del plan["activities"]
    take_in(career.home, plan, "not for me")
    career.say(ADA, "e1", title="Midwife")
    career.night()
    assert career.saved("ada") == []


def test_a_manual_conflict_is_queued_and_decided(career: Career) -> None:
    words = ("--kind", "cis-csv", "--path", career.folder, "--replace")
    rule = "authority.'ACT.05'='manual'"
    assert career.home("source", "add", "xello", *words, "--set", rule).status == 0
    career.say(ADA, "e1", notes="there")
    career.night()
    career.write("ada", {"notes": "my own words"}, "1")
    career.say(ADA, "e1", notes="there again")
    career.night()
    [found] = career.home("conflicts", "list", "--json").json
    assert (found["entity"], found["state"]) == ("ACT.05", "open")
    answer = career.home(
        "conflicts", "decide", found["number"], "--theirs", "--reason", "asked her"
    )
    assert answer.status == 0, answer
    assert career.saved("ada")[0]["notes"] == "there again"


STRANGER = {"student_id": "", "account_id": "x9", "given_name": "Adaa", "family_name": "Ash"}


def test_a_student_who_comes_later_gets_what_was_said(career: Career) -> None:
    cleo = {"student_id": "300", "given_name": "Cleo", "family_name": "Cedar"}
    career.say(cleo, "e1")
    career.night()
    career.hamlet.student("cleo", "Cleo", "Cedar", identifier="300")
    career.roster()
    career.again()
    assert career.town.plan("300").status == 0
    career.again()
    assert career.titles("cleo") == ["Nurse"]


def _codes(report: dict[str, Any]) -> set[str]:
    return {one["code"] for one in (*report["findings"], *report["holds"])}


def test_a_column_that_is_gone_empties_nothing(career: Career) -> None:
    career.say(ADA, "e1", notes="there")
    career.night()
    file = career.folder / "saved.csv"
    file.write_text(file.read_text("utf-8").replace("notes", "remarks"), encoding="utf-8")
    report = career.again()
    assert (report["state"], _codes(report)) == ("held", {"cis.column-missed"})
    assert career.saved("ada")[0]["notes"] == "there"


def test_a_file_that_ends_within_a_row_is_held(career: Career) -> None:
    career.say(ADA, "e1", notes="there")
    career.night()
    file = career.folder / "saved.csv"
    file.write_bytes(file.read_bytes().rstrip()[:-2])
    report = career.again()
    assert (report["state"], _codes(report)) == ("held", {"cis.cut"})


def test_a_column_that_nobody_reads_is_named(career: Career) -> None:
    career.say(ADA, "e1")
    career.write_file()
    file = career.folder / "saved.csv"
    file.write_text(file.read_text("utf-8").replace("notes", "remarks"), encoding="utf-8")
    [found] = career.again()["findings"]
    told = ("cis.column-unread", "columns are not read: remarks")
    assert (found["code"], found["problem"]) == told


def test_of_exports_that_bear_their_day_the_latest_counts(career: Career) -> None:
    found: list[set[str]] = []
    for day, title in ((20, "Nurse"), (21, "Midwife")):
        career.say(ADA, "e1", title=title)
        career.write_file()
        (career.folder / "saved.csv").rename(career.folder / f"saved-2026-11-{day}.csv")
        found.append(_codes(career.again()))
    assert (career.titles("ada"), found[-1]) == (["Midwife"], {"cis.twice"})


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_is_no_part_of_a_column(career: Career, start: bytes) -> None:
    career.say(ADA, "e1")
    career.write_file()
    file = career.folder / "saved.csv"
    file.write_bytes(start + file.read_bytes())
    assert (career.again()["findings"], career.titles("ada")) == ([], ["Nurse"])


def test_a_formula_is_text(career: Career) -> None:
    career.say(ADA, "e1", title="'=cmd|' /C calc'!A0", notes="=1+1")
    career.night()
    [entry] = career.saved("ada")
    assert (entry["title"], entry["notes"]) == ("=cmd|' /C calc'!A0", "=1+1")


def test_a_row_that_cannot_be_used_is_named_and_the_rest_arrives(career: Career) -> None:
    career.say(ADA, "e1", saved_on="31/12/2026")
    career.say(ADA, "e2", title="Midwife")
    report = career.night()
    assert career.titles("ada") == ["Midwife"]
    [finding] = [one for one in report["findings"] if one["code"] == "cis.row"]
    assert (finding["row"], finding["column"]) == (2, "saved_on")


def test_rows_that_cannot_be_used_are_told_every_night(career: Career) -> None:
    career.say(ADA, "e1", saved_on="31/12/2026")
    career.say(STRANGER, "e2")
    career.night()
    for _ in range(2):
        listed = [one for one in career.again()["findings"] if one["code"] == "cis.row"]
        assert [one["count"] for one in listed] == [1]


def test_a_file_that_was_cut_is_held(career: Career) -> None:
    for number in range(60):
        career.say(ADA, f"e{number}", title=f"Occupation {number}")
    career.night()
    career.rows = career.rows[:30]
    assert career.night()["state"] == "held"
    assert len(career.saved("ada")) == 60


@pytest.mark.parametrize("text", ["", "a,a\n1,2\n", "student_id,entry_id\n1\n", "x\n1\n"])
def test_a_file_that_is_no_such_file_changes_nothing(career: Career, text: str) -> None:
    career.say(ADA, "e1")
    career.night()
    before = career.home.held()
    (career.folder / "saved.csv").write_text(text)
    assert career.again()["state"] in ("refused", "held")
    assert changed_tables(before, career.home.held()) <= {"source"}


def test_a_folder_without_results_is_told(career: Career) -> None:
    assert career.again()["state"] == "failed"


def test_a_plan_says_that_it_is_the_next_version(career: Career) -> None:
    before = career.plan("ada")["profile"]["header"]["plan_version"]
    career.say(ADA, "e1")
    career.night()
    assert career.plan("ada")["profile"]["header"]["plan_version"] == before + 1


def test_by_sftp_nothing_is_imported_twice_wherever_it_breaks(
    career: Career, tmp_path: Path
) -> None:
    career.say(ADA, "e1")
    career.write_file()
    with sftp_server(career.folder) as server:
        told = {"host": "127.0.0.1", "user": USER, "host_key": server.fingerprint}
        more = [word for key in told for word in ("--set", f"{key}='{told[key]}'")]
        words = ("--kind", "cis-csv", *more, "--set", f"port={server.port}", "--replace")
        assert career.home("source", "add", "xello", *words).status == 0
        career.home.variables["PLANBRIDGE_SECRET_XELLO"] = PASSWORD
        for stage in range(6):
            server.break_at = stage
            assert career.again()["state"] == "failed", stage
            assert career.titles("ada") == []
        server.break_at = None
        versions = career.versions()
        assert career.again()["state"] == "done"
        assert career.again()["state"] == "quiet"
    assert career.titles("ada") == ["Nurse"]
    assert career.versions() == versions + 1
