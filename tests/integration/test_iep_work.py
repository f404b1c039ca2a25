"""A proposal's whole life, and links in an amendment, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import TENANT
from support.iep_players import STUDENT, Play, world
from support.iep_story import WORDING, first_version, second_version

from schemas.iep.header import ApprovalRoute
from schemas.iep.iep import Iep
from schemas.ilp.goals import TransitionArea
from service.errors import Denied, Invalid, ServiceError
from service.iep import deciding, proposing
from service.iep.arrivals import settle
from service.iep.change import Change
from service.iep.deciding import TeamDecision
from service.iep.ledger import Proposal, proposals_of
from service.iep.links import links_of
from service.iep.mirror import current_version
from service.iep.proposing import Ask
from service.iep.request import show_proposal, version_now
from service.iep.states import State
from service.office import Visit
from service.settings import instant
from service.store.database import writing
from service.store.iep_tables import iep_mirror
from service.store.iep_work_tables import iep_link, iep_proposal
from service.store.tables import metadata


@pytest.fixture
def play(engine: Engine) -> Play:
    made = Play(engine)
    made.open()
    return made


def submitted(play: Play, by: str, wording: str = WORDING) -> str:
    """A proposal that the case manager has taken up."""
    area = TransitionArea.EMPLOYMENT
    with play.visit(by) as visit:
        ask = Ask(Change.ADD, "postsecondary_goals", "why", wording, area=area)
        made = proposing.propose(visit, STUDENT, ask, version_now(visit, STUDENT), None)
        proposing.submit(visit, made)
    with play.visit("manager") as visit:
        deciding.review(visit, made)
    return made


def decided(play: Play, by: str = "manager") -> str:
    with play.visit(by) as visit:
        base = version_now(visit, STUDENT)
        assert base is not None
        papers = ("MTG-1", date(2026, 11, 20), "PWN-1", "attended", base.number + 1)
        made = TeamDecision(ApprovalRoute.MEETING, *papers)
        return deciding.record_decision(visit, STUDENT, made, base)


def the_one(play: Play) -> Proposal:
    with play.visit("manager") as visit:
        (one,) = proposals_of(visit.connection, visit.tenant, STUDENT)
        return one


def link(play: Play, goal: str = "PSG-1") -> None:
    row = dict.fromkeys((column.name for column in iep_link.c if not column.nullable), "x")
    told = {"tenant": "district", "student_id": STUDENT, "iep_source": "iep", "goal_id": goal}
    with writing(play.engine) as connection:
        connection.execute(iep_link.insert().values({**row, **told, "id": f"iep_link-{goal}"}))


def pointing(play: Play) -> dict[str, tuple[str, bool]]:
    """Where each link points, and whether it waits."""
    with play.visit("manager") as visit:
        rows = links_of(visit.connection, visit.tenant, STUDENT)
    return {row["id"]: (row["goal_id"], row["queued_at"] is not None) for row in rows}


def with_goal(statement: str, id_: str = "PSG-1") -> Iep:
    """A version in which the goal for training reads otherwise."""
    iep = second_version()
    goal = iep.postsecondary_goals[0].model_copy(update={"statement": statement, "id": id_})
    return iep.model_copy(update={"postsecondary_goals": (goal, iep.postsecondary_goals[1])})


def unread(engine: Engine, *, iep: bool) -> Play:
    """A play in which there is an IEP, or none."""
    play = Play(engine)
    with writing(engine) as connection:
        world().insert(connection)
    if iep:
        play.deliver(first_version())
    return play


def answer_of(play: Play, what: Callable[[Visit], object]) -> str:
    """What the counselor, who is not on the Team, is told."""
    try:
        with play.visit("counselor") as visit:
            return str(what(visit))
    except ServiceError as error:
        return str(error)


@pytest.mark.parametrize("step", ["propose", "submit", "rebase", "withdraw"])
def test_who_may_not_see_the_iep_learns_nothing_of_it_by_proposing(
    engine: Engine, step: str
) -> None:
    ask = Ask(Change.ADD, "services", "why", WORDING)

    def asked(visit: Visit) -> object:
        made = proposing.propose(visit, STUDENT, ask, version_now(visit, STUDENT), None)
        further: dict[str, Callable[[], object]] = {
            "propose": lambda: made,
            "submit": lambda: proposing.submit(visit, made),
            "rebase": lambda: proposing.rebase(visit, made, version_now(visit, STUDENT)),
            "withdraw": lambda: proposing.withdraw(visit, made),
        }
        return further[step]()

    without = answer_of(unread(engine, iep=False), asked)
    with writing(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    assert answer_of(unread(engine, iep=True), asked) == without


def test_the_team_sees_such_a_proposal_against_the_present_version(play: Play) -> None:
    made = submitted(play, "counselor")
    play.deliver(second_version())
    with play.visit("manager") as visit:
        shown = show_proposal(visit, made)
    assert (shown["state"], shown["base_version"]) == ("under_review", 2)
    assert the_one(play).base is None


def test_such_a_proposal_is_accepted_on_the_version_that_was_decided_on(play: Play) -> None:
    made, decision = submitted(play, "counselor"), decided(play)
    with play.visit("manager") as visit:
        deciding.accept(visit, made, decision)
    assert the_one(play).base == ("iep", first_version().id, 1)
    play.deliver(second_version())
    assert the_one(play).state is State.REALIZED


def held_again(play: Play, number: int) -> None:
    """The source takes its latest version back: an older one holds."""
    with writing(play.engine) as connection:
        before = current_version(connection, TENANT, STUDENT)
        connection.execute(sa.update(iep_mirror).values(version=number))
        now = current_version(connection, TENANT, STUDENT)
        assert now is not None
        settle(connection, TENANT, STUDENT, before, now, instant(play.now))


def test_a_proposal_on_a_version_that_was_taken_back_is_put_on_the_one_that_holds(
    play: Play,
) -> None:
    play.deliver(second_version())
    made = submitted(play, "student")
    held_again(play, 1)
    assert the_one(play).state is State.NEEDS_REBASE
    with play.visit("student") as visit:
        proposing.rebase(visit, made, version_now(visit, STUDENT))
    assert (the_one(play).state, the_one(play).base_version) == (State.DRAFT, 1)


def test_a_proposal_on_another_version_is_rebased_though_nobody_said_so(play: Play) -> None:
    made = submitted(play, "student")
    with writing(play.engine) as connection:
        connection.execute(sa.update(iep_proposal).values(iep_source="gone"))
    with play.visit("student") as visit:
        assert proposing.rebase(visit, made, version_now(visit, STUDENT)) is State.DRAFT
    assert the_one(play).iep_source == "iep"


def test_what_is_on_the_present_version_is_not_rebased(play: Play) -> None:
    made = submitted(play, "student")
    with pytest.raises(Invalid, match="rebase is closed"), play.visit("student") as visit:
        proposing.rebase(visit, made, version_now(visit, STUDENT))


def test_a_signature_is_under_an_amendment_of_the_version_that_was_current(play: Play) -> None:
    def amended() -> str:
        with play.visit("manager") as visit:
            base = version_now(visit, STUDENT)
            assert base is not None
            papers = ("AGR-1", date(2026, 11, 20), "PWN-1", "by phone", base.number + 1, "leader")
            made = TeamDecision(ApprovalRoute.WRITTEN_AMENDMENT, *papers)
            return deciding.record_decision(visit, STUDENT, made, base)

    with play.visit("parent") as visit:
        deciding.sign(visit, STUDENT, "AGR-1")
    assert amended()
    play.later(1)
    play.deliver(second_version())
    with pytest.raises(Invalid, match="since version 2"):
        amended()
    with play.visit("parent") as visit:
        deciding.sign(visit, STUDENT, "AGR-1")
    assert amended()


def test_accepted_and_realized(play: Play) -> None:
    made, decision = submitted(play, "student"), decided(play)
    with play.visit("manager") as visit:
        deciding.accept(visit, made, decision)
    play.deliver(second_version())
    assert the_one(play).state is State.REALIZED


def test_a_later_version_still_realizes(play: Play) -> None:
    made, decision = submitted(play, "student"), decided(play)
    with play.visit("leader") as visit:
        deciding.accept(visit, made, decision)
    play.deliver(first_version().model_copy(update={"version": "2"}))
    assert the_one(play).state is State.NOT_REALIZED
    play.deliver(second_version())
    assert the_one(play).state is State.REALIZED


def test_the_case_manager_does_not_accept_the_own_proposal(play: Play) -> None:
    made, decision = submitted(play, "manager"), decided(play)
    with pytest.raises(Denied, match="proposed"), play.visit("manager") as visit:
        deciding.accept(visit, made, decision)
    assert the_one(play).state is State.UNDER_REVIEW


def test_a_decision_on_another_version_accepts_nothing(play: Play) -> None:
    decision = decided(play)
    play.deliver(second_version())
    made = submitted(play, "student")
    with pytest.raises(Invalid, match="version 1"), play.visit("manager") as visit:
        deciding.accept(visit, made, decision)


def test_nothing_is_accepted_after_its_last_day(play: Play) -> None:
    made, decision = submitted(play, "student"), decided(play)
    play.later(400)
    with pytest.raises(Invalid, match="expired"), play.visit("manager") as visit:
        deciding.accept(visit, made, decision)


@pytest.mark.parametrize("text", ["x" * 20_001, "a\x00b", "   "])
def test_texts_that_no_form_could_carry_are_refused(play: Play, text: str) -> None:
    with pytest.raises(Invalid):
        submitted(play, "student", text)


def test_a_kept_goal_keeps_its_link(play: Play) -> None:
    link(play)
    play.deliver(second_version())
    assert pointing(play) == {"iep_link-PSG-1": ("PSG-1", False)}


def test_a_goal_with_a_new_id_and_the_same_words_takes_its_link_along(play: Play) -> None:
    link(play)
    play.deliver(with_goal(first_version().postsecondary_goals[0].statement, "PSG-7"))
    assert pointing(play) == {"iep_link-PSG-1": ("PSG-7", False)}


@pytest.mark.parametrize("statement", ["The student will finish a therapist assistant program."])
def test_a_reworded_goal_leaves_its_link_waiting(play: Play, statement: str) -> None:
    link(play)
    play.deliver(with_goal(statement))
    assert pointing(play) == {"iep_link-PSG-1": ("PSG-1", True)}


def test_a_link_that_waits_is_left_alone_by_the_next_version(play: Play) -> None:
    link(play, "AG-9")
    play.deliver(second_version())
    before = pointing(play)
    play.deliver(second_version().model_copy(update={"version": "3"}))
    assert pointing(play) == before == {"iep_link-AG-9": ("AG-9", True)}
