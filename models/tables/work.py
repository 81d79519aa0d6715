"""What counselors do: dial, note, promise a follow-up, dispose of a call, move a lead along, merge two leads."""

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
    text,
)

from models.tables.base import BigId, Instant, Numberless, metadata

# One click on "call". While ``live`` it is a lease on its counselor and on its lead: the two partial indexes
# let nobody else begin. ``reference`` is made by the page, so a double click is one intent; it comes back in the
# provider's hooks as ``CallEvent.intent``.
intent = Table(
    "intent",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("reference", String(40), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("application_id", BigId),
    Column("mode", String(12), nullable=False),  # hardphone | docked | window
    Column("state", String(16), nullable=False),  # see models.rules.dialling.State
    Column("reason", String(24)),  # why it was refused
    Column("words", Numberless(400), nullable=False, default=""),  # the provider's own, without numbers
    Column("connection_id", ForeignKey("connection.id")),
    Column("provider_call_id", String(120)),
    Column("call_id", BigId),
    # JSON: connections that refused before this one, as [{"connection_id": 1, "reason": "down", "words": ""}].
    Column("tried", Text, nullable=False, default="[]"),
    Column("requested_at", Instant, nullable=False),
    Column("asked_at", Instant),  # committed before the provider is asked: a crash after it leaves "unknown"
    Column("accepted_at", Instant),
    Column("agent_ringing_at", Instant),
    Column("lead_ringing_at", Instant),
    Column("talking_at", Instant),
    Column("ended_at", Instant),
    Column("lease_until", Instant, nullable=False),
    Column("live", Boolean, nullable=False),
    Index(
        "uq_intent_live_person",
        "person_id",
        unique=True,
        sqlite_where=text("live = 1"),
        postgresql_where=text("live"),
    ),
    Index(
        "uq_intent_live_lead",
        "lead_id",
        unique=True,
        sqlite_where=text("live = 1"),
        postgresql_where=text("live"),
    ),
    Index("ix_intent_connection_id", "connection_id", "provider_call_id"),
    Index("ix_intent_lead_id", "lead_id", "requested_at"),
    Index("ix_intent_requested_at", "requested_at", "connection_id"),
)

# People write numbers into notes, so their text is ciphertext, and is shown with numbers masked.
note = Table(
    "note",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("call_id", BigId),
    Column("at", Instant, nullable=False),
    Column("text_ct", LargeBinary, nullable=False),
    Index("ix_note_lead_id", "lead_id", "at"),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),  # who is to do it
    Column("made_by", ForeignKey("person.id"), nullable=False),
    Column("call_id", BigId),
    Column("due_at", Instant, nullable=False),
    Column("why_ct", LargeBinary),
    Column("state", String(10), nullable=False),  # open | done | cancelled
    Column("made_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("done_by", Integer),
    Column("reminded_at", Instant),
    Index("ix_follow_up_lead_id", "lead_id", "due_at"),
    Index(
        "ix_follow_up_open",
        "person_id",
        "due_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

# The institution's list of results of a call, in the order of their keys.
disposition = Table(
    "disposition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", Numberless(60), nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("directions", String(40), nullable=False),  # of inbound, outbound, campaign; space separated
    Column("ends", String(24), nullable=False),  # of talked, unanswered; space separated
    Column("needs_follow_up", Boolean, nullable=False),
    Column("stage", Numberless(80)),  # where it moves the lead, if anywhere
    Column("active", Boolean, nullable=False),
)

# What a counselor made of a call. ``began_at`` is when the call ended.
wrap_up = Table(
    "wrap_up",
    metadata,
    Column("call_id", ForeignKey("call.id"), primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("disposition_id", ForeignKey("disposition.id")),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("note_id", BigId),
    Column("follow_up_id", BigId),
    Index("ix_wrap_up_person_id", "person_id", "began_at"),
    Index("ix_wrap_up_lead_id", "lead_id"),
)

# The institution's stages; a sub-stage has a parent.
stage = Table(
    "stage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Numberless(80), nullable=False),
    Column("parent_id", ForeignKey("stage.id")),
    Column("position", Integer, nullable=False),
    Column("needs_follow_up", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Index("uq_stage_parent_id_name", "parent_id", "name", unique=True),
)

stage_change = Table(
    "stage_change",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("person_id", Integer, nullable=False),  # 0: another system, by the API
    Column("at", Instant, nullable=False),
    Column("from_stage", Numberless(80), nullable=False),
    Column("from_sub", Numberless(80)),
    Column("to_stage", Numberless(80), nullable=False),
    Column("to_sub", Numberless(80)),
    Index("ix_stage_change_lead_id", "lead_id", "at"),
)

# Two leads that were one person. The gone lead's row stays, with ``lead.merged_into``; its history moved.
lead_merge = Table(
    "lead_merge",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kept_id", ForeignKey("lead.id"), nullable=False, index=True),
    Column("gone_id", ForeignKey("lead.id"), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("telephony", Boolean, nullable=False),  # the gone lead had been made by a call
    Column("moved", Text, nullable=False),  # JSON: how many rows of each kind
)

# What a softphone told of itself, posted by the page that owns it; its id makes a repeated post harmless.
# Display and diagnosis only: what a call was is said by the provider.
phone_event = Table(
    "phone_event",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("reference", String(40)),
    Column("kind", String(24), nullable=False),
    Column("detail", Numberless(200), nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("ix_phone_event_person_id", "person_id", "received_at"),
    Index("ix_phone_event_reference", "reference"),
)

preference = Table(
    "preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", String(400), nullable=False),
)

# What admins decide on the settings page, by name; see models.store.choices.
choice = Table(
    "choice",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)
