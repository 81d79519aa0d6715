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

from models.tables.base import BigId, Instant, Numberless, metadata

connection = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(60), nullable=False, unique=True),
    Column("vendor", String(40), nullable=False),
    Column("label", Numberless(80), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("country", String(2), nullable=False),
    Column("team_id", ForeignKey("team.id")),  # who owns calls to a DID no team claims
    Column("secrets_ct", LargeBinary),  # encrypted JSON object
    Column("settings", Text, nullable=False, default="{}"),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
    # How much of the dialling this connection gets, beside the others' shares; 0: none.
    Column("share", Integer, nullable=False, default=1, server_default="1"),
)

# A vendor's secret that was replaced and is still accepted until ``expires_at``.
retired_secret = Table(
    "retired_secret",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("value_ct", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# Mappings of a connection that is configured, not coded. Rows are never changed; the one in use is
# ``connection.settings["mapping"]`` with its number in ``settings["mapping_version"]``.
mapping = Table(
    "mapping",
    metadata,
    Column("connection_id", ForeignKey("connection.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", Text, nullable=False),
    Column("note", String(200), nullable=False, default=""),
    Column("created_at", Instant, nullable=False),
    Column("person_id", Integer, nullable=False),  # 0: by command
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
    Column("kind", String(8), nullable=False, default="phone", server_default="phone"),  # phone | sip
    Column("secret_ct", LargeBinary),  # a SIP seat's own password, where the connection has no shared secret
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
    # Names of ``models.rules.routing`` strategies in order, space separated; empty: the default order.
    Column("strategies", String(200), nullable=False, default="", server_default=""),
    # JSON: what a counselor should be able to do for callers of this number, as {"language": ["Hindi"]}.
    Column("skills", Text, nullable=False, default="{}", server_default="{}"),
    # A group's address at the provider, rung when nobody was found.
    Column("fallback", String(120), nullable=False, default="", server_default=""),
    # A missed caller nobody knows: "pool" tells the DID's team, "next" the next counselor in turn.
    Column("unknown_rule", String(8), nullable=False, default="pool", server_default="pool"),
)

# Why a routing question was answered as it was. ``explained`` is JSON without numbers.
routing_decision = Table(
    "routing_decision",
    metadata,
    Column("delivery_id", BigId, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("strategy", String(24), nullable=False),
    Column("explained", Text, nullable=False),
    Index("ix_routing_decision_connection_id", "connection_id", "at"),
)

# What a provider's own records say of an hour, beside what we had. ``hour`` is when it begins.
ledger_hour = Table(
    "ledger_hour",
    metadata,
    Column("connection_id", ForeignKey("connection.id"), primary_key=True),
    Column("hour", Instant, primary_key=True),
    Column("theirs", Integer, nullable=False),
    Column("ours", Integer, nullable=False),  # of theirs, heard before we asked
    Column("repaired", Integer, nullable=False),  # of theirs, known only since we asked
    Column("missing", Integer, nullable=False),  # of theirs, still not on file
    # Of ours: those whose record said more than their hooks had.
    Column("completed", Integer, nullable=False, default=0, server_default="0"),
    # Why records are missing: JSON, reason -> fingerprints of the records, so that each is kept once.
    Column("reasons", Text, nullable=False, default="{}", server_default="{}"),
    Column("swept_at", Instant, nullable=False),
)

# One asking for call records: what for, how far it got, how it ended.
sweep = Table(
    "sweep",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("state", String(10), nullable=False),  # running | done | failed
    Column("cursor", Text, nullable=False, default=""),
    Column("records", Integer, nullable=False, default=0),
    Column("reason", String(400), nullable=False, default=""),
    Column("person_id", Integer, nullable=False),  # 0: by the clock
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_sweep_connection_id", "connection_id", "id"),
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
