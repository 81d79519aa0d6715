"""What is asked of a connection whose provider has a SIP server that browsers reach: see docs/softphone.md."""

from ingest.contract import Capability, Entry

SOFTPHONE = (
    Entry(
        "sip_wss_url",
        "SIP server for softphones",
        "Its WebSocket address, such as wss://sip.example:7443/ws. Leave empty where counselors use desk phones only.",
        lacks={"": frozenset({Capability.SOFTPHONE})},
    ),
    Entry("sip_domain", "SIP domain", "What stands behind the @ of the softphones' addresses."),
    Entry(
        "sip_secret",
        "SIP secret",
        "Shared with the SIP server; passwords that end after 5 minutes are made with it. Leave empty where each"
        " softphone has a password of its own.",
        secret=True,
    ),
    Entry(
        "sip_arm",
        "Which call a softphone answers",
        '"header": the one whose header X-Call-Ref is our reference. "next": where the provider passes on no header, the'
        " next that rings within 30 seconds of the click.",
    ),
)
"""A vendor with ``Capability.SOFTPHONE`` asks for these besides its own."""
