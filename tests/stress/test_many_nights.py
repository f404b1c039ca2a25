"""The tiny district again: far more lives, longer ones, and different ones each time."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from support.nightlife import Event, Life, lives

pytestmark = [pytest.mark.stress, pytest.mark.timeout(7200)]

LIVES = int(os.environ.get("PLANBRIDGE_STRESS_LIVES", "300"))


@settings(
    max_examples=LIVES,
    derandomize=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lives(nights=12))
def test_long_lives_end_as_the_model_says(
    sqlite_template: Path, tmp_path: Path, given: tuple[str, list[Event]]
) -> None:
    for rest in tmp_path.glob("planbridge.db*"):
        rest.unlink()
    shutil.copy(sqlite_template, tmp_path / "planbridge.db")
    with tempfile.TemporaryDirectory(prefix="nights-") as folder:
        lived = Life(f"sqlite:///{tmp_path / 'planbridge.db'}", Path(folder), given[0])
        for event in given[1]:
            lived.live(event)
            assert lived.held() == lived.expected()
            assert lived.conflicts() == lived.expected_conflicts()
            assert lived.attachments() == lived.expected_attachments()
        lived.engine.dispose()
