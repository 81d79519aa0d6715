"""Exotel's call details, as its API tells them, under the names of its status callback."""

from ingest.contract import Delivery, Parsed, Unreadable
from ingest.readings import Reading, given
from ingest.vendors.exotel import status

# The record's names, and what the status callback calls the same thing.
_NAMES = {
    "Sid": "CallSid",
    "Details[ConversationDuration]": "ConversationDuration",
    "Details[Leg1Status]": "Legs[0][Status]",
    "Details[Leg2Status]": "Legs[1][Status]",
    "Details[Legs][0][Leg][OnCallDuration]": "Legs[0][OnCallDuration]",
    "Details[Legs][1][Leg][OnCallDuration]": "Legs[1][OnCallDuration]",
}


def record(reading: Reading, delivery: Delivery) -> Parsed:
    """The end of a call. A call to a flow (its ``To`` is our own number) is a campaign's: the lead comes first."""
    told = {_NAMES.get(name, name): text for name, text in reading.fields.items()}
    told.setdefault("EventType", "terminal")
    reading.fields = told
    call_id = reading.text("CallSid")
    if call_id is None:
        raise Unreadable("There is no Sid: the call cannot be told from others.")
    exophone, called = given(told.get("PhoneNumberSid")), given(told.get("To"))
    to_a_flow = called is None or (exophone is not None and called == exophone)
    return status.status(reading, call_id, delivery, to_a_flow=to_a_flow)
