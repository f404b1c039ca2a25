"""A hamlet whose students have plans, and a career system that says something about them."""

from __future__ import annotations

import copy
import csv
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.cli import Answer, Home, make_home
from support.hamlet import Hamlet, Town

ABOUT = ("student_id", "account_id", "given_name", "family_name", "birth_date", "email")
SAVED = [*ABOUT, "entry_id", "kind", "title", "onet_code", "saved_on", "notes"]
ADA = {"student_id": "100", "given_name": "Ada", "family_name": "Ash"}
BEN = {"student_id": "200", "given_name": "Ben", "family_name": "Birch"}

Row = dict[str, str]


@dataclass
class Career:
    """A home with a source `xello` of our own layout, fed by `say`."""

    home: Home
    town: Town
    hamlet: Hamlet
    rows: list[Row] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where its results lie."""
        return self.home.folder / "results"

    def say(self, who: Row, entry: str, title: str = "Nurse", **more: str) -> None:
        """Let an account say that it saved an occupation; again replaces what it said."""
        row = who | {"entry_id": entry, "kind": "occupation", "title": title} | more
        same = (entry, row.get("account_id"), row.get("student_id"))
        keys = ("entry_id", "account_id", "student_id")
        self.rows = [one for one in self.rows if tuple(one.get(k) for k in keys) != same]
        self.rows.append(row)

    def night(self, *words: str) -> dict[str, Any]:
        """Write the file and run the source."""
        self.write_file()
        return self.again(*words)

    def write_file(self) -> None:
        """Write what is said as a file of results."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "saved.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, SAVED)
            writer.writeheader()
            writer.writerows(self.rows)

    def again(self, *words: str) -> dict[str, Any]:
        """Run the source with what lies there, a day later."""
        self.town.day += 1
        return self.home.run("xello", *words, NOW=f"2026-12-{self.town.day:02}T03:00:00Z")

    def roster(self) -> None:
        """Deliver the hamlet as it is now, and run the roster's night."""
        words = ("--kind", "oneroster-csv", "--path", self.home.delivery, "--replace")
        assert self.home("source", "add", "sis", *words).status == 0
        assert self.town.night(self.hamlet)["state"] == "done"

    def saved(self, key: str) -> list[dict[str, Any]]:
        """What a student's plan holds of saved career information."""
        plan = self.plan(key)
        held: list[dict[str, Any]] = plan.get("activities", {}).get("saved_information", [])
        return held

    def titles(self, key: str) -> list[str]:
        """The titles of what a student's plan holds, sorted."""
        return sorted(str(entry["title"]) for entry in self.saved(key))

    def plan(self, key: str) -> dict[str, Any]:
        """A student's plan as it was kept last, by the student's sourcedId."""
        query = (
            "SELECT v.document FROM ilp_plan_version v JOIN ilp_plan p ON p.id = v.plan_id "
            "AND p.version = v.version WHERE p.person_id = ?"
        )
        document = self.home.value(query, self.town.record(key))
        plan: dict[str, Any] = json.loads(document)["plan"]
        return plan

    def versions(self) -> int:
        """How many versions of plans there are."""
        return int(self.home.value("SELECT count(*) FROM ilp_plan_version"))

    def write(self, key: str, change: dict[str, Any], number: str) -> None:
        """Change the first saved entry of a student's plan by hand, as its next version."""
        plan = self.plan(key)
        plan["activities"]["saved_information"][0] |= change
        take_in(self.home, plan, f"by hand, {number}")

    def matches(self) -> list[dict[str, Any]]:
        """The open questions."""
        listed: list[dict[str, Any]] = self.home("matches", "list", "--json").json
        return listed


def make_district(folder: Path, others: int = 8) -> tuple[Home, Hamlet]:
    """Two students with plans, and others without."""
    home = make_home(folder, NOW="2026-11-20T02:00:00Z")
    hamlet, town = Hamlet(others), Town(home)
    hamlet.student("ada", "Ada", "Ash", identifier="100", email="ash@example.org")
    hamlet.student("ben", "Ben", "Birch", identifier="200")
    town.night(hamlet)
    for number in ("100", "200"):
        assert town.plan(number).status == 0
    return home, hamlet


def make_career(folder: Path, district: tuple[Home, Hamlet]) -> Career:
    """A copy of a district, with a career system that said nothing yet."""
    template, hamlet = district
    shutil.copytree(template.folder, folder)
    home = Home(folder, dict(template.variables))
    career = Career(home, Town(home, 1), copy.deepcopy(hamlet))
    career.folder.mkdir()
    words = ("--kind", "cis-csv", "--path", career.folder, "--profile", "generic")
    answer: Answer = home("source", "add", "xello", *words)
    assert answer.status == 0, answer
    return career


def take_in(home: Home, plan: dict[str, Any], reason: str) -> None:
    """Import a plan as its next version."""
    file = home.folder / "plan.json"
    document = {"format": "planbridge-ilp", "formatVersion": "1.0", "plan": plan}
    file.write_text(json.dumps(document), encoding="utf-8")
    answer = home("plan", "import", file, "--reason", reason)
    assert answer.status == 0, answer
