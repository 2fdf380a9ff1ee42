"""The first tables of a register."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_REFUSED = "decisions are never changed or removed: append another one"


def upgrade() -> None:
    """Make all tables."""
    _places()
    _photographs()
    _inspections()
    _findings()
    _totals()
    _decisions()
    _work()


def _places() -> None:
    op.create_table(
        "structure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_structure"),
        sa.UniqueConstraint("name", name="uq_structure_name"),
    )
    op.create_table(
        "element",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("member", sa.String(), nullable=True),
        sa.Column("exposure", sa.String(), nullable=True),
        sa.Column("reinforcement", sa.String(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("length_m", sa.Double(), nullable=True),
        sa.Column("latitude_deg", sa.Double(), nullable=True),
        sa.Column("longitude_deg", sa.Double(), nullable=True),
        sa.CheckConstraint("area_m2 > 0", name="ck_element_area"),
        sa.CheckConstraint("latitude_deg BETWEEN -90 AND 90", name="ck_element_latitude"),
        sa.CheckConstraint("length_m > 0", name="ck_element_length"),
        sa.CheckConstraint("longitude_deg BETWEEN -180 AND 180", name="ck_element_longitude"),
        sa.ForeignKeyConstraint(["parent_id"], ["element.id"], name="fk_element_parent_id"),
        sa.ForeignKeyConstraint(["structure_id"], ["structure.id"], name="fk_element_structure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_element"),
        sa.UniqueConstraint("structure_id", "name", name="uq_element_structure_id_name"),
    )
    op.create_index("ix_element_parent_id", "element", ["parent_id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("inspector", sa.String(), nullable=True),
        sa.Column("weather", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["structure_id"], ["structure.id"], name="fk_visit_structure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("structure_id", "date", "name", name="uq_visit_structure_id_date_name"),
    )


def _photographs() -> None:
    op.create_table(
        "photograph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("taken", sa.String(), nullable=True),
        sa.Column("camera", sa.String(), nullable=True),
        sa.Column("lens", sa.String(), nullable=True),
        sa.Column("latitude_deg", sa.Double(), nullable=True),
        sa.Column("longitude_deg", sa.Double(), nullable=True),
        sa.Column("altitude_m", sa.Double(), nullable=True),
        sa.Column("view", sa.String(), nullable=True),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("urgency", sa.Double(), nullable=False),
        sa.Column("cracks", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"], name="fk_photograph_element_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_photograph_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_photograph"),
        sa.UniqueConstraint("visit_id", "sha256", name="uq_photograph_visit_id_sha256"),
    )
    op.create_index("ix_photograph_element_urgency", "photograph", ["element_id", "urgency", "id"])
    op.create_index("ix_photograph_sha256", "photograph", ["sha256"])
    op.create_index(
        "ix_photograph_visit_counts", "photograph", ["visit_id", "seen", "cracks", "unsure"]
    )
    op.create_index("ix_photograph_urgency", "photograph", ["urgency", "id"])
    op.create_index(
        "ix_photograph_visit_seen_urgency", "photograph", ["visit_id", "seen", "urgency", "id"]
    )
    op.create_index("ix_photograph_visit_urgency", "photograph", ["visit_id", "urgency", "id"])


def _inspections() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created", _INSTANT, nullable=False),
        sa.Column("cracklens_version", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("photographs", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("imported", _INSTANT, nullable=False),
        sa.Column("record", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_inspection_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection"),
        sa.UniqueConstraint("visit_id", "digest", name="uq_inspection_visit_id_digest"),
        sa.UniqueConstraint("visit_id", "version", name="uq_inspection_visit_id_version"),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photograph_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("record", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["photograph_id"], ["photograph.id"], name="fk_result_photograph_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_result"),
        sa.UniqueConstraint("photograph_id", "digest", name="uq_result_photograph_id_digest"),
    )
    op.create_table(
        "inspected",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name="fk_inspected_inspection_id"
        ),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name="fk_inspected_result_id"),
        sa.PrimaryKeyConstraint("inspection_id", "position", name="pk_inspected"),
    )
    op.create_index("ix_inspected_result_id", "inspected", ["result_id"])
    # ### end Alembic commands ###


def _findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("photograph_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("length_px", sa.Double(), nullable=False),
        sa.Column("length_mm", sa.Double(), nullable=True),
        sa.Column("max_width_px", sa.Double(), nullable=True),
        sa.Column("max_width_mm", sa.Double(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("state_probability", sa.Double(), nullable=True),
        sa.Column("urgency", sa.Double(), nullable=False),
        sa.Column("doubt", sa.Double(), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("record", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("kind IN ('crack', 'rejected')", name="ck_finding_kind"),
        sa.ForeignKeyConstraint(
            ["photograph_id"], ["photograph.id"], name="fk_finding_photograph_id"
        ),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name="fk_finding_result_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_finding_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sa.UniqueConstraint("result_id", "position", name="uq_finding_result_id_position"),
    )
    op.create_index(
        "ix_finding_doubt", "finding", ["visit_id", "current", "decided", "doubt", "id"]
    )
    op.create_index("ix_finding_photograph", "finding", ["photograph_id", "current", "position"])
    op.create_index(
        "ix_finding_urgency", "finding", ["visit_id", "current", "kind", "urgency", "id"]
    )
    op.create_index("ix_finding_visit_key", "finding", ["visit_id", "key"])
    op.create_table(
        "state_quantity",
        sa.Column("photograph_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Integer(), nullable=True),
        sa.Column("cracks", sa.Double(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["element_id"], ["element.id"], name="fk_state_quantity_element_id"
        ),
        sa.ForeignKeyConstraint(
            ["photograph_id"], ["photograph.id"], name="fk_state_quantity_photograph_id"
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_state_quantity_visit_id"),
        sa.PrimaryKeyConstraint("photograph_id", "code", "state", name="pk_state_quantity"),
    )
    op.create_index("ix_state_quantity_element_id", "state_quantity", ["element_id"])
    op.create_index(
        "ix_state_quantity_totals",
        "state_quantity",
        ["visit_id", "element_id", "code", "state", "cracks", "length_m"],
    )


def _totals() -> None:
    op.create_table(
        "element_total",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cracks", sa.Double(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"], name="fk_element_total_element_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_element_total_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_element_total"),
    )
    op.create_index("ix_element_total_visit_element", "element_total", ["visit_id", "element_id"])


def _decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("finding_key", sa.String(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("decided", _INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_decision_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("visit_id", "number", name="uq_decision_visit_id_number"),
    )
    op.create_index("ix_decision_visit_finding", "decision", ["visit_id", "finding_key", "number"])
    _append_only()


def _work() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", _INSTANT, nullable=False),
        sa.Column("started", _INSTANT, nullable=True),
        sa.Column("heartbeat", _INSTANT, nullable=True),
        sa.Column("finished", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="ck_job_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_state", "job", ["state", "id"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created", _INSTANT, nullable=False),
        sa.Column("expires", _INSTANT, nullable=True),
        sa.Column("revoked", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
    )


def _append_only() -> None:
    """Let the database itself refuse to change or remove a decision."""
    if op.get_bind().dialect.name == "sqlite":
        taken = "SELECT id FROM decision WHERE visit_id = NEW.visit_id AND number = NEW.number"
        for verb, when in (
            ("UPDATE", ""),
            ("DELETE", ""),
            ("INSERT", f"WHEN EXISTS ({taken} OR id = NEW.id) "),  # REPLACE removes
        ):
            op.execute(
                f"CREATE TRIGGER decision_no_{verb.lower()} BEFORE {verb} ON decision {when}"
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION decision_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = '23000'; END $$"
    )
    op.execute(
        "CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION decision_append_only()"
    )
