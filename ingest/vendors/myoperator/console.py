"""What an admin sets up in MyOperator's panel and here."""

from ingest.contract import Address, Entry, SetUp

SET_UP = SetUp(
    addresses=(
        Address(
            "call-log",
            "APIs & Webhooks, Webhooks (v2): all call events (initiated, dial begin, answered, end, summary,"
            " disposition)",
        ),
        Address(
            "route", "Call flow, API (input) node: target URL; add ?did=<the number dialled>", needed=False
        ),
    ),
    entries=(
        Entry(
            "proof",
            "Proof of origin",
            "token, hmac or basic, as the webhook is set up there. Empty: any of them, when a secret is set.",
        ),
        Entry(
            "webhook_secret",
            "Webhook secret",
            "The API key, signing secret or password of the webhook",
            secret=True,
        ),
        Entry("token_name", "Name of the API key", "Header or query parameter that carries it (x-api-key)"),
        Entry("basic_user", "User of basic authentication", "Where the proof is basic"),
        Entry("allow_ips", "Addresses MyOperator calls from", "Addresses or networks", kind="list"),
        Entry("company_id", "Company ID", "Calling APIs page; for placing calls"),
        Entry("public_ivr_id", "Public IVR ID", "Of the peer-to-peer campaign that calls run in"),
        Entry("x_api_key", "x-api-key", "Calling APIs page; for placing calls", secret=True),
        Entry("secret_token", "Secret token", "Calling APIs page; for placing calls", secret=True),
        Entry("logs_token", "API token", "Calling APIs page; for call logs and recordings", secret=True),
        Entry(
            "users", "User ids", "Seat and user id of each agent: +919800000001=6836cad947bcc605", kind="list"
        ),
        Entry("extensions", "Extensions", "Extension and seat of each agent: 15=+919800000001", kind="list"),
        Entry("greeting", "Greeting", "Said to a routed caller before dialling"),
        Entry("busy_message", "Busy message", "Said to a routed caller when nobody is there"),
        Entry("api_url", "API address", "Empty: MyOperator's own. One address for all its APIs."),
        Entry(
            "recording_hosts",
            "Hosts of recordings",
            "Where links to recordings lead, besides *.myoperator.co and *.myoperator.com",
            kind="list",
        ),
    ),
    softphone=("No SIP server for browsers is documented; the provider's own app is another program."),
    unproved="Built from documents and public code, not yet on a live account.",
    sample=(
        "call-log",
        "application/json",
        (
            '{"event_type": "call.initiated", "channel": "call", "session_id": "{call}", "direction": "incoming",'
            ' "payload": {"id": "{call}"}}'
        ),
    ),
)
