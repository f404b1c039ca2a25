"""The audit log and the disclosure register, from the command line."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest
from support.audit_log import event
from support.cli import Home, copy_database, mistake
from support.nights import LOCAL_ID

from service.audit.event import About
from service.audit.keys import read_keys
from service.audit.log import Log, record
from service.cli.session import login, operator
from service.store.database import open_engine, writing


@pytest.fixture
def custodian(home: Home) -> Home:
    """The operator is the custodian of records, who made the database."""
    return home


def college_reads(home: Home, **more: Any) -> None:
    """A transfer school reads a plan, as the log of this district."""
    assert home("audit", "verify").status == 0  # which makes the key
    folder = home.folder / ".planbridge" / "audit"
    keys = read_keys((folder / "audit.key").read_text(), "the file")
    engine = open_engine(f"sqlite:///{home.database}")
    (student,) = home.query("SELECT person_id FROM person_identifier WHERE value = ?", LOCAL_ID)[0]
    told: dict[str, Any] = {"roles": ("PSE",), "basis": ("99.31(a)(2)",), "name": "State College"}
    told["actor"] = "registrar"
    with writing(engine) as connection:
        log = Log("district", keys, folder / "district.checkpoints")
        record(connection, log, event(about=(About(student),), **{**told, **more}))
    engine.dispose()


def test_who_has_seen_my_record(custodian: Home) -> None:
    college_reads(custodian)
    found = custodian("disclosures", LOCAL_ID, "--json").json
    told = [(one["party_name"], one["party"], one["ferpa"]["recorded"]) for one in found]
    assert told == [("State College", "registrar", True)]


def test_whoever_received_it_is_told_by_account_and_by_name(custodian: Home) -> None:
    college_reads(custodian, party="college", party_roles=("PSE",), name="State College")
    (one,) = custodian("disclosures", LOCAL_ID, "--all", "--json").json
    assert (one["party"], one["party_name"]) == ("college", "State College")


def test_another_name_than_the_login_is_told_as_such(custodian: Home) -> None:
    custodian("sync", "history", OPERATOR="somebody-else")
    told = custodian("audit", "show", "--json").json
    (one,) = [event for event in told if event["actor"] == "somebody-else"]
    assert one["identity"] == f"operating system, login {login()}"


@pytest.mark.parametrize("form", ["table", "text", "html"])
def test_it_prints(custodian: Home, form: str) -> None:
    college_reads(custodian)
    answer = custodian("disclosures", LOCAL_ID, "--as", form)
    assert answer.status == 0
    assert "State" in answer.out


def test_looking_at_the_register_is_on_the_log_itself(custodian: Home) -> None:
    assert custodian("disclosures", LOCAL_ID).status == 0
    found = custodian("disclosures", LOCAL_ID, "--all", "--json").json
    assert [(one["actor"], one["ferpa"]["reason"]) for one in found] == [
        (operator(), "99.32(d)(2)")
    ]


def test_the_register_is_not_for_everybody(home: Home, custodian: Home) -> None:
    assert home("account", "add", "somebody", "--reason", "new").status == 0
    answer = home("disclosures", LOCAL_ID, OPERATOR="somebody")
    assert mistake(answer, "not known here, or not open to somebody")
    last = custodian("audit", "show", "--json").json[-1]
    assert (last["actor"], last["outcome"]) == ("somebody", "denied")


def test_the_log_is_not_for_everybody(custodian: Home) -> None:
    assert mistake(custodian("audit", "show", OPERATOR="somebody"), "no account here")
    assert custodian("account", "add", "somebody", "--reason", "new").status == 0
    assert mistake(custodian("audit", "show", OPERATOR="somebody"), "may not see the audit log")


def test_a_whole_log_ends_with_0(custodian: Home) -> None:
    college_reads(custodian)
    last = custodian("audit", "checkpoint", "--json").json["seq"]
    answer = custodian("audit", "verify", "--json")
    assert (answer.status, answer.json["intact"], answer.json["vouched"]) == (0, True, last)


def test_a_broken_log_ends_with_1_and_the_place(custodian: Home) -> None:
    college_reads(custodian)
    with contextlib.closing(sqlite3.connect(custodian.database)) as connection, connection:
        connection.execute("DROP TRIGGER audit_event_keep")
        connection.execute("UPDATE audit_event SET at = 'x'")
    answer = custodian("audit", "verify")
    assert answer.status == 1
    assert answer.out.startswith("edited: events 1 to ")


def test_an_old_copy_is_found_by_the_checkpoints(custodian: Home) -> None:
    college_reads(custodian)
    copy_database(custodian.database, custodian.folder / "old.db")
    college_reads(custodian)
    last = custodian("audit", "checkpoint", "--json").json["seq"]
    copy_database(custodian.folder / "old.db", custodian.database)
    found = custodian("audit", "verify", "--json").json["faults"]
    assert [(one["kind"], one["first"]) for one in found] == [("restored", last)]


def test_a_copy_of_the_checkpoints_has_to_be_there(custodian: Home) -> None:
    assert mistake(custodian("audit", "verify", "--checkpoints", "nowhere"), "no file nowhere")


def test_nothing_is_due(custodian: Home) -> None:
    assert custodian("audit", "destroy-due", "--reason", "yearly").out == "0 orders were due.\n"
