"""Our addresses to paste at the vendor's, and the tokens in them."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.page import banner, button
from dashapp.components.status import chip
from ingest.contract import Vendor
from models.store.rotation import Token

HIDDEN = "•" * 12
REVOKE, ISSUE, OVERLAP = "connection-revoke", "connection-issue", "connection-overlap"
HOURS = ((24, "24 hours"), (72, "3 days"), (168, "a week"), (0, "no longer"))


def table(vendor: Vendor, base: str, token: str | None) -> Component:
    """Where each address goes. ``token`` only while it has just been issued: then it can be copied."""
    rows = []
    for each in vendor.set_up.addresses:
        address = f"{base}/webhooks/v1/{token or HIDDEN}/{each.word}"
        needed = None if each.needed else chip("outline", None, "if used")
        rows.append(
            html.Li(
                [
                    html.Div([html.Span(each.where), needed], className="address-where"),
                    html.Div(
                        [
                            html.Span(each.method, className="method small"),
                            html.Code(address, className="grow"),
                            copy(address, f"Copy the {each.word} address") if token else None,
                        ],
                        className="address-line",
                    ),
                ]
            )
        )
    return html.Ul(rows, className="addresses")


def once(vendor: Vendor, base: str, token: str) -> Component:
    """The addresses with a token just issued."""
    return html.Div(
        [
            banner(
                "connected",
                "key-fill",
                html.Span(
                    "A new address. Copy it now: it is shown this once, and whoever has it can report calls."
                ),
            ),
            table(vendor, base, token),
        ],
        className="stack",
    )


def hidden(vendor: Vendor, base: str) -> Component:
    """The addresses without the token, which nobody can show again."""
    return html.Div(
        [
            table(vendor, base, None),
            html.P(
                "The dots are the connection's password. It is kept as a digest only and cannot be shown again; "
                "issue a new address for one you can copy.",
                className="hint small",
            ),
        ],
        className="stack",
    )


def issuing() -> Component:
    """A new address, and for how long the old ones still work."""
    return html.Div(
        [
            html.Label("The old one works for", htmlFor=OVERLAP, className="second"),
            dbc.Select(
                id=OVERLAP,
                options=[{"label": text, "value": str(hours)} for hours, text in HOURS],
                value="24",
                size="sm",
                class_name="short-choice",
            ),
            button("Issue a new address", "key", ident=ISSUE),
        ],
        className="field-line",
    )


def tokens(found: Sequence[Token], now: datetime, zone: ZoneInfo) -> Component:
    """The addresses that work now, and when each ends."""
    if not found:
        return html.P(
            "No address works: the provider is answered 401. Issue a new one.", className="is-worse second"
        )
    return html.Ul([_token(each, now, zone) for each in found], className="plain-list tokens")


def _token(of: Token, now: datetime, zone: ZoneInfo) -> Component:
    issued = f"issued {words.moment(of.created_at, now, zone)}"
    if of.ends_at is None:
        said = chip("connected", "check-circle-fill", "In use")
    else:
        said = chip(
            "pending", "hourglass-split", f"Ends in {left(of.ends_at, now)}", words.full(of.ends_at, zone)
        )
    return html.Li(
        [
            said,
            html.Span(issued, className="second grow", title=words.full(of.created_at, zone)),
            html.Button(
                "Revoke now",
                type="button",
                className="btn btn-plain btn-sm",
                id={"type": REVOKE, "token": of.id},
                **{"data-confirm": "Whoever calls this address is answered 401 from then on. Revoke it?"},
            ),
        ]
    )


def left(until: datetime, now: datetime) -> str:
    """``23 h``, ``40 min``, ``6 days``: until then, rounded to what is still certain."""
    minutes = max(0, int((until - now).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def copy(text: str, label: str) -> Component:
    """A button that copies; assets/js/copy.js."""
    return html.Button(
        [icon("copy"), html.Span("Copy")],
        type="button",
        className="btn btn-secondary btn-sm",
        **{"data-copy": text, "aria-label": label},
    )
