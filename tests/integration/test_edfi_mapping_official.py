"""What leaves for Ed-Fi, all carriers on, is what the official schemas want."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.edfi_hub import ALL, NO_EXTENSION, plans, roster
from support.edfi_schemas import openapi

from mappings.engine.loss import Losses
from mappings.hub import Hub
from service.formats import bridge_of, format_of


@pytest.fixture(scope="module")
def hub(fixtures: Path) -> Hub:
    return roster(fixtures / "district" / "night1")


@pytest.fixture(scope="module")
def official(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Official schemas by format; the OpenAPI document of 6.0 stands for 6.1."""
    edfi = reference / "reference" / "edfi"
    folder = tmp_path_factory.mktemp("official")
    (folder / "resources.json").write_text(json.dumps(openapi(edfi)), "utf-8")
    return {
        "edfi-json-5.2": edfi / "openapi",
        "edfi-json-6.1": folder,
        "edfi-xml-5.2": edfi,
        "edfi-xml-6.1": edfi,
    }


@pytest.mark.parametrize("name", ["edfi-json-5.2", "edfi-json-6.1", "edfi-xml-5.2", "edfi-xml-6.1"])
def test_a_district_with_its_plans_is_valid(
    hub: Hub, fixtures: Path, official: dict[str, Path], tmp_path: Path, name: str
) -> None:
    choice = ALL if "json" in name else NO_EXTENSION  # the extension has no XML binding
    whole = Hub(hub.frames, plans(fixtures / "plans"))
    adapter = format_of(name)
    adapter.write(tmp_path / "out", bridge_of(name).write(whole, Losses(), choice))
    assert list(adapter.check(tmp_path / "out", official[name])) == []
