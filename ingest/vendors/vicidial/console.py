"""What an admin sets up in Vicidial's administration and here."""

from ingest.contract import Address, Entry, SetUp

SET_UP = SetUp(
    addresses=(
        Address("popup", "Campaign and in-group: Start Call URL (see the page for its variables)", "GET"),
        Address(
            "call-log", "Campaign and in-group: Dispo Call URL, and No Agent Call URL (see the page)", "GET"
        ),
        Address("status", "In-group: Add Lead URL (see the page)", "GET", needed=False),
    ),
    entries=(
        Entry(
            "api_url",
            "Address of the dialer's web server",
            "As in https://dialer.example.edu; both APIs are below it",
        ),
        Entry("api_user", "API user", "A user that may use the API, of level 8, allowed to modify leads"),
        Entry("api_pass", "API password", "That user's; sent in the body, never in an address", secret=True),
        Entry(
            "statuses",
            "Your own statuses",
            "What your own codes mean, as in HUNGUP=no_answer, CONV=connected, VM=voicemail",
            kind="list",
        ),
        Entry(
            "dnc_check",
            "Do-not-call check of pushed leads",
            "Y (if empty): a number on the dialer's list is refused; N, or AREACODE",
        ),
        Entry(
            "recording_hosts",
            "Hosts of recordings",
            "Where recordings live, if it is not the dialer's web server",
            kind="list",
        ),
        Entry(
            "hook_token",
            "Hook token",
            "A second proof, if wanted: &hook_token=... in every address",
            secret=True,
        ),
        Entry(
            "allow_ips",
            "Addresses the dialer and the agents call from",
            "Addresses or networks; empty lets in whoever knows the hook address",
            kind="list",
        ),
    ),
    softphone=(
        "Vicidial rings an agent's telephone when the agent signs in to its own screen, and speaks "
        "through that call all day. Its web phone belongs to that screen; Callboard's softphone does not "
        "take its place."
    ),
    unproved="Built from Vicidial's own documents (an older build), not yet on a live system.",
    sample=(
        "status",
        "application/x-www-form-urlencoded",
        "event=addlead&call_id={call}&SQLdate={now}",
    ),
)
