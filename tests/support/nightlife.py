"""Generated life of a tiny district, lived in the store and in the model side by side."""

from __future__ import annotations

import io
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from support.model import ENTITY, FIELDS, REFERENCES, Model
from support.rehearsals import plan_of
from support.store_image import Image, store_image
from support.tiny import (
    CLASSES,
    GUARDIANS,
    PEOPLE,
    STUDENTS,
    Sis,
    Tables,
    number_of,
    removed,
    write_bulk,
    write_delta,
    zip_into,
)

from service.act import Act
from service.ilp.keep import import_plan
from service.nightly import run_source
from service.review.conflicts import conflicts_of, decide_conflict
from service.roster import Edit, edit_field, load_record
from service.settings import Settings
from service.sources import add_source
from service.store.database import open_engine, reading, writing
from service.store.tables import ROSTER, change, crosswalk, ilp_plan, ilp_plan_version, source
from service.sync.report import RunState

TENANT = "district"
ACT = Act("counselor", "a day's work", "2026-09-01T12:00:00.000Z")
WIDE = {"drop_rows": 10**6, "blank_rows": 10**6, "reject_rows": 10**6}
RECORDS_OF_WORK = ("run", "run_step", "counter", "source", "base")
"""Tables in which a night without news may say that it took place."""

Event = tuple[Any, ...]

_people = st.sampled_from(PEOPLE)
_students = st.sampled_from(STUDENTS)
_classes = st.sampled_from(CLASSES)
_names = st.sampled_from(["givenName", "familyName", "email", "phone", "grades"])
_fields = st.sampled_from(["given_name", "email", "phone", "preferred_given_name"])
_words = st.sampled_from(["Ann", "Bo", "Cy"])
_dates = st.sampled_from(["2026-08-15", "2026-09-15", "soon"])

SIS_EVENTS = st.one_of(
    st.tuples(st.just("drop"), st.sampled_from(PEOPLE[:-1])),
    st.tuples(st.just("leave"), st.sampled_from(PEOPLE[:-1])),
    st.tuples(st.just("come"), _people),
    st.tuples(st.just("change"), _people, _names, _words),
    st.tuples(st.just("prefer"), _students, _words),
    st.tuples(st.just("blank"), _students, st.sampled_from(["email", "familyName", "grades"])),
    st.tuples(st.just("agents"), _students, st.lists(st.sampled_from(GUARDIANS), unique=True)),
    st.tuples(st.just("enroll"), _students, _classes, _dates),
    st.tuples(st.just("unenroll"), _students, _classes),
    st.tuples(st.just("move"), _students, st.sampled_from(["s1", "s2"])),
    st.tuples(st.just("org"), st.just("s2"), st.booleans()),
    st.tuples(st.just("class"), st.sampled_from(CLASSES[1:]), st.booleans()),
)
OUR_EVENTS = st.one_of(
    st.tuples(st.just("edit"), _students, _fields, _words),
    st.tuples(st.just("edit"), _students, _fields, _words),
    st.tuples(st.just("decide"), st.sampled_from(["ours", "theirs"])),
    st.tuples(st.just("plan"), _students),
    st.tuples(st.just("days"), st.integers(1, 20)),
)
NIGHTS = st.one_of(
    st.just(("night", "bulk")), st.just(("night", "delta")), st.just(("night", "bulk"))
)


@st.composite
def lives(draw: st.DrawFn, nights: int = 5) -> tuple[str, list[Event]]:
    """A version of the standard, and what happens night after night."""
    version = draw(st.sampled_from(["1.2", "1.2", "1.1"]))
    events = draw(st.lists(SIS_EVENTS, max_size=4))
    events.append(("night", "bulk"))
    for _ in range(draw(st.integers(1, nights))):
        events += draw(st.lists(OUR_EVENTS, max_size=2))
        events += draw(st.lists(SIS_EVENTS, min_size=1, max_size=4))
        events.append(draw(NIGHTS))
    return version, events


@cache
def _engine(url: str) -> Engine:
    """One engine for each address: it keeps the statements that it compiled for earlier lives."""
    return open_engine(url)


@dataclass
class Life:
    """One district lived: its SIS, our store, and the model of what the store should hold."""

    url: str
    folder: Path
    version: str
    today: date = date(2026, 9, 1)
    sent: Tables = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sis = Sis(self.version)
        self.model = Model(self.today)
        self.engine = _engine(self.url)
        self.delivery = self.folder / "delivery"
        with writing(self.engine) as connection:
            add_source(connection, TENANT, "sis", "oneroster-csv", {"path": str(self.delivery)})

    def settings(self) -> Settings:
        """Today's settings, in which no guard stands in the way."""
        now = datetime.combine(self.today, time(3), UTC)
        folder = {"folder": self.folder / "sink"}
        return Settings(
            database_url=self.url,
            data=self.folder / "data",
            now=now,
            sync={"guard": WIDE},
            publish=folder,
        )

    def live(self, event: Event) -> None:
        """Let something happen in the world and, where it is a night, in store and model."""
        word, *given = event
        happen: dict[str, Callable[..., None]] = {
            "drop": self.sis.drop_person,
            "leave": lambda who: self.sis.drop("users", who),
            "come": self._come,
            "change": self._change,
            "prefer": self._prefer,
            "blank": lambda who, column: self._cell(who, column, ""),
            "agents": lambda who, agents: self._cell(who, "agentSourcedIds", ",".join(agents)),
            "enroll": lambda who, class_, day: self.sis.enroll(who, class_, beginDate=day),
            "unenroll": lambda who, class_: self.sis.drop("enrollments", f"e-{who}-{class_}"),
            "move": self._move,
            "org": self._org,
            "class": self._class,
            "edit": self._edit,
            "decide": self._decide,
            "plan": self._plan,
            "days": self._days,
            "night": self._night,
        }
        happen[word](*given)

    def _cell(self, who: str, column: str, value: str) -> None:
        if who in self.sis.rows["users"]:
            self.sis.put("users", who, **{column: value})

    def _come(self, who: str) -> None:
        if who not in self.sis.rows["users"]:
            self.sis.put_person(who)

    def _change(self, who: str, column: str, word: str) -> None:
        cells = {"email": f"{word}@example.org", "grades": f"{9 + len(word) % 3:02d}"}
        self._cell(who, column, cells.get(column, word))

    def _prefer(self, who: str, word: str) -> None:
        if self.version == "1.2":
            self._cell(who, "preferredGivenName", word)

    def _move(self, who: str, school: str) -> None:
        if self.version == "1.2":
            self._cell(who, "primaryOrgSourcedId", school)
            if f"r-{who}" in self.sis.rows["roles"]:
                self.sis.put("roles", f"r-{who}", orgSourcedId=school)
        else:
            self._cell(who, "orgSourcedIds", school)

    def _org(self, org: str, there: bool) -> None:
        self.sis.drop("orgs", org)
        if there:
            self.sis.put("orgs", org, name=f"Org {org}", type="school")

    def _class(self, class_: str, there: bool) -> None:
        self.sis.drop("classes", class_)
        if there:
            self.sis.put_class(class_)

    def _edit(self, who: str, name: str, word: str) -> None:
        if who not in self.model.records["users"]:
            return
        value = f"{word}@here.example" if name == "email" else word
        with writing(self.engine) as connection:
            record = load_record(connection, TENANT, "person", self.ids["users", who])
            edit_field(connection, TENANT, record, Edit("person", name, value), ACT)
        self.model.edit(who, name, value)

    def _decide(self, side: str) -> None:
        with writing(self.engine) as connection:
            waiting = conflicts_of(connection, TENANT)
            if not waiting:
                return
            first = waiting[0]
            decide_conflict(connection, TENANT, first["number"], side, ACT)
        who = {id_: key for key, id_ in self.ids.items()}[first["record_id"]][1]
        self.model.decide((who, first["field"]), side)

    def _plan(self, who: str) -> None:
        with writing(self.engine) as connection:
            kept = import_plan(connection, TENANT, plan_of(number_of(who)), ACT)
        self.plans.setdefault(who, []).append(kept.plan_id)

    def _days(self, count: int) -> None:
        self.today += timedelta(days=count)
        self.model.today = self.today

    def _night(self, kind: str) -> None:
        rows = self.sis.copy()
        gone = removed(self.sent, rows) if self.sent else {}
        if kind == "delta":
            if rows == self.sent:
                return
            write_delta(self.delivery, self.version, self.sent, rows, str(self.today))
        else:
            write_bulk(self.delivery, self.version, rows, None)
        self.run()
        self.model.night(rows, gone if kind == "delta" else {})
        self.sent = rows
        self.held()

    def run(self) -> RunState:
        """Run tonight's delivery; nothing in a district without guards may stop it."""
        report = run_source(self.settings(), self.engine, "sis")
        assert report.state in (RunState.DONE, RunState.QUIET), report
        return report.state

    def deliver_again(self, how: str) -> None:
        """The same rows once more: the same bytes, in another order, or as a zip."""
        if how == "shuffled":
            write_bulk(self.delivery, self.version, self.sent, random.Random(1))
        if how == "zip":
            target = self.folder / "again.zip"
            zip_into(self.delivery, target)
            shutil.rmtree(self.delivery)
            with writing(self.engine) as connection:
                path = json.dumps({"path": str(target)})
                connection.execute(sa.update(source).values(settings=path))

    def image(self) -> Image:
        """What the store holds, without what tells that nights took place."""
        image = store_image(self.engine)
        for row in image["base_part"]:
            row["data"] = _rows_in(row["data"])
        for row in image["crosswalk"]:
            del row["run"]  # a row that waits is looked up again by every run
        return {name: rows for name, rows in image.items() if name not in RECORDS_OF_WORK}

    def held(self) -> dict[str, dict[str, Any]]:
        """The store in the model's words: by table and `sourcedId`, state, day and values."""
        with reading(self.engine) as connection:
            links = sa.select(crosswalk.c.record_id, crosswalk.c.sourced_id)
            names = dict(map(tuple, connection.execute(links)))
            found: dict[str, dict[str, Any]] = {}
            for table, entity in ENTITY.items():
                rows = [dict(row._mapping) for row in connection.execute(ROSTER[entity].select())]
                self._remember(table, rows)
                found[table] = {row["sourced_id"]: _stated(table, row, names) for row in rows}
        return found

    def _remember(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Ids are for life: a record that had another id on an earlier night fails here."""
        for row in rows:
            assert self.ids.setdefault((table, row["sourced_id"]), row["id"]) == row["id"]

    def expected(self) -> dict[str, dict[str, Any]]:
        """The model in the same words."""
        return {
            table: {
                key: (record.state, record.since, record.values) for key, record in rows.items()
            }
            for table, rows in self.model.records.items()
        }

    def conflicts(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Every conflict of the store, by person and field."""
        people = {id_: key for (_, key), id_ in self.ids.items()}
        with reading(self.engine) as connection:
            listed = conflicts_of(connection, TENANT, every=True)
        return {
            (people[one["record_id"]], one["field"]): (
                one["state"], one["base"], one["ours"], one["theirs"],
            )
            for one in listed
        }  # fmt: skip

    def expected_conflicts(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Every conflict of the model."""
        return {
            key: (one.state, one.base, one.ours, one.theirs)
            for key, one in self.model.conflicts.items()
        }

    def attachments(self) -> dict[str, str]:
        """How every plan stands, by the student for whom it was imported."""
        with reading(self.engine) as connection:
            query = sa.select(ilp_plan.c.id, ilp_plan.c.attachment)
            stands = dict(map(tuple, connection.execute(query)))
        return {who: stands[ids[0]] for who, ids in self.plans.items()}

    def expected_attachments(self) -> dict[str, str]:
        """How every plan should stand."""
        return {who: self.model.attachment(who) for who in self.plans}

    def versions(self) -> list[tuple[Any, ...]]:
        """Every version of every plan, with its document."""
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(ilp_plan_version.select())]

    def entries(self) -> list[dict[str, Any]]:
        """The journal."""
        with reading(self.engine) as connection:
            lines = connection.execute(change.select().order_by(change.c.seq))
            return [dict(line._mapping) for line in lines]

    def texts(self) -> dict[str, dict[str, str | None]]:
        """Every roster record by id: its state and values as the journal spells them."""
        with reading(self.engine) as connection:
            return {
                row.id: {name: _text(value) for name, value in row._mapping.items()}
                for entity in ENTITY.values()
                for row in connection.execute(ROSTER[entity].select())
            }

    def people(self) -> list[tuple[str, str]]:
        """Which record each user leads to."""
        links = sa.select(crosswalk.c.sourced_id, crosswalk.c.record_id)
        with reading(self.engine) as connection:
            users = connection.execute(links.where(crosswalk.c.entity == "person"))
            return [(sourced_id, record_id) for sourced_id, record_id in users]


def _rows_in(parquet: bytes) -> list[dict[str, Any]]:
    """The rows of last night's delivery, in whatever order they came."""
    rows = pl.read_parquet(io.BytesIO(parquet)).to_dicts()
    return sorted(({k: v for k, v in row.items() if v is not None} for row in rows), key=_key)


def _key(row: dict[str, Any]) -> str:
    return str(row["sourcedId"])


_STATES = {"missing": "missing", "detached": "detached", "revive": "active"}


def replayed(
    before: dict[str, dict[str, str | None]], lines: list[dict[str, Any]]
) -> dict[str, dict[str, str | None]]:
    """Records as they were, with lines of the journal laid over them."""
    records = {key: dict(values) for key, values in before.items()}
    for line in lines:
        record = records.get(line["record_id"])
        if record is None:
            continue
        record["state"] = _STATES.get(line["action"], record["state"])
        for name, (old, new) in json.loads(line["fields"] or "{}").items():
            assert record[name] == old
            record[name] = new
    return records


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _stated(table: str, row: dict[str, Any], names: dict[str, str]) -> tuple[Any, ...]:
    values = {}
    for name in FIELDS[table]:
        value = row[name]
        if name in REFERENCES and value is not None:
            value = names[value]
        values[name] = value.isoformat() if isinstance(value, date) else value
    return row["state"], row["state_since"], values
