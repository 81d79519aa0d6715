"""What an admin sets up in Ozonetel's console and here."""

from ingest.contract import Address, Entry, SetUp

SET_UP = SetUp(
    addresses=(
        Address("call-log", "Campaign (or account) settings: Callback Url"),
        Address("status", "Subscribe API (subscription.ozonetel.com): callEventsURL"),
        Address("route", "KooKoo number or IVR: application URL", "GET", needed=False),
    ),
    entries=(
        Entry(
            "api_key",
            "API key",
            "Admin login, API details. Places calls, pushes lists and asks for call records.",
            secret=True,
        ),
        Entry("username", "Account name", "The account's user name, as the API wants it"),
        Entry(
            "campaign",
            "Campaign for calls",
            "Calls placed from here run in this campaign (manual dialling on)",
        ),
        Entry(
            "check_api_key",
            "Check the key in call summaries",
            "A call summary must carry the API key above (or the one it replaces)",
            kind="flag",
        ),
        Entry(
            "allow_ips",
            "Addresses Ozonetel calls from",
            "Addresses or networks; empty lets in whoever knows the hook address",
            kind="list",
        ),
        Entry("skill", "Skill for routed calls", "Gets callers for whom no counselor's telephone is found"),
        Entry("ring_seconds", "Ring for", "Seconds a routed call rings (30)", kind="number"),
        Entry("record", "Record", "Record routed calls", kind="flag"),
        Entry(
            "api_url",
            "API address",
            "Empty: https://in1-ccaas-api.ozonetel.com. Abroad https://api.ccaas.ozonetel.com, or a partner's.",
        ),
        Entry(
            "recording_hosts",
            "Hosts of recordings",
            "Besides recordings.kookoo.in and Ozonetel's own bucket",
            kind="list",
        ),
    ),
    softphone=(
        "Ozonetel's calls in a browser need its own toolbar (CXi Switch), which is not part of Callboard."
    ),
    unproved="Built from documents and public code, not yet on a live account.",
    sample=(
        "status",
        "application/json",
        (
            '{"eventType": "Call", "eventTime": "{now}", "data": {"action": "Calling", "call_type": "InBound",'
            ' "ucid": "{call}", "monitor_ucid": "{call}", "event_time": "{now}"}}'
        ),
    ),
)
