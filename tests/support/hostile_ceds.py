"""CEDS documents and tables that mean harm, or that came to harm."""

from __future__ import annotations

import json
from pathlib import Path

from support.hostile_tools import (
    MIB,
    Hostile,
    Make,
    cut,
    growing,
    holding,
    zip_bomb,
    zipped,
)

from adapters.ceds.csv.rows import HEADER
from adapters.ceds.jsonld.write import GRAPH, head

JSONLD, CSV = "ceds-jsonld-14", "ceds-csv-14"
FILE = "plan.jsonld"
PERSON = '{"@context":{"ceds":"http://ceds.ed.gov/terms#"},"@type":"ceds:C200275"'
OURS = head(False) + GRAPH
TREE = '{"@type":"Person","@id":"urn:example:1"}'
COLUMNS = ",".join(HEADER) + "\r\n"
ROOT = "1,1,Person,,,,,,node,urn:example:1,,,\r\n"


def _any(
    content: str | bytes, words: str, row: int | None = None, *, heavy: bool = False
) -> Hostile:
    """A document in a layout of its own."""
    return Hostile(
        JSONLD, holding(FILE, content), f"{FILE}, row {row}" if row else FILE, words, heavy
    )


def _ours(line: str | bytes, words: str) -> Hostile:
    """A document of one tree per line, whose second tree is this."""
    data = line.encode() if isinstance(line, str) else line
    content = OURS + TREE.encode() + b",\n" + data + b"\n]}\n"
    return Hostile(JSONLD, holding(FILE, content), f"{FILE}, row 4", words)


def _table(rows: str | bytes, words: str, row: int = 2) -> Hostile:
    data = rows.encode() if isinstance(rows, str) else rows
    return Hostile(CSV, holding("ceds.csv", COLUMNS.encode() + data), f"ceds.csv, row {row}", words)


def _value(form: str, value: str, property_: str = "P000115", position: str = "") -> str:
    """The root and one value of it."""
    return f"{ROOT}1,1,Person,,{property_},,,{position},{form},{value},,,\r\n"


def _contexts_in_a_circle(folder: Path) -> Path:
    """A document whose context leads to a second one, and that back to the first."""
    for name, other in (("a.jsonld", "b.jsonld"), ("b.jsonld", "a.jsonld")):
        (folder / name).write_text(json.dumps({"@context": [other, {"ceds": "urn:c"}]}), "utf-8")
    return holding(FILE, '{"@context":"a.jsonld","@type":"ceds:C200275"}')(folder)


def _linked_context(folder: Path) -> Path:
    (folder / "secret.json").write_text('{"@context": {"ceds": "urn:secret:"}}', "utf-8")
    (folder / "here").mkdir()
    (folder / "here" / "c.jsonld").symlink_to(folder / "secret.json")
    return holding(FILE, '{"@context":"c.jsonld","@type":"ceds:C200275"}')(folder / "here")


def _many(name: str, item: str) -> Make:
    """A document of 31 MiB that says next to nothing, many times."""
    opened = f'{{"@context":{{"ceds":"http://ceds.ed.gov/terms#"}},"{name}":[{item}'.encode()
    return growing(FILE, opened, f",{item}".encode(), 31 * MIB // (len(item) + 1), b"]")


CASES: dict[str, Hostile] = {
    # JSON-LD in any layout
    "LD: nothing": _any(b"", "no JSON", 1),
    "LD: cut off": _any(PERSON, "no JSON", 1),
    "LD: a text": _any('"Person"', "no JSON-LD document"),
    "LD: key twice": _any(PERSON + ',"@id":"urn:a","@id":"urn:b"}', "stands twice"),
    "LD: NaN": _any(PERSON + ',"ceds:P000128":NaN}', "NaN is no value"),
    "LD: infinite": _any(PERSON + ',"ceds:P000128":-Infinity}', "Infinity is no value"),
    "LD: broken UTF-8": _any(PERSON.encode() + b',"ceds:P000115":"\xff"}', "no UTF-8", 1),
    "LD: UTF-16": _any((PERSON + "}").encode("utf-16"), "NUL"),
    "LD: NUL": _any(PERSON + ',"ceds:P000115":"a\0"}', "NUL"),
    "LD: escaped NUL": _any(PERSON + ',"ceds:P000115":"a\\u0000"}', "NUL"),
    "LD: half a character": _any(PERSON + ',"ceds:P000115":"\\udfff"}', "half a character"),
    "LD: 300 levels": _any("[" * 300 + "]" * 300, "within one another"),
    "LD: 100,000 levels": _any("[" * 100_000 + "]" * 100_000, "nest too deep"),
    "LD: a million levels": Hostile(
        JSONLD,
        growing(FILE, PERSON.encode() + b",", b'"a":{', 1_000_000),
        FILE,
        "300,000 values",
        heavy=True,
    ),
    "LD: 5,000 digits": _any(PERSON + f',"ceds:P000128":{"9" * 5000}}}', "too many digits"),
    "LD: a context on the net": _any('{"@context":"http://127.0.0.1:9/c"}', "not on this machine"),
    "LD: a context on the disk": _any('{"@context":"file:///etc/passwd"}', "not on this machine"),
    "LD: a context up there": _any('{"@context":"../../../etc/passwd"}', "not on this machine"),
    "LD: an import from the net": _any(
        '{"@context":{"@import":"http://127.0.0.1:9/c"}}', "not on this machine"
    ),
    "LD: a context by a link": Hostile(JSONLD, _linked_context, FILE, "not on this machine"),
    "LD: contexts in a circle": Hostile(JSONLD, _contexts_in_a_circle, FILE, "no valid JSON-LD"),
    "LD: a term of itself": _any(
        '{"@context":{"a":{"@id":"b:x"},"b":{"@id":"a:x"}},"a":1}', "no valid JSON-LD"
    ),
    "LD: a named graph": _any(PERSON + ',"@graph":[{"@type":"ceds:C200146"}]}', "named graph"),
    "LD: an odd address": _any(PERSON + ',"@id":5}', "no valid JSON-LD"),
    "LD: 200 MB": Hostile(
        JSONLD,
        growing(FILE, PERSON.encode() + b',"a":"', b"a", 200 * MIB, b'"}'),
        FILE,
        "needs memory",
        heavy=True,
    ),
    "LD: a million nodes": Hostile(
        JSONLD, _many("@graph", '{"@type":"ceds:C200275"}'), FILE, "", heavy=True
    ),
    "LD: a million lists": Hostile(JSONLD, _many("a", "[]"), FILE, "", heavy=True),
    # Our own layout
    "lines: cut off": Hostile(
        JSONLD, holding(FILE, OURS + TREE.encode() + b",\n"), f"{FILE}, row 3", "does not end"
    ),
    "lines: key twice": _ours('{"@type":"Person","@type":"Person"}', "stands twice"),
    "lines: property twice": _ours('{"@type":"Person","type":"Person"}', "stands twice"),
    "lines: no node": _ours("[]", "without a node"),
    "lines: broken JSON": _ours('{"@type":', "no JSON"),
    "lines: broken UTF-8": _ours(b'{"@type":"Person","FirstName":"\xff"}', "no UTF-8"),
    "lines: NUL": _ours('{"@type":"Person","FirstName":"\\u0000"}', "NUL"),
    "lines: 90 levels": _ours('{"hasPersonName":[' * 90 + "{}" + "]}" * 90, "nest too deep"),
    "lines: a context inside": _ours('{"@context":{},"@type":"Person"}', "the keyword @context"),
    "lines: 200 MB": Hostile(
        JSONLD,
        growing(FILE, OURS + b'{"@id":"', b"a", 200 * MIB),
        f"{FILE}, row 3",
        "16 MiB",
        heavy=True,
    ),
    # The table
    "table: nothing": Hostile(CSV, holding("ceds.csv", b""), "ceds.csv", "empty file"),
    "table: another header": Hostile(
        CSV, holding("ceds.csv", b"id,name\r\n"), "ceds.csv, row 1", "the columns are"
    ),
    "table: a cell short": _table("1,1,Person\r\n", "3 cells where 13"),
    "table: an open quote": _table('"1,1\r\n', "no CSV"),
    "table: broken UTF-8": _table(b"1,1,\xff,,,,,,node,,,,\r\n", "no UTF-8"),
    "table: UTF-16": Hostile(
        CSV, holding("ceds.csv", COLUMNS.encode("utf-16")), "ceds.csv, row 1", "NUL"
    ),
    "table: NUL": _table("1,1,\0,,,,,,node,,,,\r\n", "NUL"),
    "table: parents in a circle": _table(
        f"{ROOT}1,2,Person,3,P600036,,,1,node,,,,\r\n1,3,Person,2,P600036,,,1,node,,,,\r\n",
        "told of this node",
        3,
    ),
    "table: node of itself": _table("1,1,Person,1,P600036,,,1,node,,,,\r\n", "told of this node"),
    "table: node twice": _table(ROOT * 2, "twice", 3),
    "table: two roots": _table(f"{ROOT}1,2,Person,,,,,,node,,,,\r\n", "second node", 3),
    "table: value twice": _table(
        _value("text", "x") + _value("text", "x").removeprefix(ROOT), "second value", 4
    ),
    "table: no number": _table(_value("integer", "9" * 5000), "whole number", 3),
    "table: JSON in JSON": _table(_value("json", "[" * 100_000), "nest too deep", 3),
    "table: no JSON number": _table(_value("json", "NaN"), "NaN", 3),
    "table: no option": _table(_value("option", "Sex_Mal", "P000255"), "no option", 3),
    "table: a form of nobody": _table(_value("formula", "=1+1"), "form", 3),
    "table: 100 levels": _table(
        ROOT + "".join(f"1,{n + 1},Person,{n},P600036,,,1,node,,,,\r\n" for n in range(1, 100)),
        "nest too deep",
        67,
    ),
    "table: a cell of 200 MB": Hostile(
        CSV,
        growing("ceds.csv", COLUMNS.encode() + b'"', b"a", 200 * MIB),
        "ceds.csv, row 2",
        "a line of more than",
        heavy=True,
    ),
    "table: a record of 200 MB": Hostile(
        CSV,
        growing(
            "ceds.csv",
            (COLUMNS + ROOT).encode(),
            b'1,1,Person,,P000115,,,,text,"a\n\n\n",,,\r\n',
            6 * MIB,
        ),
        "ceds.csv, row",
        "",
        heavy=True,
    ),
    "table: lines for 200 MB": Hostile(
        CSV,
        growing("ceds.csv", COLUMNS.encode() + b'1,1,Person,,,,,,node,"', b"a\n", 100 * MIB),
        "ceds.csv, row 2",
        "",
        heavy=True,
    ),
    "table: zip of 10 GB": Hostile(
        CSV, zip_bomb("in.zip", "ceds.csv", COLUMNS.encode()), "in.zip", "claim to be", heavy=True
    ),
    "table: zip that lies": Hostile(
        CSV,
        zip_bomb("in.zip", "ceds.csv", COLUMNS.encode(), claimed=1000),
        "in.zip",
        "damaged zip",
        heavy=True,
    ),
    "table: zip with a path out": Hostile(
        CSV, zipped("in.zip", {"../ceds.csv": COLUMNS}), "in.zip", "the zip holds"
    ),
    "table: zip cut off": Hostile(
        CSV, cut(zipped("in.zip", {"ceds.csv": COLUMNS + ROOT})), "in.zip", ""
    ),
    "table: folder of nothing": Hostile(
        CSV, holding("in/readme.txt", b""), "in", "no file ceds.csv"
    ),
}
