"""The older in-call webhook: who is rung, or has picked up. Its body may be the account's own template."""

from ingest.contract import CallEvent, Delivery, Parsed, Unreadable
from ingest.readings import Reading, seat
from ingest.vendors.myoperator.words import looked_up
from models.rules.call import Kind

_STATES = {"0": Kind.ROUTED, "1": Kind.ANSWERED}
_READ = ("uid", "clid", "call_state", "event", "users")


def in_call(reading: Reading, delivery: Delivery) -> Parsed:
    """One event for each agent who is rung; an answer only where one agent is named. Raises ``Unreadable``."""
    call_id = reading.text("uid")
    if call_id is None:
        raise Unreadable("There is no uid: the call cannot be told from others.")
    kind = looked_up(reading, _STATES, "call_state")
    named = [seat(text, reading.country) for text in (reading.text("users", limit=2000) or "").split(",")]
    seats = list(dict.fromkeys(one for one in named if one))
    if kind is None or not seats:
        return Parsed((), tuple(reading.unknown), "A call's state that names no agent.")
    if kind is Kind.ANSWERED and len(seats) > 1:
        return Parsed((), tuple(reading.unknown), "One of several agents picked up, and which is not told.")
    events = [
        CallEvent(
            provider_call_id=call_id,
            kind=kind,
            received_at=delivery.received_at,
            seat=one,
            customer=reading.number("clid"),
            words=reading.words("call_state"),
            extra=reading.rest(_READ),
        )
        for one in seats
    ]
    return Parsed(tuple(events), tuple(reading.unknown))
