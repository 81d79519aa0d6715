"""Who is who in a Smartflo message: direction, the customer's number, ours."""

from ingest.readings import Reading
from ingest.vendors.smartflo.words import NAMES_OF_EVENT, STATUS_NAMES, Step, direction
from models.rules.call import Direction

_READ = frozenset(
    {
        *NAMES_OF_EVENT,
        *STATUS_NAMES,
        "call_id",
        "uuid",
        "call_to_number",
        "caller_id_number",
        "caller_id_num",
        "customer_no_with_prefix",
        "customer_number_with_prefix",
        "customer_number",
        "client_number",
        "did_number",
        "start_stamp",
        "end_stamp",
        "date",
        "time",
        "duration",
        "call_duration",
        "outbound_sec",
        "direction",
        "call_direction",
        "answered_agent",
        "answered_agent_name",
        "answered_agent_number",
        "answer_agent_number",
        "agent_number",
        "agent_number_with_prefix",
        "agent_name",
        "missed_agent",
        "missed_agents",
        "call_flow",
        "recording_url",
        "custom_identifier",
        "campaign_id",
        "broadcast_id",
        "digits_dialed",
        "digit_pressed",
        "disposition",
        "disposition_status",
        "sub_disposition",
        "description",
        "reason_key",
        "hangup_cause",
        "hook_token",
    }
)
_CUSTOMER = ("customer_no_with_prefix", "customer_number_with_prefix", "client_number", "customer_number")


class Parties:
    """Both numbers and the direction. The roles of the two numbers swap with the direction; where it is not
    known, only fields that name the customer or our own number outright are believed."""

    def __init__(self, reading: Reading, step: Step | None) -> None:
        told = direction(reading)
        if told is None and step is Step.DIALED and not reading.text("direction", "call_direction"):
            told = Direction.INBOUND  # this trigger exists for incoming calls only
        self.direction = told
        dialled = reading.number("call_to_number")
        shown = reading.number("caller_id_number", "caller_id_num")
        customer, did = reading.number(*_CUSTOMER), reading.number("did_number")
        if told is Direction.INBOUND:
            customer, did = customer or shown, did or dialled
        elif told is not None:
            customer, did = customer or dialled, did or shown
        self.customer = customer
        self.did = did
        self.rest = reading.rest(name for name in reading.fields if name.partition("[")[0] in _READ)
