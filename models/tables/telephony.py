"""Connections to providers: their tokens, seats, DIDs, and every delivery they made."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.tables.base import BigId, Instant, metadata

connection = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(60), nullable=False, unique=True),
    Column("vendor", String(40), nullable=False),
    Column("label", String(80), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("country", String(2), nullable=False),
    Column("team_id", ForeignKey("team.id")),  # who owns calls to a DID no team claims
    Column("secrets_ct", LargeBinary),  # encrypted JSON object
    Column("settings", Text, nullable=False, default="{}"),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
)

hook_token = Table(
    "hook_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
)

seat = Table(
    "seat",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("address_ix", LargeBinary(32), nullable=False),
    Column("address_ct", LargeBinary, nullable=False),
    Column("mask", String(60), nullable=False),
    UniqueConstraint("connection_id", "address_ix"),
)

# DIDs are the institution's public numbers, so they stand in clear.
did = Table(
    "did",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(24), nullable=False, unique=True),
    Column("label", String(80), nullable=False),
    Column("team_id", ForeignKey("team.id")),
)

# Everything a provider sent, as it came, encrypted: the bytes hold numbers.
delivery = Table(
    "delivery",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("door", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("raw_ct", LargeBinary, nullable=False),
    Column("verdict", String(16), nullable=False),  # see models.store.journal.Verdict
    Column("reason", String(400), nullable=False, default=""),
    Column("provider_call_id", String(120)),
    Column("replayed_at", Instant),
    Index("ix_delivery_connection_id_id", "connection_id", "id"),
    Index("ix_delivery_verdict_id", "verdict", "id"),
    # Counting a day by connection and verdict must not read the sealed bodies.
    Index("ix_delivery_received_at", "received_at", "connection_id", "verdict"),
)

unknown_word = Table(
    "unknown_word",
    metadata,
    Column("connection_id", ForeignKey("connection.id"), primary_key=True),
    Column("field", String(60), primary_key=True),
    Column("word", String(120), primary_key=True),
    Column("seen", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)
