"""Whatever anybody does in any order: no forbidden state, no forbidden sight, no written IEP."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from support.iep_players import (
    DECIDERS,
    PLAYERS,
    PROPOSERS,
    READERS,
    STUDENT,
    WORDING,
    Play,
    next_version,
)

from schemas.iep.header import ApprovalRoute
from schemas.ilp.goals import TransitionArea
from service.errors import ServiceError
from service.iep import deciding, proposing
from service.iep.change import Change
from service.iep.deciding import TeamDecision
from service.iep.ledger import proposals_of, steps_of
from service.iep.proposing import Ask
from service.iep.request import list_proposals, version_now
from service.iep.states import State
from service.store.database import open_engine

MAY_FOLLOW = {
    (None, "draft"),
    ("draft", "draft"),
    ("draft", "submitted"),
    ("submitted", "under_review"),
    ("under_review", "accepted"),
    ("under_review", "rejected"),
    ("accepted", "realized"),
    ("accepted", "not_realized"),
    ("not_realized", "realized"),
    ("needs_rebase", "draft"),
    *((one, "needs_rebase") for one in ("draft", "submitted", "under_review")),
    *((one, "withdrawn") for one in ("draft", "submitted", "under_review", "needs_rebase")),
    *((one, "expired") for one in ("draft", "submitted", "under_review", "needs_rebase")),
}
"""The life cycle of iep-transition.md §4.3, written down once more and on its own."""

DECIDED = {"accepted", "rejected"}
WORDS = "Physical therapist assistant."
players = st.sampled_from((*PLAYERS, *sorted(PROPOSERS)))


class Lives(RuleBasedStateMachine):
    """Anybody tries anything; what is refused must leave no trace."""

    template: ClassVar[Path]
    proposals: Bundle[str] = Bundle("proposals")
    decisions: Bundle[str] = Bundle("decisions")

    @initialize()
    def opened(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "play.db")
        self.play = Play(open_engine(f"sqlite:///{self.folder / 'play.db'}"))
        self.play.open()
        self.mirrored = self.play.mirror()
        self.owner: dict[str, str] = {}

    def attempt(self, player: str, what: Any, *given: Any) -> Any:
        """What a player tries: its answer, or None where it is refused."""
        try:
            with self.play.visit(player) as visit:
                return what(visit, *given)
        except ServiceError:
            return None

    def _decision(self, visit: Any, route: ApprovalRoute) -> str:
        base = version_now(visit, STUDENT)
        assert base is not None
        day: date = visit.district.day(visit.now)
        papers = ("AGR-1", day, "PWN-1", "by telephone", base.number + 1, "leader")
        return deciding.record_decision(visit, STUDENT, TeamDecision(route, *papers), base)

    @rule(target=proposals, player=players, words=st.sampled_from((None, WORDS)))
    def propose(self, player: str, words: str | None) -> Any:
        def made(visit: Any) -> str:
            area = TransitionArea.EMPLOYMENT
            ask = Ask(Change.ADD, "postsecondary_goals", "why", WORDING, words, area)
            return proposing.propose(visit, STUDENT, ask, version_now(visit, STUDENT), None)

        id_ = self.attempt(player, made)
        assert (id_ is not None) == (player in PROPOSERS and (words is None or player == STUDENT))
        if id_ is None:
            return multiple()
        self.owner[id_] = player
        return id_

    @rule(player=players, id_=proposals)
    def submit(self, player: str, id_: str) -> None:
        if self.attempt(player, proposing.submit, id_):
            assert player == self.owner[id_]

    @rule(id_=proposals, recorder=st.sampled_from((*sorted(DECIDERS), "parent")), yes=st.booleans())
    def take_through(self, id_: str, recorder: str, yes: bool) -> None:
        """The usual way up to the decision, so that the states behind it are reached often."""
        owner = self.owner[id_]
        self.attempt(owner, proposing.submit, id_)
        self.attempt("manager", deciding.review, id_)
        decision = self.attempt(recorder, self._decision, ApprovalRoute.MEETING)
        if decision is not None:
            what = deciding.accept if yes else deciding.reject
            if self.attempt(recorder, what, id_, decision):
                assert recorder != owner

    @rule(player=players, id_=proposals)
    def review(self, player: str, id_: str) -> None:
        if self.attempt(player, deciding.review, id_):
            assert player == "manager"

    @rule(player=players, id_=proposals)
    def withdraw(self, player: str, id_: str) -> None:
        if self.attempt(player, proposing.withdraw, id_):
            assert player == self.owner[id_]

    @rule(player=players, id_=proposals)
    def rebase(self, player: str, id_: str) -> None:
        now = self.attempt("manager", version_now, STUDENT)
        if self.attempt(player, proposing.rebase, id_, now):
            assert player == self.owner[id_]

    @rule(player=players)
    def sign(self, player: str) -> None:
        signed = self.attempt(player, deciding.sign, STUDENT, "AGR-1")
        assert (signed is not None) == (player == "parent")  # the student is a minor

    @rule(target=decisions, player=players, route=st.sampled_from(ApprovalRoute))
    def decide(self, player: str, route: ApprovalRoute) -> Any:
        id_ = self.attempt(player, self._decision, route)
        assert id_ is None or player in DECIDERS
        return multiple() if id_ is None else id_

    @rule(
        player=st.sampled_from(("manager", "leader", "student", "parent", "teammate", "stranger")),
        id_=proposals,
        decision=decisions,
        accept=st.booleans(),
    )
    def settle(self, player: str, id_: str, decision: str, accept: bool) -> None:
        what = deciding.accept if accept else deciding.reject
        if self.attempt(player, what, id_, decision):
            assert player in DECIDERS
            assert player != self.owner[id_]

    @rule(changed=st.booleans())
    def deliver(self, changed: bool) -> None:
        self.play.deliver(next_version(len(self.play.versions) + 1, changed=changed))
        self.mirrored = self.play.mirror()

    @rule(days=st.sampled_from((1, 200)))
    def wait(self, days: int) -> None:
        if self.play.now.year < 2028:  # the student stays a minor, the consents of the tale hold
            self.play.later(days)

    @rule(player=players)
    def look(self, player: str) -> None:
        shown = self.attempt(player, list_proposals, STUDENT)
        assert (shown is not None) == (player in READERS)
        for one in shown or ():
            assert one.submitted_at is not None or self.owner[one.id] == player

    @invariant()
    def nothing_forbidden_happened(self) -> None:
        if not hasattr(self, "play"):
            return
        with self.play.visit("manager") as visit:
            for one in proposals_of(visit.connection, visit.tenant, STUDENT):
                steps = steps_of(visit.connection, visit.tenant, one.id)
                self._check_steps(one.id, [*steps])
                taken = [step["at"][:10] for step in steps if step["to_state"] in DECIDED]
                assert all(day <= one.expires_on.isoformat() for day in taken)
                assert one.student_words in (None, WORDS)
                if one.state in (State.ACCEPTED, State.REALIZED, State.NOT_REALIZED):
                    made = deciding.decision_of(visit, STUDENT, str(one.decision_id))
                    assert made["notice"]
                    assert made["from_version"] < made["to_version"]

    def _check_steps(self, id_: str, steps: list[dict[str, Any]]) -> None:
        before = None
        for step in steps:
            assert step["from_state"] == before
            assert (before, step["to_state"]) in MAY_FOLLOW
            if step["to_state"] in DECIDED:
                assert step["by"] in DECIDERS
                assert step["by"] != self.owner[id_]
            before = step["to_state"]

    @invariant()
    def the_mirror_is_only_delivered(self) -> None:
        if hasattr(self, "play"):
            assert self.play.mirror() == self.mirrored

    def teardown(self) -> None:
        if hasattr(self, "play"):
            self.play.engine.dispose()
            shutil.rmtree(self.folder)


def test_no_sequence_of_actions_reaches_what_is_forbidden(sqlite_template: Path) -> None:
    Lives.template = sqlite_template
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=18, stateful_step_count=30, deadline=None)
    )


@pytest.mark.stress
def test_no_long_sequence_either(sqlite_template: Path) -> None:
    Lives.template = sqlite_template
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=300, stateful_step_count=60, deadline=None)
    )
