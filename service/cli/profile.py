"""`planbridge profile`: what a State asks of plans, and how a student or a school stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json
from service.cli.out import print_json, print_rich, table, tell_statements
from service.cli.session import open_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.ilp.rules import Outcome
    from schemas.profiles.check import Verdict
    from schemas.profiles.model import Profile
    from service.profiles.judge import Judged, School

app = typer.Typer(help="What a State asks of plans.", no_args_is_help=True)

State = Annotated[str, typer.Argument(metavar="state", help="Such as CO, or `generic`.")]
Corrected = Annotated[Path | None, typer.Option("--profile", help="A district's own copy.")]

_NOTICE = "Not legal advice: this is how the software reads the rules, with sources and dates."
_UNTOLD = (
    "Cannot tell: what a rule needs is withheld from you, or what is on record does not tell. "
    "It is not called missing."
)


@app.command("list")
def list_profiles(as_json: Json = False) -> None:
    """List the profiles, each with how binding it is and when it was checked."""
    from schemas.profiles.model import shipped, states

    found = [shipped(state) for state in states()]
    if as_json:
        print_json([one.model_dump(mode="json", exclude={"rules"}) for one in found])
        return
    columns = ["", "plan", "level", "grades", "rules", "checked on", ""]
    rows = [
        [
            one.state,
            one.plan,
            one.level,
            f"{one.grades[0]}-{one.grades[1]}",
            len(one.rules),
            one.checked_on,
            "" if one.verified else "not verified",
        ]
        for one in found
    ]
    print_rich(table("Profiles", columns, rows), _NOTICE)


@app.command("show")
def show(state: State, as_json: Json = False) -> None:
    """Show what a State asks, with the source of each rule."""
    from service.profiles.judge import profile_of

    found = profile_of(state, None)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    for name in ("plan", "level", "first_due", "cadence", "sign_off", "iep", "note"):
        if getattr(found, name):
            typer.echo(f"{name.replace('_', ' ')}: {getattr(found, name)}")
    rows = [
        [one.id, one.asks, _needed(one.need), _grades(one.grades), _source(one)]
        for one in found.rules
    ]
    made = table(f"{found.name}, checked on {found.checked_on}", _COLUMNS, rows)
    print_rich(made, f"Sources: {'; '.join(found.sources)}", _NOTICE)


_COLUMNS = ["rule", "asks", "elements", "grades", "source"]


@app.command("check")
def check(
    student: Annotated[
        str | None, typer.Argument(help="A sourcedId, a local id or a state id.")
    ] = None,
    school: Annotated[str | None, typer.Option(help="Everybody at a school instead.")] = None,
    state: Annotated[str | None, typer.Option(help="Such as CO, or `generic`.")] = None,
    profile: Corrected = None,
    grade: Annotated[
        int | None, typer.Option(min=1, max=12, help="Else as the plan has it.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="A page of the school's numbers, to pin up.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a student's plan, or everybody's at a school, against what a State asks."""
    from service.errors import Invalid
    from service.office import at_window
    from service.profiles.judge import judge_school, judge_student, profile_of

    if (student is None) == (school is None):
        raise Invalid("Say whose plan.", "Name a student, or a school with --school.")
    if page is not None and school is None:
        raise Invalid("A page is of a school.", "Give --school.")
    asked = profile_of(state, profile)
    with at_window(open_session().window()) as visit:
        day = visit.district.day(visit.now)
        one = judge_student(visit, student, asked, grade) if student else None
        everybody = judge_school(visit, school, asked, grade) if school else None
    tell_statements(visit)
    if one is not None:
        _tell(asked, one, as_json)
    elif everybody is not None:
        _tell_school(asked, everybody, as_json)
        if page is not None:
            _write(page, asked, everybody, day)


def _tell(profile: Profile, one: Judged, as_json: bool) -> None:
    if as_json:
        print_json(_judged(profile, one))
        return
    rows = [
        [each.rule.id, each.outcome, each.rule.asks, _why(each), _source(each.rule)]
        for each in one.verdicts
    ]
    title = f"{profile.plan} ({profile.state}), grade {one.grade}"
    columns = ["rule", "result", "asks", "why", "source"]
    print_rich(table(title, columns, rows), f"Checked on {profile.checked_on}. {_NOTICE}")


def _tell_school(profile: Profile, school: School, as_json: bool) -> None:
    from schemas.ilp.rules import Outcome

    if as_json:
        students = [_judged(profile, one) for one in school.judged]
        tally = {id_: dict(counted) for id_, counted in school.tally().items()}
        print_json({"students": students, "rules": tally, "not_open": school.shut})
        return
    columns = ["student", "grade", "met", "not met", "cannot tell", "which"]
    rows = [_row(one) for one in school.judged]
    print_rich(table(f"{profile.plan} ({profile.state})", columns, rows))
    if any(one.count(Outcome.CANNOT_TELL) for one in school.judged):
        typer.echo(_UNTOLD)
    if school.shut:
        typer.echo(f"{school.shut} more are not open to you.")
    typer.echo(f"Checked on {profile.checked_on}. {_NOTICE}")


def _row(one: Judged) -> list[Any]:
    from schemas.ilp.rules import Outcome

    shown = (Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL)
    about = [one.name or one.student, one.grade or ""]
    if one.grade is None:
        return [*about, *("" for _ in shown), "nothing open tells the grade"]
    which = _which(one, shown[1:]) if one.has_plan else "no plan to see"
    return [*about, *(one.count(outcome) for outcome in shown), which]


def _which(one: Judged, outcomes: Iterable[Outcome]) -> str:
    """The rules that ended so, each under its outcome."""
    ended = {
        outcome: [each.rule.id for each in one.verdicts if each.outcome is outcome]
        for outcome in outcomes
    }
    return "; ".join(
        f"{outcome.replace('-', ' ')}: {', '.join(rules)}"
        for outcome, rules in ended.items()
        if rules
    )


def _write(page: Path, profile: Profile, school: School, day: Any) -> None:
    from adapters.whole import PUBLIC, whole_file
    from service.profiles.page import render_page

    with whole_file(page, PUBLIC, replaces=True) as stream:
        stream.write(render_page(profile, school, day).encode())
    typer.echo(f"Wrote {page}.")


def _judged(profile: Profile, one: Judged) -> dict[str, Any]:
    about = {"student": one.student, "grade": one.grade, "has_plan": one.has_plan}
    origin = {
        "profile": profile.state,
        "version": profile.version,
        "checked_on": profile.checked_on,
    }
    return {**about, **origin, "results": [_verdict(each) for each in one.verdicts]}


def _verdict(one: Verdict) -> dict[str, Any]:
    rule = one.rule
    return {
        "rule": rule.id,
        "outcome": one.outcome,
        "asks": rule.asks,
        "elements": list(rule.elements),
        "entries": list(one.entries),
        "missing": list(one.missing),
        "reason": one.reason,
        "source": rule.source,
        "guidance": rule.guidance,
        "verified": rule.verified,
        **({"note": rule.note} if rule.note else {}),
    }


def _why(one: Verdict) -> str:
    missing = f"missing: {', '.join(one.missing)}" if one.missing else ""
    return "; ".join(part for part in (missing, one.reason) if part)


def _source(rule: Any) -> str:
    marks = ["guidance"] * rule.guidance + ["not verified"] * (not rule.verified)
    return f"{rule.source} ({', '.join(marks)})" if marks else str(rule.source)


def _needed(need: Any) -> str:
    return ", ".join("/".join(group) for group in need)


def _grades(grades: Any) -> str:
    first, last = grades[0], grades[-1]
    if len(grades) == last - first + 1 and first != last:
        return f"{first}-{last}"
    return ", ".join(map(str, grades))
