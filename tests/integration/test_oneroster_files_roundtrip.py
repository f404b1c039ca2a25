"""OneRoster files there and back: the fixture district, and rows made from the shapes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.oneroster_model import strict_models
from support.oneroster_rows import carried, rows

from adapters.formats import Unreadable
from adapters.oneroster import FORMATS
from adapters.oneroster.files.csv_format import OneRosterCsv
from adapters.oneroster.files.json_format import OneRosterJson
from adapters.oneroster.files.loss import Loss
from schemas.finding import Finding
from schemas.standards.oneroster import files
from schemas.standards.shape import StandardRecord


@pytest.fixture(scope="module")
def night(fixtures: Path) -> Path:
    return fixtures / "district" / "night1"


def by_key(records: list[StandardRecord]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one.entity, one.values["sourcedId"]): one.values for one in records}


def values_of(records: list[StandardRecord]) -> Counter[tuple[str, str, str]]:
    """How often each value stands in each column."""
    return Counter(
        (one.entity, name, str(value)) for one in records for name, value in one.values.items()
    )


@pytest.mark.parametrize("way", ["records", "frames"])
def test_the_district_written_again_is_byte_for_byte_the_same(
    night: Path, tmp_path: Path, way: str
) -> None:
    form = OneRosterCsv("1.2", system="Planbridge synthetic district", code="synth")
    if way == "records":
        form.write(tmp_path / "out", form.read(night))
    else:
        with form.open_frames(night) as opened:
            frames = {name: pl.concat(file.parts()) for name, file in opened.items()}
        form.write_frames(tmp_path / "out", frames)
    # Its extension columns of users are not in order of their names.
    for file in night.glob("*.csv"):
        same = (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()
        assert same or file.name == "users.csv"


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_what_we_write_needs_no_repair_and_passes_our_own_check(
    night: Path, tmp_path: Path, suffix: str
) -> None:
    told: list[Finding] = []
    form = OneRosterCsv("1.2", on_finding=told.append)
    path = tmp_path / f"out{suffix}"
    form.write(path, form.read(night))
    again = [one.values for one in form.read(path)]
    assert (told, list(form.check(path))) == ([], [])
    assert again == [one.values for one in form.read(night)]


def test_the_district_as_json_is_what_the_standard_allows(
    night: Path, tmp_path: Path, reference: Path
) -> None:
    losses: list[Loss] = []
    form = OneRosterJson(base="https://sis.example.org", on_loss=losses.append)
    form.write(tmp_path / "out", OneRosterCsv("1.2").read(night))
    models = strict_models(reference)
    for file in (tmp_path / "out").iterdir():
        models[file.stem].validate(json.loads(file.read_text("utf-8")))
    assert list(form.check(tmp_path / "out")) == []


def test_the_district_loses_in_json_exactly_what_is_told(night: Path, tmp_path: Path) -> None:
    losses: Counter[tuple[str, str]] = Counter()
    form = OneRosterJson(on_loss=lambda one: losses.update({(one.entity, one.path): one.count}))
    before = list(OneRosterCsv("1.2").read(night))
    form.write(tmp_path / "out.zip", before)
    gone = values_of(before) - values_of(list(form.read(tmp_path / "out.zip")))
    missing: Counter[tuple[str, str]] = Counter()
    for (entity, name, _), count in gone.items():
        missing[entity, name] += count
    assert missing == losses


def test_json_read_and_written_again_is_the_same(night: Path, tmp_path: Path) -> None:
    lenient = OneRosterJson(on_loss=lambda loss: None)
    lenient.write(tmp_path / "first", OneRosterCsv("1.2").read(night))
    strict = OneRosterJson()
    strict.write(tmp_path / "second", strict.read(tmp_path / "first"))
    for file in (tmp_path / "first").iterdir():
        assert (tmp_path / "second" / file.name).read_bytes() == file.read_bytes()


def test_each_format_claims_its_own_files_only(night: Path, tmp_path: Path) -> None:
    lenient = OneRosterJson(on_loss=lambda loss: None)
    lenient.write(tmp_path / "j.zip", OneRosterCsv("1.2").read(night))
    OneRosterCsv("1.1").write(tmp_path / "c.zip", [])
    paths = [tmp_path / "c.zip", night, tmp_path / "j.zip"]
    claims = [[form.claims(path) for path in paths] for form in FORMATS]
    assert claims == [[True, False, False], [False, True, False], [False, False, True]]


def test_a_package_of_another_version_is_told_apart(night: Path) -> None:
    with pytest.raises(Unreadable, match=r"OneRoster 1\.2, not 1\.1"):
        list(OneRosterCsv("1.1").read(night))


def some_of(version: str, names: Sequence[str], *, json: bool = False) -> Any:
    """Rows of several collections, in any order."""
    one = st.sampled_from(names).flatmap(lambda name: rows(version, name, json=json))
    return st.lists(one, min_size=1, max_size=6, unique_by=_key)


def _key(row: StandardRecord) -> tuple[str, str]:
    return row.entity, row.values["sourcedId"]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@given(st.data())
def test_rows_survive_csv(version: str, data: st.DataObject) -> None:
    some = data.draw(some_of(version, list(files(version))))
    assert by_key(carried(OneRosterCsv(version), *some, suffix=".zip")) == by_key(some)


_PLAIN = (
    *("academicSessions", "categories", "classes", "courses", "demographics", "enrollments"),
    *("lineItems", "orgs", "resources", "results", "assessmentLineItems", "assessmentResults"),
)
_MARKS = {"status": "active", "dateLastModified": "2026-08-17T06:30:00.000Z"}
_ALSO = {"orgs": {"identifier": "1"}, "courses": {"courseCode": "1"}}


@given(some_of("1.2", _PLAIN, json=True))
def test_rows_survive_json(some: list[StandardRecord]) -> None:
    whole = [
        row._replace(values={**_ALSO.get(row.entity, {}), **row.values, **_MARKS}) for row in some
    ]
    assert by_key(carried(OneRosterJson(), *whole)) == by_key(whole)


@settings(max_examples=25)
@given(rows("1.2", "users"), st.lists(rows("1.2", "userProfiles"), max_size=2))
def test_a_user_with_profiles_survives_json(
    user: StandardRecord, profiles: list[StandardRecord]
) -> None:
    key = user.values["sourcedId"]
    role = {"sourcedId": "r", "userSourcedId": key, "roleType": "primary", "role": "student"}
    given_rows = [user, StandardRecord("roles", {**role, "orgSourcedId": "n"}), *profiles]
    for at, one in enumerate(profiles):
        one.values.update({"sourcedId": f"p{at}", "userSourcedId": key})
    given_rows = [one._replace(values={**one.values, **_MARKS}) for one in given_rows]
    back = by_key(carried(OneRosterJson(on_loss=lambda loss: None), *given_rows))
    wanted = by_key([one for one in given_rows if one.entity != "roles"])
    assert {at: row for at, row in back.items() if at[0] != "roles"} == wanted
