"""Documents that cannot be read are refused with place, problem and fix."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.ilp_entries import entry, plan_with

from schemas.finding import Finding, Severity
from schemas.ilp import document
from schemas.ilp.document import DocumentError, read_document, write_document


def refused(data: bytes) -> list[Finding]:
    with pytest.raises(DocumentError) as caught:
        read_document(data)
    return caught.value.findings


def altered(alter: Callable[[dict[str, Any]], Any]) -> bytes:
    """A good document after a change to its parsed form."""
    parsed = json.loads(write_document(plan_with({"STR.05": [HOBBY]})))
    alter(parsed)
    return json.dumps(parsed).encode()


HOBBY = {
    **entry("hobby", text="Chess"),
    "changed": {
        "author": "Ada",
        "kind": "S",
        "source": "test",
        "at": "2026-09-01T00:00:00Z",
        "plan_version": 1,
    },
}


def hobby_of(parsed: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = parsed["plan"]["strengths"]["hobbies"][0]
    return held


def test_a_document_round_trips() -> None:
    plan = plan_with({"STR.05": [HOBBY]})
    assert read_document(write_document(plan)) == plan


def test_absent_values_are_left_out() -> None:
    assert b"null" not in write_document(plan_with())


def test_bookkeeping_follows_the_content() -> None:
    parsed = json.loads(write_document(plan_with({"STR.05": [HOBBY]})))
    assert list(hobby_of(parsed)) == ["id", "version", "text", "changed"]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_document(b"\xef\xbb\xbf" + write_document(plan_with())) == plan_with()


def test_decimals_read_from_numbers_stay_exact() -> None:
    value = entry("value", value="Calm", weight="0.1")
    text = write_document(plan_with({"STR.04": [value]})).replace(b'"0.1"', b"0.1")
    assert str(read_document(text).strengths.work_values[0].weight) == "0.1"


def test_broken_json_names_line_and_column() -> None:
    assert "line 2, column 3" in refused(b"{\n  oops\n}")[0].problem


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "ilp.json-syntax"),
        (b"[]", "ilp.wrong-format"),
        (b"3", "ilp.wrong-format"),
        (b'{"format": "clr"}', "ilp.wrong-format"),
        (b'{"format": "planbridge-ilp"}', "ilp.wrong-version"),
        (b'{"format": "planbridge-ilp", "formatVersion": "1.1"}', "ilp.wrong-version"),
        (b'{"format": "planbridge-ilp", "formatVersion": [1]}', "ilp.wrong-version"),
        (b'{"format": "planbridge-ilp", "formatVersion": "1.0"}', "ilp.missing"),
        (b'{"a": 1, "a": 2}', "ilp.duplicate-key"),
        (b'{"a": NaN}', "ilp.not-a-number"),
        (b'{"a": -Infinity}', "ilp.not-a-number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "ilp.number-too-long"),
        (b"\xff\xfe{\x00}\x00", "ilp.not-utf8"),
        (b'{"a": "caf\xe9"}', "ilp.not-utf8"),
        (b"[" * 40 + b"]" * 40, "ilp.too-deep"),
        (b"[" * 200_000, "ilp.too-deep"),
        (b"[" + b"1," * 250_000 + b"1]", "ilp.too-many-values"),
    ],
)
def test_what_is_no_plan_is_refused_by_code(data: bytes, code: str) -> None:
    assert refused(data)[0].code == code


def test_a_document_may_not_be_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 10)
    assert refused(write_document(plan_with()))[0].code == "ilp.too-big"


def test_a_fault_names_its_path() -> None:
    findings = refused(altered(lambda parsed: hobby_of(parsed).update(text=5)))
    assert findings[0].column == "plan.strengths.hobbies[0].text"


def test_a_fault_in_a_list_counts_from_one() -> None:
    assert refused(altered(lambda parsed: hobby_of(parsed).update(text=5)))[0].row == 1


def test_a_fault_shows_the_value() -> None:
    assert refused(altered(lambda parsed: hobby_of(parsed).update(text=5)))[0].value == "5"


def test_a_fault_shows_a_long_value_in_part() -> None:
    findings = refused(altered(lambda parsed: hobby_of(parsed).update(text="x" * 30_000)))
    assert findings[0].value == "x" * 80


def test_an_unreadable_byte_is_counted_from_one() -> None:
    assert "byte 3 " in refused(b"ab\xff")[0].problem


def test_every_fault_is_named_at_once() -> None:
    findings = refused(altered(lambda parsed: hobby_of(parsed).update(text=5, version="2")))
    assert {finding.column for finding in findings} == {
        "plan.strengths.hobbies[0].text",
        "plan.strengths.hobbies[0].version",
    }


def test_a_misspelt_field_is_offered_the_right_name() -> None:
    findings = refused(
        altered(lambda parsed: hobby_of(parsed).update(txt=hobby_of(parsed)["text"]))
    )
    assert findings[0].fix == "write text"


def test_a_misspelt_element_is_offered_the_right_name() -> None:
    findings = refused(altered(lambda parsed: parsed["plan"]["strengths"].update(hobbys=[])))
    assert findings[0].fix == "write hobbies"


def test_a_misspelt_area_is_offered_the_right_name() -> None:
    assert refused(altered(lambda parsed: parsed["plan"].update(strength={})))[0].fix == (
        "write strengths"
    )


def test_a_stray_field_is_to_be_removed() -> None:
    findings = refused(altered(lambda parsed: parsed.update(comment="x")))
    assert (findings[0].problem, findings[0].fix) == ("there is no field comment", "remove it")


def test_numbers_are_not_read_from_text() -> None:
    findings = refused(altered(lambda parsed: hobby_of(parsed).update(version="1")))
    assert findings[0].fix == "write a whole number, without quotes"


def test_a_fault_of_the_whole_plan_is_told_in_its_own_words() -> None:
    findings = refused(altered(lambda parsed: parsed["plan"]["profile"].pop("header")))
    assert findings[0].problem == "a plan needs profile.header (PRO.04)"


def test_a_lone_surrogate_is_refused() -> None:
    data = altered(lambda parsed: None).replace(b'"Chess"', rb'"\ud800"')
    assert refused(data)[0].severity is Severity.REFUSE


def test_a_control_character_is_refused() -> None:
    assert refused(altered(lambda parsed: hobby_of(parsed).update(text="a\x00b")))


def test_many_faults_are_counted_rather_than_listed() -> None:
    findings = refused(altered(lambda parsed: parsed["plan"].update(_many(150))))
    assert (len(findings), findings[-1].count) == (101, 50)


def _many(count: int) -> dict[str, int]:
    return {f"field{number}": number for number in range(count)}


def test_the_error_reads_as_a_sentence() -> None:
    with pytest.raises(DocumentError, match="the document does not say"):
        read_document(b"[]")
