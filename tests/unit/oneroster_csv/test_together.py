"""Checks across collections: references, semantics, lost zeros, the wrong year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from adapters.oneroster.check import check_references, check_semantics
from adapters.oneroster.suspicions import check_lost_zeros, check_year, lost_zeros
from adapters.port import ROW
from schemas.finding import Severity

Record = Mapping[str, str | None]


def frame_of(*records: Record) -> pl.DataFrame:
    names = dict.fromkeys(name for record in records for name in record)
    schema = dict.fromkeys(names, pl.String)
    return pl.DataFrame(list(records), schema=schema).with_row_index(ROW, 2)


CLASSES = frame_of({"sourcedId": "k1"}, {"sourcedId": "k2"})


def test_a_reference_that_must_lead_somewhere_rejects_its_row() -> None:
    enrollments = frame_of({"sourcedId": "e1", "classSourcedId": "k9"})
    found = check_references({"enrollments": enrollments, "classes": CLASSES}, "1.2")["enrollments"]
    [finding] = found.findings
    assert (finding.severity, finding.row, finding.value) == (Severity.ROW, 2, "k9")
    assert found.rejected.to_list() == ["e1"]


def test_an_optional_reference_that_leads_nowhere_is_a_warning() -> None:
    users = frame_of({"sourcedId": "u1", "agentSourcedIds": "u1, u2"})
    found = check_references({"users": users}, "1.2")["users"]
    assert [(f.severity, f.value) for f in found.findings] == [(Severity.WARNING, "u2")]
    assert found.rejected.is_empty()


def test_a_list_that_keeps_one_target_keeps_its_row() -> None:
    classes = frame_of({"sourcedId": "k", "termSourcedIds": "t1,t2"})
    frames = {"classes": classes, "academicSessions": frame_of({"sourcedId": "t1"})}
    found = check_references(frames, "1.2")["classes"]
    assert [(f.severity, f.value) for f in found.findings] == [(Severity.WARNING, "t2")]


def test_a_list_that_loses_every_target_loses_its_row() -> None:
    classes = frame_of({"sourcedId": "k", "termSourcedIds": "t3,t2"})
    frames = {"classes": classes, "academicSessions": frame_of({"sourcedId": "t1"})}
    assert check_references(frames, "1.2")["classes"].rejected.to_list() == ["k"]


def test_what_the_receiver_holds_already_counts() -> None:
    enrollments = frame_of({"sourcedId": "e1", "classSourcedId": "k9"})

    def known(target: str, ids: pl.Series) -> pl.Series:
        return ids.filter((ids == "k9") & (target == "classes"))

    found = check_references({"enrollments": enrollments}, "1.2", known)
    assert found["enrollments"].findings == ()


def test_a_target_nobody_delivers_is_said_once() -> None:
    enrollments = frame_of(*({"sourcedId": f"e{n}", "classSourcedId": "k"} for n in range(3)))
    [finding] = check_references({"enrollments": enrollments}, "1.2")["enrollments"].findings
    assert (finding.code, finding.severity, finding.count) == (
        "reference.unchecked",
        Severity.WARNING,
        3,
    )


def test_rows_to_be_deleted_may_point_anywhere() -> None:
    row: Record = {"sourcedId": "e1", "status": "tobedeleted", "classSourcedId": "k9"}
    frames = {"enrollments": frame_of(row), "classes": CLASSES}
    assert check_references(frames, "1.2")["enrollments"].findings == ()


SEMANTICS: dict[str, dict[str, list[Record]]] = {
    "course.school_year": {
        "academicSessions": [{"sourcedId": "t", "type": "term"}],
        "courses": [{"sourcedId": "c", "schoolYearSourcedId": "t"}],
    },
    "school.type": {
        "orgs": [{"sourcedId": "d", "type": "district"}],
        "classes": [{"sourcedId": "k", "schoolSourcedId": "d"}],
    },
    "roles.two_primary": {
        "roles": [
            {"sourcedId": f"r{n}", "userSourcedId": "u", "orgSourcedId": "o", "roleType": "primary"}
            for n in range(2)
        ],
    },
    "user.primary_org": {
        "users": [{"sourcedId": "u", "primaryOrgSourcedId": "o"}],
        "roles": [{"sourcedId": "r", "userSourcedId": "u", "orgSourcedId": "other"}],
    },
    "role.profile": {
        "roles": [{"sourcedId": "r", "userSourcedId": "u", "userProfileSourcedId": "p"}],
        "userProfiles": [{"sourcedId": "p", "userSourcedId": "other"}],
    },
    "result.score_range": {
        "lineItems": [{"sourcedId": "l", "resultValueMin": "0", "resultValueMax": "10"}],
        "results": [{"sourcedId": "r", "lineItemSourcedId": "l", "score": "10.5"}],
    },
    "result.class": {
        "lineItems": [{"sourcedId": "l", "classSourcedId": "k1"}],
        "results": [{"sourcedId": "r", "lineItemSourcedId": "l", "classSourcedId": "k2"}],
    },
    "objective.case_id": {
        "lineItemLearningObjectiveIds": [
            {"sourcedId": "x", "source": "case", "learningObjectiveId": "algebra"}
        ],
    },
    "resource.not_enrolled": {
        "userResources": [{"sourcedId": "x", "userSourcedId": "u", "classSourcedId": "k"}],
        "enrollments": [{"sourcedId": "e", "userSourcedId": "u", "classSourcedId": "other"}],
    },
}


@pytest.mark.parametrize("code", SEMANTICS)
def test_records_that_make_no_sense_together_are_a_warning(code: str) -> None:
    frames = {name: frame_of(*records) for name, records in SEMANTICS[code].items()}
    [finding] = check_semantics(frames)
    assert (finding.code, finding.severity) == (code, Severity.WARNING)


SENSIBLE: dict[str, dict[str, list[Record]]] = {
    "a school of the sender's own kind": {
        "orgs": [{"sourcedId": "d", "type": "ext:academy"}],
        "classes": [{"sourcedId": "k", "schoolSourcedId": "d"}],
    },
    "primary roles in two organizations": {
        "roles": [
            {"sourcedId": o, "userSourcedId": "u", "orgSourcedId": o, "roleType": "primary"}
            for o in ("o1", "o2")
        ],
    },
    "a CASE item's UUID": {
        "resultLearningObjectiveIds": [
            {
                "sourcedId": "x",
                "source": "case",
                "learningObjectiveId": "6B9F7A4E-52F5-4f0f-9f56-0d64e1a3c0de",
            }
        ],
    },
    "a score at the upper end": {
        "lineItems": [{"sourcedId": "l", "resultValueMin": None, "resultValueMax": "10"}],
        "results": [{"sourcedId": "r", "lineItemSourcedId": "l", "score": "10.0"}],
    },
}


@pytest.mark.parametrize("case", SENSIBLE)
def test_nothing_is_said_about(case: str) -> None:
    frames = {name: frame_of(*records) for name, records in SENSIBLE[case].items()}
    assert check_semantics(frames) == []


def test_ids_that_lost_their_zeros_are_told_from_new_ones() -> None:
    tonight, before = pl.Series(["12", "34", "077"]), pl.Series(["0012", "0056", "077"])
    assert lost_zeros(tonight, before).to_list() == ["12"]


def zeros(users: list[str], references: list[str]) -> list[tuple[Any, ...]]:
    frames = {
        "users": frame_of(*({"sourcedId": key} for key in users)),
        "roles": frame_of(*({"sourcedId": f"r{key}", "userSourcedId": key} for key in references)),
    }
    found = check_lost_zeros(frames, "1.2")
    return [(f.severity, f.file, f.column, f.row, f.count) for f in found]


def test_keys_that_lost_their_zeros_hold_the_delivery() -> None:
    found = zeros(["7", "8", "10"], ["007", "008", "10"])
    assert found == [(Severity.HOLD, "users.csv", "sourcedId", 2, 2)]


def test_references_that_lost_their_zeros_hold_the_delivery() -> None:
    found = zeros(["007", "008", "10"], ["10", "8", "7"])
    assert found == [(Severity.HOLD, "roles.csv", "userSourcedId", 3, 2)]


def test_ids_with_and_without_zeros_may_be_two_people() -> None:
    assert zeros(["007", "7"], ["007", "7"]) == []


@pytest.mark.parametrize(("end", "count"), [("2026-06-12", 1), ("2026-09-30", 0), ("soon", 0)])
def test_only_sessions_that_ended_long_ago_are_last_years(end: str, count: int) -> None:
    sessions = frame_of({"sourcedId": "t", "endDate": end})
    assert len(check_year({"academicSessions": sessions}, date(2026, 11, 21))) == count
