"""A small district with one student's IEP, where the story of a transition plan can be played."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from support.cli import Answer, Home, make_home
from support.iep_csv import write_csv
from support.nights import at, edited, setting

from schemas.iep.header import ApprovalRoute, Header, IepStatus, IepType, Student
from schemas.iep.iep import Iep
from schemas.iep.people import IepAccommodation, MeetingNotice, StudentParticipation
from schemas.iep.transition import AnnualGoal, CourseYear, PostsecondaryGoal, Service
from schemas.ilp.goals import TransitionArea
from schemas.ilp.values import Identifier
from service.demo import cast

JOSE, LOCAL = "stu-0001088", "0001088"
MOTHER, MANAGER, COUNSELOR, PRINCIPAL = "par-0133", "tch-2903", "cns-3004", "adm-1003"
SIXTEEN, EIGHTEEN, WORDING, ACCOUNTS = cast.SIXTEEN, cast.EIGHTEEN, cast.WORDING, cast.PEOPLE


def first_version() -> Iep:
    """The IEP before the meeting: a goal for training, none for work."""
    goal = PostsecondaryGoal(
        id="PSG-1",
        area=TransitionArea.EDUCATION_TRAINING,
        statement="After high school, the student will complete a two-year therapist assistant "
        "program at a community college.",
        countable=True,
        occurs_after_exit=True,
        reviewed_on=date(2026, 3, 10),
    )
    return Iep(
        id="IEP-1088",
        version="1",
        student=Student(identifiers=(Identifier(system="local", value=LOCAL),), grade_level="11"),
        header=Header(
            type=IepType.ANNUAL,
            status=IepStatus.ACTIVE,
            start=date(2026, 3, 10),
            end=date(2027, 3, 9),
            finalized=date(2026, 3, 10),
            meeting_date=date(2026, 3, 10),
            route=ApprovalRoute.MEETING,
        ),
        postsecondary_goals=(goal,),
        annual_goals=(
            AnnualGoal(
                id="AG-1",
                statement="Given a clinic's intake form, the student will type a complete record.",
                supports=("PSG-1",),
            ),
        ),
        services=(Service(id="S-1", description="Typing practice", supports=("PSG-1",)),),
        course_of_study=(CourseYear(school_year=2027, courses=("Chemistry", "English 11")),),
        notice=MeetingNotice(sent_on=date(2026, 2, 20)),
        participation=StudentParticipation(invited_on=date(2026, 2, 20)),
        accommodations=(
            IepAccommodation(id="AC-1", description="Keyboard for long written answers"),
        ),
    )


def second_version(statement: str = WORDING) -> Iep:
    """The IEP as it was amended: with a goal for work."""
    before = first_version()
    goal = PostsecondaryGoal(
        id="PSG-2",
        area=TransitionArea.EMPLOYMENT,
        statement=statement,
        countable=True,
        occurs_after_exit=True,
        reviewed_on=date(2026, 12, 1),
    )
    header = before.header.model_copy(
        update={"type": IepType.AMENDMENT, "amended": date(2026, 12, 1)}
    )
    goals = (*before.postsecondary_goals, goal)
    changes = {"version": "2", "header": header, "postsecondary_goals": goals}
    return before.model_copy(update=changes)


class Stage:
    """The district as the players find it; each speaks from an own account."""

    def __init__(self, folder: Path, fixtures: Path) -> None:
        self.home: Home = make_home(folder / "home", NOW=at("2026-11-20"))
        night = fixtures / "district" / "night1"
        born = setting(JOSE, birthDate=SIXTEEN.replace("2026", "2010"))
        package = edited(night, folder / "package", "demographics", born)
        self.home.night(package)
        self.delivery = folder / "iep"
        self.done("source", "add", "iep", "--kind", "iep-csv", "--path", self.delivery)
        self.night("2026-11-20", first_version())
        plan = fixtures / "plans" / "grade-11-jose-ramirez.ilp.json"
        self.done("plan", "import", plan)
        self._people()

    def _people(self) -> None:
        why = ("--reason", "start of the year")
        for account, person in ACCOUNTS.items():
            self.done("access", "link", account, person, *why)
        self.done("account", "add", "state-vr", "--role", "VRA", "--name", "State VR", *why)
        for section in ("iepLink", "careerGoals", "directory"):
            scope = ("read", section, "--org", "org-cedar")
            self.done("account", "grant", "state-vr", *scope, *why)
        rules = ("--zone", "America/Denver", "--state", "CO", "--idea-transfers")
        old = ("--roster-hours", "20000")  # the roster says the same all through the story
        self.done("access", "choose", *rules, *old, *why)
        file = ("--evidence", "caseload list")
        self.done("tie", "add", JOSE, "caseManager", MANAGER, *file)
        self.done("tie", "add", JOSE, "counselor", COUNSELOR, *file)
        self.done("team", "add-version", JOSE, "--agency", COUNSELOR, "--reason", "team of 2026")

    def __call__(self, *words: object, by: str | None = None, on: str = "2026-11-20") -> Answer:
        """A command of an account on a day."""
        who = {"OPERATOR": by} if by else {}
        return self.home(*words, NOW=f"{on}T18:00:00Z", **who)

    def done(self, *words: object, by: str | None = None, on: str = "2026-11-20") -> Answer:
        """As calling it; it has to succeed."""
        answer = self(*words, by=by, on=on)
        assert answer.status == 0, (words, answer)
        return answer

    def told(self, *words: object, by: str | None = None, on: str = "2026-11-20") -> Any:
        """What a command that has to succeed answers in JSON."""
        return self.done(*words, "--json", by=by, on=on).json

    def refused(self, *words: object, by: str, on: str = "2026-11-20") -> bool:
        """Whether an account is denied a command."""
        answer = self(*words, "--json", by=by, on=on)
        return answer.status == 1 and answer.json["error"]["code"] == "denied"

    def night(self, day: str, iep: Iep | None = None) -> dict[str, Any]:
        """A night of the IEP system, which may deliver a version."""
        if iep is not None:
            write_csv(self.delivery, [iep])
        return self.home.run("iep", NOW=at(day))


def play(stage: Stage, folder: Path) -> dict[str, Any]:
    """The whole story, from the sixteenth birthday to the revoked consent; what each scene told."""
    told: dict[str, Any] = {}
    _before_the_meeting(stage, folder, told)
    _the_meeting(stage, told)
    _after_eighteen(stage, folder, told)
    told["register"] = stage.told("disclosures", JOSE, by="jose", on=LATER)
    return told


LATER = "2028-12-02"


def consent(stage: Stage, regime: str, signer: str, by: str, on: str, ends: str) -> str:
    """A consent for the State's VR agency; gives its id."""
    words = ("--regime", regime, "--signer", signer, "--recipient", "state-vr")
    what = ("--section", "iepLink", "--section", "careerGoals", "--section", "directory")
    why = ("--purpose", "transition-services", "--evidence", "signed form", "--expires", ends)
    answer = stage.told("consent", "add", JOSE, *words, *what, *why, "--signed", on, by=by, on=on)
    return str(answer["id"])


def feed(stage: Stage, out: Path, *words: str, by: str, on: str) -> Answer:
    """A draft as JSON."""
    return stage("iep", "feed", JOSE, "--format", "json", "-o", out, *words, by=by, on=on)


def _before_the_meeting(stage: Stage, folder: Path, told: dict[str, Any]) -> None:
    day = SIXTEEN
    stage.night(day)
    told["suggested"] = stage.told("iep", "link", "suggest", JOSE, by="khoward", on=day)
    first = told["suggested"][0]
    link = ("iep", "link", "add", JOSE, first["entry"], first["goal"], "--kind", "supports")
    told["link"] = stage.told(*link, "--reason", "same program", by="khoward", on=day)
    told["unconsented"] = feed(stage, folder / "no.json", "--to", "state-vr", by="khoward", on=day)
    for regime in ("IDEA_300_622", "FERPA_99_30"):
        consent(stage, regime, MOTHER, "laila", "2026-11-24", "2028-12-31")
    packet = ("iep", "feed", JOSE, "--format", "pdf", "-o", folder / "packet.pdf")
    told["packet"] = stage.told(*packet, "--reason", "meeting", by="khoward", on=day)
    to_vr = (folder / "vr.json", "--to", "state-vr", "--purpose", "transition-services")
    told["vr"] = feed(stage, *to_vr, by="khoward", on=day)


def _the_meeting(stage: Stage, told: dict[str, Any]) -> None:
    day = "2026-12-01"
    stage.night(day)
    words = ("add", "postsecondary_goals", "--area", "employment", "--entry", "goal-career")
    why = ("--rationale", "I have wanted this for a year.")
    made = stage.told("iep", "propose", JOSE, *words, *why, by="jose", on=day)["id"]
    told["proposal"] = made
    stage.done("iep", "submit", made, by="jose", on=day)
    stage.done("iep", "review", made, by="khoward", on=day)
    papers = ("--reference", "MTG-1", "--on", day, "--notice", "PWN-1")
    held = ("--participation", "mother and student attended")
    decide = ("iep", "decide", JOSE, "meeting", *papers, *held)
    told["decision"] = stage.told(*decide, by="khoward", on=day)["id"]
    accept = ("iep", "accept", made, "--decision", told["decision"], "--wording", WORDING)
    told["by proposer"] = stage(*accept, by="jose", on=day)
    told["accepted"] = stage.told(*accept, by="khoward", on=day)
    told["still"] = stage.told("iep", "section", JOSE, by="khoward", on=day)
    stage.night("2026-12-02", second_version())
    told["realized"] = stage.told("iep", "show", made, by="khoward", on="2026-12-02")


def _after_eighteen(stage: Stage, folder: Path, told: dict[str, Any]) -> None:
    eve, day = "2028-11-24", EIGHTEEN
    stage.night(eve)
    told["mother before"] = stage("iep", "section", JOSE, by="laila", on=eve)
    stage.night(day)
    told["mother after"] = stage("iep", "section", JOSE, by="laila", on=day)
    told["student after"] = stage("iep", "section", JOSE, by="jose", on=day)
    lapsed = (folder / "lapsed.json", "--to", "state-vr", "--purpose", "transition-services")
    told["lapsed"] = feed(stage, *lapsed, by="khoward", on=day)
    ids = [
        consent(stage, regime, "jose", "jose", "2028-11-26", "2029-11-26")
        for regime in ("IDEA_300_622", "FERPA_99_30")
    ]
    stage.night("2028-11-27")
    own = (folder / "own.json", "--to", "state-vr", "--purpose", "transition-services")
    told["own"] = feed(stage, *own, by="khoward", on="2028-11-27")
    for one in ids:
        revoke = ("consent", "revoke", one, "--reason", "no more")
        stage.done(*revoke, by="jose", on="2028-12-01")
    stage.night(LATER)
    closed = (folder / "closed.json", "--to", "state-vr", "--purpose", "transition-services")
    told["closed"] = feed(stage, *closed, by="khoward", on=LATER)
