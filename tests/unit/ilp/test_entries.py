"""Entries keep their versions, and a plan keeps its references whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError
from support.ilp_entries import TODAY, changed, entry, plan_with

from schemas.ilp.academic_record import AttendanceSummary
from schemas.ilp.entry import Change, Origin
from schemas.ilp.profile import SchoolEnrollment
from schemas.ilp.strengths import Hobby, WorkValue
from schemas.ilp.values import Money, PersonRef

ORIGIN = Origin(source="sis", at=datetime(2026, 9, 1, tzinfo=UTC))


def hobby(**values: Any) -> Hobby:
    return Hobby.model_validate(entry("hobby", text="Chess", **values))


def test_a_revision_keeps_the_earlier_text() -> None:
    revised = hobby().revised(changed(2), text="Go")
    assert [version.text for version in revised.versions()] == ["Chess", "Go"]


def test_a_revision_counts_up() -> None:
    assert hobby().revised(changed(2), text="Go").version == 2


def test_two_revisions_keep_a_flat_history() -> None:
    revised = hobby().revised(changed(2), text="Go").revised(changed(3), text="Cards")
    assert [version.earlier for version in revised.earlier] == [(), ()]


def test_a_changed_field_loses_its_old_origin() -> None:
    revised = hobby(origins={"text": ORIGIN}).revised(changed(2), text="Go")
    assert revised.origins == {}


def test_an_unchanged_field_keeps_its_origin() -> None:
    revised = hobby(origins={"text": ORIGIN}).revised(changed(2))
    assert revised.origins == {"text": ORIGIN}


def test_a_revision_is_checked() -> None:
    with pytest.raises(ValidationError):
        hobby().revised(changed(2), text="")


def test_an_earlier_version_must_have_a_lower_number() -> None:
    with pytest.raises(ValidationError, match="versions must rise"):
        hobby(earlier=(hobby(),))


def test_an_earlier_version_is_of_the_same_entry() -> None:
    other = Hobby.model_validate(entry("other", text="Chess"))
    with pytest.raises(ValidationError, match="of the same entry"):
        hobby(version=2, earlier=(other,))


def test_an_earlier_version_has_no_history_of_its_own() -> None:
    second = hobby(version=2, earlier=(hobby(),))
    with pytest.raises(ValidationError, match="plain versions"):
        hobby(version=3, earlier=(second,))


def test_origins_stand_in_the_order_of_names() -> None:
    origins = {"weight": ORIGIN, "code": ORIGIN}
    value = WorkValue.model_validate(entry("value", value="Calm", origins=origins))
    assert list(value.origins) == ["code", "weight"]


def test_an_origin_names_a_field_of_the_entry() -> None:
    with pytest.raises(ValidationError, match="no such fields: txt"):
        hobby(origins={"txt": ORIGIN})


def test_origins_do_not_name_bookkeeping() -> None:
    with pytest.raises(ValidationError, match="no such fields: version"):
        hobby(origins={"version": ORIGIN})


@pytest.mark.parametrize("text", ["", "   ", "bell\x07", "nul\x00"])
def test_text_is_neither_empty_nor_unprintable(text: str) -> None:
    with pytest.raises(ValidationError):
        Hobby.model_validate(entry("hobby", text=text))


def test_an_instant_is_kept_in_utc() -> None:
    east = datetime(2026, 9, 1, 8, tzinfo=timezone(timedelta(hours=2)))
    assert Change.model_validate({**dict(changed()), "at": east}).at.hour == 6


def test_an_instant_needs_an_offset() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Origin.model_validate({"source": "sis", "at": "2026-09-01T08:00:00"})


def test_an_instant_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValidationError, match="years 1 to 9999"):
        Origin.model_validate({"source": "sis", "at": "0001-01-01T00:00:00+02:00"})


def test_money_has_no_more_than_cents() -> None:
    with pytest.raises(ValidationError, match="decimal places"):
        Money.model_validate({"amount": "1.005", "currency": "USD"})


def test_a_person_has_a_name_or_an_identifier() -> None:
    with pytest.raises(ValidationError, match="a name or an identifier"):
        PersonRef()


def test_an_enrollment_does_not_end_before_it_starts() -> None:
    span = {"start": date(2026, 9, 1), "end": date(2026, 8, 1)}
    with pytest.raises(ValidationError, match="before the start"):
        SchoolEnrollment.model_validate(
            entry("enrollment", school={"name": "School"}, school_year=2027, **span)
        )


def test_nobody_is_present_on_more_days_than_enrolled() -> None:
    days = {"school_year": 2027, "days_enrolled": 10, "days_present": 11, "as_of": TODAY}
    with pytest.raises(ValidationError, match="more days present"):
        AttendanceSummary.model_validate(entry("attendance", **days))


def test_a_grade_level_is_a_ceds_code() -> None:
    with pytest.raises(ValidationError, match=r"CEDS\.GradeLevel"):
        plan_with(grade_code="9")


def test_ids_are_unique_in_a_plan() -> None:
    hobbies = [entry("same", text="Chess"), entry("same", text="Go")]
    with pytest.raises(ValidationError, match="more than one entry has the id same"):
        plan_with({"STR.05": hobbies})


def test_references_name_entries_of_the_plan() -> None:
    step = entry("step", goal="nowhere", text="Ask", status="planned")
    with pytest.raises(ValidationError, match="do not exist: nowhere"):
        plan_with({"GOA.07": [step]})


def test_a_withheld_element_is_not_present() -> None:
    with pytest.raises(ValidationError, match=r"withheld, yet present: STR\.05"):
        plan_with({"STR.05": [entry("hobby", text="Chess")]}, withheld=("STR.05",))


def test_only_elements_can_be_withheld() -> None:
    with pytest.raises(ValidationError, match=r"no such elements: XXX\.01"):
        plan_with(withheld=("XXX.01",))


def test_a_plan_is_someones() -> None:
    with pytest.raises(ValidationError, match=r"profile\.identity \(PRO\.01\)"):
        type(plan_with()).model_validate({})


def test_the_students_identifier_is_found_by_system() -> None:
    assert plan_with().identifier("local") == "0000001"


def test_an_identifier_out_of_use_is_not_found() -> None:
    known = ({"system": "local", "value": "old", "active": False},)
    plan = plan_with({"PRO.01": [entry("identity", identifiers=known)]})
    assert plan.identifier("local") is None


def test_an_unknown_system_has_no_identifier() -> None:
    assert plan_with().identifier("state") is None
