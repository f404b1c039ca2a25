"""Files that mean harm: one precise error each, in little memory and time, and nothing left.

Each case of `support.hostile_files` goes through `planbridge validate` and `planbridge convert`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Answer, Home, mistake
from support.hostile_files import CASES, OTHER_BINDING
from support.hostile_tools import Hostile
from support.measured import Meter, meter
from support.odd_meanings import ODD

LIGHT = {name: case for name, case in CASES.items() if not case.heavy}
HEAVY = {name: case for name, case in CASES.items() if case.heavy}
BESIDES = {
    "200 MB of CDATA",
    "200 MB of comments",
    "200 MB of small elements",
    "JSON: a list of 200 MB",
    "JSON: blanks for 200 MB",
    "JSON: zip of 10 GB",
    "LD: a million lists",
    "LD: a million nodes",
    "a name of 20 MB",
    "a root of 20 MB",
    "payload: blanks for 200 MB",
    "payload: zip of 10 GB",
    "payload: zip that lies",
    "plan: a million values",
    "table: lines for 200 MB",
    "table: zip that lies",
}
"""Huge ones that are much like others: they are run with the stress tests."""

UNBUNDLED = [name for name in LIGHT if not name.startswith("bundle")]
"""What `validate` says of bundles is tested with the bundles; here they are converted."""

PEAK = 400
"""Megabytes that any of them may take, the 10 GB and the 200 MB ones included."""
SECONDS = 15
"""Each takes one or two by itself; the machine may be busy."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for name in ("given", "out"):
        (tmp_path / name).mkdir()
    return Home(tmp_path)


@pytest.fixture(scope="session")
def measured() -> Iterator[Meter]:
    with meter() as running:
        yield running


def conversion(case: Hostile, given: Path, home: Home) -> list[object]:
    """The words of a conversion into the folder `out`."""
    to = OTHER_BINDING[case.form]
    target = home.folder / "out" / ("plans.zip" if to == "ilp" else "new")
    return ["convert", given, "--from", case.form, "--to", to, "--out", target]


def is_one_precise_error(answer: Answer, case: Hostile) -> bool:
    """Whether standard error holds a place, a problem, a fix, and nothing more of the kind."""
    first, fix = answer.err.splitlines()[:2]
    return (
        (answer.status, answer.out) == (1, "")
        and first.startswith(f"error: {case.place}")
        and case.words in first
        and fix.startswith("  fix: ")
        and answer.err.count("error: ") == 1
        and "Traceback" not in answer.err
    )


def left_over(home: Home) -> list[str]:
    return [path.name for path in (home.folder / "out").iterdir()]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 150
    assert HEAVY.keys() >= BESIDES
    assert {case.form for case in CASES.values()} == OTHER_BINDING.keys()


@pytest.mark.parametrize("name", UNBUNDLED)
def test_validate_names_the_problem_first(name: str, home: Home) -> None:
    case = LIGHT[name]
    given = case.make(home.folder / "given")
    answer = home("validate", given, "--as", case.form, "--json")
    first = answer.json[0]
    assert answer.status == 1
    assert first.get("file", "").startswith(case.place.partition(", row")[0])
    assert case.words in first["problem"]
    assert first["fix"]


@pytest.mark.parametrize("name", LIGHT)
def test_convert_ends_in_one_error_and_leaves_nothing(name: str, home: Home) -> None:
    case = LIGHT[name]
    given = case.make(home.folder / "given")
    answer = home(*conversion(case, given, home))
    assert is_one_precise_error(answer, case), answer
    assert left_over(home) == []


@pytest.mark.parametrize("name", UNBUNDLED)
def test_nothing_is_taken_for_sound_by_looking(name: str, home: Home) -> None:
    answer = home("validate", LIGHT[name].make(home.folder / "given"))
    assert answer.status == 1
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.stress if name in BESIDES else ()) for name in HEAVY],
)
def test_what_is_huge_takes_little_memory_and_time(name: str, home: Home, measured: Meter) -> None:
    case = HEAVY[name]
    given = case.make(home.folder / "given")
    checked = measured("validate", given, "--as", case.form, within=60)
    made = measured(*conversion(case, given, home), within=60)
    assert is_one_precise_error(made.answer, case), made.answer
    assert checked.answer.status == 1
    assert max(checked.seconds, made.seconds) < SECONDS
    assert max(checked.peak, made.peak) < PEAK
    assert left_over(home) == []


def test_a_pipe_is_refused_before_it_blocks(home: Home) -> None:
    os.mkfifo(home.folder / "pipe.xml")
    answer = home("validate", home.folder / "pipe.xml", "--as", "edfi-xml-5.2")
    assert answer.status == 1
    assert "neither a file nor a folder" in answer.err


def test_names_of_strangers_do_not_move_the_cursor(home: Home) -> None:
    case = LIGHT["JSON: a name for the terminal"]
    answer = home(*conversion(case, case.make(home.folder / "given"), home))
    assert "\x1b" not in answer.err
    assert "\\x1b]0;x" in answer.err


@pytest.mark.parametrize("name", [name for name, odd in ODD.items() if odd.code])
def test_an_odd_meaning_is_a_finding(name: str, home: Home) -> None:
    odd = ODD[name]
    answer = home("validate", odd.make(home.folder / "given"), "--as", odd.form, "--json")
    assert odd.code in {finding["code"] for finding in answer.json}


@pytest.mark.parametrize("name", [name for name, odd in ODD.items() if odd.lost])
def test_an_odd_meaning_is_a_named_loss(name: str, home: Home) -> None:
    odd = ODD[name]
    given = odd.make(home.folder / "given")
    out = home.folder / "out" / "new"
    answer = home("convert", given, "--from", odd.form, "--to", odd.to, "-o", out, "--json")
    assert answer.status == 0
    assert odd.lost in {loss[key] for loss in answer.json["losses"] for key in ("path", "subject")}


ENDLESS = (
    "from adapters.ceds.jsonld.format import CedsJsonLd as Format\n"
    "import sys, time\n"
    "read = Format.read\n"
    "def slowly(self, path, progress):\n"
    "    for record in read(self, path, progress):\n"
    "        print('read', flush=True)\n"
    "        yield record\n"
    "        time.sleep(60)\n"
    "Format.read = slowly\n"
    "from service.cli.main import main\n"
    "main()\n"
)
"""The real command, which tells of each record that it read and then waits for the blow."""


def test_a_killed_conversion_leaves_no_target_and_the_next_one_works(home: Home) -> None:
    given, target = home.folder / "plan.jsonld", home.folder / "out" / "plans.zip"
    given.write_text('{"@context":{"ceds":"http://ceds.ed.gov/terms#"},"@type":"ceds:C200275"}')
    words = ["convert", str(given), "--to", "ceds-csv-14", "--out", str(target)]
    killed_while_reading(words)
    assert left_over(home) != []
    assert not target.exists()
    assert home(*words).status == 0
    assert left_over(home) == ["plans.zip"]


def killed_while_reading(words: list[str]) -> None:
    """Start the command and kill it between two records."""
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "read\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("words", [("student", "show", "M\udcfcller"), ("codes", "show", "\udcff")])
def test_an_argument_in_another_encoding_is_a_sentence(home: Home, words: tuple[str, ...]) -> None:
    assert mistake(home(*words))
