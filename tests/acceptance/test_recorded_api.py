"""A night over REST from the recorded provider, through the command and over a real socket.

Its 759 user records are 756 persons: three students are delivered once for each of two schools,
under two sourcedIds but with one `studentUniqueId` and one name.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.cli import Answer, Home, make_home
from support.recorded_server import CLIENT_ID, CLIENT_SECRET, TOKEN, TOKEN_PATH, recorded_server
from support.strange_server import CLIENT_ID as STRANGE_ID
from support.strange_server import CLIENT_SECRET as STRANGE_SECRET
from support.strange_server import TOKEN_PATH as STRANGE_TOKEN_PATH
from support.strange_server import Reply, StrangeServer, small_district, strange_server

RECORDS = {
    "organization": 4,
    "academic_session": 13,
    "course": 30,
    "class": 60,
    "person": 756,
    "demographics": 360,
    "enrollment": 2220,
}
WRONG = "mistyped-secret"
_DOUBLES = """
    SELECT p.given_name, p.family_name, group_concat(c.sourced_id)
    FROM crosswalk c JOIN person p ON p.id = c.record_id
    WHERE c.entity = 'person' GROUP BY c.record_id HAVING count(*) > 1
"""


@pytest.fixture(scope="module")
def server(reference: Path) -> Iterator[str]:
    with recorded_server(reference) as url:
        yield url


@pytest.fixture(scope="module")
def home(server: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = make_home(tmp_path_factory.mktemp("api"))
    rest = ("--kind", "oneroster-rest", "--base-url", server, "--token-url", server + TOKEN_PATH)
    assert made("source", "add", "api", *rest, "--client-id", CLIENT_ID).status == 0
    made.variables["PLANBRIDGE_SECRET_API"] = CLIENT_SECRET
    return made


@pytest.fixture(scope="module")
def nights(home: Home) -> list[Answer]:
    """Two nights, one for the terminal, and one with a secret that the provider refuses."""
    first, second = (home("sync", "run", "api", "--json") for _ in range(2))
    return [
        first,
        second,
        home("sync", "run", "api"),
        home("sync", "run", "api", SECRET_API=WRONG),
        home("source", "test", "api"),
    ]


def test_the_first_night_is_done(nights: list[Answer]) -> None:
    assert (nights[0].status, nights[0].json["state"]) == (0, "done")


@pytest.mark.parametrize("entity", RECORDS)
def test_every_record_arrives(entity: str, home: Home, nights: list[Answer]) -> None:
    assert home.value(f'SELECT count(*) FROM "{entity}"') == RECORDS[entity]


def test_all_759_user_records_lead_to_a_person(home: Home, nights: list[Answer]) -> None:
    assert home.value("SELECT count(*) FROM crosswalk WHERE entity = 'person' AND present") == 759


def test_three_students_come_once_for_each_school(home: Home, nights: list[Answer]) -> None:
    names = sorted(row[:2] for row in home.query(_DOUBLES))
    assert names == [("First1", "Last1"), ("First2", "Last2"), ("First3", "Last3")]


def test_both_records_of_such_a_student_name_one_student_unique_id(
    home: Home, nights: list[Answer]
) -> None:
    numbers = {row["sourcedId"]: row["identifier"] for row in _delivered(home, "users")}
    for _, _, joined in home.query(_DOUBLES):
        assert len({numbers[sourced_id] for sourced_id in joined.split(",")}) == 1


def test_each_record_of_such_a_student_is_from_another_school(
    home: Home, nights: list[Answer]
) -> None:
    own = {
        row["sourcedId"]: json.loads(row["metadata"])["edfi"] for row in _delivered(home, "users")
    }
    schools = {key: edfi["educationOrganizationId"] for key, edfi in own.items()}
    for _, _, joined in home.query(_DOUBLES):
        assert len({schools[sourced_id] for sourced_id in joined.split(",")}) == 2


def test_nobody_else_is_asked_about(nights: list[Answer]) -> None:
    assert nights[0].json["questions"] == 0


def test_the_second_night_plans_nothing(nights: list[Answer]) -> None:
    report = nights[1].json
    assert (nights[1].status, report["state"], report["plan"]) == (0, "quiet", None)


def test_a_wrong_secret_fails_the_night(nights: list[Answer]) -> None:
    assert nights[3].status == 1
    assert "HTTP 401" in nights[3].out


def test_no_secret_is_said(nights: list[Answer]) -> None:
    said = "".join(answer.out + answer.err for answer in nights)
    assert not [word for word in (CLIENT_SECRET, TOKEN, WRONG) if word in said]


def test_no_secret_is_written(home: Home, nights: list[Answer]) -> None:
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    secrets = [word.encode() for word in (CLIENT_SECRET, TOKEN, WRONG)]
    assert not [path for path in files if any(word in path.read_bytes() for word in secrets)]


def test_a_secret_may_come_from_a_file(home: Home, server: str, nights: list[Answer]) -> None:
    file = home.folder.parent / "secret.txt"
    file.write_text(CLIENT_SECRET + "\n")
    rest = ("--kind", "oneroster-rest", "--base-url", server, "--token-url", server + TOKEN_PATH)
    words = (*rest, "--client-id", CLIENT_ID, "--client-secret-file", file)
    assert home("source", "add", "filed", *words).status == 0
    assert home("source", "test", "filed", "--json").status == 0


def test_a_missing_secret_is_named_by_its_variable(home: Home, server: str) -> None:
    words = ("--kind", "oneroster-rest", "--base-url", server, "--client-id", "x")
    assert home("source", "add", "no-secret", *words, "--token-url", server).status == 0
    answer = home("source", "test", "no-secret")
    assert answer.status == 1
    assert "PLANBRIDGE_SECRET_NO_SECRET" in answer.err


def test_retries_keep_standard_output_for_the_answer(home: Home) -> None:
    with strange_server(StrangeServer(small_district())) as server:
        server.once("/orgs", Reply(503, headers={"Retry-After": "0"}))
        words = ("--base-url", server.url, "--token-url", server.url + STRANGE_TOKEN_PATH)
        home("source", "add", "busy", "--kind", "oneroster-rest", *words, "--client-id", STRANGE_ID)
        answer = home("sync", "run", "busy", "--json", SECRET_BUSY=STRANGE_SECRET)
    assert "retry" in answer.err
    assert answer.json["state"] == "done"


def _delivered(home: Home, file: str) -> list[dict[str, Any]]:
    """Rows of last night's delivery as the base keeps them."""
    query = "SELECT data FROM base_part WHERE source = 'api' AND file = ? ORDER BY part"
    parts = [part for (part,) in home.query(query, file)]
    return pl.read_parquet(io.BytesIO(b"".join(parts))).to_dicts()
