"""Whether the records of a whole delivery make sense together; all of it is only worth knowing.

Two checks one might expect are absent on purpose, because official test packages break them: that
a class's terms belong to its course's year, and that a role equals the enrollment's role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from adapters.oneroster.listing import Kind, list_rows
from adapters.port import ROW
from schemas.finding import Finding, Severity

Frames = Mapping[str, pl.DataFrame]

_UUID = r"^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def check_semantics(frames: Frames, *, rest: bool = False) -> list[Finding]:
    """Compare collections with each other; a check whose collections are absent is left out."""
    checks = (
        _circles,
        _school_years,
        _schools,
        _primary_roles,
        _primary_orgs,
        _profiles,
        _scores,
        _result_classes,
        _case_ids,
        _user_resources,
    )
    suffix = "" if rest else ".csv"
    living = {name: _living(frame) for name, frame in frames.items()}
    return [finding for check in checks for finding in check(living, suffix)]


def _living(frame: pl.DataFrame) -> pl.DataFrame:
    if "status" not in frame.columns:
        return frame
    return frame.filter(pl.col("status").ne_missing("tobedeleted"))


def _have(frames: Frames, *wanted: str) -> bool:
    """Whether each `collection.column` is there."""
    pairs = (name.split(".") for name in wanted)
    return all(file in frames and column in frames[file].columns for file, column in pairs)


def _warn(hits: pl.DataFrame, code: str, where: str, problem: str, fix: str) -> Iterator[Finding]:
    """Warnings for each row of `hits`; `where` is `file:column`."""
    file, column = where.split(":")
    kind = Kind(Severity.WARNING, code, column, problem, fix, file)
    return list_rows(kind, hits.select(ROW, column).sort(ROW))


def _circles(frames: Frames, suffix: str) -> Iterator[Finding]:
    for file in ("orgs", "academicSessions"):
        if _have(frames, f"{file}.sourcedId", f"{file}.parentSourcedId"):
            yield from _warn(
                frames[file].filter(pl.col("sourcedId").is_in(_in_circle(frames[file]))),
                "reference.circle",
                f"{file}{suffix}:parentSourcedId",
                "going from parent to parent leads back here",
                "Correct one of the parents, or leave it blank at the top.",
            )


def _in_circle(frame: pl.DataFrame) -> list[str]:
    """The records that are their own parent, or a parent's parent, and so on."""
    named = frame.select("sourcedId", "parentSourcedId").drop_nulls()
    parents: dict[str, str] = dict(named.iter_rows())
    found: set[str] = set()
    seen: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        one = start
        while one in parents and one not in seen and one not in path:
            path[one] = None
            one = parents[one]
        if one in path:
            walked = list(path)
            found.update(walked[walked.index(one) :])
        seen.update(path)
    return sorted(found)


def _school_years(frames: Frames, suffix: str) -> Iterator[Finding]:
    if _have(frames, "courses.schoolYearSourcedId", "academicSessions.type"):
        others = frames["academicSessions"].filter(pl.col("type") != "schoolYear")
        yield from _warn(
            _pointing(frames["courses"], "schoolYearSourcedId", others),
            "course.school_year",
            f"courses{suffix}:schoolYearSourcedId",
            "the course's school year is an academic session of another type",
            "Point schoolYearSourcedId to a session of type schoolYear.",
        )


def _pointing(frame: pl.DataFrame, column: str, targets: pl.DataFrame) -> pl.DataFrame:
    return frame.join(targets.select("sourcedId"), left_on=column, right_on="sourcedId", how="semi")


def _schools(frames: Frames, suffix: str) -> Iterator[Finding]:
    for name in ("classes", "enrollments"):
        if _have(frames, f"{name}.schoolSourcedId", "orgs.type"):
            school = (pl.col("type") == "school") | pl.col("type").str.starts_with("ext:")
            yield from _warn(
                _pointing(frames[name], "schoolSourcedId", frames["orgs"].filter(~school)),
                "school.type",
                f"{name}{suffix}:schoolSourcedId",
                "the school is an organization of another type",
                "Point schoolSourcedId to an organization of type school.",
            )


def _primary_roles(frames: Frames, suffix: str) -> Iterator[Finding]:
    if _have(frames, "roles.roleType", "roles.userSourcedId", "roles.orgSourcedId"):
        primary = frames["roles"].filter(pl.col("roleType") == "primary")
        pair = ["userSourcedId", "orgSourcedId"]
        later = ~pl.struct(pair).is_first_distinct()
        yield from _warn(
            primary.drop_nulls(pair).filter(later),
            "roles.two_primary",
            f"roles{suffix}:userSourcedId",
            "the person already has a primary role in this organization",
            "Mark one role of each person and organization primary, the others secondary.",
        )


def _primary_orgs(frames: Frames, suffix: str) -> Iterator[Finding]:
    if _have(frames, "users.primaryOrgSourcedId", "roles.userSourcedId", "roles.orgSourcedId"):
        users = frames["users"].drop_nulls(["sourcedId", "primaryOrgSourcedId"])
        keys = ["sourcedId", "primaryOrgSourcedId"]
        roles = frames["roles"].select(
            sourcedId="userSourcedId", primaryOrgSourcedId="orgSourcedId"
        )
        yield from _warn(
            users.join(roles, on=keys, how="anti"),
            "user.primary_org",
            f"users{suffix}:primaryOrgSourcedId",
            "the person has no role in the primary organization",
            "Add a role there, or correct primaryOrgSourcedId.",
        )


def _profiles(frames: Frames, suffix: str) -> Iterator[Finding]:
    if _have(frames, "roles.userProfileSourcedId", "userProfiles.userSourcedId"):
        owners = frames["userProfiles"].select(
            userProfileSourcedId="sourcedId", owner="userSourcedId"
        )
        joined = frames["roles"].join(owners, on="userProfileSourcedId")
        yield from _warn(
            joined.filter(pl.col("owner") != pl.col("userSourcedId")),
            "role.profile",
            f"roles{suffix}:userProfileSourcedId",
            "the profile belongs to another person",
            "Point userProfileSourcedId to a profile of the same user.",
        )


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64, strict=False)


def _scores(frames: Frames, suffix: str) -> Iterator[Finding]:
    wanted = ("results.score", "lineItems.resultValueMin", "lineItems.resultValueMax")
    if _have(frames, *wanted):
        ranges = frames["lineItems"].select(
            "resultValueMin", "resultValueMax", lineItemSourcedId="sourcedId"
        )
        joined = frames["results"].join(ranges, on="lineItemSourcedId")
        below = _number("score") < _number("resultValueMin")
        above = _number("score") > _number("resultValueMax")
        yield from _warn(
            joined.filter(below.fill_null(value=False) | above.fill_null(value=False)),
            "result.score_range",
            f"results{suffix}:score",
            "the score lies outside the line item's smallest and largest value",
            "Check the score, or the line item's resultValueMin and resultValueMax.",
        )


def _result_classes(frames: Frames, suffix: str) -> Iterator[Finding]:
    if _have(frames, "results.classSourcedId", "lineItems.classSourcedId"):
        own = frames["lineItems"].select(lineItemSourcedId="sourcedId", expected="classSourcedId")
        joined = frames["results"].join(own, on="lineItemSourcedId")
        yield from _warn(
            joined.filter(pl.col("expected") != pl.col("classSourcedId")),
            "result.class",
            f"results{suffix}:classSourcedId",
            "the result's class is not the class of its line item",
            "Leave classSourcedId blank, or give the line item's class.",
        )


def _case_ids(frames: Frames, suffix: str) -> Iterator[Finding]:
    for name in ("lineItemLearningObjectiveIds", "resultLearningObjectiveIds"):
        if _have(frames, f"{name}.source", f"{name}.learningObjectiveId"):
            case = frames[name].filter(pl.col("source") == "case")
            yield from _warn(
                case.filter(~pl.col("learningObjectiveId").str.contains(_UUID)),
                "objective.case_id",
                f"{name}{suffix}:learningObjectiveId",
                "a learning objective from CASE is identified by something other than a UUID",
                "Give the CASE item's UUID, or set source to unknown.",
            )


def _user_resources(frames: Frames, suffix: str) -> Iterator[Finding]:
    pair = ["userSourcedId", "classSourcedId"]
    wanted = [f"{name}.{column}" for name in ("userResources", "enrollments") for column in pair]
    if _have(frames, *wanted):
        resources = frames["userResources"].drop_nulls(pair)
        yield from _warn(
            resources.join(frames["enrollments"], on=pair, how="anti"),
            "resource.not_enrolled",
            f"userResources{suffix}:userSourcedId",
            "the person that the resource is given to is not enrolled in the class",
            "Enroll the person in the class, or leave classSourcedId blank.",
        )
