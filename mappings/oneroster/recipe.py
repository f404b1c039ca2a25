"""OneRoster as the nightly sync sees it."""

from __future__ import annotations

from functools import cache

from mappings.engine.table import recipe_digest, tables_in
from mappings.oneroster.derive import derive
from mappings.oneroster.narrow import narrow
from mappings.oneroster.persons import identifiers
from mappings.recipe import Recipe

PACKAGE, OLDER = "mappings.oneroster.v1p2", "mappings.oneroster.v1p1"
_YEARLY = {
    "academicSessions",
    "categories",
    "classResources",
    "classes",
    "courseResources",
    "courses",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItemScoreScales",
    "lineItems",
    "resultLearningObjectiveIds",
    "resultScoreScales",
    "results",
    "scoreScales",
    "userResources",
}


@cache
def oneroster_recipe() -> Recipe:
    """The recipe for OneRoster 1.1 and 1.2, whatever the binding."""
    return Recipe(
        standard="OneRoster",
        digest=recipe_digest(PACKAGE),
        mappings=tables_in(PACKAGE, OLDER),
        order=(
            "orgs",
            "academicSessions",
            "courses",
            "classes",
            "users",
            "userAliases",
            "roles",
            "userAgents",
            "demographics",
            "enrollments",
        ),
        crosswalked={
            "orgs": "organization",
            "academicSessions": "academic_session",
            "courses": "course",
            "classes": "class",
            "users": "person",
        },
        grouped=frozenset({"users", "roles", "demographics"}),
        people="users",
        aliases="userAliases",
        school_of={
            "classes": "schoolSourcedId",
            "courses": "orgSourcedId",
            "enrollments": "schoolSourcedId",
            "roles": "orgSourcedId",
            "users": "_school",
        },
        yearly=frozenset(_YEARLY),
        essential=frozenset({"orgs", "academicSessions", "classes", "enrollments", "users"}),
        dimensions=(
            ("enrollments", "schoolSourcedId"),
            ("enrollments", "role"),
            ("classes", "schoolSourcedId"),
            ("users", "grades"),
            ("users", "role"),
            ("roles", "role"),
            ("roles", "orgSourcedId"),
        ),
        years={"academicSessions": ("schoolYear",)},
        derived={"users": ("users", "userAgents", "userAliases", "roles")},
        places=("roles", "orgSourcedId"),
        narrow=narrow,
        derive=derive,
        identifiers=identifiers,
    )
