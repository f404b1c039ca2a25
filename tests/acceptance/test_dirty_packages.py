"""Each dirty package on the night after `clean`: said where it is wrong, and kept out.

`fixtures/dirty/expected.toml` says what `validate` finds and what becomes of the night.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.cli import Answer, Home, Rows, changed_tables, make_home
from support.make_dirty import TARGET as DIRTY

from service.store.tables import ROSTER

EXPECTED: dict[str, Any] = tomllib.loads((DIRTY / "expected.toml").read_text("utf-8"))["packages"]
FIRST, SECOND, THIRD = (f"2026-11-{day}T02:00:00Z" for day in (20, 21, 22))
STATUS = {"quiet": 0, "applied": 0, "held": 3, "refused": 1}
STATES = {
    "quiet": {"quiet"},
    "applied": {"done", "quiet"},  # quiet where every good row is as it was
    "held": {"held"},
    "refused": {"refused"},
}

INFERRING = {
    "enrollments-cut-between-rows": ("file.shrunk", "enrollments.csv", 61),
    "filter-changed": ("filter.changed", "enrollments.csv", None),
    "header-only-users": ("file.header_only", "users.csv", None),
    "ids-lost-leading-zeros": ("ids.lost-zeros", "users.csv", 2),
    "last-years-delivery": ("year.backwards", "academicSessions.csv", None),
    "truncated-enrollments": ("file.cut_off", "enrollments.csv", 61),
}
"""Packages from which thousands of removals could be inferred: what stops them, file and row."""

APPLIED: dict[str, dict[str, set[str]]] = {
    "bulk-with-status": {},
    "dangling-reference": {},
    "duplicate-sourcedid": {},
    "formula-cells": {"person": {"000102"}},
    "misspelt-file-name": {"supplement": {"S1", "L1"}},
    "two-primary-roles": {"role": {"R900001"}},
    "unknown-enum": {"enrollment": {"E00004"}},
}
"""The records, by entity and sourcedId, in which a package that is applied differs from `clean`."""

SILENT_IN_SYNC = {
    "two-primary-roles",  # told by looking at all roles, and the night looks at changed ones
    "last-years-delivery",  # `validate` goes by today's date, the night by last night's year
}
ENTITIES = sorted(ROSTER)


BOOKKEEPING = {"revision", "origins", "state_since"}


@dataclass(slots=True)
class Outcome:
    """What became of one package."""

    validated: Answer
    report: dict[str, Any]
    before: Rows
    after: Rows
    records: dict[str, dict[str, Any]]
    again: dict[str, Any]
    mended: dict[str, dict[str, Any]]


@dataclass(slots=True)
class Trial:
    """Tries packages out on a copy of the district after its first night; each one once."""

    home: Home
    first: dict[str, dict[str, Any]]
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def of(self, package: str) -> Outcome:
        if package not in self.outcomes:
            self.outcomes[package] = self._try(DIRTY / package)
        return self.outcomes[package]

    def _try(self, package: Path) -> Outcome:
        self.home.rewind("first")
        before = self.home.held()
        report = night(self.home, package, SECOND)
        after, records = self.home.held(), records_of(self.home)
        again = night(self.home, DIRTY / "clean", THIRD)
        validated = self.home("validate", package, "--json")
        return Outcome(validated, report, before, after, records, again, records_of(self.home))


def night(home: Home, package: Path, now: str) -> dict[str, Any]:
    """A night with a package, a zip lying in the folder in which the source looks."""
    if package.is_dir():
        return home.night(package, NOW=now)
    home.deliver(DIRTY / "clean")
    for file in home.delivery.iterdir():
        file.unlink()
    (home.delivery / package.name).write_bytes(package.read_bytes())
    return home.run("sis", NOW=now)


def records_of(home: Home) -> dict[str, dict[str, Any]]:
    """Every active roster record by entity and sourcedId, without its bookkeeping."""
    found: dict[str, dict[str, Any]] = {}
    for entity in ENTITIES:
        columns = [one.name for one in ROSTER[entity].columns if one.name not in BOOKKEEPING]
        listed = ", ".join(f'"{name}"' for name in columns)
        query = f"SELECT sourced_id, {listed} FROM \"{entity}\" WHERE state = 'active'"
        found[entity] = {row[0]: row for row in home.query(query)}
    return found


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    home = make_home(tmp_path_factory.mktemp("dirty"))
    assert night(home, DIRTY / "clean", FIRST)["state"] == "done"
    home.checkpoint("first")
    return Trial(home, records_of(home))


def told(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [*report["holds"], *report["findings"]]


def named(given: str) -> list[str]:
    """The packages with this fate."""
    return sorted(name for name, one in EXPECTED.items() if one["sync"] == given)


@pytest.mark.parametrize("package", sorted(EXPECTED))
def test_validate_exits_by_the_gravest_finding(package: str, trial: Trial) -> None:
    grave = {"row", "hold", "refuse"} & {one["severity"] for one in EXPECTED[package]["findings"]}
    assert trial.of(package).validated.status == (1 if grave else 0)


@pytest.mark.parametrize("package", sorted(EXPECTED))
def test_validate_names_file_row_and_column(package: str, trial: Trial) -> None:
    keys = ("code", "file", "row", "column")
    found = [{key: one.get(key) for key in keys} for one in trial.of(package).validated.json]
    for one in EXPECTED[package]["findings"]:
        assert {key: one.get(key) for key in keys} in found


@pytest.mark.parametrize("package", sorted(EXPECTED))
def test_the_night_ends_as_expected(package: str, trial: Trial) -> None:
    fate, report = EXPECTED[package]["sync"], trial.of(package).report
    assert report["state"] in STATES[fate]
    assert report["exit_status"] == STATUS[fate]


@pytest.mark.parametrize("package", sorted(EXPECTED.keys() - SILENT_IN_SYNC))
def test_the_night_names_the_same_files_rows_and_columns(package: str, trial: Trial) -> None:
    found = {
        ((one.get("file") or "").split(" in ")[0], one.get("row"), one.get("column"))
        for one in told(trial.of(package).report)
    }
    for one in EXPECTED[package]["findings"]:
        assert (one.get("file", ""), one.get("row"), one.get("column")) in found


@pytest.mark.parametrize("package", sorted(EXPECTED))
def test_the_night_says_problem_and_fix_of_everything(package: str, trial: Trial) -> None:
    assert all(one["problem"] and one["fix"] for one in told(trial.of(package).report))


@pytest.mark.parametrize("package", named("held") + named("refused"))
def test_nothing_is_applied(package: str, trial: Trial) -> None:
    outcome = trial.of(package)
    assert changed_tables(outcome.before, outcome.after) == set()


@pytest.mark.parametrize("package", named("held") + named("refused"))
def test_what_stopped_the_night_stands_apart(package: str, trial: Trial) -> None:
    severities = {one["severity"] for one in trial.of(package).report["holds"]}
    assert severities in ({"hold"}, {"refuse"}, {"hold", "refuse"})


@pytest.mark.parametrize("package", named("refused"))
def test_a_refused_file_is_not_taken_for_an_empty_one(package: str, trial: Trial) -> None:
    holds = trial.of(package).report["holds"]
    assert {one["severity"] for one in holds} == {"refuse"}


@pytest.mark.parametrize("package", sorted(INFERRING))
def test_the_night_stops_before_removals_are_inferred(package: str, trial: Trial) -> None:
    outcome = trial.of(package)
    assert outcome.report["plan"] is None
    assert outcome.report["counts"] == {}
    assert outcome.records == trial.first


@pytest.mark.parametrize("package", sorted(INFERRING))
def test_what_gave_it_away_is_named(package: str, trial: Trial) -> None:
    found = {
        (one["code"], one["file"].split(" in ")[0], one.get("row"))
        for one in trial.of(package).report["holds"]
    }
    assert INFERRING[package] in found


@pytest.mark.parametrize("package", sorted(INFERRING))
def test_such_a_night_is_told_in_the_terminal_too(package: str, trial: Trial) -> None:
    number = trial.of(package).report["run"]
    trial.home.rewind("first")
    night(trial.home, DIRTY / package, SECOND)
    shown = trial.home("sync", "show", number)
    assert INFERRING[package][0] in shown.out
    assert "Nothing was changed" in " ".join(shown.out.split())


@pytest.mark.parametrize("package", named("quiet"))
def test_a_harmless_package_changes_no_record(package: str, trial: Trial) -> None:
    outcome = trial.of(package)
    assert changed_tables(outcome.before, outcome.after) <= {"source", "base"}


@pytest.mark.parametrize("package", named("applied"))
def test_only_the_expected_records_change(package: str, trial: Trial) -> None:
    records = trial.of(package).records
    changed = {
        entity: {
            key
            for key in records[entity].keys() | rows.keys()
            if records[entity].get(key) != rows.get(key)
        }
        for entity, rows in trial.first.items()
    }
    assert {entity: keys for entity, keys in changed.items() if keys} == APPLIED[package]


@pytest.mark.parametrize("package", sorted(EXPECTED))
def test_the_next_clean_delivery_goes_through(package: str, trial: Trial) -> None:
    again = trial.of(package).again
    assert (again["state"], again["exit_status"]) in {("quiet", 0), ("done", 0)}


@pytest.mark.parametrize("package", sorted(EXPECTED.keys() - APPLIED.keys()))
def test_the_next_clean_delivery_changes_nothing(package: str, trial: Trial) -> None:
    assert trial.of(package).again["state"] == "quiet"


# A file that is not delivered any more says nothing about the records that it brought.
@pytest.mark.parametrize("package", sorted(EXPECTED.keys() - {"misspelt-file-name"}))
def test_after_the_next_clean_delivery_all_is_as_at_first(package: str, trial: Trial) -> None:
    assert trial.of(package).mended == trial.first


def test_a_rejected_row_keeps_its_old_values(trial: Trial) -> None:
    role = trial.of("unknown-enum").records["role"]
    assert role["R000105"] == trial.first["role"]["R000105"]


def test_a_rejected_row_waits(trial: Trial) -> None:
    assert trial.of("unknown-enum").report["waiting"] == 1


def test_a_repeated_sourcedid_keeps_the_first_row(trial: Trial) -> None:
    person = trial.of("duplicate-sourcedid").records["person"]
    assert person["000101"] == trial.first["person"]["000101"]


def test_no_password_reaches_database_or_report(trial: Trial) -> None:
    trial.home.rewind("first")
    night(trial.home, DIRTY / "passwords-present", SECOND)
    pages = (trial.home.folder / ".planbridge" / "reports").iterdir()
    files = [trial.home.database, *pages]
    assert not [path for path in files if b"not-a-real-password" in path.read_bytes()]
