"""Twilio's call resources, as its API tells them, under the names of its status callbacks: one of each leg."""

from ingest.contract import Delivery, Parsed, Unreadable
from ingest.readings import Reading, word
from ingest.vendors.twilio import legs

# The record's names, and what a status callback calls the same thing.
_NAMES = {
    "sid": "CallSid",
    "parent_call_sid": "ParentCallSid",
    "account_sid": "AccountSid",
    "from": "From",
    "to": "To",
    "direction": "Direction",
    "status": "CallStatus",
    "duration": "CallDuration",
    "start_time": "StartTime",
    "end_time": "Timestamp",
    "answered_by": "AnsweredBy",
    "api_version": "ApiVersion",
    "forwarded_from": "ForwardedFrom",
}
_NOISE = ("uri", "subresource_uris", "from_formatted", "to_formatted")


def record(reading: Reading, delivery: Delivery, agent_first: bool) -> Parsed:
    """One leg. ``agent_first``: calls made through the API ring the agent and then dial the lead."""
    reading.fields = {
        _NAMES.get(name, name): text for name, text in reading.fields.items() if not name.startswith(_NOISE)
    }
    call_id = reading.text("CallSid")
    if call_id is None:
        raise Unreadable("There is no sid: the call cannot be told from others.")
    parent_id = reading.text("ParentCallSid")
    if parent_id is None:
        ours = agent_first and _placed(reading.text("Direction"))
        event = legs.first(reading, delivery, call_id, ours)
    else:
        above = reading.text("parent[direction]")
        if above is not None and not (agent_first and _placed(above)):
            event = legs.dialled(reading, delivery, call_id, parent_id)
        else:
            # Without its first leg nobody knows whether this one is an agent or a lead: it is then nobody's.
            event = legs.lead_dialled(reading, delivery, call_id, parent_id, known=above is not None)
    return Parsed((event,), tuple(reading.unknown))


def _placed(direction: str | None) -> bool:
    return word(direction or "") == "outbound_api"
