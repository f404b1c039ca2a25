"""What an IEP tells by half is answered neither with yes nor with no."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.iep.document import read_iep
from schemas.iep.iep import Iep
from schemas.iep.people import Agency, StudentParticipation
from service.iep.checks.facts import Facts, StateLaw
from service.iep.checks.result import Result
from service.iep.checks.run import check

LAW = StateLaw(transition_age=16, transfers=True)
ON = date(2026, 3, 10)


@pytest.fixture
def example(fixtures: Path) -> Iep:
    return read_iep((fixtures / "iep" / "example.json").read_bytes()).iep


def answers(of: Iep, rule: str) -> set[str]:
    return {one.outcome for one in results(of) if one.rule == rule}


def results(of: Iep) -> list[Result]:
    return check(Facts(of, ON, LAW))


def agency_with(of: Iep, consent: str, **changes: Any) -> Iep:
    """The example, with another copy of a consent of its one agency."""
    agency = of.agencies[0]
    changed = getattr(agency, consent).model_copy(update=changes)
    return of.model_copy(update={"agencies": (agency.model_copy(update={consent: changed}),)})


def without_agencies(of: Iep, **notice: Any) -> Iep:
    ours = tuple(one for one in of.services if one.agency is None)
    assert of.notice is not None
    told = of.notice.model_copy(update={"agencies_named": (), **notice})
    return of.model_copy(update={"agencies": (), "services": ours, "notice": told})


@pytest.mark.parametrize(("invited", "outcome"), [(True, "cannot_tell"), (False, "not_met")])
def test_an_invitation_without_a_day_is_no_failure(
    example: Iep, invited: bool, outcome: str
) -> None:
    there = StudentParticipation(invited=invited)
    assert answers(example.model_copy(update={"participation": there}), "I13-7") == {outcome}


@pytest.mark.parametrize(
    "notice", [{"agencies_invited": True}, {"agencies_named": ("AG-9",)}], ids=str
)
def test_an_invited_agency_that_is_not_told_of_is_not_none(
    example: Iep, notice: dict[str, Any]
) -> None:
    assert answers(without_agencies(example, **notice), "I13-8") == {"cannot_tell"}
    assert answers(without_agencies(example), "I13-8") == {"not_applicable"}


def test_a_service_of_an_agency_that_is_not_listed_is_not_overlooked(example: Iep) -> None:
    other = Agency(id="AG-OTHER", likely_to_provide_or_pay=False)
    lone = without_agencies(example).model_copy(update={"agencies": (other,)})
    promised = lone.model_copy(update={"services": example.services})
    assert answers(lone, "I13-8") == {"not_applicable"}
    assert answers(promised, "I13-8") == {"cannot_tell"}


@pytest.mark.parametrize("end", ["revoked_on", "expires_on"])
def test_a_consent_that_was_over_allows_no_invitation(example: Iep, end: str) -> None:
    over = agency_with(example, "consent_to_invite", **{end: date(2026, 2, 1)})
    assert answers(over, "I13-8") == {"not_met"}
    later = agency_with(example, "consent_to_invite", **{end: date(2026, 2, 11)})
    assert answers(later, "I13-8") == {"met"}


@pytest.mark.parametrize(
    ("signed", "outcome"),
    [(None, "cannot_tell"), (date(2026, 3, 11), "not_met"), (ON, "met")],
)
def test_a_release_stands_from_its_signature_on(
    example: Iep, signed: date | None, outcome: str
) -> None:
    changed = agency_with(example, "consent_to_release", signed_on=signed)
    assert answers(changed, "CONSENT-2") == {outcome}


def test_an_exit_before_the_iep_leaves_nothing_covered(example: Iep) -> None:
    assert example.exit is not None
    slip = example.exit.model_copy(update={"expected_on": date(2020, 6, 4)})
    assert answers(example.model_copy(update={"exit": slip}), "I13-5") == {"cannot_tell"}


def test_the_second_goal_of_an_area_is_warned_about_too(example: Iep) -> None:
    wish = example.postsecondary_goals[1].model_copy(
        update={"id": "PSG-X", "statement": "The student will explore cars."}
    )
    goals = (*example.postsecondary_goals, wish)
    told = results(example.model_copy(update={"postsecondary_goals": goals}))
    assert any("PSG-X" in text for one in told for text in one.warnings)
