"""What a test event came to."""

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components.page import banner
from ingest.webhooks.trial import Tried
from models.rules import redaction
from models.rules.call import CallEvent


def result(tried: Tried, zone: ZoneInfo) -> Component:
    """The verdict in words, and the events it would have brought."""
    if tried.reason:
        head = banner(
            "missed",
            "exclamation-triangle-fill",
            html.Span([html.B("Kept, but not read. "), redaction.numbers(tried.reason)]),
        )
    elif tried.events:
        head = banner(
            "connected",
            "check-circle-fill",
            html.Span(
                [
                    html.B("Read. "),
                    "The door, the reader, the writer and the disk did their part. No call was made of it.",
                ]
            ),
        )
    else:
        head = banner(
            "unknown", "dash-circle", html.Span([html.B("Understood. "), "It says nothing of a call."])
        )
    rows = [
        html.Tr(
            [
                html.Td(f"{(each.at or each.received_at).astimezone(zone):%H:%M:%S}", className="num"),
                html.Td(each.kind, className="strong"),
                html.Td(_says(each), className="second"),
            ]
        )
        for each in tried.events
    ]
    return html.Div(
        [
            head,
            html.Table(html.Tbody(rows), className="pairs") if rows else None,
            html.P(
                [
                    (
                        f"Sent to “{tried.word}” from inside this server: it says nothing of the provider's side, of "
                        "the address or of a signature. "
                    ),
                    html.A("See what was kept", href=f"/providers?delivery={tried.delivery_id}"),
                ],
                className="hint small",
            ),
        ],
        className="stack",
    )


def _says(event: CallEvent) -> str:
    parts = (
        event.direction or "",
        event.outcome or "",
        f"“{event.words}”" if event.words else "",
        event.provider_call_id,
    )
    return redaction.numbers(", ".join(part for part in parts if part))
