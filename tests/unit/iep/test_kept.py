"""What becomes of a match when the source later says otherwise."""

from __future__ import annotations

import pytest

from service.iep.mirror.match import ELSEWHERE, NOBODY, SEVERAL, Match, kept

DOUBT = Match("p", ELSEWHERE)


@pytest.mark.parametrize(
    ("before", "now", "then"),
    [
        pytest.param(Match(None, NOBODY), Match("p"), Match("p"), id="found"),
        pytest.param(Match("p"), Match("p"), Match("p"), id="the same again"),
        pytest.param(Match("p"), Match(None, NOBODY), Match("p"), id="left the roster"),
        pytest.param(Match("p"), Match("q"), DOUBT, id="another child"),
        pytest.param(DOUBT, Match("q"), DOUBT, id="another child still"),
        pytest.param(DOUBT, Match(None, NOBODY), DOUBT, id="in doubt, and nobody"),
        pytest.param(DOUBT, Match("p"), Match("p"), id="led back"),
        pytest.param(Match("p"), Match(None, SEVERAL), Match("p", SEVERAL), id="several"),
    ],
)
def test_a_match_stays_or_waits_and_never_moves(before: Match, now: Match, then: Match) -> None:
    assert kept(before, now) == then
