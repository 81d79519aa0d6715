"""Connections at a glance: is each one heard, understood and complete?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon
from dashapp.components.page import button, empty, link_button
from dashapp.components.providers import health
from dashapp.components.status import chip
from ingest import abilities
from ingest.contract import Capability, Vendor
from models.store.providers import Health

CARD, CARDS = "provider-card", "provider-cards"
CAN: dict[Capability, tuple[str, str]] = {
    Capability.POPUP: ("window-stack", "Pop-up"),
    Capability.LOG: ("journal-text", "Call log"),
    Capability.ROUTE: ("signpost-split", "Routing"),
    Capability.DIAL: ("telephone-outbound", "Dialling"),
    Capability.PUSH_LIST: ("megaphone", "Campaign lists"),
    Capability.PULL_LOG: ("cloud-download", "Asking for logs"),
    Capability.RECORDING: ("record-circle", "Recordings"),
    Capability.SIGNED: ("shield-check", "Signed"),
    Capability.SOFTPHONE: ("headset", "Softphone"),
}


def cards(found: Sequence[Health], vendors: dict[str, Vendor], now: datetime, zone: ZoneInfo) -> Component:
    """One card a connection, the silent ones first; without any, how to add the first."""
    if not found:
        return empty(
            "plug",
            "No provider is connected yet",
            "Add the first connection: choose the vendor, and paste the addresses you get into its console.",
        )
    return html.Div(
        [
            _card(each, vendors.get(each.vendor), now, zone)
            for each in sorted(found, key=lambda each: not each.alarm)
        ],
        className=CARDS,
    )


def _card(of: Health, vendor: Vendor | None, now: datetime, zone: ZoneInfo) -> Component:
    look = health.state(of, now)
    can = abilities.of(vendor, of.settings) if vendor else frozenset()
    able = [CAN[each] for each in CAN if each in can]
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(html.A(of.label, href=f"/providers/{of.id}"), className="clip"),
                            html.Div(vendor.label if vendor else of.vendor, className="small hint"),
                        ],
                        className="grow",
                    ),
                    chip(look.tone, look.icon, look.word),
                ],
                className="provider-head",
            ),
            html.Div(
                [
                    health.bars(of),
                    html.Div([html.Span("24 h ago"), html.Span("now")], className="hour-ends small hint"),
                ]
            ),
            html.P(
                health.says(of, now), className=f"small provider-says{' is-worse' if of.alarm else ' second'}"
            ),
            health.facts(of, zone),
            html.Div(
                [html.Span(text, className=f"can small bi bi-{name}") for name, text in able],
                className="provider-can",
                title="What this connection can do",
            ),
            html.Div(
                [
                    link_button("Open", f"/providers/{of.id}", "sliders"),
                    button("Deliveries", "list-ul", look="plain", **{"data-provider-deliveries": str(of.id)}),
                ],
                className="provider-do",
            ),
        ],
        id={"type": CARD, "connection": of.id},
        className=f"card provider{' is-alarm' if of.alarm else ''}",
    )


def each(drawn: Any) -> dict[str, Any]:
    """The single cards of what ``cards`` drew, by a name that stays with the connection."""
    found = drawn.children if drawn.className == CARDS else []
    return {f"card-{one.id['connection']}": one for one in found}


def turned_away(counts: dict[str, int]) -> Component | None:
    """What the doors refused since this process started: their bodies are not kept, so this is all there is."""
    if not counts:
        return None
    told = ", ".join(f"{who} {times:,}" for who, times in sorted(counts.items(), key=lambda pair: -pair[1]))
    return html.P(
        [
            icon("shield-x"),
            (
                f" Turned away since this server started: {told}. A wrong or old token, or a signature that "
                "does not fit: compare the address in the provider's console with the connection's page."
            ),
        ],
        className="hint providers-refused",
    )
