"""What an admin sets up for the open protocol."""

from ingest.contract import Address, SetUp

SET_UP = SetUp(
    addresses=(
        Address("popup", "Where the provider announces a call to a counselor (ivrCallNotification)"),
        Address("call-log", "Where the provider sends the record of a call (ivrCallBackDetails)"),
        Address(
            "route", "Where the provider asks which counselor gets a caller (getCounsellor)", needed=False
        ),
    ),
    sample=(
        "popup",
        "application/json",
        '{"call_id": "{call}", "event": "popup", "call_type": "inbound", "event_time": "{now}"}',
    ),
)
