"""Whatever of a roster does not come back from a standard is listed, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from support.roster_accounts import unbalanced
from support.rosters import Roster, frames, rosters

from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from service.formats import bridge_of, format_of

FORMATS = (
    *("edfi-json-5.2", "edfi-json-6.1"),
    *("oneroster-csv-1.1", "oneroster-csv-1.2", "oneroster-json-1.2"),
    "ceds-jsonld-14",
)
PROFILE = settings.get_profile(settings.get_current_profile_name())
FEW = settings(max_examples=max(PROFILE.max_examples // 10, 8))


@pytest.mark.parametrize("name", FORMATS)
@FEW
@given(roster=rosters())
def test_what_differs_is_what_is_listed(name: str, roster: Roster) -> None:
    before, losses = frames(roster), Losses()
    bridge = bridge_of(name)
    records = list(bridge.write(Hub(before), losses, Choice()))
    after = bridge.read(lambda: iter(records), Losses()).frames
    assert unbalanced(before, after, losses) == []


@pytest.mark.parametrize("name", ["edfi-xml-5.2", "edfi-xml-6.1"])
@settings(max_examples=6)
@given(roster=rosters())
def test_what_differs_after_real_files_is_what_is_listed(name: str, roster: Roster) -> None:
    before, losses = frames(roster), Losses()
    bridge, form = bridge_of(name), format_of(name)
    records = list(bridge.write(Hub(before), losses, Choice()))
    assume(records)  # without any there is no file
    with TemporaryDirectory() as folder:
        place = Path(folder) / "out"
        form.write(place, records)
        after = bridge.read(lambda: form.read(place), Losses()).frames
    assert unbalanced(before, after, losses) == []
