"""Connections at a glance: is each one heard, understood and complete? And what nobody has mapped yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.page import button, empty, info
from dashapp.components.status import Tone, chip, word
from ingest.contract import Capability, Vendor
from models.store.providers import Health, UnknownWord, UnmappedSeat

QUIET_AFTER = timedelta(hours=1)

CAN: dict[Capability, tuple[str, str]] = {
    Capability.POPUP: ("window-stack", "Pop-up"),
    Capability.LOG: ("journal-text", "Call log"),
    Capability.ROUTE: ("signpost-split", "Routing"),
    Capability.DIAL: ("telephone-outbound", "Dialling"),
    Capability.PUSH_LIST: ("megaphone", "Campaign lists"),
    Capability.PULL_LOG: ("cloud-download", "Asking for logs"),
    Capability.RECORDING: ("record-circle", "Recordings"),
    Capability.SIGNED: ("shield-check", "Signed"),
}


class State(NamedTuple):
    """How a connection is doing, in the worst word that fits."""

    tone: Tone
    icon: str
    word: str


def state(of: Health, now: datetime) -> State:
    """The first of these that is true: off, for review, logs missing, never heard, quiet, healthy."""
    if not of.active:
        return State("unknown", "slash-circle", "Switched off")
    if of.waiting:
        return State("missed", "exclamation-triangle-fill", f"{of.waiting:,} for review")
    if of.silent:
        return State("pending", "hourglass-split", words.plural(of.silent, "log") + " missing")
    if of.last_at is None:
        return State("unknown", "question-circle", "Never heard")
    if now - of.last_at > QUIET_AFTER:
        return State("unknown", "moon", "Quiet")
    return State("connected", "check-circle-fill", "Healthy")


def cards(found: Sequence[Health], vendors: dict[str, Vendor], now: datetime, zone: ZoneInfo) -> Component:
    """One card a connection; without any, how to add the first."""
    if not found:
        return empty(
            "plug",
            "No provider is connected yet",
            "Add one on the server with: python -m dashapp connection add main --vendor open --label “Main exchange”.",
        )
    return html.Div(
        [_card(each, vendors.get(each.vendor), now, zone) for each in found], className="provider-cards"
    )


def _card(of: Health, vendor: Vendor | None, now: datetime, zone: ZoneInfo) -> Component:
    look = state(of, now)
    able = [CAN[each] for each in CAN if vendor and each in vendor.capabilities]
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(of.label, className="clip"),
                            html.Div(vendor.label if vendor else of.vendor, className="small hint"),
                        ],
                        className="grow",
                    ),
                    chip(look.tone, look.icon, look.word),
                ],
                className="provider-head",
            ),
            html.Dl(_facts(of, zone), className="provider-facts"),
            html.Div(
                [html.Span([icon(name), text], className="can small") for name, text in able],
                className="provider-can",
                title="What this connection can do",
            ),
            html.Div(
                [
                    button("Set up", "sliders", **{"data-provider-setup": str(of.id)}),
                    button("Deliveries", "list-ul", look="plain", **{"data-provider-deliveries": str(of.id)}),
                ],
                className="provider-do",
            ),
        ],
        className="card provider",
    )


def _facts(of: Health, zone: ZoneInfo) -> list[Component]:
    heard = of.heard_today
    review = of.today.get("for review", 0)
    last: Component | str = "never"
    if of.last_at is not None:
        last = html.Span(
            "", className="num", title=words.full(of.last_at, zone), **{"data-since": of.last_at.isoformat()}
        )
    share = f"{review / heard * 100:.1f} %" if heard else words.NO_DATA
    silent: Component | str = f"{of.silent:,}"
    if of.silent:
        silent = word("pending", "hourglass-split", f"{of.silent:,}")
    return [
        *_fact("Last event", last, "When the provider last called one of our addresses."),
        *_fact("Today", f"{heard:,}", "Deliveries received since local midnight, redeliveries included."),
        *_fact("For review", share, "Share of today's deliveries that could not be read. They are kept."),
        *_fact("Live calls", f"{of.live:,}", "Calls of the last 24 hours not known to have ended."),
        *_fact(
            "No log", silent, "Calls that rang more than 15 minutes ago and of which no end was ever told."
        ),
        *_fact("Seats", f"{of.seats:,}", "Counselors' addresses at this provider."),
    ]


def _fact(name: str, value: Component | str, meaning: str) -> list[Component]:
    return [html.Div([html.Dt([name, " ", info(meaning)]), html.Dd(value)])]


def unmapped(found: Sequence[UnmappedSeat], now: datetime) -> Component:
    """Seats that rang and are nobody's."""
    if not found:
        return html.P("Every seat that rang in the last 30 days belongs to somebody.", className="second")
    return _table(
        ("Seat", "Connection", "Rings", "Last"),
        [
            [
                html.Td(each.mask, className="num"),
                html.Td(each.connection, className="second"),
                *_times(each.rings, each.last_at, now),
            ]
            for each in found
        ],
    )


def unknown(found: Sequence[UnknownWord], now: datetime) -> Component:
    """Words of providers that no table maps."""
    if not found:
        return html.P("Every word the providers used is understood.", className="second")
    return _table(
        ("Word", "Field", "Connection", "Seen", "Last"),
        [
            [
                html.Td(f"“{each.word}”"),
                html.Td(each.field, className="second"),
                html.Td(each.connection, className="second"),
                *_times(each.seen, each.last_at, now),
            ]
            for each in found
        ],
    )


def _times(count: int, last: datetime, now: datetime) -> list[Component]:
    return [
        html.Td(f"{count:,}", className="end"),
        html.Td(words.age(last, now), className="end", **{"data-since": last.isoformat()}),
    ]


def _table(heads: Sequence[str], rows: Sequence[list[Component]]) -> Component:
    right = {"Rings", "Seen", "Last"}
    head = html.Tr([html.Th(each, className="end" if each in right else "") for each in heads])
    return html.Table([html.Thead(head), html.Tbody([html.Tr(row) for row in rows])], className="table-plain")


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
                "does not fit: compare the address in the provider's console with the set-up page."
            ),
        ],
        className="hint providers-refused",
    )
