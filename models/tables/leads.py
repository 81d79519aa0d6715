"""Leads, their numbers, applications, and who opened whose profile."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from models.tables.base import BigId, Instant, Numberless, metadata

lead = Table(
    "lead",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Numberless(160), nullable=False),
    Column("email", String(200)),
    Column("programme", Numberless(160)),
    Column("city", Numberless(120)),
    Column("language", Numberless(40)),
    Column("region", Numberless(80)),
    Column("stage", Numberless(80), nullable=False),
    Column("sub_stage", Numberless(80)),
    Column("source", Numberless(80), nullable=False),
    Column("owner_id", ForeignKey("person.id"), index=True),
    Column("external_id", String(120), unique=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # The most recently worked-on lead gets the call when one number stands on two leads.
    Column("worked_at", Instant, nullable=False),
    Column("last_talk_at", Instant),
    Column("last_talk_by", Integer),
    Column("last_talk_seconds", Integer),
    Column("merged_into", BigId),  # the lead this one turned out to be; it is then shown nowhere
    Index("ix_lead_name", "name"),
    Index("ix_lead_email", "email"),
)

# The number itself is AES-GCM ciphertext; it is found by its HMAC and shown by its mask.
lead_phone = Table(
    "lead_phone",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("phone_ix", LargeBinary(32), nullable=False, index=True),
    Column("phone_ct", LargeBinary, nullable=False),
    Column("mask", String(24), nullable=False),
    Column("position", SmallInteger, nullable=False, default=0),
    # The blind index of the last four digits, for finding a lead by them; null until the filling job came by.
    Column("tail_ix", LargeBinary(32), index=True),
    UniqueConstraint("lead_id", "phone_ix"),
)

application = Table(
    "application",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False, index=True),
    Column("programme", Numberless(160), nullable=False),
    Column("stage", Numberless(80), nullable=False),
    Column("payment", Numberless(40), nullable=False),
    Column("steps_done", SmallInteger, nullable=False),
    Column("steps_total", SmallInteger, nullable=False),
    Column("form", Numberless(160), nullable=False, default="", server_default=""),
    Column(
        "missing", Numberless(300), nullable=False, default="", server_default=""
    ),  # what it still lacks, in words
    Column("updated_at", Instant),
    Column("created_at", Instant, nullable=False),
)

# Leads that were given to the next counselor in turn, by which missed call; the order of ids is the order of turns.
turn = Table(
    "turn",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("call_id", ForeignKey("call.id"), nullable=False, unique=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_turn_person_id_id", "person_id", "id"),
)

# One row each time a profile was opened; seen_until grows while it stays open on the screen.
opening = Table(
    "opening",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen_until", Instant, nullable=False),
    Column("how", String(24), nullable=False),  # popup | board | bell | search | link | api
    Index("ix_opening_lead_at", "lead_id", "at"),
)
