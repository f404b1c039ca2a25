"""What a decision carries: fields, limits, duties, rules and law."""

from __future__ import annotations

from typing import Any

import pytest
from support.access_states import State

from service.access import policy
from service.access.decision import Decision, granted
from service.access.explain import Unmet, explain


def state(role: str, section: str, action: str = "read", *codes: str, **values: Any) -> State:
    return State(role, section, action, frozenset(codes), frozenset(codes), **values)


def decided(role: str, section: str, action: str = "read", *codes: str, **values: Any) -> Decision:
    return state(role, section, action, *codes, **values).case().decide(section, action)


def test_a_teacher_gets_the_whole_of_career_goals() -> None:
    decision = decided("TCH", "careerGoals", "read", "LEI")
    assert decision.fields == policy.sections()["careerGoals"].fields
    assert decision.rules == ("TCH.careerGoals.read:LEI",)
    assert decision.basis == ("99.31(a)(1)(i)(A)",)
    assert decision.obligations == ("O1", "O5")


def test_need_narrows_the_fields_and_asks_for_redaction() -> None:
    decision = decided("CNS", "financialAid", "read", "LEI", "NEED")
    assert decision.fields == {"FIN.03", "FIN.05"}
    assert "O4" in decision.obligations


def test_directory_information_is_what_the_district_designated() -> None:
    decision = decided("PNR", "directory", "read", "DIR")
    assert decision.fields == {"person.given_name", "person.family_name"}
    assert decision.basis == ("99.31(a)(11)",)


def test_two_ways_in_give_the_fields_of_both() -> None:
    decision = decided("PNR", "directory", "read", "DIR", "CF")
    assert decision.fields == policy.sections()["directory"].fields
    assert len(decision.rules) == 2


def test_sources_write_only_their_own_fields() -> None:
    made = state("CNS", "assessments", "write", "SRC")
    case = made.case()
    mine = frozenset({("assessments", "ASM.05"), ("profile", "STR.01")})
    desk = type(case.desk)(
        type(case.desk.subject)(**{**vars(case.desk.subject), "source_fields": mine}),
        case.desk.context,
        case.desk.district,
    )
    assert desk.case(case.side.rows).decide("assessments", "write").fields == {"ASM.05"}


def test_shared_items_only() -> None:
    assert decided("MEN", "careerGoals", "read", "CF", "SHD").limits == {"shared"}


def test_a_way_to_some_fields_lifts_no_limit_from_the_others() -> None:
    desk = state("TCH", "workSamples", "read", "LEI", "SHD").case().desk
    ways = {way.grant.id: way for way in desk.step("workSamples", "read").ways}
    shared = ways["TCH.workSamples.read:LEI&SHD"]
    signed = ways["PNR.workSamples.read:CF"].within(frozenset({"ART.01"}))
    assert granted("workSamples", "read", (shared, signed), to_party=False).limits == {"shared"}


def test_deidentified_output_only() -> None:
    decision = decided("AUD", "profile", "read", "A35", "DEID")
    assert decision.limits == {"deidentified"}
    assert {"O2", "O3", "O9"} <= set(decision.obligations)


def test_a_consented_disclosure_is_told_and_copied_and_ends() -> None:
    codes = ("CI", "CF", "SC")
    decision = decided("VRA", "iepLink", "read", *codes)
    assert decision.obligations == ("O1", "O2", "O3", "O5", "O6", "O9")
    assert {"99.30", "300.622(b)(2)"} & set(decision.basis)


def test_break_glass_is_told_and_registered() -> None:
    decision = decided("ADM", "disability", "read", "BG")
    assert {"O2", "O8", "O9"} <= set(decision.obligations)


def test_an_export_is_marked() -> None:
    assert "O7" in decided("CNS", "profile", "export", "LEI").obligations


def test_nothing_in_the_table_is_a_denial_by_default() -> None:
    decision = decided("TCH", "contacts")
    assert decision == Decision(allowed=False, rules=("default",), cite=("99.31(d)",))


@pytest.mark.parametrize("code", ["G1", "G2", "G4", "G8-hold"])
def test_a_global_denial_names_itself(code: str) -> None:
    decision = decided("CMG", "disability", "delete", denial=code)
    assert decision.rules == (code.partition("-")[0],)
    assert decision.fields == frozenset()


def test_the_first_denial_is_told() -> None:
    made = state("PAR", "disability", denial="G4")
    made.context["strength"] = "password"
    assert made.case().decide("disability", "read").rules == ("G2",)


def test_why_names_all_denials_and_what_is_unmet() -> None:
    made = state("MEN", "careerGoals", "read", "SHD", denial="G5-none")
    case = made.case()
    found = explain(case.desk, case.side, "careerGoals", "read")
    assert found.denials == ("G5",)
    assert Unmet("MEN.careerGoals.read:CF&SHD", role_held=True, codes=("CF",)) in found.unmet


@pytest.mark.parametrize(
    ("role", "section", "stricter"),
    [("CIS", "accommodations", True), ("TCH", "careerGoals", False), ("MEN", "profile", True)],
)
def test_what_is_stricter_than_the_law_says_so(role: str, section: str, stricter: bool) -> None:
    from service.access.table import shipped

    assert {one.stricter for one in shipped().cells[role, section, "read"]} == {stricter}


def test_a_wildcard_scope_opens_only_unguarded_sections() -> None:
    wide = frozenset({("*", "read", "*")})
    made = {
        section: state("CIS", section, "read", "AGR") for section in ("profile", "financialAid")
    }
    for one in made.values():
        one._cf()
        one.subject["scopes"] = wide
    answers = {name: one.case().decide(name, "read") for name, one in made.items()}
    assert answers["profile"].allowed
    assert answers["financialAid"].rules == ("G7",)
