"""Records of Ed-Fi and CEDS become versions of IEPs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.iep_docs import understood

from adapters.ceds.jsonld.format import CedsJsonLd
from adapters.edfi.formats import EdfiJson
from adapters.errors import SourceMisconfigured
from adapters.iep.names import Names, load_names
from adapters.iep.pieces import Piece
from adapters.iep.standard import StandardReader
from mappings.iep.bridge import IepBridge, Understood
from schemas.finding import Severity
from schemas.iep.fates import Fate, match_goals
from schemas.iep.iep import Iep
from schemas.standards.shape import StandardRecord

AMENDED = "0001088"


def records(folder: Path, version: str, student: str) -> list[StandardRecord]:
    """One student's records in a folder of Ed-Fi JSON."""
    found = []
    for record in EdfiJson(version).read(folder):
        about = record.values.get("studentReference") or record.values["studentIEPReference"]
        if about["studentUniqueId"] == student:
            found.append(record)
    return found


@pytest.fixture
def sedm(fixtures: Path) -> list[StandardRecord]:
    """An amended IEP in the early-access domain of Ed-Fi 6.1."""
    return records(fixtures / "iep" / "edfi-6.1", "6.1", AMENDED)


def versions(found: Understood) -> tuple[Iep, ...]:
    assert found.findings == ()
    return found.ieps


def test_an_amendment_is_a_later_version_of_the_same_iep(sedm: list[StandardRecord]) -> None:
    first, second = versions(understood("edfi-6.1", AMENDED, sedm))

    assert (first.id, first.version) == ("IEP-0001088", "2026-09-15")
    assert (second.id, str(second.header.amended)) == ("IEP-0001088", "2026-10-20")


def test_goals_stay_with_their_version(sedm: list[StandardRecord]) -> None:
    first, second = versions(understood("edfi-6.1", AMENDED, sedm))
    fates = {one.goal: one.fate for one in match_goals(first, second)}

    assert fates == {"0001088-A1": Fate.DROPPED, "0001088-T1": Fate.KEPT, "0001088-T2": Fate.SPLIT}


def test_a_delivery_names_the_prescription_it_carries_out(sedm: list[StandardRecord]) -> None:
    first, _ = versions(understood("edfi-6.1", AMENDED, sedm))

    assert [one.service for one in first.deliveries] == [one.id for one in first.services]


def test_a_dose_keeps_number_and_interval(sedm: list[StandardRecord]) -> None:
    first, _ = versions(understood("edfi-6.1", AMENDED, sedm))
    [dose] = [one.dose for one in first.services]

    assert dose is not None
    assert dose.duration_interval is not None
    assert (dose.duration, dose.duration_interval.code) == (45, "Minutes")


def test_an_event_stays_with_the_version_of_its_day(sedm: list[StandardRecord]) -> None:
    first, second = versions(understood("edfi-6.1", AMENDED, sedm))

    assert ([one.id for one in first.events], second.events) == (["EV-0001088-1"], ())


def test_no_disability_is_taken(sedm: list[StandardRecord]) -> None:
    secret = [{"disabilityDescriptor": "uri://ed-fi.org/DisabilityDescriptor#Autism"}]
    told = [one._replace(values={**one.values, "disabilities": secret}) for one in sedm]

    assert "Autism" not in repr(understood("edfi-6.1", AMENDED, told))


def test_goals_without_their_iep_are_named(sedm: list[StandardRecord]) -> None:
    found = understood("edfi-6.1", AMENDED, [one for one in sedm if one.entity != "studentIEPs"])

    assert (found.ieps, found.is_whole) == ((), False)
    assert {one.code for one in found.findings} == {"iep.no-head", "iep.no-iep"}


def test_a_goal_that_names_no_iep_is_not_taken_for_another_ones(
    sedm: list[StandardRecord],
) -> None:
    goal = next(one for one in sedm if one.entity == "studentIEPGoals")
    lost = goal._replace(values={**goal.values, "studentIEPReference": {"studentUniqueId": "x"}})

    found = understood("edfi-6.1", AMENDED, [*sedm, lost])

    assert [one.code for one in found.findings] == ["iep.no-head"]


@pytest.mark.parametrize(
    ("entity", "code"), [("studentIEPs", "iep.twice"), ("studentIEPGoals", "iep.value-error")]
)
def test_what_came_twice_is_named(sedm: list[StandardRecord], entity: str, code: str) -> None:
    again = next(one for one in sedm if one.entity == entity)

    found = understood("edfi-6.1", AMENDED, [*sedm, again])

    assert [(one.code, one.severity) for one in found.findings] == [(code, Severity.ROW)]


def test_names_of_another_spelling_are_data(fixtures: Path, tmp_path: Path) -> None:
    text = (fixtures / "iep" / "edfi-6.1" / "studentIEPs.jsonl").read_text(encoding="utf-8")
    strange = text.replace("studentIEPIdentifier", "studentIepIdentifier")
    (tmp_path / "studentIeps.jsonl").write_text(strange, encoding="utf-8")
    (tmp_path / "names.toml").write_text(
        "[resources]\nstudentIeps = 'studentIEPs'\n"
        "[properties]\nstudentIepIdentifier = 'studentIEPIdentifier'\n"
    )
    names = load_names(tmp_path / "names.toml")
    formats = {".jsonl": lambda: EdfiJson("6.1")}

    pieces = list(StandardReader(IepBridge("edfi-6.1"), formats, names=names).read(tmp_path))

    told = [one.record.values for one in pieces if isinstance(one, Piece)]
    assert [one["studentIEPIdentifier"] for one in told].count("IEP-0001088") == 2


@pytest.mark.parametrize("text", ["[resources]\na = 1\n", "[other]\n", "=", "properties = 1\n"])
def test_a_wrong_profile_of_names_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "names.toml").write_text(text)

    with pytest.raises(SourceMisconfigured):
        load_names(tmp_path / "names.toml")


def test_without_a_profile_names_stay(fixtures: Path) -> None:
    record = StandardRecord("studentIEPs", {"a": [{"b": 1}]})

    assert Names().renamed(record) == record


def test_an_association_is_dates_and_a_program(fixtures: Path) -> None:
    told = records(fixtures / "iep" / "edfi-5.2", "5.2", AMENDED)

    [iep] = versions(understood("edfi-5.2", AMENDED, told))

    assert (str(iep.header.end), iep.programs[0].name) == ("2027-09-14", "Special Education")


PERSON = {
    "@type": "Person",
    "@id": "urn:example:p",
    "hasPersonIdentification": [
        {
            "@type": "PersonIdentification",
            "PersonIdentifier": "7",
            "hasPersonIdentificationSystem": "PersonIdentificationSystem_District",
        }
    ],
}


def ceds(*programs: dict[str, Any]) -> StandardRecord:
    """A person with these plans."""
    shown = [{"@type": "IndividualizedProgram", **one} for one in programs]
    place = {"@type": "ProgramParticipation", "hasIndividualizedProgram": shown}
    return StandardRecord("Person", {**PERSON, "hasMembership": [place]})


def goal(id_: str, **values: Any) -> dict[str, Any]:
    whole = {"@type": "Goal", "@id": id_, "GoalDescription": f"Reach {id_}.", **values}
    return {"@type": "IndividualizedProgramGoal", "hasGoal": [whole]}


IEP = {"hasIndividualizedProgramType": "IndividualizedProgramType_02196"}


def test_each_iep_of_a_person_has_its_own_goals() -> None:
    one = {**IEP, "@id": "one", "hasIndividualizedProgramGoal": [goal("a")]}
    two = {**IEP, "@id": "two", "hasIndividualizedProgramGoal": [goal("b")]}

    found = versions(understood("ceds-14", "7", [ceds(one, two)]))

    assert {iep.id: [each.id for each in iep.annual_goals] for iep in found} == {
        "one": ["a"],
        "two": ["b"],
    }


def test_a_learning_plan_is_no_iep() -> None:
    plan = {"hasIndividualizedProgramType": "IndividualizedProgramType_02197", "@id": "plan"}

    assert understood("ceds-14", "7", [ceds(plan)]).ieps == ()


def test_a_goal_with_a_domain_is_a_postsecondary_goal() -> None:
    held = [goal("a", **{"ilp:postsecondaryGoalDomain": "employment"})]

    [iep] = versions(
        understood("ceds-14", "7", [ceds({**IEP, "hasIndividualizedProgramGoal": held})])
    )

    assert ([one.id for one in iep.postsecondary_goals], iep.annual_goals) == (["a"], ())


def test_the_example_of_the_reference_is_read(reference: Path, tmp_path: Path) -> None:
    name = "ilp-valid.jsonld"
    shutil.copy(reference / "reference" / "ceds" / "examples" / name, tmp_path)
    shutil.copy(reference / "reference" / "ceds" / "ceds-ilp-context.json", tmp_path)
    reader = StandardReader(IepBridge("ceds-14", "state"), {".jsonld": CedsJsonLd})

    [piece] = reader.read(tmp_path)

    assert isinstance(piece, Piece)
    [iep] = versions(understood("ceds-14", piece.student, [piece.record], "state"))
    assert iep.participation is not None
    assert (iep.annual_goals[0].kind, iep.participation.invited) == ("transition", True)


def test_records_survive_being_kept_as_text(sedm: list[StandardRecord]) -> None:
    again = [StandardRecord(*each) for each in json.loads(json.dumps(sedm))]

    assert understood("edfi-6.1", AMENDED, again) == understood("edfi-6.1", AMENDED, sedm)
