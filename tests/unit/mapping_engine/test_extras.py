from __future__ import annotations

from mappings.books import BOOKS
from mappings.engine.extras import with_extras
from mappings.engine.paths import Tree
from schemas.standards.shape import StandardRecord

KEY = {
    "studentReference": {"studentUniqueId": "7"},
    "schoolReference": {"schoolId": 3},
    "entryDate": "2026-08-15",
}


def rewritten(made: Tree, before: Tree) -> Tree:
    book = BOOKS["edfi-6.1"].open()
    record = StandardRecord("studentSchoolAssociations", {**KEY, **made})
    return with_extras(book, record, {**KEY, **before}).values


def test_what_we_do_not_model_rides_along() -> None:
    assert rewritten({}, {"employedWhileEnrolled": True})["employedWhileEnrolled"] is True


def test_what_we_write_replaces_what_stood_there() -> None:
    new = rewritten({"exitWithdrawDate": "2027-06-05"}, {"exitWithdrawDate": "2027-01-01"})
    assert new["exitWithdrawDate"] == "2027-06-05"


def test_what_we_no_longer_say_is_not_brought_back() -> None:
    assert "exitWithdrawDate" not in rewritten({}, {"exitWithdrawDate": "2027-01-01"})


def test_a_list_of_ours_is_ours_whole() -> None:
    before = {"educationPlans": [{"educationPlanDescriptor": "uri://ed-fi.org/X#Old"}]}
    assert "educationPlans" not in rewritten({}, before)
