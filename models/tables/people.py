"""People, their teams, sessions, presence and API keys."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from models.tables.base import BigId, Instant, Numberless, metadata

team = Table(
    "team",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Numberless(80), nullable=False, unique=True),
)

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Numberless(120), nullable=False),
    Column("email", String(200), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("team_id", ForeignKey("team.id"), index=True),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
)

supervises = Table(
    "supervises",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("team_id", ForeignKey("team.id"), primary_key=True),
)

# What a counselor can do for a caller: kind is language, programme or region.
skill = Table(
    "skill",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("word", Numberless(80), primary_key=True),
)

login_session = Table(
    "login_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# One row an interval; at most one open (to_at null) a person, which the partial index enforces.
presence = Table(
    "presence",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("state", String(16), nullable=False),  # in | break; out is the absence of a row
    Column("reason", Numberless(80), nullable=False, default=""),
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant),
    Index("ix_presence_person_from", "person_id", "from_at"),
    Index(
        "uq_presence_open",
        "person_id",
        unique=True,
        sqlite_where=text("to_at IS NULL"),
        postgresql_where=text("to_at IS NULL"),
    ),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", String(400), nullable=False),  # space separated
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("person_id", Integer, nullable=False),  # 0: an API key or the system itself
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_audit_person_id_action", "person_id", "action", "at"),
)
