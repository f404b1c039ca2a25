"""The suite that every adapter must pass, ours or a third party's.

Derive a test class from `SourceConformance`, say how to set up your source, and let pytest collect
it; see `docs/how-to/write-an-adapter.md`. Only running the suite needs pytest: this module does
not import it, so that an installation without it stays whole.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from adapters.errors import AdapterError, SourceUnavailable
from adapters.port import ROW, Delivery, FileMode, Source
from adapters.shelf import Shelf, digest_file

Rows = Sequence[Mapping[str, str]]
District = Mapping[str, Rows]
"""Collections by name, their rows by column name of the standard's table form; "" is blank."""

PASSWORD = "correct-horse-battery"  # noqa: S105  # a value to look for, not a secret
"""Stands in the `password` of a user; it must not be readable anywhere."""
UNKNOWN = "size-forty-three"
"""Stands in a field that the standard does not define; it must not be lost."""

DISTRICT: District = {
    "orgs": [
        {"sourcedId": "d-1", "name": "Cedar Bend", "type": "district", "identifier": "0010"},
        {"sourcedId": "s-1", "name": "Élan, High", "type": "school", "parentSourcedId": "d-1"},
    ],
    "academicSessions": [
        {
            "sourcedId": "y-27",
            "title": "2026-27",
            "type": "schoolYear",
            "startDate": "2026-08-17",
            "endDate": "2027-06-05",
            "schoolYear": "2027",
        }
    ],
    "courses": [
        {
            "sourcedId": "c-1",
            "title": 'Art "Studio"',
            "courseCode": "",
            "orgSourcedId": "d-1",
            "grades": "09,10",
        }
    ],
    "classes": [
        {
            "sourcedId": "k-1",
            "title": "Art 1",
            "courseSourcedId": "c-1",
            "classType": "scheduled",
            "schoolSourcedId": "s-1",
            "termSourcedIds": "y-27",
        }
    ],
    "users": [
        {
            "sourcedId": "u-1",
            "enabledUser": "true",
            "username": "mina",
            "userIds": "{State:007}",
            "givenName": "Mína",
            "familyName": "O'Neill",
            "middleName": "",
            "identifier": "0042",
            "agentSourcedIds": "u-2",
            "grades": "09",
            "preferredGivenName": "Min",
            "password": PASSWORD,
            "shoeSize": UNKNOWN,
        },
        {
            "sourcedId": "u-2",
            "enabledUser": "false",
            "username": "ada",
            "givenName": "Ada",
            "familyName": "O'Neill",
        },
    ],
    "roles": [
        {
            "sourcedId": "r-1",
            "userSourcedId": "u-1",
            "roleType": "primary",
            "role": "student",
            "orgSourcedId": "s-1",
        },
        {
            "sourcedId": "r-2",
            "userSourcedId": "u-2",
            "roleType": "primary",
            "role": "parent",
            "orgSourcedId": "s-1",
        },
    ],
    "enrollments": [
        {
            "sourcedId": "e-1",
            "classSourcedId": "k-1",
            "schoolSourcedId": "s-1",
            "userSourcedId": "u-1",
            "role": "student",
            "beginDate": "2026-08-17",
        }
    ],
    "demographics": [{"sourcedId": "u-1", "birthDate": "2011-02-03", "asian": "true", "sex": ""}],
}
"""A small district in OneRoster 1.2 terms; an adapter of another standard brings its own."""


class SourceConformance:
    """What any `adapters.port.Source` keeps. Override the hooks; add no exceptions.

    `probe` is a collection of the district and one of its columns, to be changed and shortened.
    `minted` names columns whose values the adapter makes itself, by collection. `secrets` are
    texts that the hooks put into the source's settings and that must never show.
    """

    district: District = DISTRICT
    probe: tuple[str, str] = ("users", "givenName")
    minted: Mapping[str, frozenset[str]] = {}
    secrets: Sequence[str] = ()

    def make_source(self, tmp_path: Path, district: District) -> Source:
        """Hook: a source whose next delivery holds exactly this district, whole.

        It is called with different districts for one `tmp_path`; the last one counts.
        """
        raise NotImplementedError("override make_source")

    def make_unavailable_source(self, tmp_path: Path) -> Source:
        """Hook: a source that cannot deliver tonight, but may tomorrow."""
        raise NotImplementedError("override make_unavailable_source")

    def test_every_collection_is_delivered(self, tmp_path: Path) -> None:
        _, delivery = self._night(tmp_path)
        assert delivery.files.keys() >= self.district.keys()

    def test_every_value_arrives(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        for name, rows in self.district.items():
            ours = self.minted.get(name, frozenset()) | {"password", "shoeSize"}
            wanted = [{k: v or None for k, v in row.items() if k not in ours} for row in rows]
            arrived = source.read(delivery, name).frame.to_dicts()
            had = [{k: row[k] for k in want} for want in wanted for row in arrived]
            lost = [row for row in wanted if row not in had]
            assert len(arrived) == len(rows), f"{name}: {len(arrived)} rows of {len(rows)}"
            assert not lost, f"{name}: these rows did not arrive as they were: {lost}"

    def test_values_of_unknown_fields_are_kept(self, tmp_path: Path) -> None:
        assert any(UNKNOWN in cell for cell in self._cells(tmp_path)), "an unknown value was lost"

    def test_passwords_are_dropped(self, tmp_path: Path) -> None:
        assert not any(PASSWORD in cell for cell in self._cells(tmp_path)), "a password was kept"

    def test_no_column_is_called_password(self, tmp_path: Path) -> None:
        for name, frame in self._frames(tmp_path).items():
            assert "password" not in map(str.lower, frame.columns), name

    def test_every_column_is_text(self, tmp_path: Path) -> None:
        for name, frame in self._frames(tmp_path).items():
            odd = {c: t for c, t in frame.schema.items() if c != ROW and t != pl.String}
            assert not odd, f"{name}: {odd}"

    def test_every_row_has_its_own_number(self, tmp_path: Path) -> None:
        for name, frame in self._frames(tmp_path).items():
            numbers = frame[ROW]
            assert numbers.dtype == pl.UInt32, f"{name}: {ROW} is {numbers.dtype}"
            assert numbers.is_unique().all(), f"{name}: {ROW} repeats"
            assert not frame.height or numbers.min() in {1, 2}, f"{name}: {ROW} starts oddly"

    def test_blank_cells_are_null(self, tmp_path: Path) -> None:
        assert all(cell.strip() for cell in self._cells(tmp_path)), "a blank cell is not null"

    def test_reading_again_gives_the_same(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        for name in delivery.files:
            one, other = source.read(delivery, name), source.read(delivery, name)
            assert one.frame.equals(other.frame), name
            assert one.findings == other.findings, name

    def test_fetching_again_gives_the_same_digest(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        again = source.fetch(_shelf(tmp_path), delivery.memory)
        modes = {file.mode for file in again.files.values()}
        assert modes == {FileMode.DELTA} or again.digest == delivery.digest

    def test_the_order_of_records_does_not_change_what_is_read(self, tmp_path: Path) -> None:
        _, delivery = self._night(tmp_path)
        turned = {name: rows[::-1] for name, rows in self.district.items()}
        other, second = self._night(tmp_path, turned)
        for name in delivery.files:
            one = self.make_source(tmp_path, self.district).read(delivery, name).frame
            assert _content(one) == _content(other.read(second, name).frame), name

    def test_a_changed_value_changes_the_digest(self, tmp_path: Path) -> None:
        _, delivery = self._night(tmp_path)
        name, column = self.probe
        rows = [{**row, column: f"{row[column]}x"} for row in self.district[name]]
        _, second = self._night(tmp_path, {**self.district, name: rows})
        assert second.files[name].digest != delivery.files[name].digest
        assert second.digest != delivery.digest

    def test_a_record_that_is_gone_is_not_delivered(self, tmp_path: Path) -> None:
        self._night(tmp_path)
        name = self.probe[0]
        fewer = self.district[name][:-1]
        source, delivery = self._night(tmp_path, {**self.district, name: fewer})
        assert source.read(delivery, name).frame.height == len(fewer)

    def test_files_are_whole_on_the_shelf(self, tmp_path: Path) -> None:
        _, delivery = self._night(tmp_path)
        shelf = _shelf(tmp_path)
        for file in delivery.files.values():
            assert shelf.holds(file.digest), f"{file.name} is not on the shelf"
            assert file.path == shelf.path_of(file.digest), f"{file.name} lies elsewhere"
            assert digest_file(file.path) == file.digest, f"{file.name} has another digest"

    def test_files_are_described(self, tmp_path: Path) -> None:
        _, delivery = self._night(tmp_path)
        for name, file in delivery.files.items():
            assert file.name == name
            assert file.origin, f"{name} does not say where it came from"
            assert file.media in {"text/csv", "application/x-ndjson"}, file.media

    def test_only_declared_modes_are_delivered(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        second = source.fetch(_shelf(tmp_path), delivery.memory)
        modes = {file.mode for one in (delivery, second) for file in one.files.values()}
        can = source.capabilities
        assert can.delta or FileMode.DELTA not in modes
        assert can.full or FileMode.BULK not in modes

    def test_memory_and_scope_are_plain_text(self, tmp_path: Path) -> None:
        _, delivery = self._night(tmp_path)
        for kept in (delivery.memory, delivery.scope):
            assert json.loads(json.dumps(dict(kept))) == dict(kept)
            assert all(isinstance(value, str) for value in kept.values())

    def test_a_sound_delivery_has_no_grave_findings(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        readings = [source.read(delivery, name) for name in delivery.files]
        found = [*delivery.findings, *(one for each in readings for one in each.findings)]
        grave = [one for one in found if one.severity.name in {"ROW", "HOLD", "REFUSE"}]
        assert not grave, grave

    def test_findings_tell_problem_and_fix(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        for name in delivery.files:
            for finding in (*delivery.findings, *source.read(delivery, name).findings):
                assert finding.code, finding
                assert finding.problem, finding
                assert finding.fix, finding

    def test_sound_rows_pass_the_check(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        for name in self.district:
            check = source.check(delivery, name, source.read(delivery, name).frame)
            assert check.rejected.is_empty(), f"{name}: {check.findings}"

    def test_a_check_names_only_rows_that_it_was_given(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        for name in self.district:
            frame = source.read(delivery, name).frame.head(1)
            blank = [column for column in frame.columns if column not in {ROW, "sourcedId"}]
            broken = frame.with_columns(pl.lit(None, pl.String).alias(column) for column in blank)
            rejected = source.check(delivery, name, broken).rejected
            assert set(rejected) <= set(frame["sourcedId"]), name

    def test_a_check_of_no_rows_finds_nothing(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        for name in self.district:
            check = source.check(delivery, name, source.read(delivery, name).frame.clear())
            assert (check.findings, check.rejected.len()) == ((), 0), name

    def test_progress_is_told(self, tmp_path: Path) -> None:
        told: list[tuple[str, int]] = []
        source = self.make_source(tmp_path, self.district)
        source.fetch(_shelf(tmp_path), {}, lambda what, done, total=None: told.append((what, done)))
        assert told, "nothing was said"
        assert all(what and done >= 0 for what, done in told), told

    def test_an_unavailable_source_says_so(self, tmp_path: Path) -> None:
        error = self._failure(tmp_path)
        assert isinstance(error, SourceUnavailable), repr(error)
        assert error.problem
        assert error.fix, "the operator is not told what to do"

    def test_an_unavailable_source_delivers_nothing_later(self, tmp_path: Path) -> None:
        self._failure(tmp_path)
        drafts = [path.name for path in tmp_path.rglob("draft-*")]
        assert not drafts, f"half-written files stay behind: {drafts}"

    def test_secrets_do_not_show(self, tmp_path: Path) -> None:
        source, delivery = self._night(tmp_path)
        said = [repr(source), str(source), repr(delivery)]
        error = self._failure(tmp_path)
        said += [error.fix, error.problem, repr(error), "".join(traceback.format_exception(error))]
        for secret in self.secrets:
            assert not any(secret in text for text in said), "a secret shows"

    def _night(self, tmp_path: Path, district: District | None = None) -> tuple[Source, Delivery]:
        source = self.make_source(tmp_path, district or self.district)
        return source, source.fetch(_shelf(tmp_path), {})

    def _frames(self, tmp_path: Path) -> dict[str, pl.DataFrame]:
        source, delivery = self._night(tmp_path)
        return {name: source.read(delivery, name).frame for name in delivery.files}

    def _cells(self, tmp_path: Path) -> list[str]:
        rows = [row for frame in self._frames(tmp_path).values() for row in frame.iter_rows()]
        return [cell for row in rows for cell in row if isinstance(cell, str)]

    def _failure(self, tmp_path: Path) -> AdapterError:
        try:
            self.make_unavailable_source(tmp_path).fetch(_shelf(tmp_path), {})
        except AdapterError as error:
            return error
        raise AssertionError("a source that cannot deliver raised no AdapterError")


def _shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def _content(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return frame.drop(ROW).sort("sourcedId").rows()
