"""A redacted copy shows nothing of other classes, and does not tell what it hides."""

from __future__ import annotations

from datetime import date
from typing import Any

from support.ilp_entries import changed, entry, plan_with

from schemas.ilp.document import write_document
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import View, redact, view_of
from schemas.meta import PrivacyClass

CLASSES = frozenset(PrivacyClass)
EVERYTHING = view_of(CLASSES)
WITHOUT_SPED = view_of(CLASSES - {PrivacyClass.SPED})
WITHOUT_CONTACTS = view_of(CLASSES - {PrivacyClass.CON})


def linked_plan() -> dict[str, Any]:
    return entry("linked", plan_type="iep", status="active")


def reflection(**values: Any) -> dict[str, Any]:
    return entry("reflection", text="Mine", on=date(2026, 9, 1), **values)


def internship() -> dict[str, Any]:
    contact = {"email": "boss@example.org"}
    place = {"kind": "internship", "organization": {"name": "Shop"}, "status": "planned"}
    return entry("intern", **place, supervisor={"name": "Boss"}, supervisor_contact=contact)


def test_with_every_class_a_plan_is_unchanged() -> None:
    plan = plan_with({"SUP.03": [linked_plan()], "EXP.01": [internship()]})
    assert redact(plan, EVERYTHING) == plan


def test_special_education_is_dropped() -> None:
    plan = plan_with({"SUP.03": [linked_plan()]})
    assert not redact(plan, WITHOUT_SPED).holds("SUP.03")


def test_a_copy_does_not_tell_whether_there_was_an_iep() -> None:
    assert redact(plan_with({"SUP.03": [linked_plan()]}), WITHOUT_SPED) == redact(
        plan_with(), WITHOUT_SPED
    )


def test_withheld_names_every_element_of_the_class() -> None:
    withheld = redact(plan_with(), WITHOUT_SPED).withheld
    assert withheld == ("ACC.01", "ACC.02", "GOA.09", "SUP.03")


def test_one_field_of_another_class_is_dropped() -> None:
    shown = redact(plan_with({"EXP.01": [internship()]}), WITHOUT_CONTACTS)
    assert b"boss@example.org" not in write_document(shown)


def test_the_rest_of_its_entry_stays() -> None:
    shown = redact(plan_with({"EXP.01": [internship()]}), WITHOUT_CONTACTS)
    assert shown.experiences.work_based_learning[0].organization.name == "Shop"


def test_earlier_versions_lose_the_field_too() -> None:
    again = {**internship(), "version": 2, "supervisor_contact": None, "earlier": (internship(),)}
    shown = redact(plan_with({"EXP.01": [again]}), WITHOUT_CONTACTS)
    assert b"boss@example.org" not in write_document(shown)


def test_a_dropped_field_has_no_origin() -> None:
    origin = {"source": "sis", "at": changed().at}
    known = {**internship(), "origins": {"supervisor_contact": origin, "status": origin}}
    shown = redact(plan_with({"EXP.01": [known]}), WITHOUT_CONTACTS)
    assert list(shown.experiences.work_based_learning[0].origins) == ["status"]


def test_references_to_dropped_entries_go() -> None:
    plan = plan_with({"SUP.03": [linked_plan()], "ART.03": [reflection(subject="linked")]})
    assert redact(plan, WITHOUT_SPED).artifacts.reflections[0].subject is None


def test_an_entry_that_hangs_on_a_dropped_one_goes_as_well() -> None:
    step = entry("step", goal="linked", text="Ask", status="planned")
    plan = plan_with({"SUP.03": [linked_plan()], "GOA.07": [step]})
    assert not redact(plan, WITHOUT_SPED).holds("GOA.07")


def test_what_is_left_dangling_by_that_goes_in_turn() -> None:
    step = entry("step", goal="linked", text="Ask", status="planned")
    hanging = {"GOA.07": [step], "ART.03": [reflection(subject="step")]}
    shown = redact(plan_with({"SUP.03": [linked_plan()], **hanging}), WITHOUT_SPED)
    assert shown.artifacts.reflections[0].subject is None


def review(*elements: str) -> dict[str, Any]:
    return entry("review", on=date(2026, 9, 1), school_year=2027, changed_elements=elements)


def test_reviews_do_not_name_withheld_elements() -> None:
    shown = redact(plan_with({"REV.01": [review("GOA.01", "ACC.01")]}), WITHOUT_SPED)
    assert [each.root for each in shown.reviews.reviews[0].changed_elements] == ["GOA.01"]


def sign_off(element: str, role: str = "S") -> dict[str, Any]:
    signed = {"role": role, "person": {"name": "Ada"}, "decision": "approved", "method": "wet"}
    seen = {"on": date(2026, 9, 1), "plan_version": 1, "elements": (element,)}
    return entry("sign", **signed, **seen)


def test_a_sign_off_of_withheld_elements_alone_goes() -> None:
    plan = plan_with({"REV.02": [sign_off("ACC.01")]})
    assert not redact(plan, WITHOUT_SPED).holds("REV.02")


def test_a_sign_off_of_what_is_shown_stays() -> None:
    plan = plan_with({"REV.02": [sign_off("GOA.01")]})
    assert redact(plan, WITHOUT_SPED).holds("REV.02")


def test_a_sign_off_that_covers_anything_withheld_goes() -> None:
    signed = sign_off("GOA.01") | {"elements": ("GOA.01", "ACC.01")}
    assert not redact(plan_with({"REV.02": [signed]}), WITHOUT_SPED).holds("REV.02")


def test_a_sign_off_of_what_is_shown_in_part_goes() -> None:
    plan = plan_with({"REV.02": [sign_off("ART.01")]})
    some = View(frozenset(ELEMENTS), team=True, items={"ART.01": {"one"}})
    assert not redact(plan, some).holds("REV.02")


def test_who_sees_no_teams_entries_sees_no_signature_on_special_education() -> None:
    shown = redact(plan_with({"REV.02": [sign_off("GOA.09")]}), View(frozenset(ELEMENTS)))
    assert not shown.holds("REV.02")
    assert "GOA.09.others" in shown.withheld


def test_an_iep_team_members_sign_off_goes() -> None:
    plan = plan_with({"REV.02": [sign_off("GOA.01", role="I")]})
    assert not redact(plan, WITHOUT_SPED).holds("REV.02")


def test_what_an_iep_team_wrote_goes_with_special_education() -> None:
    hobby = entry("hobby", text="Chess", changed=changed(kind="I"))
    assert not redact(plan_with({"STR.05": [hobby]}), WITHOUT_SPED).holds("STR.05")


def test_what_goes_back_to_an_iep_team_goes_as_well() -> None:
    before = entry("hobby", text="Chess", changed=changed(kind="I"))
    hobby = entry("hobby", text="Go", earlier=(before,)) | {"version": 2}
    assert not redact(plan_with({"STR.05": [hobby]}), WITHOUT_SPED).holds("STR.05")


def test_an_iep_team_member_is_not_named_among_participants() -> None:
    people = ({"person": {"name": "Ada"}, "role": "S"}, {"person": {"name": "Ira"}, "role": "I"})
    shown = redact(plan_with({"REV.01": [review() | {"participants": people}]}), WITHOUT_SPED)
    assert [each.person.name for each in shown.reviews.reviews[0].participants] == ["Ada"]


def test_a_head_written_by_an_iep_team_is_withheld_by_name() -> None:
    plan = plan_with()
    header = plan.profile.header
    assert header is not None
    by_team = header.model_copy(update={"changed": changed(kind="I")})
    profile = plan.profile.model_copy(update={"header": by_team})
    assert "PRO.04" in redact(plan.model_copy(update={"profile": profile}), WITHOUT_SPED).withheld


def test_private_reflections_are_for_nobody_else() -> None:
    plan = plan_with({"ART.03": [reflection(private=True)]})
    assert not redact(plan, EVERYTHING).holds("ART.03")


def test_what_was_private_before_it_was_shared_stays_private() -> None:
    before = reflection(private=True)
    shared = reflection() | {"version": 2, "earlier": (before,)}
    shown = redact(plan_with({"ART.03": [shared]}), EVERYTHING)
    assert shown.artifacts.reflections[0].earlier == ()


def test_redacting_again_keeps_what_was_withheld_before() -> None:
    once: Plan = redact(plan_with(), WITHOUT_SPED)
    assert redact(once, EVERYTHING).withheld == once.withheld


def test_of_shared_items_only_those_are_shown() -> None:
    samples = [entry(name, title=name) for name in ("mine", "ours")]
    view = View(ELEMENTS.keys(), items={"ART.01": {"ours"}})
    shown = redact(plan_with({"ART.01": samples}), view)
    assert [one.id for one in shown.artifacts.work_samples] == ["ours"]


def test_a_view_of_single_elements_withholds_the_others() -> None:
    view = View(frozenset({"PRO.01", "PRO.02", "PRO.04", "STR.05"}))
    shown = redact(plan_with({"STR.05": [entry("hobby", text="Chess")]}), view)
    assert shown.holds("STR.05")
    assert "GOA.01" in shown.withheld


def test_its_author_sees_a_private_reflection() -> None:
    view = View(ELEMENTS.keys(), private=True)
    assert redact(plan_with({"ART.03": [reflection(private=True)]}), view).holds("ART.03")
