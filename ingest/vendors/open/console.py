"""What an admin sets up for the open protocol."""

from ingest.contract import Address, Capability, Entry, SetUp
from ingest.softphones import SOFTPHONE

SET_UP = SetUp(
    addresses=(
        Address("popup", "Where the provider announces a call to a counselor (ivrCallNotification)"),
        Address("call-log", "Where the provider sends the record of a call (ivrCallBackDetails)"),
        Address(
            "route", "Where the provider asks which counselor gets a caller (getCounsellor)", needed=False
        ),
    ),
    entries=(
        Entry(
            "route_format",
            "Shape of the routing answer",
            'Leave empty for JSON. "text" answers with nothing but the seats, separated by commas.',
        ),
        Entry(
            "dial_url",
            "Address that places calls",
            "Where the provider takes a call to place (click-to-call). Leave empty where it does not.",
            lacks={"": frozenset({Capability.DIAL})},
        ),
        Entry("dial_key", "Key for placing calls", "Sent as a bearer token with each call.", secret=True),
        Entry("caller_id", "Number shown", "The number leads see when we call, unless a call names one."),
        Entry(
            "records_url",
            "Address of the call records",
            "Where the provider serves its call logs, to be asked for what we lack. Leave empty where it does not.",
            lacks={"": frozenset({Capability.PULL_LOG})},
        ),
        Entry(
            "records_since",
            "Call records since",
            "From when on the provider has them, as in 2026-03-02. Leave empty for: since this connection was added.",
        ),
        Entry(
            "records_key",
            "Key for the call records",
            "Sent as a bearer token when we ask for call records.",
            secret=True,
        ),
        Entry(
            "recording_hosts",
            "Hosts of recordings",
            "Recordings are fetched from these hosts only, beside that of the call records.",
            kind="list",
        ),
        *SOFTPHONE,
    ),
    sample=(
        "popup",
        "application/json",
        '{"call_id": "{call}", "event": "popup", "call_type": "inbound", "event_time": "{now}"}',
    ),
)
