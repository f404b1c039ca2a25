"""The rule table and the words around it are closed: nothing missing, nothing unknown."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from schemas.ilp.plan import ELEMENTS
from schemas.meta import PrivacyClass
from schemas.roster.records import Person
from service.access import policy
from service.access.algebra import ALWAYS, NEVER, Fact, every, negated, some_of
from service.access.conditions import holds, meaning
from service.access.denials import passes
from service.access.table import overlaid, parse_cell, shipped
from service.errors import Misconfigured

_OF_A_SECTION = {
    PrivacyClass.DIR: {"D"},
    PrivacyClass.EDU: {"D", "C1", "C2", "C3", "C4", "P"},
    PrivacyClass.CON: {"C2"},
    PrivacyClass.FIN: {"C3"},
    PrivacyClass.SPED: {"C3", "C4"},
}
"""The classes of sections in which a field of each privacy class may stand."""


def places() -> dict[str, str]:
    """The section of each field."""
    return {field: one.name for one in policy.sections().values() for field in one.fields}


def elements() -> dict[str, PrivacyClass]:
    """Every element and every narrower field of one, with its class."""
    found = {id_: place.privacy for id_, place in ELEMENTS.items()}
    for id_, place in ELEMENTS.items():
        for one in place.narrower_fields():
            found[f"{id_}{one.path.removeprefix(place.path)}"] = one.privacy
    return found


def test_every_cell_stands() -> None:
    keys = product(policy.roles(), policy.sections(), policy.ACTIONS)
    assert set(shipped().cells) == set(keys)
    assert len(shipped().cells) == 1904


def test_every_condition_is_used_and_every_code_is_known() -> None:
    used = {code for grants in shipped().cells.values() for one in grants for code in one.codes}
    assert used == set(policy.conditions())


def test_every_grant_has_a_basis_and_a_citation() -> None:
    grants = [one for found in shipped().cells.values() for one in found]
    assert all(one.basis and one.cite for one in grants)


def test_rules_have_names_of_their_own() -> None:
    counted = Counter(one.id for found in shipped().cells.values() for one in found)
    assert max(counted.values()) == 1


def test_every_meaning_and_denial_can_be_stated() -> None:
    for (role, section, action), grants in shipped().cells.items():
        assert holds(role) != ALWAYS
        for code in {code for one in grants for code in one.codes}:
            assert meaning(code, role, section, action) != NEVER
        assert passes(section, action)


def test_every_element_stands_in_one_section() -> None:
    fields = [field for one in policy.sections().values() for field in one.fields]
    assert elements().keys() <= set(fields)
    assert len(fields) == len(set(fields))


@pytest.mark.parametrize("field", sorted(elements()))
def test_no_field_stands_in_a_section_of_a_lower_class(field: str) -> None:
    klass = policy.sections()[places()[field]].klass
    assert klass in _OF_A_SECTION[elements()[field]]


def test_every_field_of_a_person_stands_somewhere() -> None:
    named = {f"person.{name}" for name in Person.model_fields if name != "id"}
    assert named <= places().keys()


def test_needs_are_part_of_their_section_and_of_a_cell_that_says_so() -> None:
    asked = {
        (role, section)
        for (role, section, _), grants in shipped().cells.items()
        if any("NEED" in one.codes for one in grants)
    }
    told = {(role, one.name) for one in policy.sections().values() for role in one.needs}
    assert told == asked
    assert all(
        need <= one.fields for one in policy.sections().values() for need in one.needs.values()
    )


def test_stricter_cells_name_cells_that_exist() -> None:
    known = {f"{section}.{action}" for section in policy.sections() for action in policy.ACTIONS}
    assert all(role.stricter <= known for role in policy.roles().values())


def test_no_purpose_is_both_listed_and_never() -> None:
    assert not policy.purposes() & policy.never_purposes()


def test_an_overlay_may_close() -> None:
    table = overlaid({"TCH.careerGoals.propose": {"cell": "-"}})
    assert table.cell("TCH", "careerGoals", "propose") == "-"
    assert table.version != shipped().version


def test_an_overlay_may_ask_for_more() -> None:
    table = overlaid({"ADM.directory.read": {"cell": "LEI & PURP"}})
    assert table.cell("ADM", "directory", "read") == "LEI & PURP"


@pytest.mark.parametrize("cell", ["LEI", "+", "LEI & TEAM"])
def test_an_overlay_that_opens_more_needs_an_authority(cell: str) -> None:
    change = {"CNS.reflectionsPrivate.read": {"cell": cell}}
    with pytest.raises(Misconfigured, match="opens more"):
        overlaid(change)
    change["CNS.reflectionsPrivate.read"]["authority"] = "Board resolution 12"
    assert overlaid(change).cell("CNS", "reflectionsPrivate", "read") == cell


@pytest.mark.parametrize("name", ["TCH", "TCH.careerGoals", "XXX.directory.read", "", "a.b.c.d"])
def test_an_overlay_of_no_cell_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match="no cell"):
        overlaid({name: {"cell": "-"}})


@pytest.mark.parametrize("text", ["LIE", "LEI &", "", "+ | LEI", "LEI & -"])
def test_a_cell_of_unknown_codes_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="unknown conditions"):
        parse_cell("TCH", "directory", "read", text)


@pytest.mark.parametrize("state", ["MD", "NE", "NY", "PA"])
def test_states_known_to_keep_idea_rights_with_parents(state: str) -> None:
    assert policy.state_rule(state)[1] is False


@pytest.mark.parametrize(
    ("state", "age"), [("AL", 19), ("NE", 19), ("MS", 21), ("OH", 18), (None, 18)]
)
def test_ages_of_majority(state: str | None, age: int) -> None:
    assert policy.state_rule(state)[0] == age


def test_other_states_are_unknown() -> None:
    assert policy.state_rule("TX")[1] is None


def test_joins_settle_what_is_settled() -> None:
    some = Fact("some")
    assert every(some, NEVER) == NEVER
    assert some_of(some, ALWAYS) == ALWAYS
    assert (every(), some_of(), negated(ALWAYS)) == (ALWAYS, NEVER, NEVER)
    assert every(some, every(some)) == some == negated(negated(some))
