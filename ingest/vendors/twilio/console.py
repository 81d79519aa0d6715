"""What an admin sets up in Twilio's console and here."""

from ingest.contract import Address, Entry, SetUp

SET_UP = SetUp(
    addresses=(
        Address("voice", "Phone number, Voice configuration: a call comes in (webhook)"),
        Address("status", "Phone number and every call: status callback"),
    ),
    entries=(
        Entry(
            "auth_token",
            "Auth token",
            "From the console's account page; proves each request",
            secret=True,
            needed=True,
        ),
    ),
    unproved="Built from documents and published signature vectors, not yet on a live account.",
)
