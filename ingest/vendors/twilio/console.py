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
            "From the console's account page; proves each request, and is the password of the API",
            secret=True,
            needed=True,
        ),
        Entry(
            "account_sid", "Account SID", "AC…; needed to place calls and to ask for records and recordings"
        ),
        Entry(
            "status_url",
            "Our status address",
            "The whole …/status address of this connection: needed to hear of each agent's leg",
            secret=True,
        ),
        Entry(
            "caller_id", "Number shown", "The Twilio number leads see when we call, unless a call names one"
        ),
        Entry("ring", "Ring", "together, or first to ring only the first seat of an answer"),
        Entry("ring_seconds", "Ring for", "Seconds an agent rings (25)", kind="number"),
        Entry("record", "Record", "Record routed and placed calls", kind="flag"),
        Entry("busy_message", "Said when nobody is free", "A sentence that is read out"),
        Entry(
            "lead_first",
            "API calls ring the lead first",
            "How records of calls made through the API are read; on only if other software than this places them so",
            kind="flag",
        ),
        Entry("api_url", "API address", "Only to ask something else in place of api.twilio.com"),
    ),
    softphone=(
        "Twilio's calls in a browser need Twilio's own software (its Voice SDK), which is not part of "
        "Callboard: its signalling is not SIP."
    ),
    unproved="Built from documents and published signature vectors, not yet on a live account.",
    sample=(
        "status",
        "application/x-www-form-urlencoded",
        "CallSid={call}&CallStatus=ringing&Direction=inbound",
    ),
)
