"""Every command is listed here with the way in which students' data are guarded in it.

A command that is not on the list fails the test: whoever adds one says what it gives out.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from support.cli import Answer, Home, Rows
from support.credentials import signed_badge
from support.nights import LOCAL_ID, LUPE, MOTHER, record_id
from typer.main import get_command

from schemas.ilp.document import read_document
from service.cli.main import app

PLANS: Final = Path(__file__).parents[2] / "fixtures" / "plans"
NOBODY: Final = "passer-by"

CONSENT: Final = (
    *("--regime", "FERPA_99_30", "--signer", MOTHER, "--recipient", "MEN"),
    *("--section", "careerGoals", "--purpose", "mentoring", "--signed", "2026-11-01"),
    *("--expires", "2027-06-30", "--evidence", "binder 3"),
)

FREE: Final = {
    "access table": "the rules as they are shipped",
    "audit checkpoint": "vouches for the log outside the database, and shows nothing of it",
    "audit verify": "numbers of events, never what they say",
    "codes import": "code lists",
    "codes list": "code lists",
    "codes search": "code lists",
    "codes show": "code lists",
    "convert": "from files to files",
    "credential key document": "public halves of the district's keys",
    "credential key show": "public halves of the district's keys",
    "credential verify": "a file that whoever types has already",
    "db upgrade": "the shape of the database",
    "demo": "an invented district in a folder of its own",
    "export layouts": "layouts as they are shipped",
    "init": "an empty database",
    "mapping list": "tables as they are shipped",
    "mapping loss": "tables as they are shipped",
    "mapping show": "tables as they are shipped",
    "profile list": "rules as they are shipped",
    "profile show": "rules as they are shipped",
    "source list": "settings of sources",
    "synth": "an invented district",
    "validate": "files that whoever types has already",
}
"""Commands that give out nothing of any student in the database, and why."""

GUARDED: Final[dict[str, tuple[str, ...]]] = {
    "profile check": (LOCAL_ID, "--state", "CO"),
    "student show": (LOCAL_ID,),
    "student set": (LOCAL_ID, "phone", "970-555-0100", "--reason", "asked"),
    "plan import": (str(PLANS),),
    "plan export": (LOCAL_ID,),
    "plan history": (LOCAL_ID,),
    "plan sign": (LOCAL_ID, "--element", "GOA.01"),
    "plan signatures": (LOCAL_ID,),
    "conflicts list": (),
    "conflicts decide": ("1", "--ours"),
    "matches list": (),
    "matches decide": ("1", "--different"),
    "sync run": ("sis",),
    "sync plan": ("sis",),
    "sync apply": ("1",),
    "sync history": (),
    "sync show": ("1",),
    "source add": ("more", "--kind", "oneroster-csv", "--path", "x"),
    "source restore": ("sis", "--reason", "mistaken"),
    "source retire": ("sis", "--reason", "we changed systems"),
    "source test": ("sis",),
    "access appoint": ("me", "--reason", "minutes"),
    "access break-glass": (LOCAL_ID, "iepLink", "--reason", "found unwell in the corridor"),
    "access can": (LUPE, "read", LOCAL_ID, "profile"),
    "access choose": ("--state", "CO", "--reason", "minutes"),
    "access link": ("ms-lee", "tch-2201", "--reason", "hired"),
    "access review": (),
    "access who": (LOCAL_ID, "profile"),
    "access why": (LUPE, "read", LOCAL_ID, "profile"),
    "account add": ("vendor", "--role", "CIS", "--reason", "contract 7"),
    "account grant": ("vendor", "read", "profile", "--reason", "contract 7"),
    "account list": (),
    "account restore": ("vendor", "--reason", "looked into"),
    "account revoke": ("vendor", "read", "profile", "--reason", "contract 7"),
    "account source": ("vendor", "ASM.01", "--reason", "contract 7"),
    "account suspend": ("vendor", "--reason", "looked into"),
    "agreement add": (
        *("xello", "--role", "CIS", "--exception", "a1", "--purpose", "career-guidance"),
        *("--section", "careerGoals", "--to", "2027-06-30", "--destroy-by", "2027-07-30"),
        *("--terms", "contract 12", "--reason", "signed"),
    ),
    "agreement end": ("agreement-1", "--reason", "over"),
    "agreement list": (),
    "audit destroy-due": ("--reason", "yearly"),
    "audit show": (),
    "consent add": (LOCAL_ID, *CONSENT),
    "consent copies": (LOCAL_ID,),
    "consent list": (LOCAL_ID,),
    "consent revoke": ("consent-1",),
    "consent sent": ("owed_copy-1", "--upto", "1", "--reason", "by mail"),
    "credential import": ("badge.json", "--student", LOCAL_ID),
    "credential key new": (),
    "credential key rotate": (),
    "deputy add": ("ms-lee", "tch-2102", "--to", "2026-12-20", "--reason", "leave"),
    "deputy end": ("deputy-1", "--reason", "back"),
    "deputy list": (),
    "disclosures": (LOCAL_ID,),
    "export deliver": ("xello",),
    "export portfolio": (LOCAL_ID, "-o", "portfolio.pdf"),
    "export recalled": ("cis_file-1", "--reason", "by letter"),
    "export recalls": (),
    "export sets": (),
    "hold add": (LOCAL_ID, "--reason", "a suit"),
    "hold lift": ("legal_hold-1", "--reason", "over"),
    "hold list": (),
    "iep accept": ("iep_proposal-1", "--decision", "team_decision-1"),
    "iep bring": (LOCAL_ID, "--goal", "AG-1", "--consent", "consent-1", "--reason", "agreed"),
    "iep check": (LOCAL_ID,),
    "iep decide": (
        *(LOCAL_ID, "meeting", "--reference", "MTG-1", "--on", "2026-11-01"),
        *("--notice", "PWN-1", "--participation", "attended"),
    ),
    "iep feed": (LOCAL_ID, "--format", "json", "-o", "draft.json"),
    "iep link add": (LOCAL_ID, "goal-1", "PSG-1", "--kind", "supports", "--reason", "same"),
    "iep link end": ("iep_link-1", "--reason", "over"),
    "iep link list": (LOCAL_ID,),
    "iep link move": ("iep_link-1", "PSG-2", "--reason", "reworded"),
    "iep link suggest": (LOCAL_ID,),
    "iep list": (),
    "iep progress": (LOCAL_ID,),
    "iep propose": (LOCAL_ID, "end", "services", "--item", "S-1", "--rationale", "done"),
    "iep rebase": ("iep_proposal-1",),
    "iep reject": ("iep_proposal-1", "--decision", "team_decision-1", "--reason", "no"),
    "iep review": ("iep_proposal-1",),
    "iep revise": ("iep_proposal-1", "--wording", "Otherwise."),
    "iep section": (LOCAL_ID,),
    "iep show": ("iep_proposal-1",),
    "iep sign": (LOCAL_ID, "--document", "AGR-1"),
    "iep submit": ("iep_proposal-1",),
    "iep withdraw": ("iep_proposal-1", "--reason", "no more"),
    "item owner": (LOCAL_ID, "careerGoals", "goal-career", MOTHER, "--reason", "hers"),
    "item owners": (LOCAL_ID,),
    "item share": (LOCAL_ID, "careerGoals", "goal-career", "MEN"),
    "item shares": (LOCAL_ID,),
    "item take-back": ("item_share-1",),
    "optout add": (LOCAL_ID,),
    "optout end": ("directory_opt_out-1", "--reason", "asked"),
    "optout list": (),
    "order add": (LOCAL_ID, "profile", "--reason", "parents wish it"),
    "order list": (),
    "order withdraw": ("destroy_order-1", "--reason", "mistaken"),
    "request add": (LOCAL_ID, "inspection", "--by", MOTHER),
    "request answer": ("record_request-1", "done", "--reason", "done"),
    "request list": (),
    "request state": ("record_request-1", "--text", "I disagree."),
    "restriction add": (
        *(LOCAL_ID, MOTHER, "--document", "court-order", "--evidence", "case 12"),
        *("--reason", "ordered"),
    ),
    "restriction end": ("restriction-1", "--reason", "over"),
    "restriction list": (LOCAL_ID,),
    "retention plan": (),
    "retention run": ("--reason", "yearly"),
    "standing add": (LOCAL_ID, "dependent", "--evidence", "binder 3", "--reason", "taxes"),
    "standing end": ("standing-1", "--reason", "over"),
    "standing list": (LOCAL_ID,),
    "team add-version": (LOCAL_ID, "--agency", "prn-4003", "--reason", "meeting"),
    "team list": (LOCAL_ID,),
    "tie add": (LOCAL_ID, "counselor", "prn-4003", "--evidence", "duty roster"),
    "tie end": ("tie-1", "--reason", "over"),
    "tie list": (LOCAL_ID,),
}
"""Commands about students, with arguments that mean something in the district of these tests."""


def commands() -> Iterator[str]:
    """Every command by its full name."""
    todo: list[tuple[str, Any]] = [("", get_command(app))]
    while todo:
        name, command = todo.pop()
        if hasattr(command, "commands"):
            todo += [(f"{name} {word}".strip(), each) for word, each in command.commands.items()]
        else:
            yield name


def test_every_command_is_on_one_list() -> None:
    assert sorted(commands()) == sorted([*FREE, *GUARDED])


STRANGER: Final = "roy"
"""A teacher of other students."""

ON_RECORD: Final = (
    *("account add", "agreement add", "access link", "deputy add", "consent add", "hold add"),
    *("optout add", "order add", "restriction add", "standing add", "tie add"),
    *("team add-version", "account grant", "account source", "item share"),
)
"""Commands that put on record what the other commands name."""

TWICE: Final = {"conflicts decide", "plan import"}
"""Commands that ask twice, each on the log: what may be seen, then whether it may be changed."""


@dataclass(frozen=True)
class Guarded:
    """A district at work; what the stranger asks once is answered once."""

    home: Home
    before: Rows
    heard: dict[tuple[str, ...], tuple[Answer, int]] = field(default_factory=dict)

    def asked(self, name: str, words: tuple[str, ...]) -> tuple[Answer, int]:
        """What the stranger hears, and how many events that leaves."""
        asked = (*name.split(), *words)
        if asked not in self.heard:
            before = self.events()
            answer = self.home(*asked, OPERATOR=STRANGER)
            self.heard[asked] = (answer, self.events() - before)
        return self.heard[asked]

    def events(self, outcome: str = "") -> int:
        """How many events the log holds, or how many that ended so."""
        words = "SELECT count(*) FROM audit_payload WHERE part = 0 AND body LIKE ?"
        return int(self.home.value(words, f'%"outcome":"{outcome}%'))


@pytest.fixture(scope="module")
def guarded(started: Home, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """A district of its own in which everything that the commands name is on record."""
    started.rewind("second")
    folder = tmp_path_factory.mktemp("guarded") / "home"
    home = Home(Path(shutil.copytree(started.folder, folder)), dict(started.variables))
    for account, person in ((STRANGER, "tch-2102"), ("lupe", LUPE)):
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    for name in ON_RECORD:
        who = {"OPERATOR": "lupe"} if name == "item share" else {}
        answer = home(*name.split(), *GUARDED[name], **who)
        assert answer.status == 0, (name, answer)
    put(home, "iep_link", id="iep_link-1")
    asked = {"state": "submitted", "change": "end", "part": "services"}
    put(home, "iep_proposal", id="iep_proposal-1", expires_on="2027-06-30", **asked)
    plan = read_document((PLANS / "grade-12-amara-okafor.ilp.json").read_bytes())
    (folder / "badge.json").write_text(json.dumps(signed_badge(plan)), "utf-8")
    return Guarded(home, home.all())


def put(home: Home, table: str, **values: str) -> None:
    """A row about the student, with anything in the columns that need something."""
    about = {"tenant": home.value("SELECT tenant FROM person"), "student_id": record_id(home, LUPE)}
    needed = [row[1:3] for row in home.query(f"PRAGMA table_info({table})") if row[3]]
    row = {name: 1 if kind == "INTEGER" else "{}" for name, kind in needed} | about | values
    marks = ", ".join("?" * len(row))
    with contextlib.closing(sqlite3.connect(home.database)) as connection, connection:
        words = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"
        connection.execute(words, tuple(row.values()))


def of_nobody(word: str) -> str:
    """The same with an id that nothing and nobody has."""
    if word in (LOCAL_ID, LUPE, "vendor", "1"):
        return word.translate(str.maketrans("01v", "98x"))
    return re.sub(r"^([a-z_]+)-1$", r"\1-9", word)


NAMING: Final = [
    name for name, words in sorted(GUARDED.items()) if tuple(map(of_nobody, words)) != words
]


@pytest.mark.parametrize("name", NAMING)
def test_a_stranger_hears_the_same_of_the_known_and_the_unknown(
    guarded: Guarded, name: str
) -> None:
    known, unknown = GUARDED[name], tuple(map(of_nobody, GUARDED[name]))
    (first, _), (second, _) = (guarded.asked(name, words) for words in (known, unknown))
    assert (first.status, first.out) == (second.status, second.out)
    told = second.err
    for word, other in zip(known, unknown, strict=True):
        told = told.replace(other, word)
    assert first.err == told


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_each_request_leaves_its_event(guarded: Guarded, name: str) -> None:
    answer, events = guarded.asked(name, GUARDED[name])
    assert events == (2 if name in TWICE else 1), answer


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_whoever_has_no_account_gets_nothing_and_that_is_on_the_log(
    guarded: Guarded, name: str
) -> None:
    denials = guarded.events("denied")
    answer = guarded.home(*name.split(), *GUARDED[name], OPERATOR=NOBODY)
    assert (answer.status, answer.out) == (1, "")
    assert NOBODY in answer.err
    assert guarded.events("denied") == denials + 1


def test_nothing_of_all_this_changed_anything(guarded: Guarded) -> None:
    for name, words in GUARDED.items():
        guarded.asked(name, words)
    assert guarded.home.all() == guarded.before
