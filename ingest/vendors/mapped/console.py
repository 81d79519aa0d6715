"""What an admin sets up for a provider that is mapped."""

from ingest.contract import Address, SetUp
from ingest.softphones import SOFTPHONE

SET_UP = SetUp(
    addresses=(
        Address("call-log", "Where the provider sends the record of a call, or all its events"),
        Address("popup", "Where the provider announces a call to a counselor", needed=False),
        Address("status", "Another address for events that should be told apart by it", needed=False),
        Address("route", "Where the provider asks which counselor gets a caller", needed=False),
    ),
    entries=SOFTPHONE,
    unproved="What a mapping says is proved by the provider's own deliveries: test it on some before going live.",
    mapped=True,
)
