"""The life cycle of a proposal (`iep-transition.md` §4.3), as a pure machine.

A proposal asks the IEP Team for a change. Only a recorded decision of the Team accepts it, and only
the IEP system's own next version shows whether the change was made: nothing here writes an IEP.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.errors import Denied, Invalid


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    NEEDS_REBASE = "needs_rebase"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REALIZED = "realized"
    NOT_REALIZED = "not_realized"


class Action(StrEnum):
    """What can happen to a proposal."""

    REVISE = "revise"
    SUBMIT = "submit"
    REVIEW = "review"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REBASE = "rebase"
    EXPIRE = "expire"
    OUTDATE = "outdate"
    REALIZE = "realize"
    MISS = "miss"


class Doer(StrEnum):
    """By what right something happens."""

    PROPOSER = "proposer"
    """Whoever proposed it, as long as the cell `propose` is open."""
    KEEPER = "keeper"
    """Whoever maintains links: the cell `write`, which is the case manager's."""
    TEAM = "team"
    """Whoever records a decision of the Team (the cell `approve` under TM), never the proposer."""
    SERVICE = "service"
    """Nobody: a day has come, or the IEP system delivered a version."""


OPEN: Final = frozenset({State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.NEEDS_REBASE})
"""Where a proposal still waits for a decision."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step: from where, to where, and by whose right."""

    sources: frozenset[State]
    target: State
    doer: Doer


def _step(target: State, doer: Doer, *sources: State) -> Step:
    return Step(frozenset(sources), target, doer)


STEPS: Final[Mapping[Action, Step]] = {
    Action.REVISE: _step(State.DRAFT, Doer.PROPOSER, State.DRAFT),
    Action.SUBMIT: _step(State.SUBMITTED, Doer.PROPOSER, State.DRAFT),
    Action.REVIEW: _step(State.UNDER_REVIEW, Doer.KEEPER, State.SUBMITTED),
    Action.ACCEPT: _step(State.ACCEPTED, Doer.TEAM, State.UNDER_REVIEW),
    Action.REJECT: _step(State.REJECTED, Doer.TEAM, State.UNDER_REVIEW),
    Action.WITHDRAW: _step(State.WITHDRAWN, Doer.PROPOSER, *OPEN),
    Action.REBASE: _step(State.DRAFT, Doer.PROPOSER, State.NEEDS_REBASE),
    Action.EXPIRE: _step(State.EXPIRED, Doer.SERVICE, *OPEN),
    Action.OUTDATE: _step(State.NEEDS_REBASE, Doer.SERVICE, *(OPEN - {State.NEEDS_REBASE})),
    # A version that came without the change may be followed by one that has it.
    Action.REALIZE: _step(State.REALIZED, Doer.SERVICE, State.ACCEPTED, State.NOT_REALIZED),
    Action.MISS: _step(State.NOT_REALIZED, Doer.SERVICE, State.ACCEPTED),
}
"""Every step that there is; what is not here cannot happen."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whoever acts: all ids that mean this one person, and the rights that are open just now."""

    ids: frozenset[str]
    rights: frozenset[Doer]


SERVICE: Final = Hand(frozenset(), frozenset({Doer.SERVICE}))
"""The service itself, when a day has come or a version has arrived."""


def after(action: Action, state: State, proposer: Collection[str], hand: Hand) -> State:
    """The state after a step. Raises Denied for a wrong hand, Invalid for a wrong state."""
    step = STEPS[action]
    own = bool(hand.ids.intersection(proposer))
    if step.doer is Doer.TEAM and own:
        raise Denied(
            "Whoever proposed a change does not record the Team's decision on it.",
            "Another member who may record it does, or withdraw the proposal.",
        )
    if step.doer not in hand.rights or (step.doer is Doer.PROPOSER and not own):
        raise Denied(f"Not yours to {action}: that is the {_WHO[step.doer]}.", _ASK)
    if state not in step.sources:
        places = ", ".join(sorted(step.sources))
        raise Invalid(f"The proposal is {state}: {action} is closed.", f"It has to be: {places}.")
    return step.target


_ASK: Final = "`planbridge access why` tells which conditions are unmet."
_WHO: Final = {
    Doer.PROPOSER: "proposer's, while proposing is open to them",
    Doer.KEEPER: "case manager's",
    Doer.TEAM: "case manager's or the agency representative's, under a recorded Team decision",
    Doer.SERVICE: "service's, when a day has come or a version has arrived",
}
