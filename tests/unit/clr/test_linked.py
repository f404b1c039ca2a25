"""From a credential to its canonical text: nothing dropped, nothing fetched, nothing endless."""

from __future__ import annotations

import socket
from itertools import permutations
from typing import Any

import pytest
from support.credentials import plain_nquads

from adapters.clr.errors import UnknownContext, Unsafe
from adapters.clr.linked import Linked
from schemas.standards.clr.contexts import CARRIED, context_at
from schemas.standards.clr.names import OB_CONTEXT, VC_CONTEXT

BADGE: dict[str, Any] = {
    "@context": [VC_CONTEXT, OB_CONTEXT],
    "id": "urn:uuid:3f0c6d2a-0000-4000-8000-000000000001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": 'Ünïcode \U0001f600 " \\ \n',
    "issuer": "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
    "validFrom": "2025-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:3f0c6d2a-0000-4000-8000-000000000002",
        "type": ["AchievementSubject"],
        "creditsEarned": 0.5,
        "result": [{"type": ["Result"], "value": one} for one in "AAB"],
    },
}


def test_nodes_that_look_alike_are_told_apart_as_others_do() -> None:
    assert Linked().canonical(BADGE) == plain_nquads(BADGE)


def test_what_was_learnt_from_one_document_changes_no_other() -> None:
    linked = Linked()
    linked.canonical(
        {**BADGE, "@context": [VC_CONTEXT, OB_CONTEXT, {"more": "urn:more"}], "more": "x"}
    )
    assert linked.canonical(BADGE) == plain_nquads(BADGE)


def test_every_carried_context_can_be_read() -> None:
    assert all("@context" in context_at(address) for address in CARRIED)


@pytest.mark.parametrize(
    "change",
    [
        {"more": "x"},
        {"type": ["VerifiableCredential", "More"]},
        {"id": "badge-1"},
        {"credentialSubject": {"id": "#me"}},
        {"@context": [VC_CONTEXT, {"@import": "more"}]},
        {"@context": 7},
        {"@context": {"@context": {"@vocab": "urn:x:"}}},
    ],
)
def test_what_would_be_lost_in_silence_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(Unsafe):
        Linked().canonical({**BADGE, **change})


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(UnknownContext):
        Linked().canonical({**BADGE, "@context": [VC_CONTEXT, "https://issuer.example/more.json"]})


def test_a_graph_that_would_never_end_is_given_up() -> None:
    names = [f"_:n{one}" for one in range(12)]
    knots = [{"@id": a, "https://x.example/p": {"@id": b}} for a, b in permutations(names, 2)]
    with pytest.raises(Unsafe, match="entangled"):
        Linked().canonical({"@context": {}, "@graph": knots})
