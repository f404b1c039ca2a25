"""Learner records judged by what shares no code with ours: official schemas, PyLD, Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from support.credentials import (
    official,
    plain_nquads,
    proves,
    signed_record,
    signer,
    unsigned,
    vector,
)
from support.ilp_plans import plans

from adapters.clr.linked import Linked
from adapters.clr.multibase import key_text
from schemas.ilp.document import read_document
from schemas.ilp.plan import Plan
from schemas.standards.clr.contexts import CARRIED

PLANS = (
    "grade-07-zoe-oneil",
    "grade-09-guadalupe-herrera",
    "grade-11-jose-ramirez",
    "grade-12-amara-okafor",
)
OUTER = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"


@pytest.fixture(scope="module", params=PLANS)
def plan(request: pytest.FixtureRequest, fixtures: Path) -> Plan:
    return read_document((fixtures / "plans" / f"{request.param}.ilp.json").read_bytes())


@pytest.fixture(scope="module")
def record(plan: Plan) -> dict[str, Any]:
    return signed_record(plan)


def badges(record: dict[str, Any]) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = record["credentialSubject"]["verifiableCredential"]
    return held


def test_the_official_schema_takes_the_envelope(record: dict[str, Any], reference: Path) -> None:
    errors = official(reference, "clr_v2p0_clrcredential").iter_errors(record)
    assert [error.message for error in errors] == []


def test_the_official_schema_takes_each_badge(record: dict[str, Any], reference: Path) -> None:
    validator = official(reference, "ob_v3p0_achievementcredential")
    wrong = [error.message for one in badges(record) for error in validator.iter_errors(one)]
    assert wrong == []


def test_another_implementation_believes_every_signature(record: dict[str, Any]) -> None:
    multikey = key_text(signer().public)
    assert all(proves(one, multikey) for one in (record, *badges(record)))


def test_another_implementation_sees_a_changed_word(record: dict[str, Any]) -> None:
    changed = {**record, "name": "Another name"}
    assert not proves(changed, key_text(signer().public))


def test_badges_stay_verifiable_when_the_envelope_was_changed(record: dict[str, Any]) -> None:
    changed = json.loads(json.dumps({**record, "name": "Another name"}))
    assert all(proves(one, key_text(signer().public)) for one in badges(changed))


def test_our_shortcuts_change_nothing_of_the_canonical_form(record: dict[str, Any]) -> None:
    linked = Linked()
    for one in (record, *badges(record)):
        assert linked.canonical(one) == plain_nquads(one)


def test_the_published_vector_is_believed_by_both(reference: Path) -> None:
    published = vector(reference)
    assert proves(published, OUTER)
    assert Linked().canonical(published) == plain_nquads(published)


@settings(max_examples=25)
@given(plan=plans())
def test_any_plan_makes_a_record_that_can_be_signed_whole(plan: Plan) -> None:
    record, held = unsigned(plan)
    linked = Linked()
    for one in (record, *held):
        linked.require_safe(one)


@settings(max_examples=15)
@given(plan=plans())
def test_any_plan_makes_a_record_that_the_official_schema_takes(
    plan: Plan, reference: Path
) -> None:
    record, held = unsigned(plan)
    inner = official(reference, "ob_v3p0_achievementcredential")
    assert [error.message for one in held for error in inner.iter_errors(one)] == []
    if held:  # a record needs one achievement at least; an export without any is refused
        outer = official(reference, "clr_v2p0_clrcredential").iter_errors(record)
        assert [error.message for error in outer] == []


@pytest.fixture(scope="module")
def modules() -> Path:
    """A folder `node_modules` with Digital Bazaar's verifier."""
    if shutil.which("node") is None:
        pytest.skip("there is no node on this machine")
    given_ = os.environ.get("PLANBRIDGE_NODE_MODULES")
    if not given_:
        pytest.skip(
            "set PLANBRIDGE_NODE_MODULES to a node_modules with @digitalbazaar/vc, "
            "data-integrity and eddsa-rdfc-2022-cryptosuite (npm install --ignore-scripts)"
        )
    return Path(given_)


@pytest.fixture(scope="module")
def judged(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = files("schemas.standards.clr") / "contexts"
    listed = tmp_path_factory.mktemp("node") / "contexts.json"
    listed.write_text(json.dumps({url: str(folder / name) for url, name in CARRIED.items()}))
    script = Path(__file__).parents[1] / "support" / "verify_credential.mjs"

    def verify(*credentials: dict[str, Any]) -> list[dict[str, Any]]:
        ran = subprocess.run(
            ["node", script, modules, listed],
            input=json.dumps(credentials),
            capture_output=True,
            text=True,
            check=True,
            timeout=100,
        )
        answers: list[dict[str, Any]] = json.loads(ran.stdout)
        return answers

    return verify


def test_the_javascript_verifier_believes_every_signature(
    record: dict[str, Any], judged: Any
) -> None:
    answers = judged(record, *badges(record))
    assert [one for one in answers if not one["verified"]] == []


def test_the_javascript_verifier_sees_a_changed_word(record: dict[str, Any], judged: Any) -> None:
    (answer,) = judged({**record, "name": "Another name"})
    assert answer["error"].startswith("Invalid signature")
