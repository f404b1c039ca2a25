"""A district's files reach a career system by its agreement: guarded, on the log, whole or not."""

from __future__ import annotations

import copy
import csv
import hashlib
import shutil
from pathlib import Path

import pytest
from support.cis_results import make_district
from support.cli import Answer, Home
from support.hamlet import Hamlet, Town
from support.ilp_entries import entry, plan_with
from support.sftp_server import PASSWORD, USER, sftp_server

from schemas.ilp.document import write_document
from service.ilp.files import PlanFiles

WHY = ("--reason", "contract 7")
SECTIONS = (
    *("directory", "careerGoals", "plannedCourses", "profile"),
    *("assessments", "activities", "workSamples"),
)
XELLO = '\n[deliver.xello]\nlayout = "xello"\nrecipient = "career-site"\nidentifier = "username"\n'
PURPOSE = ("--purpose", "career-guidance")


def _agree(home: Home, *fields: str) -> None:
    """An agreement with a career system, and the scopes that it needs."""
    home("account", "add", "career-site", "--role", "CIS", *WHY)
    for section in SECTIONS:
        home("account", "grant", "career-site", "export", section, *WHY)
    named = [word for name in (*SECTIONS, *fields) for word in ("--section", name)]
    words = ("agreement", "add", "career-site", "--role", "CIS", "--exception", "a1", *PURPOSE)
    ends = ("--to", "2027-06-30", "--destroy-by", "2027-09-30", "--terms", "contract 7")
    answer = home(*words, *named, *ends, "--direct-control", "--no-redisclosure")
    assert answer.status == 0, answer


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Hamlet]:
    home, hamlet = make_district(tmp_path_factory.mktemp("agreed") / "home", others=40)
    _agree(home)
    return home, hamlet


@pytest.fixture
def district(tmp_path: Path, agreed: tuple[Home, Hamlet]) -> tuple[Home, Hamlet]:
    template, hamlet = agreed
    shutil.copytree(template.folder, tmp_path / "home")
    home = Home(tmp_path / "home", dict(template.variables))
    (home.folder / "there").mkdir()
    settings(home, 'path = "there"\n')
    return home, copy.deepcopy(hamlet)


def settings(home: Home, place: str) -> None:
    file = home.folder / "planbridge.toml"
    head = file.read_text(encoding="utf-8").partition("\n[deliver.")[0]
    file.write_text(head + XELLO + place, encoding="utf-8")


def send(home: Home, *words: str, **variables: str) -> Answer:
    return home("export", "deliver", "xello", *PURPOSE, "--json", *words, **variables)


def students(home: Home) -> list[str]:
    text = (home.folder / "there" / "Student.txt").read_text("utf-8")
    return [line.split("|")[0] for line in text.splitlines()[1:]]


def _leave(district: tuple[Home, Hamlet], count: int) -> None:
    """So many students are no longer in the roster's next delivery."""
    home, hamlet = district
    for number in range(count):
        hamlet.drop(f"o{number}")
    words = ("--kind", "oneroster-csv", "--path", home.delivery, "--replace")
    assert home("source", "add", "sis", *words).status == 0
    town = Town(home, 1)
    assert town.night(hamlet)["state"] in ("done", "held")


def test_a_set_arrives_with_what_the_agreement_opens(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    answer = send(home)
    assert answer.status == 0, answer
    assert len(students(home)) == 42
    assert "ash@example.org" not in (home.folder / "there" / "Student.txt").read_text()


def test_who_goes_and_at_which_school_is_told_by_sources_at_work(
    district: tuple[Home, Hamlet],
) -> None:
    home, hamlet = district
    for number in range(40):
        hamlet.put("roles", f"r-o{number}", orgSourcedId="s2")
    hamlet.drop("o39")
    words = ("--kind", "oneroster-csv", "--path", home.folder / "new")
    assert home("source", "add", "new", *words).status == 0
    assert Town(home, 0).night(hamlet, source="new")["state"] == "done"
    assert home("source", "retire", "sis", *WHY).status == 0
    assert send(home, NOW="2026-11-21T02:00:00Z").status == 0
    text = (home.folder / "there" / "Student.txt").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="|")
    told = {row["StudentID"]: row["CurrentSchoolCode"] for row in rows}
    assert told == {"ada": "s1", "ben": "s1"} | {f"o{number}": "s2" for number in range(39)}


def test_a_statement_of_disagreement_goes_with_the_files(district: tuple[Home, Hamlet]) -> None:
    home, hamlet = district
    hamlet.put("demographics", "ada", birthDate="2000-05-06")  # the rights are her own
    _leave(district, 0)
    asked = ("request", "add", "ada", "amendment", "--by", "ada", "--section", "careerGoals")
    made = home(*asked, "--json").json["id"]
    home("request", "answer", made, "refused", "--reason", "as it was meant")
    assert home("request", "state", made, "--text", "She wants to fly.").status == 0
    sent = [one["name"] for one in send(home).json["files"]]
    text = (home.folder / "there" / "statements-of-disagreement.txt").read_text("utf-8")
    assert sent[0] == "statements-of-disagreement.txt"
    assert text == "Student ada, careerGoals, 2026-11-20:\nShe wants to fly.\n\n"


def test_who_got_what_is_on_the_log(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    send(home)
    bodies = [row[0] for row in home.query("SELECT body FROM audit_payload ORDER BY 1")]
    assert any("career-site" in one and "export deliver xello" in one for one in bodies)


def test_a_set_that_is_a_tenth_short_is_held_until_a_reason_is_given(
    district: tuple[Home, Hamlet],
) -> None:
    home, _ = district
    send(home)
    _leave(district, 10)
    answer = send(home)
    assert answer.status == 3
    assert "Student.txt: 32 rows where" in answer.json["error"]["problem"]
    assert len(students(home)) == 42
    assert send(home, "--allow-held", "a school closed").status == 0
    assert len(students(home)) == 32
    assert home("export", "sets", "--json").json[0]["override"] == "a school closed"


def test_a_few_may_leave(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    send(home)
    _leave(district, 3)
    assert send(home).status == 0
    assert len(students(home)) == 39


@pytest.mark.parametrize("fields", [(), ("demographics.birth_date",)])
def test_a_birth_date_leaves_where_the_agreement_names_it(
    district: tuple[Home, Hamlet], fields: tuple[str, ...]
) -> None:
    home, hamlet = district
    for key in ("ada", "ben"):
        hamlet.put("demographics", key, birthDate="2012-05-06", sex="female")
    _leave(district, 0)
    _agree(home, *fields)
    written = home.folder / "there" / "Student.txt"
    assert send(home).status == 0
    assert ("2012-05-06" in written.read_text("utf-8")) == bool(fields)
    assert "|F|" not in written.read_text("utf-8")


def _samples(home: Home, *texts: str, version: int = 4) -> dict[str, str]:
    """Work samples of Ada's with these files; gives the names of the files in a set."""
    query = "SELECT id FROM ilp_plan p JOIN crosswalk c ON c.record_id = p.person_id"
    plan_id = str(home.value(f"{query} WHERE c.sourced_id = 'ada'"))
    shelf = PlanFiles(home.folder / ".planbridge", "district").of(plan_id)
    samples, names = [], {}
    for text in texts:
        digest = hashlib.sha256(text.encode()).hexdigest()
        shelf.path_of(digest).parent.mkdir(parents=True, exist_ok=True)
        shelf.path_of(digest).write_text(text)
        file = {"name": f"{text}.txt", "media_type": "text/plain", "bytes": 5, "sha256": digest}
        samples.append(entry(text, title=text, file=file))
        names[text] = f"artifact-{digest}.txt"
    who = entry("identity", identifiers=({"system": "local", "value": "100"},))
    plan = plan_with({"PRO.01": [who], "ART.01": samples}, plan_version=version)
    exported = home.folder / "plan.json"
    exported.write_bytes(write_document(plan))
    assert home("plan", "import", exported, "--reason", "samples").status == 0
    return names


def test_only_the_files_of_shared_artifacts_leave(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    names = _samples(home, "mine1", "yours")
    assert home("access", "link", "ada", "ada", *WHY).status == 0
    shared = ("item", "share", "100", "workSamples", "yours", "career-site")
    assert home(*shared, OPERATOR="ada").status == 0
    settings(home, 'path = "there"\n')
    toml = home.folder / "planbridge.toml"
    toml.write_text(toml.read_text().replace('layout = "xello"', 'layout = "generic"'))
    answer = send(home)
    assert answer.status == 0, answer
    there = {path.name for path in (home.folder / "there").glob("artifact-*")}
    assert there == {names["yours"]}
    with (home.folder / "there" / "artifacts.csv").open(newline="") as stream:
        assert [row["file"] for row in csv.DictReader(stream)] == [names["yours"]]


@pytest.fixture
def sent(district: tuple[Home, Hamlet]) -> tuple[Home, dict[str, str]]:
    """A career system has the file of a work sample that Ada shares with it."""
    home, _ = district
    names = _samples(home, "mine1", "yours")
    assert home("access", "link", "ada", "ada", *WHY).status == 0
    shared = ("item", "share", "100", "workSamples", "yours", "career-site")
    assert home(*shared, OPERATOR="ada").status == 0
    toml = home.folder / "planbridge.toml"
    toml.write_text(toml.read_text().replace('layout = "xello"', 'layout = "generic"'))
    assert send(home).status == 0
    return home, names


def _recalls(home: Home, *words: str) -> list[dict[str, str]]:
    answer = home("export", "recalls", *words, "--json")
    assert answer.status == 0, answer
    found: list[dict[str, str]] = answer.json
    return found


def _take_back(home: Home) -> None:
    assert home("item", "take-back", "item_share-1", OPERATOR="ada").status == 0


def test_a_file_that_may_be_there_is_not_called_back(sent: tuple[Home, dict[str, str]]) -> None:
    home, names = sent
    assert _recalls(home) == []
    assert [one["name"] for one in _recalls(home, "--all")] == [names["yours"]]


def test_a_file_is_called_back_once_its_share_ends(sent: tuple[Home, dict[str, str]]) -> None:
    home, names = sent
    _take_back(home)
    [one] = _recalls(home)
    assert (one["receiver"], one["name"], one["since"]) == ("career-site", names["yours"], "")
    assert one["student"] == "Ada Ash (100)"


def test_a_set_that_goes_without_a_file_tells_and_dates_the_duty(
    sent: tuple[Home, dict[str, str]],
) -> None:
    home, _ = sent
    _take_back(home)
    later = send(home, "--allow-held", "a share ended", NOW="2026-11-20T03:00:00Z")
    assert (later.status, later.json["left_behind"]) == (0, 1)
    assert _recalls(home)[0]["since"] == "2026-11-20T03:00:00.000Z"


def test_a_file_is_called_back_once_the_plan_has_it_no_more(
    sent: tuple[Home, dict[str, str]],
) -> None:
    home, names = sent
    _samples(home, "mine1", version=5)
    assert [one["name"] for one in _recalls(home)] == [names["yours"]]


def test_all_is_called_back_once_the_agreement_ends(sent: tuple[Home, dict[str, str]]) -> None:
    home, _ = sent
    assert home("agreement", "end", "agreement-1", *WHY).status == 0
    assert len(_recalls(home)) == 1


def test_what_was_asked_for_is_owed_no_longer_and_counts_anew_when_it_goes_again(
    sent: tuple[Home, dict[str, str]],
) -> None:
    home, _ = sent
    _take_back(home)
    [one] = _recalls(home)
    assert home("export", "recalled", one["id"], "--reason", "by letter").status == 0
    assert _recalls(home) == []
    assert home("export", "recalled", one["id"], "--reason", "again").status == 1
    shared = ("item", "share", "100", "workSamples", "yours", "career-site")
    assert home(*shared, OPERATOR="ada").status == 0
    assert send(home).status == 0
    assert [bool(one["asked_at"]) for one in _recalls(home, "--all")] == [True, False]


@pytest.mark.parametrize("to", [(), ("--to", "ada")])
def test_a_set_that_a_student_takes_along_is_not_called_back(
    sent: tuple[Home, dict[str, str]], to: tuple[str, ...]
) -> None:
    home, _ = sent
    words = ("export", "portfolio", "100", "--format", "cis:generic", "-o", "own.zip", *to)
    assert home(*words, OPERATOR="ada").status == 0
    assert [one["receiver"] for one in _recalls(home, "--all")] == ["career-site"]


def test_without_an_agreement_nothing_leaves(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    home("agreement", "end", "agreement-1", *WHY)
    assert send(home).status in (1, 3)
    assert list((home.folder / "there").iterdir()) == []


def test_a_set_that_was_held_is_nowhere_on_disk(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    send(home)
    _leave(district, 10)
    send(home)
    assert list((home.folder / ".planbridge" / "outgoing").iterdir()) == []


def test_by_sftp_a_broken_connection_is_told_and_the_next_attempt_arrives(
    district: tuple[Home, Hamlet], tmp_path: Path
) -> None:
    home, _ = district
    with sftp_server(tmp_path / "server") as server:
        place = f'host = "127.0.0.1"\nport = {server.port}\nuser = "{USER}"\n'
        settings(home, f'{place}folder = "."\nhost_key = "{server.fingerprint}"\n')
        server.break_at = 3
        broken = home("export", "deliver", "xello", *PURPOSE, "--json", SECRET_XELLO=PASSWORD)
        assert (broken.status, broken.json["error"]["code"]) == (1, "place.unavailable")
        assert server.visible() == {}
        server.break_at = None
        answer = home("export", "deliver", "xello", *PURPOSE, "--json", SECRET_XELLO=PASSWORD)
        assert answer.status == 0, answer
        assert set(server.visible()) == {"School.txt", "Student.txt", "StudentCourses.txt"}


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("", "host"),
        ('host = "localhost"\nuser = "x"\n', "host_key"),
        ('path = "nowhere"\n', "nowhere"),
        ('path = "there"\nschools = ["9"]\n', "'9'"),
    ],
)
def test_a_destination_that_cannot_be_is_told(
    district: tuple[Home, Hamlet], place: str, word: str
) -> None:
    home, _ = district
    settings(home, place)
    answer = send(home)
    assert answer.status == 1
    assert word in answer.json["error"]["problem"]


def test_an_unknown_destination_names_those_there_are(district: tuple[Home, Hamlet]) -> None:
    home, _ = district
    answer = home("export", "deliver", "kuder")
    assert answer.status == 1
    assert "xello" in answer.err
