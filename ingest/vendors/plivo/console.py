"""What an admin sets up in Plivo's console and here."""

from ingest.contract import Address, Entry, SetUp

SET_UP = SetUp(
    addresses=(
        Address("voice", "Voice application: Answer URL, method POST"),
        Address("status", "Voice application: Hangup URL, method POST"),
    ),
    entries=(
        Entry(
            "auth_token",
            "Auth token",
            "From the console's overview; proves each request, and is the password of the API",
            secret=True,
            needed=True,
        ),
        Entry("auth_id", "Auth ID", "The account, MA…; needed to place calls and to ask for records"),
        Entry(
            "status_url",
            "Our status address",
            "The whole …/status address of this connection: needed to hear of each agent's leg and to place calls",
            secret=True,
        ),
        Entry(
            "caller_id", "Number shown", "The Plivo number leads see when we call, unless a call names one"
        ),
        Entry("ring", "Ring", "together, or first to ring only the first seat of an answer"),
        Entry("ring_seconds", "Ring for", "Seconds an agent rings (25)", kind="number"),
        Entry("record", "Record", "Record the calls we route and place", kind="flag"),
        Entry("busy_message", "Said when nobody is free", "A sentence that is read out"),
        Entry(
            "lead_first",
            "API calls ring the lead first",
            "How records of calls made through the API are read; on only if other software than this places them so",
            kind="flag",
        ),
        Entry(
            "allow_v2",
            "Accept the older signature",
            "V2 vouches for the address and for nothing that is told; leave it off",
            kind="flag",
        ),
        Entry("api_url", "API address", "Only to ask something else in place of api.plivo.com"),
    ),
    softphone=(
        "Plivo's calls in a browser need Plivo's own software (its Browser SDK), which is not part of "
        "Callboard."
    ),
    unproved=(
        "Built from documents and captures. Signature V2 is proved by a published vector; V3, which is required, has none"
        " and was built from Plivo's own library. Not yet on a live account."
    ),
    sample=(
        "status",
        "application/x-www-form-urlencoded",
        "CallUUID={call}&CallStatus=ringing&Direction=inbound&Event=StartApp",
    ),
)
