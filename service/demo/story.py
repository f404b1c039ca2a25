"""A transition plan from the sixteenth birthday to the revoked consent, told as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from adapters.whole import whole_file
from schemas.iep.header import ApprovalRoute
from schemas.ilp.goals import TransitionArea
from service.access.workflow.consents import Paper, add_consent, revoke_consent
from service.audit.register import Disclosure, who_has_seen
from service.demo.cast import (
    AGENCY,
    EIGHTEEN,
    JOSE,
    MANAGER,
    MOTHER,
    PEOPLE,
    SECTIONS,
    SIXTEEN,
    WORDING,
    Stage,
)
from service.errors import Denied
from service.iep import deciding, proposing, request
from service.iep.change import Change
from service.iep.feed.draft import Draft
from service.iep.feed.give import as_bytes, give_draft
from service.iep.links import LinkKind, add_link
from service.office import let_out
from service.office.people import find_person

MEETING, AMENDED = "2026-12-01", "2026-12-02"
EVE, OWN, REVOKED, LAST_DAY = "2028-11-24", "2028-11-27", "2028-12-01", "2028-12-02"
PURPOSE: Final = "transition-services"
REGIMES: Final = ("IDEA_300_622", "FERPA_99_30")
_ZONE: Final = ZoneInfo("America/Denver")


def tell(stage: Stage) -> Iterator[str]:
    """The whole story, a sentence or two for each thing that came about."""
    yield from _sixteen(stage)
    yield from _consented(stage)
    yield from _meeting(stage)
    yield from _eighteen(stage)
    yield from _own_word(stage)


def register(stage: Stage) -> list[Disclosure]:
    """What the register tells the student on the last day."""
    with stage.visit(LAST_DAY, "jose", "disclosures") as visit:
        student = visit.lookup(JOSE, "read", ["disclosureLog"]).student
        found = who_has_seen(visit.connection, visit.tenant, student)
    return [one for one in found if one.recorded]


def _sixteen(stage: Stage) -> Iterator[str]:
    stage.night(SIXTEEN)
    with stage.visit(SIXTEEN, MANAGER, "iep link suggest") as visit:
        found = request.suggest_links(visit, JOSE)
    best = found[0]
    yield (
        f"{SIXTEEN}: a student turns 16. Goals of his plan and of his IEP may belong together: his "
        f"case manager sees {len(found)} suggestions, the first with {best.score} of 100 points "
        f"because {' and '.join(best.reasons)}."
    )
    with stage.visit(SIXTEEN, MANAGER, "iep link add", reason="the same program") as visit:
        student = request.found(visit, JOSE, "write")
        sight = visit.see(student, "read", ["iepLink", "careerGoals"])
        version = proposing.require_version(request.version_now(visit, student))
        plan, ends = request.require_plan(visit, sight), (best.entry, best.goal)
        made = add_link(visit, student, ends, LinkKind.SUPPORTS, version, plan)
    yield f"Only people make links. She makes this one, and says why ({made})."


def _consented(stage: Stage) -> Iterator[str]:
    early = _to_agency(stage, SIXTEEN, "early.json")
    yield (
        "The State's vocational rehabilitation agency would like to know what he plans. "
        f"Nobody has consented yet: {_answer(early)}."
    )
    ids = _consent(stage, "laila", SIXTEEN, "2028-12-31")
    yield f"His mother consents under both laws, IDEA and FERPA ({', '.join(ids)})."
    draft = _draft(stage, SIXTEEN, "packet.pdf", reason="for the meeting")
    if draft is not None:
        yield (
            f"The packet for the meeting is printed: {len(draft.sentences)} sentences, each with "
            f"its source, in packet.pdf; on the log as disclosure {draft.handover.number}."
        )
    given = _to_agency(stage, SIXTEEN, "agency.json")
    yield f"The agency sees only what the consents cover: {_answer(given)}."


def _meeting(stage: Stage) -> Iterator[str]:
    stage.night(MEETING)
    proposal = _propose(stage)
    with stage.visit(MEETING, MANAGER, "iep accept") as visit:
        student = request.found(visit, JOSE)
        base = proposing.require_version(request.version_now(visit, student))
        papers = deciding.TeamDecision(
            ApprovalRoute.MEETING,
            "MTG-1",
            datetime.fromisoformat(MEETING).date(),
            "PWN-1",
            "mother and student attended",
            base.number + 1,
        )
        decision = deciding.record_decision(visit, student, papers, base)
        state = deciding.accept(visit, proposal, decision, WORDING)
        shown = request.show_proposal(visit, proposal)
    yield (
        f'{MEETING}: he proposes a goal for work in his own words: "{shown["student_words"]}" The '
        f'Team meets, and words it so: "{WORDING}" The case manager records it: {state}.'
    )
    yield f"The IEP stays as its own system delivered it, {_goals(stage, MEETING)}."
    stage.night(AMENDED, version=2)
    with stage.visit(AMENDED, MANAGER, "iep show") as visit:
        state = request.show_proposal(visit, proposal)["state"]
    yield (
        f"{AMENDED}: the next delivery shows the amendment, {_goals(stage, AMENDED)}. "
        f"The proposal is {state}."
    )


def _propose(stage: Stage) -> str:
    ask = proposing.Ask(
        Change.ADD,
        "postsecondary_goals",
        "I have wanted this for a year.",
        area=TransitionArea.EMPLOYMENT,
        entry="goal-career",
    )
    with stage.visit(MEETING, "jose", "iep propose") as visit:
        student = request.found(visit, JOSE, "propose")
        plan = request.readable_plan(visit, visit.see(student))
        base = request.version_now(visit, student)
        proposal = proposing.propose(visit, student, ask, base, plan)
        proposing.submit(visit, proposal)
    with stage.visit(MEETING, MANAGER, "iep review") as visit:
        deciding.review(visit, proposal)
    return proposal


def _eighteen(stage: Stage) -> Iterator[str]:
    stage.night(EVE)
    yield f"{EVE}: his mother asks for the IEP: {_asked(stage, EVE, MOTHER)}."
    stage.night(EIGHTEEN)
    yield (
        f"{EIGHTEEN}: he turns 18, and the rights are his. His mother: "
        f"{_asked(stage, EIGHTEEN, MOTHER)}; he himself: {_asked(stage, EIGHTEEN, 'jose')}."
    )
    lapsed = _to_agency(stage, EIGHTEEN, "lapsed.json")
    yield f"What his mother signed has ended with her rights. The agency: {_answer(lapsed)}."


def _own_word(stage: Stage) -> Iterator[str]:
    ids = _consent(stage, "jose", "2028-11-26", "2029-11-26")
    stage.night(OWN)
    own = _to_agency(stage, OWN, "own-word.json")
    yield f"{OWN}: he has consented himself. The agency: {_answer(own)}."
    with stage.visit(REVOKED, "jose", "consent revoke", reason="no more") as visit:
        for one in ids:
            revoke_consent(visit.clerk, one)
    stage.night(LAST_DAY)
    closed = _to_agency(stage, LAST_DAY, "closed.json")
    yield f"{LAST_DAY}: he has revoked it. The agency: {_answer(closed)}."


def _consent(stage: Stage, signer: str, day: str, ends: str) -> list[str]:
    """A paper under each regime, signed at midnight; gives their ids."""
    with stage.visit(day, signer, "consent add") as visit:
        student, person = (
            find_person(visit.connection, visit.tenant, one) for one in (JOSE, PEOPLE[signer])
        )
        papers = (
            Paper(
                regime,
                person,
                frozenset(SECTIONS),
                AGENCY,
                PURPOSE,
                datetime.fromisoformat(day).replace(tzinfo=_ZONE),
                datetime.fromisoformat(ends).replace(tzinfo=_ZONE),
                "signed form",
            )
            for regime in REGIMES
        )
        return [add_consent(visit.clerk, student, paper).id for paper in papers]


def _to_agency(stage: Stage, day: str, name: str) -> Draft | None:
    return _draft(stage, day, name, party=AGENCY, purpose=PURPOSE)


def _draft(stage: Stage, day: str, name: str, **asked: str) -> Draft | None:
    """A draft that the case manager gives out as a file, None where that is refused."""
    out = stage.tour.folder / name
    window = stage.on(day).window("iep feed", by=MANAGER, **asked)
    try:
        with (
            let_out(window, lambda visit: give_draft(visit, JOSE)) as (_, (draft, _)),
            whole_file(out) as stream,
        ):
            stream.write(as_bytes(out.suffix[1:], draft))
    except Denied:
        return None
    return draft


def _answer(draft: Draft | None) -> str:
    if draft is None:
        return "refused, and the refusal is on the log"
    parts = dict.fromkeys(one.part.replace("_", " ") for one in draft.sentences)
    return f"given are {' and '.join(parts)}, as disclosure {draft.handover.number}"


def _asked(stage: Stage, day: str, who: str) -> str:
    try:
        with stage.visit(day, who, "iep section") as visit:
            request.show_section(visit, JOSE)
    except Denied:
        return "refused"
    return "shown"


def _goals(stage: Stage, day: str) -> str:
    with stage.visit(day, MANAGER, "iep section") as visit:
        goals = request.show_section(visit, JOSE)["iep"]["postsecondary_goals"]
    return f"with {len(goals)} postsecondary {'goal' if len(goals) == 1 else 'goals'}"
