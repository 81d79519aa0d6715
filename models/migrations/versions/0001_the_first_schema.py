"""The first schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("key_hash", name="uq_api_key_key_hash"),
    )
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "feed",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("name", name="uq_team_name"),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("vendor", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("secrets_ct", sa.LargeBinary(), nullable=True),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_connection_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_connection"),
        sa.UniqueConstraint("slug", name="uq_connection_slug"),
    )
    op.create_table(
        "did",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_did_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_did"),
        sa.UniqueConstraint("number", name="uq_did_number"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_person_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_index("ix_person_team_id", "person", ["team_id"])
    op.create_table(
        "call_event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("provider_call_id", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("delivery_id", BIG_ID, nullable=False),
        sa.Column("body_ct", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_call_event_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call_event"),
        sa.UniqueConstraint(
            "connection_id",
            "provider_call_id",
            "digest",
            name="uq_call_event_connection_id_provider_call_id_digest",
        ),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("raw_ct", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("provider_call_id", sa.String(length=120), nullable=True),
        sa.Column("replayed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_delivery_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_connection_id_id", "delivery", ["connection_id", "id"])
    op.create_index("ix_delivery_verdict_id", "delivery", ["verdict", "id"])
    op.create_index("ix_delivery_received_at", "delivery", ["received_at", "connection_id", "verdict"])
    op.create_table(
        "hook_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_hook_token_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hook_token"),
        sa.UniqueConstraint("token_hash", name="uq_hook_token_token_hash"),
    )
    op.create_index("ix_hook_token_connection_id", "hook_token", ["connection_id"])
    op.create_table(
        "lead",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("programme", sa.String(length=160), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("worked_at", sa.BigInteger(), nullable=False),
        sa.Column("last_talk_at", sa.BigInteger(), nullable=True),
        sa.Column("last_talk_by", sa.Integer(), nullable=True),
        sa.Column("last_talk_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_lead_owner_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_lead"),
        sa.UniqueConstraint("external_id", name="uq_lead_external_id"),
    )
    op.create_index("ix_lead_name", "lead", ["name"])
    op.create_index("ix_lead_email", "lead", ["email"])
    op.create_index("ix_lead_owner_id", "lead", ["owner_id"])
    op.create_table(
        "login_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_login_session_person_id_person"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_login_session"),
    )
    op.create_index("ix_login_session_person_id", "login_session", ["person_id"])
    op.create_table(
        "presence",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_presence_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_presence"),
    )
    op.create_index("ix_presence_person_from", "presence", ["person_id", "from_at"])
    op.create_index(
        "uq_presence_open",
        "presence",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("to_at IS NULL"),
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address_ix", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address_ct", sa.LargeBinary(), nullable=False),
        sa.Column("mask", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_seat_connection_id_connection"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_seat_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
        sa.UniqueConstraint("connection_id", "address_ix", name="uq_seat_connection_id_address_ix"),
    )
    op.create_index("ix_seat_person_id", "seat", ["person_id"])
    op.create_table(
        "supervises",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_supervises_person_id_person"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_supervises_team_id_team"),
        sa.PrimaryKeyConstraint("person_id", "team_id", name="pk_supervises"),
    )
    op.create_table(
        "unknown_word",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("word", sa.String(length=120), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_unknown_word_connection_id_connection"
        ),
        sa.PrimaryKeyConstraint("connection_id", "field", "word", name="pk_unknown_word"),
    )
    op.create_table(
        "application",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("programme", sa.String(length=160), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("payment", sa.String(length=40), nullable=False),
        sa.Column("steps_done", sa.SmallInteger(), nullable=False),
        sa.Column("steps_total", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_application_lead_id_lead"),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
    )
    op.create_index("ix_application_lead_id", "application", ["lead_id"])
    op.create_table(
        "call",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("provider_call_id", sa.String(length=120), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=True),
        sa.Column("lead_id", BIG_ID, nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("did", sa.String(length=24), nullable=True),
        sa.Column("campaign", sa.String(length=120), nullable=True),
        sa.Column("intent", sa.String(length=120), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("talk_seconds", sa.Integer(), nullable=True),
        sa.Column("ring_seconds", sa.Integer(), nullable=True),
        sa.Column("recording_ct", sa.LargeBinary(), nullable=True),
        sa.Column("disposition", sa.String(length=120), nullable=True),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("settle_at", sa.BigInteger(), nullable=True),
        sa.Column("local_day", sa.Integer(), nullable=False),
        sa.Column("local_hour", sa.SmallInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_call_connection_id_connection"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_call_lead_id_lead"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint(
            "connection_id", "provider_call_id", name="uq_call_connection_id_provider_call_id"
        ),
    )
    op.create_index(
        "ix_call_campaign",
        "call",
        ["connection_id", "campaign", "started_at"],
        sqlite_where=sa.text("campaign IS NOT NULL"),
        postgresql_where=sa.text("campaign IS NOT NULL"),
    )
    op.create_index("ix_call_lead_id_started_at", "call", ["lead_id", "started_at"])
    op.create_index(
        "ix_call_live",
        "call",
        ["started_at"],
        sqlite_where=sa.text("over = 0"),
        postgresql_where=sa.text("NOT over"),
    )
    op.create_index("ix_call_local_day", "call", ["local_day", "person_id"])
    op.create_index("ix_call_person_id_started_at", "call", ["person_id", "started_at"])
    op.create_index(
        "ix_call_settle_at",
        "call",
        ["settle_at"],
        sqlite_where=sa.text("settle_at IS NOT NULL"),
        postgresql_where=sa.text("settle_at IS NOT NULL"),
    )
    op.create_index("ix_call_started_at_id", "call", ["started_at", "id"])
    op.create_table(
        "lead_phone",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("phone_ix", sa.LargeBinary(length=32), nullable=False),
        sa.Column("phone_ct", sa.LargeBinary(), nullable=False),
        sa.Column("mask", sa.String(length=24), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_lead_phone_lead_id_lead"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_phone"),
        sa.UniqueConstraint("lead_id", "phone_ix", name="uq_lead_phone_lead_id_phone_ix"),
    )
    op.create_index("ix_lead_phone_phone_ix", "lead_phone", ["phone_ix"])
    op.create_table(
        "opening",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_until", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_opening_lead_id_lead"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_opening_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_index("ix_opening_lead_at", "opening", ["lead_id", "at"])
    op.create_table(
        "notification",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("call_id", BIG_ID, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.Column("cleared_by", sa.Integer(), nullable=True),
        sa.Column("cleared_how", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_notification_call_id_call"),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_notification_lead_id_lead"),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
        sa.UniqueConstraint("call_id", name="uq_notification_call_id"),
    )
    op.create_index("ix_notification_lead_id", "notification", ["lead_id", "state"])
    op.create_index(
        "ix_notification_open",
        "notification",
        ["kind", "raised_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_notification_raised_at", "notification", ["raised_at", "id"])
    op.create_table(
        "offer",
        sa.Column("call_id", BIG_ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("seat_ix", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seat_mask", sa.String(length=60), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ring_seconds", sa.Integer(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_offer_call_id_call"),
        sa.PrimaryKeyConstraint("call_id", "position", name="pk_offer"),
    )
    op.create_index("ix_offer_person_id_offered_at", "offer", ["person_id", "offered_at"])
    op.create_index(
        "ix_offer_unmapped",
        "offer",
        ["seat_ix"],
        sqlite_where=sa.text("person_id IS NULL"),
        postgresql_where=sa.text("person_id IS NULL"),
    )
    op.create_table(
        "notification_for",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("notification_id", BIG_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name="fk_notification_for_notification_id_notification"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notification_for"),
    )
    op.create_index("ix_notification_for_notification_id", "notification_for", ["notification_id"])
    op.create_index("ix_notification_for_person_id", "notification_for", ["person_id"])
    op.create_index("ix_notification_for_team_id", "notification_for", ["team_id"])
