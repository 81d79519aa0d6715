"""The names and words of the open protocol, with every alias it accepts."""

from functools import lru_cache

from models.rules.call import Direction, Kind, MissReason, Outcome

NAMES: dict[str, tuple[str, ...]] = {
    "call_id": ("call_uuid", "unique_id", "session_id", "call_sid"),
    "agent": (
        "agent_no",
        "agent_number",
        "agent_phone",
        "counselor",
        "counsellor",
        "counselor_number",
        "seat",
    ),
    "customer": (
        "applicant_no",
        "applicant_number",
        "customer_no",
        "customer_number",
        "caller",
        "caller_number",
        "lead_number",
        "phone",
        "mobile",
    ),
    "did": ("did_no", "did_number", "virtual_number"),
    "direction": ("call_type", "call_direction"),
    "status": ("call_status",),
    "event": ("event_type",),
    "at": ("event_time", "timestamp", "time"),
    "start_time": ("started_at", "start", "call_start_time"),
    "answer_time": ("answered_at", "pickup_time"),
    "end_time": ("ended_at", "end", "call_end_time"),
    "call_duration": ("duration", "total_duration", "total_seconds"),
    "talk_seconds": ("talk_duration", "talk_time", "conversation_duration"),
    "ring_seconds": ("ring_duration", "ring_time"),
    "recording": ("resource_url", "recording_url", "record_url"),
    "outcome": (),
    "hangup_by": ("hung_up_by", "disconnected_by"),
    "disposition": ("disposition_name",),
    "campaign": ("campaign_id", "campaign_name", "list_id"),
    "intent": ("reference", "custom", "custom_field", "reference_id"),
    "agent_status": ("agent_state",),
    "machine": ("answered_by_machine",),
}


def _squeezed(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


_CANONICAL = {_squeezed(alias): name for name, aliases in NAMES.items() for alias in (name, *aliases)}


@lru_cache(maxsize=2048)
def canonical(name: str) -> str | None:
    """The protocol's name of a field, however it is cased or spelled; None for a field of no known meaning."""
    return _CANONICAL.get(_squeezed(name))


DIRECTIONS = {
    **dict.fromkeys(("inbound", "incoming", "in", "ivr"), Direction.INBOUND),
    **dict.fromkeys(
        ("outbound", "outgoing", "out", "click2call", "click_to_call", "clicktocall", "c2c", "manual"),
        Direction.OUTBOUND,
    ),
    **dict.fromkeys(
        ("campaign", "dialer", "dialler", "predictive", "progressive", "auto", "autodial", "preview"),
        Direction.CAMPAIGN,
    ),
}

# True: both sides talked, for that counselor. False: they did not. An Outcome says how.
STATUSES: dict[str, bool | Outcome] = {
    **dict.fromkeys(
        ("1", "success", "successful", "answered", "answer", "connected", "completed", "true", "yes"), True
    ),
    **dict.fromkeys(
        (
            "0",
            "failed",
            "failure",
            "fail",
            "missed",
            "unanswered",
            "not_answered",
            "not_connected",
            "false",
            "no",
        ),
        False,
    ),
    "no_answer": Outcome.NO_ANSWER,
    "noanswer": Outcome.NO_ANSWER,
    "busy": Outcome.BUSY,
    "rejected": Outcome.REJECTED,
    "cancelled": Outcome.CANCELLED,
    "canceled": Outcome.CANCELLED,
    "abandoned": Outcome.ABANDONED,
    "voicemail": Outcome.VOICEMAIL,
}

OUTCOMES = {str(outcome): outcome for outcome in Outcome} | {
    "canceled": Outcome.CANCELLED,
    "agent_canceled": Outcome.AGENT_CANCELLED,
    "noanswer": Outcome.NO_ANSWER,
}

# What a pop-up says has happened. Silence, and the plain flags, mean that the seat is being rung.
MOMENTS = {
    **dict.fromkeys(
        (
            "1",
            "0",
            "success",
            "true",
            "ringing",
            "ring",
            "routed",
            "dial",
            "dialing",
            "initiated",
            "offered",
            "popup",
        ),
        Kind.ROUTED,
    ),
    **dict.fromkeys(("answered", "answer", "connected", "in_progress", "picked"), Kind.ANSWERED),
    **dict.fromkeys(("bridged", "talking"), Kind.BRIDGED),
    **dict.fromkeys(("missed", "no_answer", "noanswer", "not_answered", "rejected", "busy"), Kind.MISSED),
    **dict.fromkeys(("ended", "hangup", "hung_up", "completed", "disconnected"), Kind.ENDED),
}

MISSES = {"rejected": MissReason.REJECTED, "busy": MissReason.BUSY}

HANGUPS = {
    **dict.fromkeys(("lead", "customer", "caller", "applicant", "client", "user"), "lead"),
    **dict.fromkeys(("agent", "counselor", "counsellor", "executive"), "agent"),
    **dict.fromkeys(("system", "ivr", "network", "provider"), "system"),
}

AGENT_STATUSES = {
    **dict.fromkeys(("free", "idle", "available", "ready", "no_answer", "noanswer"), MissReason.FREE),
    **dict.fromkeys(("busy", "on_call", "oncall", "in_call"), MissReason.BUSY),
    **dict.fromkeys(("away", "break", "offline", "logged_out", "unavailable", "paused"), MissReason.AWAY),
    **dict.fromkeys(("rejected", "reject", "declined"), MissReason.REJECTED),
}

TRUTHS = {
    **dict.fromkeys(("1", "true", "yes", "machine", "amd"), True),
    **dict.fromkeys(("0", "false", "no", "human"), False),
}
