"""OneRoster packages and payloads, and plans of our own, that mean harm or came to harm."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from support import hostile_bundles
from support.hostile_tools import (
    MIB,
    Hostile,
    Make,
    encrypted,
    growing,
    gzipped,
    holding,
    zip_bomb,
    zipped,
)

CSV, JSON, ILP = "oneroster-csv-1.2", "oneroster-json-1.2", "ilp"
CLEAN = Path(__file__).resolve().parents[2] / "fixtures" / "dirty" / "clean"
FILE = "in/orgs.json"
ORG = '{"sourcedId":"1","status":"active","name":"North","type":"school"}'
PLAN = '{"format":"planbridge-ilp","formatVersion":"1.0","plan":'

Change = Callable[[bytes], bytes]


def _package(name: str, change: Change) -> Make:
    """The clean package with one file changed."""

    def make(folder: Path) -> Path:
        place = shutil.copytree(CLEAN, folder / "in")
        file = place / name
        file.write_bytes(change(file.read_bytes()))
        return place

    return make


def _csv(change: Change, words: str, row: int | None, name: str = "users.csv") -> Hostile:
    return Hostile(
        CSV, _package(name, change), name if row is None else f"{name}, row {row}", words
    )


def _huge_cell(folder: Path) -> Path:
    """The clean package; the last name in it has 200 MB."""
    place = shutil.copytree(CLEAN, folder / "in")
    with (place / "orgs.csv").open("ab") as stream:
        stream.write(b'"x",,,"')
        for _ in range(200):
            stream.write(b"a" * MIB)
        stream.write(b'",school,,\n')
    return place


def _payload(text: str | bytes, words: str) -> Hostile:
    return Hostile(JSON, holding(FILE, text), "orgs.json", words)


def _orgs(*records: str) -> str:
    return f'{{"orgs":[{",".join(records)}]}}'


def _plan(text: str | bytes, words: str) -> Hostile:
    return Hostile(ILP, holding("plan.ilp.json", text), "plan.ilp.json", words)


def _bundle(name: str) -> Hostile:
    make, _, words = hostile_bundles.CASES[name]

    def made(folder: Path) -> Path:
        make(folder / "plan.zip")
        return folder / "plan.zip"

    return Hostile(ILP, made, "", words)


CASES: dict[str, Hostile] = {
    # CSV packages
    "CSV: broken UTF-8": _csv(lambda data: data[:300] + b"\xff\xfe" + data[300:], "", None),
    "CSV: UTF-16": _csv(lambda data: data.decode().encode("utf-16"), "UTF-16", 1),
    "CSV: NUL": _csv(lambda data: data[:300] + b"\0" + data[300:], "NUL", None),
    "CSV: an open quote": _csv(lambda data: data + b'"', "", None),
    "CSV: cut off": _csv(lambda data: data[:-10], "", None),
    "CSV: column twice": _csv(
        lambda data: data.replace(b"givenName", b"familyName", 1), "familyName", 1
    ),
    "CSV: a column short": _csv(
        lambda data: data.replace(b"username", b"nobody", 1), "username", 1
    ),
    "CSV: nothing": _csv(lambda data: b"", "", None),
    "CSV: a ragged row": _csv(lambda data: data + b"1,2,3\n", "", 62),
    "CSV: a million columns": Hostile(
        CSV,
        _package("users.csv", lambda data: b"a," * 1_000_000 + data),
        "users.csv, row 1",
        "",
        heavy=True,
    ),
    "CSV: a cell of 200 MB": Hostile(CSV, _huge_cell, "orgs.csv", "", heavy=True),
    "CSV: 3 million rows of nothing": Hostile(
        CSV,
        _package("users.csv", lambda data: data + b"\n" * 3_000_000 + b"x"),
        "users.csv",
        "",
        heavy=True,
    ),
    "CSV: zip of 10 GB": Hostile(
        CSV, zip_bomb("in.zip", "users.csv", b"sourcedId\n"), "users.csv", "inflates to", heavy=True
    ),
    "CSV: zip that lies": Hostile(
        CSV,
        zip_bomb("in.zip", "users.csv", b"sourcedId\n", claimed=1000),
        "",
        "damaged",
        heavy=True,
    ),
    "CSV: zip with a path out": Hostile(
        CSV, zipped("in.zip", {"../users.csv": "sourcedId\n"}), "../users.csv", "leads outside"
    ),
    "CSV: zip for the terminal": Hostile(
        CSV, zipped("in.zip", {"\x1b[2J.csv": "sourcedId\n"}), "?[2J.csv", "control character"
    ),
    "CSV: encrypted zip": Hostile(
        CSV, encrypted(zipped("in.zip", {"users.csv": "sourcedId\n"})), "users.csv", "encrypted"
    ),
    # JSON payloads
    "payload: nothing": _payload(b"", "instead of the end"),
    "payload: list": _payload("[]", "{ was expected"),
    "payload: cut off": _payload('{"orgs":[{"sourcedId":"1"}', "] was expected"),
    "payload: key twice": _payload(_orgs('{"sourcedId":"1","sourcedId":"2"}'), "stands twice"),
    "payload: NaN": _payload(_orgs('{"sourcedId":NaN}'), "NaN is no JSON number"),
    "payload: 5,000 digits": _payload(_orgs(f'{{"sourcedId":{"9" * 5000}}}'), "100 digits"),
    "payload: broken UTF-8": _payload(b'{"orgs":[{"sourcedId":"\xff"}]}', "not UTF-8"),
    "payload: UTF-16": _payload(_orgs(ORG).encode("utf-16"), "not UTF-8"),
    "payload: NUL": _payload(_orgs('{"sourcedId":"\0"}'), "not JSON"),
    "payload: escaped NUL": _payload(_orgs('{"sourcedId":"\\u0000"}'), "NUL"),
    "payload: half a character": _payload(_orgs('{"sourcedId":"\\ud800"}'), "half a character"),
    "payload: 90 levels": _payload(_orgs('{"a":' * 90 + "1" + "}" * 90), "64 levels"),
    "payload: 100,000 levels": _payload('{"orgs":' + "[" * 100_000, "nested too deeply"),
    "payload: a text as record": _payload(_orgs(ORG, '"1"'), "record 2 is no object"),
    "payload: behind the end": _payload(_orgs(ORG) + "x", "something follows"),
    "payload: a million levels": Hostile(
        JSON,
        growing(FILE, b'{"orgs":[', b'{"a":', 1_000_000),
        "orgs.json",
        "nested too",
        heavy=True,
    ),
    "payload: a text of 200 MB": Hostile(
        JSON,
        growing(FILE, b'{"orgs":[{"name":"', b"a", 200 * MIB, b'"}]}'),
        "orgs.json",
        "larger than",
        heavy=True,
    ),
    "payload: blanks for 200 MB": Hostile(
        JSON, growing(FILE, b'{"orgs":[', b" ", 200 * MIB, b"]"), "orgs.json", "", heavy=True
    ),
    "payload: zip of 10 GB": Hostile(
        JSON, zip_bomb("in.zip", "orgs.json", b'{"orgs":['), "orgs.json", "inflates to", heavy=True
    ),
    "payload: zip that lies": Hostile(
        JSON, zip_bomb("in.zip", "orgs.json", b"", claimed=1000), "", "damaged", heavy=True
    ),
    "payload: two of a name": Hostile(
        JSON,
        zipped("in.zip", {"a/orgs.json": _orgs(ORG), "b/orgs.json": _orgs(ORG)}),
        "b/orgs.json",
        "two files",
    ),
    "payload: folder of nothing": Hostile(JSON, holding("in/readme.txt", b""), "", "no JSON files"),
    # Plans
    "plan: nothing": _plan(b"", "not JSON"),
    "plan: cut off": _plan(PLAN, "not JSON"),
    "plan: another format": _plan('{"format":"open-badges"}', '"planbridge-ilp"'),
    "plan: of the future": _plan(PLAN.replace("1.0", "9.0") + "{}}", "format version"),
    "plan: key twice": _plan(PLAN + '{"a":1,"a":2}}', "twice"),
    "plan: NaN": _plan(PLAN + '{"a":NaN}}', "no JSON number"),
    "plan: 5,000 digits": _plan(PLAN + f'{{"a":{"9" * 5000}}}}}', "thousands of digits"),
    "plan: broken UTF-8": _plan(PLAN.encode() + b'"\xff"}', "not UTF-8"),
    "plan: UTF-16": _plan((PLAN + "{}}").encode("utf-16"), "not UTF-8"),
    "plan: NUL": _plan(PLAN + '"\0"}', "not JSON"),
    "plan: 40 levels": _plan(PLAN + "[" * 40 + "]" * 40 + "}", "levels deep"),
    "plan: 100,000 levels": _plan(PLAN + "[" * 100_000, "levels deep"),
    "plan: without a student": _plan(PLAN + "{}}", "a plan needs"),
    "plan: packed": Hostile(
        ILP, gzipped("plan.ilp.json.gz", PLAN.encode()), "plan.ilp.json.gz", ""
    ),
    "plan: a million values": Hostile(
        ILP,
        growing("plan.ilp.json", PLAN.encode() + b"[0", b",0", 4 * MIB, b"]}"),
        "plan.ilp.json",
        "more than 250,000 values",
        heavy=True,
    ),
    "plan: 50 MB of lists": Hostile(
        ILP,
        growing("plan.ilp.json", PLAN.encode() + b"[[]", b",[]", 16 * MIB, b"]}"),
        "plan.ilp.json",
        "more than 250,000 values",
        heavy=True,
    ),
    "plan: a text of 200 MB": Hostile(
        ILP,
        growing("plan.ilp.json", PLAN.encode() + b'"', b"a", 200 * MIB, b'"}'),
        "plan.ilp.json",
        "at most",
        heavy=True,
    ),
    **{f"bundle: {name.replace('_', ' ')}": _bundle(name) for name in hostile_bundles.CASES},
}
