"""What an admin sets up in Smartflo's console and here."""

from ingest.contract import Address, Capability, Entry, SetUp

PROOF_HEADER = "x-hook-token"

SET_UP = SetUp(
    addresses=(
        Address("popup", 'Webhook, trigger "Dialed on Agent"'),
        Address(
            "status",
            'Webhooks, triggers "Call answered by Agent", "Call answered by Customer (Click to Call)",'
            ' "Call Connected to Agent (Dialer)", "Disposition Status Updated (Dialer)"',
        ),
        Address("call-log", 'Webhook, trigger "Call hangup (Missed or Answered)"'),
        Address("route", "API Dialplan: the address asked where a call goes", needed=False),
    ),
    entries=(
        Entry(
            "api_token",
            "API token",
            "From the console, for calls, lists and call records: sent as a bearer to the API",
            secret=True,
        ),
        Entry(
            "hook_token",
            "Hook token",
            f"A second proof, if wanted: in the webhook's header {PROOF_HEADER} or its field hook_token",
            secret=True,
        ),
        Entry(
            "brand",
            "Service",
            'Leave empty for Smartflo; "servetel" for Servetel (no lists, no call records: not documented there)',
            lacks={"servetel": frozenset({Capability.PUSH_LIST, Capability.PULL_LOG})},
        ),
        Entry("api_url", "API address", "In place of the service's public one, for others of the family"),
        Entry(
            "call_key",
            "Calls are told apart by",
            'Leave empty for call_id; "uuid" where the webhooks\' templates only know the uuid',
        ),
        Entry(
            "lead_fields",
            "Fields of a lead list",
            "What goes into field_2, field_3 … of a list, in order (field_0 is the number, field_1 the name)",
            kind="list",
        ),
        Entry(
            "recording_hosts",
            "Hosts of recordings",
            "Further hosts that recordings may be fetched from; none of them is sent a token",
            kind="list",
        ),
        Entry(
            "allow_ips",
            "Addresses Smartflo calls from",
            "Addresses or networks; empty lets in whoever knows the hook address",
            kind="list",
        ),
    ),
    softphone=("No SIP server for browsers is documented; the provider's own softphone is another program."),
    unproved="Built from documents and public captures, not yet on a live account.",
    sample=(
        "status",
        "application/json",
        '{"event": "received", "call_id": "{call}", "direction": "inbound", "start_stamp": "{now}"}',
    ),
)
