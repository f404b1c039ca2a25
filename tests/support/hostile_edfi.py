"""Ed-Fi files that mean harm, or that came to harm."""

from __future__ import annotations

from pathlib import Path

from support.hostile_tools import (
    MIB,
    Hostile,
    Make,
    cut,
    encrypted,
    growing,
    gzip_bomb,
    gzipped,
    holding,
    zip_bomb,
    zipped,
)

XML, JSON = "edfi-xml-5.2", "edfi-json-5.2"
SPACE = 'xmlns="http://ed-fi.org/5.2.0"'
OPEN = f"<InterchangeStudent {SPACE}>\n"
CLOSE = "</InterchangeStudent>\n"
STUDENT = (
    "<Student><StudentUniqueId>1</StudentUniqueId><Name><FirstName>Ada</FirstName>"
    "<LastSurname>Byte</LastSurname></Name>"
    "<BirthData><BirthDate>2010-01-01</BirthDate></BirthData></Student>\n"
)
PERSON = '<Person id="{0}"><PersonId>{0}</PersonId><SourceSystem>uri://ed-fi.org/SourceSystemDescriptor#State</SourceSystem></Person>\n'
LINE = '{"studentUniqueId":"1","firstName":"Ada","lastSurname":"Byte","birthDate":"2010-01-01"'
FILE, LINES, LIST = "Student.xml", "in/students.jsonl", "in/students.json"
NS = "http://ed-fi.org/5.2.0"


def _body(body: str, name: str = FILE) -> Make:
    return holding(name, OPEN + body + CLOSE)


def _doctype(inner: str, body: str = STUDENT) -> Make:
    return holding(FILE, f"<?xml version='1.0'?>\n<!DOCTYPE x {inner}>\n{OPEN}{body}{CLOSE}")


def _xml(
    make: Make, row: int | None, words: str, *, name: str = FILE, heavy: bool = False
) -> Hostile:
    return Hostile(XML, make, name if row is None else f"{name}, row {row}", words, heavy)


def _json(make: Make, words: str, row: int = 2, *, name: str = "students.jsonl") -> Hostile:
    return Hostile(JSON, make, f"{name}, row {row}" if row else name, words)


def _line(text: str | bytes) -> Make:
    """The second line of a file whose first one is sound."""
    data = text.encode() if isinstance(text, str) else text
    return holding(LINES, f"{LINE}}}\n".encode() + data)


def _leading_out(folder: Path) -> Path:
    """A folder whose only file is a link to one outside of it."""
    (folder / "secret.xml").write_text(OPEN + STUDENT + CLOSE, "utf-8")
    (folder / "in").mkdir()
    (folder / "in" / FILE).symlink_to(folder / "secret.xml")
    return folder / "in"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPE = "DOCTYPE, which is never read"
SYNTAX = "not well-formed XML"

CASES: dict[str, Hostile] = {
    # What a DOCTYPE could do
    "doctype": _xml(_doctype(""), 2, DOCTYPE),
    "external entity": _xml(
        _doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]', PERSON.format("&x;")), 2, DOCTYPE
    ),
    "external DTD": _xml(_doctype('SYSTEM "http://127.0.0.1:9/x.dtd"'), 2, DOCTYPE),
    "parameter entity": _xml(
        _doctype('[<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]'), 2, DOCTYPE
    ),
    "billion laughs": _xml(
        _doctype(f'[<!ENTITY l0 "ha">{LAUGHS}]', PERSON.format("&l9;")), 2, DOCTYPE
    ),
    "quadratic blow-up": _xml(
        growing(
            FILE,
            b'<!DOCTYPE x [<!ENTITY a "' + b"a" * MIB + b'">]>\n' + OPEN.encode(),
            b"<Person><PersonId>" + b"&a;" * 100 + b"</PersonId></Person>",
            1000,
            CLOSE.encode(),
        ),
        1,
        DOCTYPE,
        heavy=True,
    ),
    "doctype behind a long comment": _xml(
        holding(FILE, f"<!-- {'x' * 200_000} -->\n<!DOCTYPE x>\n{OPEN}{CLOSE}"), 2, DOCTYPE
    ),
    "entity of nobody": _xml(_body(PERSON.format("&x;")), 2, SYNTAX),
    "inclusion": _xml(
        _body('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>\n'),
        2,
        "has no element include",
    ),
    # Size and depth
    "a million levels": _xml(
        growing(FILE, OPEN.encode() + b"<Student>", b"<a>", 1_000_000), 2, "256 levels", heavy=True
    ),
    "a million attributes": _xml(
        holding(
            FILE, OPEN + "<Student " + " ".join(f'a{n}=""' for n in range(1_000_000)) + "/>" + CLOSE
        ),
        None,
        "more than 8,388,608 bytes",
        heavy=True,
    ),
    "200 MB of text": _xml(
        growing(FILE, OPEN.encode() + b"<Student><StudentUniqueId>", b"a", 200 * MIB),
        None,
        "",
        heavy=True,
    ),
    "200 MB of small elements": _xml(
        growing(FILE, OPEN.encode() + b"<Student>", b"<OtherName/>", 20 * MIB),
        None,
        "more than 8,388,608 bytes",
        heavy=True,
    ),
    "200 MB of comments": _xml(
        growing(FILE, OPEN.encode(), b"<!-- nothing at all -->\n", 10 * MIB),
        None,
        "more than 8,388,608 bytes",
        heavy=True,
    ),
    "200 MB of CDATA": _xml(
        growing(FILE, OPEN.encode() + b"<Student>", b"<![CDATA[ ]]>", 16 * MIB),
        None,
        "more than 8,388,608 bytes",
        heavy=True,
    ),
    "a name of 20 MB": _xml(
        growing(FILE, OPEN.encode() + b"<", b"a", 20 * MIB), None, "", heavy=True
    ),
    "a root of 20 MB": _xml(growing(FILE, b"<Interchange ", b'b="c" ', 4 * MIB), 1, "", heavy=True),
    # Bytes
    "broken UTF-8": _xml(
        holding(FILE, OPEN.encode() + PERSON.encode().replace(b"{0}", b"\xff\xfe")), 2, SYNTAX
    ),
    "NUL": _xml(holding(FILE, OPEN + PERSON.format("a\0b") + CLOSE), 2, SYNTAX),
    "a character that XML has not": _xml(_body(PERSON.format("&#0;")), 2, SYNTAX),
    "UTF-16": _xml(holding(FILE, (OPEN + STUDENT + CLOSE).encode("utf-16")), 1, "as UTF-8"),
    "UTF-32": _xml(holding(FILE, (OPEN + STUDENT + CLOSE).encode("utf-32")), 1, "as UTF-8"),
    "an encoding of nobody": _xml(
        holding(FILE, f"<?xml version='1.0' encoding='klingon'?>{OPEN}{CLOSE}"), 1, SYNTAX
    ),
    # Not what it claims to be
    "nothing": _xml(holding(FILE, b""), 1, SYNTAX),
    "blanks": _xml(holding(FILE, b" \n" * 50), 51, SYNTAX),
    "cut off": _xml(holding(FILE, OPEN + STUDENT[:50]), 2, SYNTAX),
    "two roots": _xml(_body(f"{CLOSE}{OPEN}"), 3, SYNTAX),
    "wrong namespace": _xml(
        holding(FILE, f"<InterchangeStudent xmlns='urn:x'>{STUDENT}</InterchangeStudent>"),
        1,
        "namespace is 'urn:x'",
    ),
    "no namespace": _xml(
        holding(FILE, f"<InterchangeStudent>{STUDENT}</InterchangeStudent>"), 1, "namespace is ''"
    ),
    "another version": _xml(
        holding(FILE, "<InterchangeStudent xmlns='http://ed-fi.org/4.0.0'/>"), 1, "Standard 4.0"
    ),
    "namespace changed inside": _xml(
        _body(STUDENT.replace("<Student>", "<Student xmlns='urn:x'>")), 2, "no element"
    ),
    "no interchange": _xml(
        holding(FILE, f"<InterchangeEvil {SPACE}/>"), 1, "InterchangeEvil is no interchange"
    ),
    # Elements
    "attribute twice": _xml(_body('<Student id="a" id="b"/>'), 2, SYNTAX),
    "element twice": _xml(
        _body(STUDENT.replace("<Name>", "<StudentUniqueId>2</StudentUniqueId><Name>")), 2, "twice"
    ),
    "id twice": _xml(
        _body(
            PERSON.format("a")
            + PERSON.replace(">{0}", ">b").format("a")
            + '<Student><PersonReference ref="a"/></Student>'
        ),
        3,
        "stands twice",
    ),
    "reference to nobody": _xml(
        _body('<Student><PersonReference ref="a"/></Student>'), 2, "has the id 'a'"
    ),
    "references in a circle": Hostile(
        XML,
        holding(
            "EducationOrgCalendar.xml",
            f"<InterchangeEducationOrgCalendar {SPACE}>\n"
            '<GradingPeriod id="A"><SchoolReference id="S" ref="S"/></GradingPeriod>\n'
            "</InterchangeEducationOrgCalendar>",
        ),
        "EducationOrgCalendar.xml, row 2",
        "",
    ),
    "no boolean": _xml(
        _body(
            STUDENT.replace(
                "</BirthDate>", "</BirthDate><MultipleBirthStatus>no</MultipleBirthStatus>"
            )
        ),
        2,
        "'no' is not true or false",
    ),
    "text between elements": _xml(_body(f"{STUDENT}loose\n{STUDENT}"), 2, "holds text beside"),
    # Packed
    "gzip of 10 GB": _xml(
        gzip_bomb(f"{FILE}.gz", OPEN.encode(), b" "),
        None,
        "inflates to more than",
        name=f"{FILE}.gz",
        heavy=True,
    ),
    "gzip cut off": _xml(
        cut(gzipped(f"{FILE}.gz", (OPEN + STUDENT + CLOSE).encode())),
        None,
        "cut off",
        name=f"{FILE}.gz",
    ),
    "no gzip": _xml(holding(f"{FILE}.gz", OPEN + CLOSE), None, "not packed", name=f"{FILE}.gz"),
    "zip of 10 GB": _xml(
        zip_bomb("in.zip", FILE, OPEN.encode()), None, "inflates to more than", heavy=True
    ),
    "zip that lies about 10 GB": _xml(
        zip_bomb("in.zip", FILE, OPEN.encode(), claimed=1000), None, "damaged", heavy=True
    ),
    "zip with a path out": _xml(
        zipped("in.zip", {f"../{FILE}": OPEN + CLOSE}), None, "leads outside", name=f"../{FILE}"
    ),
    "encrypted zip": _xml(encrypted(zipped("in.zip", {FILE: OPEN + CLOSE})), None, "encrypted"),
    "zip cut off": _xml(
        cut(zipped("in.zip", {FILE: OPEN + STUDENT * 9 + CLOSE})), None, "cut off", name="in.zip"
    ),
    "zip in a zip": _xml(
        zipped("in.zip", {"inner.zip": b"PK"}), None, "another archive", name="inner.zip"
    ),
    "3,000 files in a zip": Hostile(
        XML, zipped("in.zip", {f"{n}.xml": b"" for n in range(3000)}), "in.zip", "3,000"
    ),
    "folder of nothing": _xml(
        holding("in/readme.txt", b""), None, "no file that ends in .xml", name="in"
    ),
    "link out of the folder": _xml(_leading_out, None, "no file that ends in .xml", name="in"),
    # JSON
    "JSON: key twice": _json(_line('{"a":1,"a":2}'), "stands twice"),
    "JSON: cut off": _json(_line(LINE), "Expecting ','"),
    "JSON: NaN": _json(_line('{"a":NaN}'), "NaN is no JSON number"),
    "JSON: infinite": _json(_line('{"a":-Infinity}'), "Infinity is no JSON number"),
    "JSON: out of range": _json(_line('{"a":1e999999999}'), "out of any range"),
    "JSON: 5,000 digits": _json(_line(f'{{"a":{"9" * 5000}}}'), "too many digits"),
    "JSON: broken UTF-8": _json(_line(b'{"a":"\xff"}'), "as UTF-8"),
    "JSON: NUL": _json(_line('{"a":"\0"}'), "no valid JSON"),
    "JSON: escaped NUL": _json(_line(LINE + ',"middleName":"\\u0000"}'), "NUL"),
    "JSON: half a character": _json(_line(LINE + ',"middleName":"\\ud800"}'), "half a character"),
    "JSON: half a character in a name": _json(_line(LINE + ',"\\ud800":1}'), "half a character"),
    "JSON: a name for the terminal": _json(
        _line('{"\\u001b]0;x\\u0007":1,"\\u001b]0;x\\u0007":2}'), "twice"
    ),
    "JSON: UTF-16": Hostile(
        JSON, holding(LINES, f"{LINE}}}".encode("utf-16")), "students.jsonl, row 1", "as UTF-8"
    ),
    "JSON: 200,000 levels": _json(_line("[" * 200_000), "nested deeper"),
    "JSON: 40 levels": _json(_line('{"a":' * 40 + "1" + "}" * 40), "too deep"),
    "JSON: a million levels": Hostile(
        JSON,
        growing(LINES, b"", b'{"a":', 1_000_000),
        "students.jsonl, row 1",
        "deeper",
        heavy=True,
    ),
    "JSON: a line of 200 MB": Hostile(
        JSON,
        growing(LINES, b'{"firstName":"', b"a", 200 * MIB, b'"}\n'),
        "students.jsonl, row 1",
        "larger than",
        heavy=True,
    ),
    "JSON: a list of 200 MB": Hostile(
        JSON,
        growing(LIST, b'[{"firstName":"', b"a", 200 * MIB, b'"}]'),
        "students.json, row 1",
        "",
        heavy=True,
    ),
    "JSON: blanks for 200 MB": Hostile(
        JSON, growing(LIST, b"[", b" ", 200 * MIB, b"!]"), "students.json, row 1", "", heavy=True
    ),
    "JSON: list in a line": _json(_line("[1]"), "no JSON object"),
    "JSON: no list": _json(holding(LIST, "{}"), "start with a list", 1, name="students.json"),
    "JSON: list cut off": _json(holding(LIST, f"[{LINE}}},"), "", 2, name="students.json"),
    "JSON: behind the list": _json(
        holding(LIST, f"[{LINE}}}]]"), "behind the list", 1, name="students.json"
    ),
    "JSON: resource of nobody": _json(
        holding("in/parents.jsonl", "{}"), "parents is no resource", 0, name="parents.jsonl"
    ),
    "JSON: gzip of 10 GB": Hostile(
        JSON,
        gzip_bomb(f"{LINES}.gz", f"{LINE}}}\n".encode(), b"\n"),
        "students.jsonl.gz",
        "inflates to more than",
        heavy=True,
    ),
    "JSON: zip of 10 GB": Hostile(
        JSON, zip_bomb("in.zip", "students.jsonl", b""), "students.jsonl", "inflates", heavy=True
    ),
}
