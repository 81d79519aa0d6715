"""The counselor's work: dials, notes, follow-ups, dispositions, stages, merges, preferences"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "choice",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_choice"),
    )
    op.create_table(
        "disposition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("directions", sa.String(length=40), nullable=False),
        sa.Column("ends", sa.String(length=24), nullable=False),
        sa.Column("needs_follow_up", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disposition"),
        sa.UniqueConstraint("label", name="uq_disposition_label"),
    )
    op.create_table(
        "stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("needs_follow_up", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["stage.id"], name="fk_stage_parent_id_stage"),
        sa.PrimaryKeyConstraint("id", name="pk_stage"),
    )
    op.create_index("uq_stage_parent_id_name", "stage", ["parent_id", "name"], unique=True)
    op.create_table(
        "phone_event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_phone_event_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_event"),
    )
    op.create_index("ix_phone_event_person_id", "phone_event", ["person_id", "received_at"])
    op.create_index("ix_phone_event_reference", "phone_event", ["reference"])
    op.create_table(
        "preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_preference_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "name", name="pk_preference"),
    )
    op.create_table(
        "follow_up",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("call_id", BIG_ID, nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("why_ct", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_follow_up_lead_id_lead"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_follow_up_made_by_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_follow_up_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
    )
    op.create_index("ix_follow_up_lead_id", "follow_up", ["lead_id", "due_at"])
    op.create_index(
        "ix_follow_up_open",
        "follow_up",
        ["person_id", "due_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "intent",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("application_id", BIG_ID, nullable=True),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("provider_call_id", sa.String(length=120), nullable=True),
        sa.Column("call_id", BIG_ID, nullable=True),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("agent_ringing_at", sa.BigInteger(), nullable=True),
        sa.Column("lead_ringing_at", sa.BigInteger(), nullable=True),
        sa.Column("talking_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_intent_connection_id_connection"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_intent_lead_id_lead"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_intent_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_intent"),
        sa.UniqueConstraint("reference", name="uq_intent_reference"),
    )
    op.create_index("ix_intent_connection_id", "intent", ["connection_id", "provider_call_id"])
    op.create_index("ix_intent_lead_id", "intent", ["lead_id", "requested_at"])
    op.create_index("ix_intent_requested_at", "intent", ["requested_at", "connection_id"])
    op.create_index(
        "uq_intent_live_lead",
        "intent",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "uq_intent_live_person",
        "intent",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "lead_merge",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kept_id", BIG_ID, nullable=False),
        sa.Column("gone_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("telephony", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["gone_id"], ["lead.id"], name="fk_lead_merge_gone_id_lead"),
        sa.ForeignKeyConstraint(["kept_id"], ["lead.id"], name="fk_lead_merge_kept_id_lead"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_lead_merge_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_merge"),
        sa.UniqueConstraint("gone_id", name="uq_lead_merge_gone_id"),
    )
    op.create_index("ix_lead_merge_kept_id", "lead_merge", ["kept_id"])
    op.create_table(
        "note",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("call_id", BIG_ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text_ct", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_note_lead_id_lead"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_note_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_lead_id", "note", ["lead_id", "at"])
    op.create_table(
        "stage_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("from_stage", sa.String(length=80), nullable=False),
        sa.Column("from_sub", sa.String(length=80), nullable=True),
        sa.Column("to_stage", sa.String(length=80), nullable=False),
        sa.Column("to_sub", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_stage_change_lead_id_lead"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_change"),
    )
    op.create_index("ix_stage_change_lead_id", "stage_change", ["lead_id", "at"])
    op.create_table(
        "wrap_up",
        sa.Column("call_id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("disposition_id", sa.Integer(), nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("note_id", BIG_ID, nullable=True),
        sa.Column("follow_up_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_wrap_up_call_id_call"),
        sa.ForeignKeyConstraint(
            ["disposition_id"], ["disposition.id"], name="fk_wrap_up_disposition_id_disposition"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_wrap_up_lead_id_lead"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_wrap_up_person_id_person"),
        sa.PrimaryKeyConstraint("call_id", name="pk_wrap_up"),
    )
    op.create_index("ix_wrap_up_lead_id", "wrap_up", ["lead_id"])
    op.create_index("ix_wrap_up_person_id", "wrap_up", ["person_id", "began_at"])
    op.add_column("application", sa.Column("form", sa.String(length=160), server_default="", nullable=False))
    op.add_column(
        "application", sa.Column("missing", sa.String(length=300), server_default="", nullable=False)
    )
    op.add_column("application", sa.Column("updated_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_audit_person_id_action", "audit", ["person_id", "action", "at"])
    op.add_column("lead", sa.Column("sub_stage", sa.String(length=80), nullable=True))
    op.add_column("lead", sa.Column("merged_into", BIG_ID, nullable=True))
    op.add_column("lead_phone", sa.Column("tail_ix", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_lead_phone_tail_ix", "lead_phone", ["tail_ix"])
    op.add_column("notification", sa.Column("claimed_by", sa.Integer(), nullable=True))
    op.add_column("notification", sa.Column("claimed_at", sa.BigInteger(), nullable=True))
    op.add_column("seat", sa.Column("kind", sa.String(length=8), server_default="phone", nullable=False))
    op.add_column("seat", sa.Column("secret_ct", sa.LargeBinary(), nullable=True))
