"""The parts of a pull: stop rule, judgement, index, partial files, scrubbing, windows, schools."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import SourceMisconfigured, SourceUnavailable
from adapters.oneroster.rest import RestSettings
from adapters.oneroster.rest.envelope import Page
from adapters.oneroster.rest.index import Index, index_lines, write_sorted
from adapters.oneroster.rest.pages import (
    Order,
    Request,
    could_be_cap,
    is_past_end,
    next_request,
)
from adapters.oneroster.rest.partial import Mark, Partial, Partials
from adapters.oneroster.rest.probe import Service, candidates
from adapters.oneroster.rest.pull import judge
from adapters.oneroster.rest.schools import keeps
from adapters.oneroster.rest.scrub import line_of
from adapters.oneroster.rest.transport import retry_after
from adapters.oneroster.rest.window import Window, remembered, window

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDER = Order("users", "https://sis.example/users", {}, 100)


def page(count: int, total: int | None = None, **more: Any) -> Page:
    return Page("url", [{}] * count, total, **more)


def mark(received: int, pages: int = 2, ids: int = 0) -> Mark:
    return Mark("", pages=pages, received=received, ids=("x",) * ids)


def settings(**given: Any) -> RestSettings:
    plain = {"base_url": "https://sis.example", "auth": "bearer", "client_secret": "x"}
    return RestSettings.model_validate({**plain, **given})


def test_a_link_is_followed_before_any_count() -> None:
    following: Request = ("https://sis.example/users?page=2", {})
    assert next_request(ORDER, page(3, 3, following=following), mark(3)) == following


def test_links_that_stop_end_the_collection() -> None:
    assert next_request(ORDER, page(100, linked=True), mark(100)) is None


def test_a_reached_total_ends_the_collection() -> None:
    assert next_request(ORDER, page(59, 259), mark(259)) is None


def test_the_offset_advances_by_what_was_received() -> None:
    following = next_request(ORDER, page(50, 259), mark(150))
    assert following is not None
    assert following[1]["offset"] == "150"


def test_without_total_only_an_empty_page_ends_the_collection() -> None:
    assert next_request(ORDER, page(7), mark(107)) is not None
    assert next_request(ORDER, page(0), mark(107)) is None


def test_a_total_that_was_passed_is_not_believed() -> None:
    assert next_request(ORDER, page(100, 150), mark(200)) is not None


def test_a_total_that_may_count_one_page_is_not_believed() -> None:
    assert next_request(ORDER, page(100, 100), mark(100, pages=1)) is not None


@pytest.mark.parametrize("count", [5, 25, 100, 128, 500])
def test_round_counts_may_be_caps(count: int) -> None:
    assert could_be_cap(count)


@pytest.mark.parametrize(
    ("ids", "largest", "believed"), [(59, 100, True), (33, 33, True), (100, 100, False)]
)
def test_a_refused_offset_is_believed_only_after_an_uncut_page(
    ids: int, largest: int, believed: bool
) -> None:
    assert is_past_end(404, mark(200, ids=ids), largest) is believed


def test_a_refusal_of_the_first_page_is_never_an_end() -> None:
    assert not is_past_end(404, mark(0, pages=0), 0)


def index(*names: str) -> Index:
    return Index(Path(), [(name, 0, 0) for name in sorted(names)], len(set(names)))


@pytest.mark.parametrize(
    ("totals", "names", "doubted"),
    [
        ((2,), "ab", False),
        ((3,), "ab", True),
        ((3,), "abb", True),
        ((2,), "abb", False),
        ((1,), "ab", False),
        ((), "ab", False),
        ((), "abb", True),
        ((2, 3), "abc", True),
        ((2, 1), "abc", False),
    ],
)
def test_doubt_about_completeness(totals: tuple[int, ...], names: str, doubted: bool) -> None:
    assert (judge(totals, index(*names))[0] is not None) is doubted


def written(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "lines"
    path.write_bytes(b"".join(line_of(record, Counter()) for record in records))
    return path


@given(st.permutations([{"sourcedId": name, "n": 1} for name in ("a", "b", "c", "B", "10")]))
def test_sorted_bytes_do_not_depend_on_arrival(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    target = BytesIO()
    write_sorted(index_lines(written(tmp_path_factory.mktemp("x"), *records)), target, None)
    assert [json.loads(line)["sourcedId"] for line in target.getvalue().splitlines()] == [
        "10", "B", "a", "b", "c",
    ]  # fmt: skip


def test_a_record_that_came_twice_is_written_once(tmp_path: Path) -> None:
    path = written(tmp_path, {"sourcedId": "a"}, {"sourcedId": "a"}, {"sourcedId": "a", "n": 2})
    assert write_sorted(index_lines(path), BytesIO(), None) == 2


def test_records_without_id_are_not_each_others_copies(tmp_path: Path) -> None:
    found = index_lines(written(tmp_path, {"n": 1}, {"n": 2}, {"sourcedId": None}))
    assert found.repeated == 0


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"password": "x"}, "password"),
        ({"userProfiles": [{"credentials": [{"password": "x"}]}]}, "userProfiles.credentials"),
        ({"metadata": {"tempPassword": "x"}}, "metadata.tempPassword"),
    ],
)
def test_secrets_never_reach_the_disk(record: dict[str, Any], path: str) -> None:
    notes: Counter[str] = Counter()
    assert b"x" not in line_of(record, notes)
    assert notes == {f"secret:{path}": 1}


def test_an_empty_password_is_not_worth_a_word() -> None:
    notes: Counter[str] = Counter()
    assert line_of({"password": None}, notes) == b"{}\n"
    assert not +notes


def test_a_broken_character_is_replaced_and_noted() -> None:
    notes: Counter[str] = Counter()
    assert line_of({"n": "\ud800"}, notes) == b'{"n":"?"}\n'
    assert notes["text:"] == 1


def test_lines_after_the_mark_are_cut_off(tmp_path: Path) -> None:
    partial = Partial(tmp_path, "key")
    partial.add(partial.open(NOW, HOUR), [b"one\n"])
    with partial.lines.open("ab") as stream:
        stream.write(b"half a li")
    partial.open(NOW, HOUR)
    assert partial.lines.read_bytes() == b"one\n"


def test_an_old_partial_pull_is_started_over(tmp_path: Path) -> None:
    partial = Partial(tmp_path, "key")
    partial.add(partial.open(NOW, HOUR), [b"one\n"])
    assert partial.open(NOW + 2 * HOUR, HOUR).bytes == 0


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"form": 0}', '{"form": 1}'])
def test_a_damaged_mark_is_started_over(tmp_path: Path, broken: str) -> None:
    partial = Partial(tmp_path, "key")
    partial.add(partial.open(NOW, HOUR), [b"one\n"])
    (partial.lines.parent / "mark.json").write_text(broken)
    assert partial.open(NOW, HOUR).bytes == 0


def test_two_fetches_do_not_share_partial_files(tmp_path: Path) -> None:
    with Partials(tmp_path, HOUR).sole(), pytest.raises(SourceUnavailable, match="another run"):
        Partials(tmp_path, HOUR).sole().__enter__()


SERVICE = Service("1.2", "https://sis.example/ims/oneroster/rostering/v1p2", NOW)
DELTA = {"enabled": True, "overlap_minutes": 60, "full_every_days": 7}


def memory(given: RestSettings, days: float) -> dict[str, str]:
    return remembered(given, {}, SERVICE, [NOW - timedelta(days=days)], everything=True)


def test_a_recent_full_pull_allows_a_delta_with_overlap() -> None:
    given = settings(delta=DELTA)
    assert window(given, memory(given, 1), SERVICE).since == "2026-11-20T01:00:00.000Z"


@pytest.mark.parametrize("days", [7, 30])
def test_an_old_full_pull_asks_for_everything(days: float) -> None:
    given = settings(delta=DELTA)
    assert window(given, memory(given, days), SERVICE).since is None


def test_the_first_night_asks_for_everything() -> None:
    assert window(settings(delta=DELTA), {}, SERVICE).since is None


def test_another_filter_than_last_night_asks_for_everything() -> None:
    before = memory(settings(delta=DELTA), 1)
    given = settings(delta=DELTA, filters={"users": "status='active'"})
    assert window(given, before, SERVICE).since is None


def test_a_delta_keeps_the_date_of_the_last_full_pull() -> None:
    given = settings(delta=DELTA)
    before = memory(given, 2)
    after = remembered(given, before, SERVICE, [NOW], everything=False)
    assert (after["last_full"], after["watermark"]) == (
        before["last_full"],
        "2026-11-21T02:00:00.000Z",
    )


def test_damaged_memory_asks_for_everything() -> None:
    given = settings(delta=DELTA)
    assert window(given, memory(given, 1) | {"watermark": "soon"}, SERVICE).since is None


def test_a_window_joins_a_single_clause() -> None:
    asked = Window("2026-11-20T01:00:00.000Z").filtered("status='active'")
    assert asked == "status='active' AND dateLastModified>'2026-11-20T01:00:00.000Z'"


def test_a_window_never_adds_a_second_operator() -> None:
    assert not Window("2026").narrows("a='1' AND b='2'")


V11, V12 = "/ims/oneroster/v1p1", "/ims/oneroster/rostering/v1p2"


@pytest.mark.parametrize(
    ("base", "version", "tried"),
    [
        ("https://h", "auto", [V12, V11]),
        ("https://h/", "1.1", [V11]),
        ("https://h/ims/oneroster/v1p1", "auto", [V11, V12]),
        ("https://h/ims/oneroster/v1p1/", "1.2", [V12]),
        ("https://h/p/ims/oneroster", "1.1", [f"/p{V11}", "/p/ims/oneroster"]),
    ],
)
def test_addresses_are_tried_in_order(base: str, version: str, tried: list[str]) -> None:
    found = [url for url, _ in candidates(settings(base_url=base, version=version))]
    assert found == [f"https://h{path}" for path in tried]


def test_the_groups_of_1_2_lie_at_three_places() -> None:
    assert SERVICE.url("results", "gradebook").endswith("/ims/oneroster/gradebook/v1p2/results")


def test_1_1_serves_everything_at_one_place() -> None:
    service = Service("1.1", "https://h/ims/oneroster/v1p1", NOW)
    assert service.url("results", "gradebook") == "https://h/ims/oneroster/v1p1/results"


def pulled(folder: Path, **collections: list[dict[str, Any]]) -> dict[str, Index]:
    found = {}
    for name, records in collections.items():
        (folder / name).mkdir()
        found[name] = index_lines(written(folder / name, *records))
    return found


def test_parents_of_kept_students_are_kept(tmp_path: Path) -> None:
    users = [
        {"sourcedId": "s", "orgs": [{"sourcedId": "north"}], "agents": [{"sourcedId": "p"}]},
        {"sourcedId": "p", "orgs": [{"sourcedId": "district"}]},
        {"sourcedId": "other", "orgs": [{"sourcedId": "south"}]},
    ]
    chosen = keeps(("north",), pulled(tmp_path, orgs=[{"sourcedId": "north"}], users=users))
    assert [chosen["users"](user) for user in users] == [True, True, False]


def test_results_follow_their_students(tmp_path: Path) -> None:
    users = [{"sourcedId": "s", "primaryOrg": {"sourcedId": "north"}}]
    chosen = keeps(("north",), pulled(tmp_path, orgs=[{"sourcedId": "north"}], users=users))
    kept = [chosen["results"]({"student": {"sourcedId": name}}) for name in ("s", "x")]
    assert kept == [True, False]


def test_a_school_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SourceMisconfigured, match="north"):
        keeps(("north",), pulled(tmp_path, orgs=[{"sourcedId": "south"}]))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        (
            {
                "Retry-After": "Sat, 21 Nov 2026 02:01:00 GMT",
                "Date": "Sat, 21 Nov 2026 02:00:00 GMT",
            },
            60.0,
        ),
        ({"Retry-After": "Sat, 21 Nov 2020 02:01:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
