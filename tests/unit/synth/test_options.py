"""Options out of range are refused with what to ask for instead."""

from __future__ import annotations

from typing import Any

import pytest

from service.synth import SynthOptions, SynthRefused


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"students": 9}, "students is 9; choose a value from 10 to 2,000,000"),
        ({"days": 0}, "days is 0; choose a value from 1 to 366"),
        ({"change": 0.6}, "change is 0.6; choose a value from 0 to 0.5"),
        ({"change": float("nan")}, "change is nan"),
        ({"school_year": 27}, "school_year is 27"),
    ],
)
def test_what_cannot_be_made_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(SynthRefused, match=told):
        SynthOptions(**{"students": 100, **options})
