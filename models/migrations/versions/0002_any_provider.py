"""Any provider: mappings, shares, rotated secrets, skills, routing decisions, reconciliation"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("connection", sa.Column("share", sa.Integer(), server_default="1", nullable=False))
    op.add_column("did", sa.Column("strategies", sa.String(length=200), server_default="", nullable=False))
    op.add_column("did", sa.Column("skills", sa.Text(), server_default="{}", nullable=False))
    op.add_column("did", sa.Column("fallback", sa.String(length=120), server_default="", nullable=False))
    op.add_column(
        "did", sa.Column("unknown_rule", sa.String(length=8), server_default="pool", nullable=False)
    )
    op.add_column("lead", sa.Column("language", sa.String(length=40), nullable=True))
    op.add_column("lead", sa.Column("region", sa.String(length=80), nullable=True))
    op.add_column("notification", sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "retired_secret",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value_ct", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_retired_secret_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_retired_secret"),
    )
    op.create_index("ix_retired_secret_connection_id", "retired_secret", ["connection_id"])
    op.create_table(
        "mapping",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_mapping_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("connection_id", "version", name="pk_mapping"),
    )
    op.create_table(
        "skill",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_skill_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "kind", "word", name="pk_skill"),
    )
    op.create_table(
        "turn",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("call_id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_turn_call_id_call"),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_turn_lead_id_lead"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_turn_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("call_id", name="uq_turn_call_id"),
    )
    op.create_index("ix_turn_lead_id", "turn", ["lead_id"])
    op.create_index("ix_turn_person_id_id", "turn", ["person_id", "id"])
    op.create_table(
        "routing_decision",
        sa.Column("delivery_id", BIG_ID, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("strategy", sa.String(length=24), nullable=False),
        sa.Column("explained", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_routing_decision_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_routing_decision"),
    )
    op.create_index("ix_routing_decision_connection_id", "routing_decision", ["connection_id", "at"])
    op.create_table(
        "ledger_hour",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasons", sa.Text(), server_default="{}", nullable=False),
        sa.Column("swept_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_ledger_hour_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("connection_id", "hour", name="pk_ledger_hour"),
    )
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_sweep_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sweep"),
    )
    op.create_index("ix_sweep_connection_id", "sweep", ["connection_id", "id"])
