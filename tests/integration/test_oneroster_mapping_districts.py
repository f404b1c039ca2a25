"""The fixture district between the bindings and versions of OneRoster, by way of our records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.oneroster_model import strict_models

from adapters.oneroster.files.csv_format import OneRosterCsv
from adapters.oneroster.files.json_format import OneRosterJson
from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import Choice, Hub
from mappings.oneroster.bridge import csv_1p1, csv_1p2, json_1p2
from schemas.standards.shape import StandardRecord
from service.convert.run import Order, Outcome, convert
from service.synth import SynthOptions, write_district

Values = Counter[tuple[str, str, str]]

CSV11, CSV12, JSON12 = "oneroster-csv-1.1", "oneroster-csv-1.2", "oneroster-json-1.2"


@pytest.fixture(scope="module")
def night(fixtures: Path) -> Path:
    return fixtures / "district" / "night1"


def carried(source: Path, form: str, target: Path, to: str) -> Outcome:
    return convert(Order(source, form, target, to))


def values_of(records: list[StandardRecord]) -> Values:
    """How often each value stands in each column."""
    return Counter(
        (one.entity, name, str(value)) for one in records for name, value in one.values.items()
    )


def frames_of(hub: Hub) -> dict[str, pl.DataFrame]:
    return {entity: frame.sort("id") for entity, frame in hub.frames.items()}


def test_a_district_through_our_records_is_the_same_district(night: Path, tmp_path: Path) -> None:
    bridge, form, losses = csv_1p2(), OneRosterCsv("1.2"), Losses()
    hub = bridge.read(lambda: form.read(night), losses)
    form.write(tmp_path / "out", bridge.write(hub, losses, Choice()))
    assert values_of(list(form.read(tmp_path / "out"))) == values_of(list(form.read(night)))
    assert list(losses) == []


def test_what_1p1_cannot_say_is_listed_to_the_value(night: Path, tmp_path: Path) -> None:
    outcome = carried(night, CSV12, tmp_path / "out", CSV11)
    assert counted(outcome.losses) == expected_of(list(OneRosterCsv("1.2").read(night)))


def counted(losses: Losses) -> Counter[str]:
    """Losses by subject and path, whatever their reasons."""
    counts: Counter[str] = Counter()
    for key in losses:
        counts[f"{key.subject}.{key.path}".rstrip(".")] += losses.counts[key]
    return counts


def expected_of(records: list[StandardRecord]) -> Counter[str]:
    """What 1.1 has no room for, counted from the files without our mapping."""
    filled = Counter((one.entity, name) for one in records for name in one.values)
    several = Counter(one.entity for one in records)
    roles = [one.values for one in records if one.entity == "roles"]
    others = [row for row in roles if row["role"].startswith("ext:")]
    people = {(row["userSourcedId"], row["role"]) for row in roles if row not in others}
    second = len(people) - len({user for user, _ in people})
    sexes = [one.values.get("sex", "male") for one in records if one.entity == "demographics"]
    expected = {
        **{name: filled[place] for name, place in COLUMNS.items()},
        **{name: several[entity] for name, entity in COLLECTIONS.items()},
        "role": len(others) + second,
        "role.id": len(roles) - len(others) - second,
        "demographics.sex": sum(sex not in ("male", "female") for sex in sexes),
    }
    return +Counter(expected)


COLUMNS = {
    "category.weight": ("categories", "weight"),
    "person.preferred_given_name": ("users", "preferredGivenName"),
    "person.pronouns": ("users", "pronouns"),
    "person.primary_org_id": ("users", "primaryOrgSourcedId"),
    "result.class_id": ("results", "classSourcedId"),
    "result.text_score": ("results", "textScore"),
    "result.late": ("results", "late"),
    "result.missing": ("results", "missing"),
}
COLLECTIONS = {
    "line_item_learning_objective": "lineItemLearningObjectiveIds",
    "line_item_score_scale": "lineItemScoreScales",
    "result_learning_objective": "resultLearningObjectiveIds",
    "result_score_scale": "resultScoreScales",
    "score_scale": "scoreScales",
    "user_profile": "userProfiles",
    "user_resource": "userResources",
}


def test_1p1_becomes_1p2_and_1p1_again_without_a_loss(night: Path, tmp_path: Path) -> None:
    carried(night, CSV12, tmp_path / "old", CSV11)
    losses = carried(tmp_path / "old", CSV11, tmp_path / "new", CSV12).losses
    carried(tmp_path / "new", CSV12, tmp_path / "again", CSV11)
    form = OneRosterCsv("1.1")
    assert list(losses) == []
    assert values_of(list(form.read(tmp_path / "again"))) == values_of(
        list(form.read(tmp_path / "old"))
    )


@pytest.mark.parametrize("to", [CSV11, CSV12])
def test_what_we_write_passes_our_check_and_needs_no_repair(
    night: Path, tmp_path: Path, to: str
) -> None:
    told: list[Any] = []
    carried(night, CSV12, tmp_path / "old", CSV11)
    carried(tmp_path / "old", CSV11, tmp_path / "new", CSV12)
    form = OneRosterCsv(to[-3:], on_finding=told.append)
    place = tmp_path / ("old" if to == CSV11 else "new")
    list(form.read(place))
    # 1.1 may require a score of every result and limits of every line item; none is made up.
    unsure = {"score", "resultValueMin", "resultValueMax"}
    others = [each for each in form.check(place) if each.column not in unsure]
    assert (told, others) == ([], [])


def test_a_district_as_json_is_what_the_standard_allows(
    night: Path, tmp_path: Path, reference: Path
) -> None:
    losses = Losses()
    form = OneRosterJson(base="https://sis.example.org").reporting(losses)
    hub = csv_1p2().read(lambda: OneRosterCsv("1.2").read(night), losses)
    form.write(tmp_path / "out", json_1p2().write(hub, losses, Choice()))
    models = strict_models(reference)
    for file in (tmp_path / "out").iterdir():
        models[file.stem].validate(json.loads(file.read_text("utf-8")))
    assert list(form.check(tmp_path / "out")) == []


def test_a_district_comes_back_from_json_but_for_what_is_listed(
    night: Path, tmp_path: Path
) -> None:
    outcome = carried(night, CSV12, tmp_path / "j.zip", JSON12)
    carried(tmp_path / "j.zip", JSON12, tmp_path / "again", CSV12)
    form = OneRosterCsv("1.2")
    missing = values_of(list(form.read(night))) - values_of(list(form.read(tmp_path / "again")))
    gone: Counter[tuple[str, str]] = Counter()
    for (entity, name, _), count in missing.items():
        gone[entity, name] += count
    assert gone == {(key.subject, key.path): outcome.losses.counts[key] for key in outcome.losses}


def changed(night: Path, **replaced: Callable[[pl.DataFrame], pl.DataFrame]) -> Hub:
    """The district's hub with some tables changed."""
    hub = csv_1p2().read(lambda: OneRosterCsv("1.2").read(night), Losses())
    frames: Mapping[str, pl.DataFrame] = hub.frames
    return Hub({name: replaced.get(name, _same)(frame) for name, frame in frames.items()})


def _same(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def lost(hub: Hub, bridge: Any) -> tuple[Losses, list[StandardRecord]]:
    losses = Losses()
    return losses, list(bridge.write(hub, losses, Choice()))


def test_a_person_without_a_role_is_named_with_all_that_hangs_on_it(night: Path) -> None:
    hub = changed(night, role=lambda roles: roles.filter(pl.col("person_id") != "stu-0001088"))
    losses, records = lost(hub, csv_1p2())
    why = "a user needs a role at an organization, and none is known"
    assert losses.samples[LossKey(Side.OURS, "person", "", why)] == ["stu-0001088"]
    named = [one for one in records if "stu-0001088" in map(str, one.values.values())]
    assert named == []


def test_an_enrollment_that_leads_nowhere_is_named(night: Path) -> None:
    hub = changed(night, **{"class": lambda rows: rows.filter(pl.col("id") != rows["id"][0])})
    losses, records = lost(hub, csv_1p2())
    why = "class_id leads to no class that is written"
    before, after = hub.frames["enrollment"].height, Counter(one.entity for one in records)
    assert losses.counts[LossKey(Side.OURS, "enrollment", "", why)] == before - after["enrollments"]
    assert before > after["enrollments"]


def test_an_optional_reference_that_leads_nowhere_is_cut(night: Path) -> None:
    hub = changed(night, organization=lambda rows: rows.filter(pl.col("type") != "district"))
    losses, records = lost(hub, csv_1p2())
    key = LossKey(
        Side.OURS, "organization", "parent_id", "leads to no organization that is written"
    )
    assert losses.counts[key] == 3
    assert not [one for one in records if one.entity == "orgs" and "parentSourcedId" in one.values]


def test_ids_that_rows_cannot_hold_are_digests_wherever_they_stand(night: Path) -> None:
    def strange(name: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
        return lambda rows: rows.with_columns(pl.col(name).str.replace("org-cedar", "org cédar"))

    cells = {"organization": "id", "class": "school_id", "role": "org_id", "course": "org_id"}
    hub = changed(night, **{entity: strange(name) for entity, name in cells.items()})
    losses, records = lost(hub, csv_1p2())
    school = next(one for one in records if one.values.get("name") == "Cedar Bend High School")
    classes = [one.values["schoolSourcedId"] for one in records if one.entity == "classes"]
    assert school.values["sourcedId"] in classes
    assert [key.path for key in losses if key.subject == "organization"] == ["id"]


def test_columns_of_others_ride_along(night: Path) -> None:
    hub = changed(
        night,
        course=lambda rows: rows.with_columns(extras=pl.lit('{"credits":1,"metadata.x.y":"z"}')),
    )
    losses, records = lost(hub, csv_1p2())
    courses = [one.values for one in records if one.entity == "courses"]
    assert all(row["metadata.x.y"] == "z" and "credits" not in row for row in courses)
    told = {key.path: losses.counts[key] for key in losses}
    assert told == {"extras.credits": len(courses)}


@pytest.mark.parametrize("role", ["principal", "systemAdministrator", "counselor"])
def test_a_role_that_1p1_lacks_comes_back_whole(night: Path, role: str) -> None:
    def renamed(roles: pl.DataFrame) -> pl.DataFrame:
        is_one = pl.col("person_id") == "tch-2001"
        return roles.with_columns(role=pl.when(is_one).then(pl.lit(role)).otherwise("role"))

    _, records = lost(changed(night, role=renamed), csv_1p1())
    user = next(one.values for one in records if one.values["sourcedId"] == "tch-2001")
    spelled = "aide" if role == "counselor" else "administrator"
    hub = csv_1p1().read(lambda: iter(records), Losses())
    back = frames_of(hub)["role"].filter(pl.col("person_id") == "tch-2001")["role"]
    assert (user["role"], user["metadata.ilp.role"], set(back)) == (spelled, role, {role})


@pytest.mark.parametrize("seed", [1, 7])
def test_a_generated_district_loses_in_1p1_what_is_listed_and_nothing_on_the_way_back(
    tmp_path: Path, seed: int
) -> None:
    write_district(tmp_path / "made", SynthOptions(students=60, days=1, seed=seed))
    made = tmp_path / "made" / "night1"
    losses = carried(made, CSV12, tmp_path / "old", CSV11).losses
    assert counted(losses) == expected_of(list(OneRosterCsv("1.2").read(made)))
    assert not carried(tmp_path / "old", CSV11, tmp_path / "new", CSV12).losses
