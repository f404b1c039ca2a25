"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

_TABLES = (
    "organization",
    "academic_session",
    "course",
    "class",
    "person",
    "role",
    "relation",
    "demographics",
    "enrollment",
    "supplement",
    "source",
    "base",
    "base_part",
    "crosswalk",
    "pending",
    "person_identifier",
    "counter",
    "lease",
    "run",
    "run_step",
    "plan",
    "change",
    "outbox",
    "conflict",
    "match_candidate",
    "ilp_plan",
    "ilp_plan_identifier",
    "ilp_plan_version",
)


def upgrade() -> None:
    _create_places()
    _create_people()
    _create_deliveries()
    _create_runs()
    _create_journal()
    _create_questions()
    _create_ilp()


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(name)


def _key(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), primary_key=True, autoincrement=False) for name in names]


def _need(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def _may(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=True) for name in names]


def _create(name: str, *items: sa.Column[Any] | sa.Constraint, **options: bool) -> None:
    keys = [item.name for item in items if isinstance(item, sa.Column) and item.primary_key]
    key = sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}")
    op.create_table(name, *items, key, **options)


def _index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=only, postgresql_where=only)


def _create_roster(name: str, *fields: sa.Column[Any]) -> None:
    _create(
        name,
        *_key("tenant", "id"),
        *_need("source", "sourced_id"),
        *fields,
        *_may("extras"),
        *_need("state"),
        *_need("state_since", kind=sa.Date),
        *_need("origin_run", kind=sa.Integer),
        *_may("origins"),
        *_need("revision", kind=sa.Integer),
        sqlite_with_rowid=False,
    )
    _index(f"ix_{name}_missing", name, "tenant", "state_since", where="state = 'missing'")


def _create_places() -> None:
    """Create organizations, sessions and classes."""
    _create_roster("organization", *_need("name", "type"), *_may("identifier", "parent_id"))
    _create_roster(
        "academic_session",
        *_need("title", "type"),
        *_need("start_date", "end_date", kind=sa.Date),
        *_may("parent_id"),
        *_need("school_year", kind=sa.Integer),
    )
    _create_roster(
        "course",
        *_need("title"),
        *_may("course_code", "school_year_id", "org_id", "grades", "subjects", "subject_codes"),
    )
    _create_roster(
        "class",
        *_need("title"),
        *_may("class_code", "class_type", "location", "course_id"),
        *_need("school_id"),
        *_may("term_ids", "grades", "subjects", "subject_codes", "periods"),
    )


def _create_people() -> None:
    """Create people and what ties them."""
    _create_roster(
        "person",
        *_need("given_name", "family_name"),
        *_may(
            "middle_name",
            "preferred_given_name",
            "preferred_middle_name",
            "preferred_family_name",
            "pronouns",
            "username",
        ),
        *_may("enabled_user", kind=sa.Boolean),
        *_may(
            "identifier",
            "user_master_identifier",
            "user_ids",
            "email",
            "sms",
            "phone",
            "grades",
            "primary_org_id",
        ),
    )
    _index("ix_person_tenant_identifier", "person", "tenant", "identifier")
    _create_roster(
        "role",
        *_need("person_id", "org_id"),
        *_may("role_type"),
        *_need("role"),
        *_may("begin_date", "end_date", kind=sa.Date),
        *_may("user_profile_sourced_id"),
    )
    _index("ix_role_tenant_person_id", "role", "tenant", "person_id")
    _create_roster("relation", *_need("person_id", "agent_id"))
    _index("ix_relation_tenant_agent_id", "relation", "tenant", "agent_id")
    _index("ix_relation_tenant_person_id", "relation", "tenant", "person_id")
    _create_roster(
        "demographics",
        *_need("person_id"),
        *_may("birth_date", kind=sa.Date),
        *_may("sex"),
        *_may(
            "american_indian_or_alaska_native",
            "asian",
            "black_or_african_american",
            "native_hawaiian_or_other_pacific_islander",
            "white",
            "demographic_race_two_or_more_races",
            "hispanic_or_latino_ethnicity",
            kind=sa.Boolean,
        ),
        *_may(
            "country_of_birth_code",
            "state_of_birth_abbreviation",
            "city_of_birth",
            "public_school_residence_status",
        ),
    )
    _index("ix_demographics_tenant_person_id", "demographics", "tenant", "person_id")
    _create_roster(
        "enrollment",
        *_need("class_id", "school_id", "person_id", "role"),
        *_may("primary", kind=sa.Boolean),
        *_may("begin_date", "end_date", kind=sa.Date),
    )
    _index("ix_enrollment_tenant_class_id", "enrollment", "tenant", "class_id")
    _index("ix_enrollment_tenant_person_id", "enrollment", "tenant", "person_id")
    _create_roster("supplement", *_need("collection"), *_may("body"))


def _create_deliveries() -> None:
    """Create sources and what they delivered."""
    _create(
        "source",
        *_key("tenant", "name"),
        *_need("kind", "settings"),
        *_need("serial", kind=sa.Integer),
        *_may("delivery_digest", "recipe_digest", "scope", "system"),
        *_need("memory"),
        *_may("accepted_run", kind=sa.Integer),
    )
    _create(
        "base",
        *_key("tenant", "source", "file"),
        *_need("run", kind=sa.Integer),
        *_need("digest"),
        *_need("row_count", kind=sa.Integer),
    )
    _create(
        "base_part",
        *_key("tenant", "source", "file"),
        *_key("part", kind=sa.Integer),
        *_need("data", kind=sa.LargeBinary),
    )
    _create(
        "crosswalk",
        *_key("tenant", "source", "entity", "sourced_id"),
        *_need("record_id"),
        *_need("present", kind=sa.Boolean),
        *_need("run", kind=sa.Integer),
        sqlite_with_rowid=False,
    )
    _index("ix_crosswalk_tenant_entity_record_id", "crosswalk", "tenant", "entity", "record_id")
    _create(
        "pending",
        *_key("tenant", "source", "file", "sourced_id"),
        *_need("code"),
        sqlite_with_rowid=False,
    )
    _create(
        "person_identifier", *_key("tenant", "kind", "value", "person_id"), sqlite_with_rowid=False
    )
    _index("ix_person_identifier_tenant_person_id", "person_identifier", "tenant", "person_id")


def _create_runs() -> None:
    """Create runs and their plans."""
    _create("counter", *_key("tenant", "name"), *_need("value", kind=sa.Integer))
    _create(
        "lease",
        *_key("tenant"),
        *_need("token", kind=sa.Integer),
        *_may("holder", "host"),
        *_may("pid", kind=sa.Integer),
        *_need("expires_at", kind=sa.Float),
    )
    _create(
        "run",
        *_key("tenant"),
        *_key("number", kind=sa.Integer),
        *_need("source", "state", "mode", "started_at"),
        *_may("finished_at", "delivery_digest"),
        *_may("plan", kind=sa.Integer),
        *_need("report"),
    )
    _index("ix_run_tenant_source_state", "run", "tenant", "source", "state")
    _create(
        "run_step",
        *_key("tenant"),
        *_key("run", "position", kind=sa.Integer),
        *_need("step", "input_digest", "output_digest", "finished_at", "output"),
    )
    _create(
        "plan",
        *_key("tenant"),
        *_key("number", kind=sa.Integer),
        *_need("run", kind=sa.Integer),
        *_need("source", "state"),
        *_need("serial", "store_change", kind=sa.Integer),
        *_need("delivery_digest", "content_digest", "parts", "counts", "holds", "created_at"),
        *_may("applied_at", "override"),
    )
    _index("ix_plan_tenant_source_state", "plan", "tenant", "source", "state")


def _create_journal() -> None:
    """Create the journal and what is owed of it."""
    _create(
        "change",
        *_key("tenant"),
        *_key("seq", kind=sa.Integer),
        *_need("at"),
        *_may("run", "plan", kind=sa.Integer),
        *_need("actor", "action", "entity", "record_id"),
        *_may("fields"),
        sqlite_with_rowid=False,
    )
    _create(
        "outbox",
        *_key("tenant", "sink"),
        *_key("plan", kind=sa.Integer),
        *_need("first_seq", "last_seq", kind=sa.Integer),
        *_may("delivered_at"),
    )


def _create_questions() -> None:
    """Create what waits for a person."""
    _create(
        "conflict",
        *_key("tenant", "entity", "record_id", "field"),
        *_need("number", kind=sa.Integer),
        *_need("source"),
        *_need("run", kind=sa.Integer),
        *_may("base", "ours", "theirs"),
        *_need("state"),
        *_may("decided_by", "decided_at", "reason"),
    )
    _create(
        "match_candidate",
        *_key("tenant", "record_id", "candidate_id"),
        *_need("number", kind=sa.Integer),
        *_need("source", "sourced_id"),
        *_need("run", "score", kind=sa.Integer),
        *_need("reasons", "state"),
        *_may("decided_by", "decided_at", "reason"),
    )


def _create_ilp() -> None:
    """Create the students' plans."""
    _create(
        "ilp_plan",
        *_key("tenant", "id"),
        *_may("person_id"),
        *_need("attachment"),
        *_need("version", kind=sa.Integer),
    )
    _index("ix_ilp_plan_tenant_person_id", "ilp_plan", "tenant", "person_id")
    _create("ilp_plan_identifier", *_key("tenant", "plan_id", "kind", "value"))
    _index(
        "ix_ilp_plan_identifier_tenant_kind_value", "ilp_plan_identifier", "tenant", "kind", "value"
    )
    _create(
        "ilp_plan_version",
        *_key("tenant", "plan_id"),
        *_key("version", kind=sa.Integer),
        *_need("document", "digest", "author", "source", "reason", "at"),
        sa.ForeignKeyConstraint(
            ["tenant", "plan_id"], ["ilp_plan.tenant", "ilp_plan.id"], name="fk_plan_version_plan"
        ),
    )
