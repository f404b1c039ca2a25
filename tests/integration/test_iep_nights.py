"""Nights of IEPs from CSV: versions, absences, holds, students who wait, links that follow."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Home
from support.iep_docs import changed, of_student
from support.iep_town import DAY, codes, counts, deliver, ieps, night, redeliver
from support.nights import edited, record_id, setting, students

from service.iep.mirror import current_version, mirrored_of, versions_of
from service.store.database import open_engine, reading, writing
from service.store.iep_work_tables import iep_link

AMENDED, GONE = "0001088", "0001131"


def person(home: Home, local_id: str) -> str:
    query = "SELECT person_id FROM person_identifier WHERE kind = 'identifier/student'"
    return str(home.value(f"{query} AND value = ?", local_id))


def test_every_iep_of_the_district_finds_its_student(home: Home) -> None:
    assert home.value("SELECT count(*) FROM iep_student WHERE person_id IS NOT NULL") == 11


def test_what_was_delivered_is_what_the_mirror_holds(home: Home) -> None:
    delivered = next(one for one in ieps(home) if one.identifier("local") == AMENDED)
    with reading(open_engine(f"sqlite:///{home.database}")) as connection:
        version = current_version(connection, "district", person(home, AMENDED))

    assert version is not None
    assert (version.number, version.iep) == (1, delivered)


def test_the_same_delivery_changes_nothing(home: Home) -> None:
    before = home.held()

    assert night(home, day=2)["state"] == "quiet"
    assert {name: rows for name, rows in home.held().items() if name != "source"} == {
        name: rows for name, rows in before.items() if name != "source"
    }


def test_other_bytes_that_say_the_same_make_no_version(home: Home) -> None:
    path = home.folder / "iep" / "annual_goals.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([header, *reversed(rows)]), encoding="utf-8")

    night(home, day=2)

    assert home.value("SELECT max(number) FROM iep_version") == 1


def test_an_amendment_is_a_new_version_and_the_old_one_stays(home: Home, fixtures: Path) -> None:
    deliver(home, fixtures / "iep" / "night2")

    report = night(home, day=2)

    with reading(open_engine(f"sqlite:///{home.database}")) as connection:
        held = versions_of(connection, "district", person(home, AMENDED), "iep")
    assert counts(report) == {"updated": 1, "missing": 1}
    assert [one.number for one in held] == [1, 2]


def test_absence_is_a_state_and_ends_nothing(home: Home, fixtures: Path) -> None:
    deliver(home, fixtures / "iep" / "night2")
    night(home, day=2)

    student = person(home, GONE)
    with reading(open_engine(f"sqlite:///{home.database}")) as connection:
        [one] = mirrored_of(connection, "district", [student])[student]
        version = current_version(connection, "district", student)
    assert (one.state, str(one.state_since)) == ("missing", "2026-10-02")
    assert version is not None


def test_an_iep_that_comes_back_is_the_same_one(home: Home, fixtures: Path) -> None:
    deliver(home, fixtures / "iep" / "night2")
    night(home, day=2)
    deliver(home, fixtures / "iep" / "night1")

    report = night(home, day=3)

    assert counts(report)["revived"] == 1
    assert home.value("SELECT state FROM iep_mirror WHERE student = ?", GONE) == "active"


def test_a_delivery_that_lost_all_is_held(home: Home) -> None:
    redeliver(home, [])
    before = home.held()

    report = night(home, day=2)

    assert (report["state"], report["exit_status"]) == ("held", 3)
    assert home.held() == before


def test_a_held_plan_is_applied_by_its_number_and_a_reason(home: Home) -> None:
    (home.folder / "planbridge.toml").write_text("[sync.guard]\ndrop_rows = 2\n")
    try:
        redeliver(home, [max(ieps(home), key=lambda one: len(one.model_dump_json()))])
        plan = night(home, day=2)["plan"]
        told = home("sync", "apply", plan, "--allow-held", "it is over", NOW=DAY.format(3))
    finally:
        (home.folder / "planbridge.toml").write_text("")

    assert told.status == 0, told
    assert home.value("SELECT count(*) FROM iep_mirror WHERE state = 'missing'") == 10


def test_losses_beyond_the_guard_are_held_school_by_school(home: Home) -> None:
    (home.folder / "planbridge.toml").write_text("[sync.guard]\ndrop_rows = 2\n")
    try:
        redeliver(home, [one for one in ieps(home) if one.student.school != "org-birch"])
        report = night(home, day=2)
    finally:
        (home.folder / "planbridge.toml").write_text("")

    assert [one["code"] for one in report["holds"]] == ["iep.drops"]


def test_an_iep_that_came_to_another_student_holds_the_night(home: Home) -> None:
    first, second, *others = ieps(home)
    nameless = [
        one.model_copy(update={"student": whose.student.model_copy(update={"birth_date": None})})
        for one, whose in ((first, second), (second, first))
    ]
    before = home.query("SELECT student, iep_id, state FROM iep_mirror ORDER BY 1, 2")
    redeliver(home, [*nameless, *others])
    report = night(home, day=2)
    assert (report["state"], codes(report)) == ("held", {"iep.moved"})
    assert home.query("SELECT student, iep_id, state FROM iep_mirror ORDER BY 1, 2") == before


def test_goals_that_are_gone_by_half_in_bulk_hold_the_night(home: Home) -> None:
    (home.folder / "planbridge.toml").write_text("[sync.guard]\nblank_rows = 2\n")
    try:
        kept, *others = sorted(ieps(home), key=lambda one: -len(one.postsecondary_goals))
        redeliver(
            home, [kept, *(changed(one, postsecondary_goals=(), annual_goals=()) for one in others)]
        )
        report = night(home, day=2)
    finally:
        (home.folder / "planbridge.toml").write_text("")

    assert [one["code"] for one in report["holds"]] == ["iep.emptied"]


def test_an_iep_that_lost_all_of_its_goals_is_told_though_nothing_is_held(home: Home) -> None:
    bare, *others = sorted(ieps(home), key=lambda one: -len(one.postsecondary_goals))
    redeliver(home, [changed(bare, postsecondary_goals=(), annual_goals=()), *others])
    report = night(home, day=2)
    [found] = [one for one in report["findings"] if one["code"] == "iep.no-goals"]
    assert (report["state"], found["value"]) == ("done", bare.identifier("local"))


def test_an_iep_that_lost_some_of_its_goals_is_not(home: Home) -> None:
    one, *others = sorted(ieps(home), key=lambda one: -len(one.annual_goals))
    redeliver(home, [changed(one, annual_goals=()), *others])
    assert "iep.no-goals" not in codes(night(home, day=2))


@pytest.fixture
def stranger(home: Home) -> Home:
    """A night that brought an IEP of somebody the roster does not know."""
    redeliver(home, [*ieps(home), of_student(ieps(home)[0], "0009999")])
    night(home, day=2)
    return home


def test_a_student_nobody_knows_waits_and_is_listed(stranger: Home) -> None:
    report = night(stranger, day=3)

    assert (counts(report), codes(report)) == ({"waiting": 1}, {"iep.waits-nobody"})


def test_who_waits_is_found_when_the_roster_brings_them(stranger: Home, fixtures: Path) -> None:
    first = students(fixtures / "district" / "night1", 1)[0]
    renumber = setting(first, identifier="0009999", userIds="")
    roster = edited(fixtures / "district" / "night1", stranger.folder / "new", "users", renumber)
    stranger.night(roster, NOW=DAY.format(3))

    night(stranger, day=3)

    query = "SELECT person_id FROM iep_student WHERE student = '0009999'"
    assert stranger.value(query) == record_id(stranger, first)


@pytest.mark.parametrize(
    ("local", "state", "born", "waits"),
    [
        ("0001005", "ST90001020", None, "several"),
        ("0001005", None, "1999-01-01", "other-birthday"),
        ("unknown", "ST90001004", None, "taken"),
        ("unknown", None, None, "nobody"),
    ],
)
def test_a_match_that_is_not_certain_waits(
    home: Home, local: str, state: str | None, born: str | None, waits: str
) -> None:
    who = [{"system": "local", "value": local}]
    who += [{"system": "state", "value": state}] if state else []
    about = {"identifiers": who, **({"birth_date": born} if born else {})}
    redeliver(home, [*ieps(home), changed(ieps(home)[0], id="I-9", student=about)])

    night(home, day=2)

    assert home.value("SELECT waits FROM iep_student WHERE student = ?", local) == waits


def test_an_id_given_to_another_child_shows_nobody_the_other_ones_iep(home: Home) -> None:
    first = person(home, "0001004")
    shown = [one for one in ieps(home) if one.identifier("local") != "0001004"]
    who = [{"system": "local", "value": "0001004"}, {"system": "state", "value": "ST90001005"}]
    moved = changed(ieps(home)[0], id="I-9", student={"identifiers": who})
    redeliver(home, [*shown, moved])

    codes_then = [codes(night(home, day=day)) for day in (2, 3)]

    assert codes_then == [{"iep.waits-several"}] * 2
    with reading(open_engine(f"sqlite:///{home.database}")) as connection:
        assert mirrored_of(connection, "district", [first]) == {}


def link(home: Home, goal: str) -> str:
    """A link to a goal of the amended IEP."""
    row = dict.fromkeys(("kind", "ilp_entry", "ilp_element", "reason", "made_by", "made_at"), "x")
    about = {"iep_source": "iep", "iep_id": "IEP-0001088-2026", "goal_digest": "x"}
    with writing(open_engine(f"sqlite:///{home.database}")) as connection:
        student = person(home, AMENDED)
        values = {"tenant": "district", "id": goal, "student_id": student, "goal_id": goal}
        connection.execute(iep_link.insert().values(**values, **row, **about))
    return goal


@pytest.mark.parametrize(
    ("goal", "now", "looks"),
    [
        ("0001088-EDU", "0001088-EDU", None),
        ("0001088-T1", "0001088-T1b", None),
        ("0001088-EMP", "0001088-EMP", "reworded"),
        ("0001088-T2", "0001088-T2", "split"),
        ("0001088-A1", "0001088-A1", "dropped"),
    ],
)
def test_a_link_follows_its_goal_or_waits_for_the_case_manager(
    home: Home, fixtures: Path, goal: str, now: str, looks: str | None
) -> None:
    link(home, goal)
    deliver(home, fixtures / "iep" / "night2")

    night(home, day=2)

    [(goal_id, queued, candidates)] = home.query(
        "SELECT goal_id, queued_at, candidates FROM iep_link WHERE id = ?", goal
    )
    assert (goal_id, queued is not None) == (now, looks is not None)
    assert looks is None or f'"{looks}"' in candidates


def test_merged_goals_wait_for_the_case_manager(home: Home, fixtures: Path) -> None:
    deliver(home, fixtures / "iep" / "night2")
    night(home, day=2)
    for goal in ("0001088-T2", "0001088-T3"):
        link(home, goal)
    deliver(home, fixtures / "iep" / "night1")

    night(home, day=3)

    told = home.query("SELECT candidates FROM iep_link ORDER BY id")
    assert all('"merged"' in text and "0001088-T2" in text for (text,) in told)


def test_nothing_but_the_nightly_job_writes_the_mirror(repository: Path) -> None:
    mirror = "iep_version", "iep_mirror", "iep_student"
    written = ("insert", "update", "delete", "upsert_frame", "insert_frame")
    service = repository / "service"
    texts = {path: path.read_text(encoding="utf-8") for path in service.rglob("*.py")}

    writers = {
        path.relative_to(service).as_posix()
        for path, text in texts.items()
        for word in written
        if any(f"{word}({name}" in text for name in mirror)
    }

    assert writers <= {"retention/erase.py"}
