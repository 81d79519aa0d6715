"""What an admin sets up in Exotel's console and here."""

from ingest.contract import Address, Entry, SetUp

SET_UP = SetUp(
    addresses=(
        Address("route", 'Flow, Connect applet, "Dial whom": dynamic URL', "GET", needed=False),
        Address("popup", 'Flow, Connect applet, "Create popup"', "GET"),
        Address("passthru", "Flow, Passthru applet: at the start, and on both ways out of Connect", "GET"),
        Address(
            "status", "API call or account: StatusCallback with StatusCallbackEvents answered and terminal"
        ),
    ),
    entries=(
        Entry(
            "account_sid",
            "Account SID",
            "From API settings; needed to place calls, push lists and ask for records",
        ),
        Entry("api_key", "API key", "From API settings", secret=True),
        Entry("api_token", "API token", "From API settings", secret=True),
        Entry("caller_id", "ExoPhone", "The number leads see when we call, unless a call names one"),
        Entry(
            "status_url",
            "Our status address",
            "The whole …/status address of this connection: campaigns report their calls to it",
            secret=True,
        ),
        Entry(
            "api_url",
            "API address",
            "Empty for Singapore (https://api.exotel.com); https://api.in.exotel.com for Mumbai",
        ),
        Entry(
            "allow_ips",
            "Addresses Exotel calls from",
            "Addresses or networks; empty lets in whoever knows the hook address",
            kind="list",
        ),
        Entry("ring_seconds", "Ring for", "Seconds an agent rings in a routed call (30)", kind="number"),
        Entry("record", "Record", "Record routed and placed calls", kind="flag"),
    ),
    softphone=(
        "Exotel's softphone accounts work through Exotel's own software, and the interface that places "
        "calls rings telephones only. Nobody has tried a plain SIP registration there, so none is "
        "offered."
    ),
    unproved="Built from documents and public code, not yet on a live account.",
    sample=(
        "status",
        "application/json",
        (
            '{"CallSid": "{call}", "EventType": "terminal", "Status": "canceled", "Direction": "inbound",'
            ' "DateUpdated": "{now}"}'
        ),
    ),
)
