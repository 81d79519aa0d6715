"""Calls as the fold of their events, and what follows from them: offers, notifications, the feed."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from models.tables.base import BigId, Instant, Numberless, metadata

# An event is kept once: the digest covers leg, kind, seat and content. Rows are never changed.
call_event = Table(
    "call_event",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("provider_call_id", String(120), nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("delivery_id", BigId, nullable=False),
    Column("body_ct", LargeBinary, nullable=False),
    UniqueConstraint("connection_id", "provider_call_id", "digest"),
)

call = Table(
    "call",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("provider_call_id", String(120), nullable=False),
    Column("direction", String(16)),
    Column("lead_id", ForeignKey("lead.id")),
    Column("person_id", Integer),  # who talked; for an outbound call, who dialled
    Column("did", String(24)),
    Column("campaign", Numberless(120)),
    Column("intent", String(120)),
    Column("started_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("ended_at", Instant),
    Column("over", Boolean, nullable=False),
    Column("outcome", String(16)),
    Column("talk_seconds", Integer),
    Column("ring_seconds", Integer),
    Column("recording_ct", LargeBinary),
    Column("disposition", Numberless(120)),
    Column("machine", Boolean, nullable=False),
    Column("words", Numberless(400), nullable=False, default=""),
    Column("settle_at", Instant),
    Column("local_day", Integer, nullable=False),  # days since 1970-01-01 in the institution's zone
    Column("local_hour", SmallInteger, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("connection_id", "provider_call_id"),
    Index("ix_call_lead_id_started_at", "lead_id", "started_at"),
    Index("ix_call_person_id_started_at", "person_id", "started_at"),
    Index("ix_call_started_at_id", "started_at", "id"),
    Index("ix_call_local_day", "local_day", "person_id"),
    Index(
        "ix_call_campaign",
        "connection_id",
        "campaign",
        "started_at",
        sqlite_where=text("campaign IS NOT NULL"),
        postgresql_where=text("campaign IS NOT NULL"),
    ),
    Index(
        "ix_call_live",
        "started_at",
        sqlite_where=text("over = 0"),
        postgresql_where=text("NOT over"),
    ),
    Index(
        "ix_call_settle_at",
        "settle_at",
        sqlite_where=text("settle_at IS NOT NULL"),
        postgresql_where=text("settle_at IS NOT NULL"),
    ),
)

offer = Table(
    "offer",
    metadata,
    Column("call_id", ForeignKey("call.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("person_id", Integer),  # null: a seat nobody has mapped yet
    Column("seat_ix", LargeBinary(32), nullable=False),
    Column("seat_mask", String(60), nullable=False),
    Column("offered_at", Instant),
    Column("ended_at", Instant),
    Column("ring_seconds", Integer),
    Column("answered", Boolean, nullable=False),
    Column("reason", String(16)),
    Index("ix_offer_person_id_offered_at", "person_id", "offered_at"),
    Index(
        "ix_offer_unmapped",
        "seat_ix",
        sqlite_where=text("person_id IS NULL"),
        postgresql_where=text("person_id IS NULL"),
    ),
)

# At most one a call. 'withdrawn': the call turned out to have been answered after all.
notification = Table(
    "notification",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("call_id", ForeignKey("call.id"), nullable=False, unique=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("kind", String(8), nullable=False),  # missed | pending
    Column("direction", String(16)),  # null: the provider never told
    Column("reason", String(24), nullable=False),
    Column("everyone", Boolean, nullable=False, default=False),  # no counselor, no team: all see it
    Column("state", String(10), nullable=False),  # open | cleared | withdrawn
    Column("raised_at", Instant, nullable=False),
    Column("cleared_at", Instant),
    Column("cleared_by", Integer),
    Column("cleared_how", String(24)),
    # Known only long after the call, from the provider's records: it rings no alarm.
    Column("late", Boolean, nullable=False, default=False, server_default=false()),
    # Who said "I take this one", for as long as the institution lets a claim last.
    Column("claimed_by", Integer),
    Column("claimed_at", Instant),
    Index("ix_notification_lead_id", "lead_id", "state"),
    Index("ix_notification_raised_at", "raised_at", "id"),
    Index(
        "ix_notification_open",
        "kind",
        "raised_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

notification_for = Table(
    "notification_for",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("notification_id", ForeignKey("notification.id"), nullable=False, index=True),
    Column("person_id", Integer, index=True),
    Column("team_id", Integer, index=True),
)

# What live screens resume from. Ids follow commit order: every writer holds the write lock.
feed = Table(
    "feed",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("audience", Text, nullable=False),  # JSON: {"people": [...], "teams": [...], "all": bool}
    Column("body", Text, nullable=False),  # JSON, masked: whoever is in the audience may read all of it
    sqlite_autoincrement=True,
)
