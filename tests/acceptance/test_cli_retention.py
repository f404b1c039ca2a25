"""Orders of destruction and the schedule, from the command line."""

from __future__ import annotations

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID

WHY = ("--reason", "yearly round")


def run(home: Home) -> list[dict[str, object]]:
    answer = home("retention", "run", *WHY, "--json")
    assert answer.status == 0, answer
    found: list[dict[str, object]] = answer.json
    return found


def goals(home: Home) -> int:
    """How many stored versions of plans hold a career goal."""
    like = "SELECT count(*) FROM ilp_plan_version WHERE document LIKE '%\"career_goals\"%'"
    return int(home.value(like))


def test_an_order_is_planned_and_carried_out_once(home: Home) -> None:
    before = goals(home)
    words = ("order", "add", LOCAL_ID, "careerGoals", "--reason", "parents wish it")
    assert home(*words).status == 0
    (due,) = home("retention", "plan", "--json").json
    assert (due["section"], due["kept"], goals(home)) == ("careerGoals", [], before)
    assert [one["section"] for one in run(home)] == ["careerGoals"]
    assert goals(home) == before - 1
    assert run(home) == []
    assert home("audit", "verify").status == 0


@pytest.mark.parametrize("words", [("retention", "plan"), ("retention", "run", *WHY)])
def test_whom_a_list_of_what_is_due_names_is_on_record(home: Home, words: tuple[str, ...]) -> None:
    home("order", "add", LOCAL_ID, "*", "--reason", "parents wish it")
    assert home("hold", "add", LOCAL_ID, "--reason", "letter of 3 May").status == 0
    (due,) = home(*words, "--json").json
    looked = "SELECT max(seq) FROM audit_payload WHERE part = 0 AND body LIKE ?"
    seq = home.value(looked, f'%"action":"{" ".join(words[:2])}"%')
    told = home.value("SELECT body FROM audit_payload WHERE part = 1 AND seq = ?", seq)
    assert due["student"] in told


def test_a_hold_keeps_what_was_ordered(home: Home) -> None:
    home("order", "add", LOCAL_ID, "*", "--reason", "parents wish it")
    assert home("hold", "add", LOCAL_ID, "--reason", "letter of 3 May").status == 0
    before = goals(home)
    (due,) = run(home)
    assert due["kept"] == ["legal hold legal_hold-1"]
    assert goals(home) == before
    assert f"Guadalupe Herrera ({LOCAL_ID}) *" in home("retention", "plan").out


def test_an_order_is_withdrawn(home: Home) -> None:
    made = home("order", "add", LOCAL_ID, "profile", "--reason", "wish", "--json").json["id"]
    assert home("order", "withdraw", made, *WHY).status == 0
    assert home("order", "list", "--json").json == []
    assert home("order", "list", "--all", "--json").json[0]["state"] == "withdrawn"


def test_nobody_who_is_here_is_due_by_the_schedule(home: Home) -> None:
    choice = ("access", "choose", "--zone", "America/Denver", "--retain-days", "1", *WHY)
    assert home(*choice).status == 0
    assert home("retention", "plan").out == "0 are due.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("order", "add", LOCAL_ID, "directory", *WHY),
        ("order", "add", "nobody", "profile", *WHY),
        ("order", "withdraw", "destroy_order-9", *WHY),
        ("order", "add", LOCAL_ID, "profile", "--due", "soon", *WHY),
        ("access", "choose", "--zone", "UTC", "--retain-days", "0", *WHY),
    ],
)
def test_mistakes_end_in_a_sentence(home: Home, words: tuple[str, ...]) -> None:
    assert mistake(home(*words))


@pytest.mark.parametrize("words", [("retention", "plan"), ("retention", "run", *WHY)])
def test_retention_is_the_custodians(home: Home, words: tuple[str, ...]) -> None:
    assert home("account", "add", "clerk", *WHY).status == 0
    assert mistake(home(*words, OPERATOR="clerk"), "custodian of records")
