"""The inspector of one delivery."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.page import button, empty
from dashapp.components.routing_decision import routing_decision
from dashapp.components.status import DIRECTION, OUTCOME, Look, Tone, chip
from models.rules.call import Direction, Outcome
from models.store.decisions import Decision
from models.store.inspector import Inspected, Request, Result

VERDICT: dict[str, tuple[Tone, str, str]] = {
    "recorded": ("connected", "check-circle-fill", "Recorded"),
    "nothing new": ("outline", "arrow-repeat", "Nothing new"),
    "no event": ("unknown", "dash-circle", "No event"),
    "for review": ("missed", "exclamation-triangle-fill", "For review"),
    "refused": ("missed", "shield-x", "Refused"),
    "test event": ("accent", "send-check", "Test event"),
}
SAID = {
    "recorded": "Read, and all of it is on file.",
    "nothing new": "A redelivery: every event of it was on file already.",
    "no event": "Understood; it says nothing of a call.",
    "for review": "Kept, but we could not read it. It can be replayed once the reader is fixed.",
    "test event": "Sent by an administrator from here. It is read like any other, and no call is made of it.",
}
REPLAYABLE = frozenset({"for review", "no event"})


def inspector(found: Inspected, decided: Decision | None, zone: ZoneInfo) -> list[Component]:
    """What came, what we read in it, and what became of it; ``decided`` is the answer to a routing question."""
    listed = found.listed
    tone, name, text = VERDICT.get(listed.verdict, ("unknown", "question-circle", listed.verdict))
    replay = None
    if listed.verdict in REPLAYABLE:
        replay = button("Replay", "arrow-counterclockwise", look="primary", ident="providers-replay")
    replayed = f", replayed {words.full(listed.replayed_at, zone)}" if listed.replayed_at else ""
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Div(
                            f"Providers / {listed.connection} / Delivery {listed.id}", className="small hint"
                        ),
                        html.H2(
                            [f"{listed.door} ", chip(tone, name, text)],
                            className="title delivery-title",
                            id="providers-drawer-title",
                        ),
                        html.P(f"{words.full(listed.received_at, zone)}{replayed}", className="second"),
                    ],
                    className="grow",
                ),
                replay,
            ],
            className="drawer-head",
        ),
        html.Div(
            [
                html.P([SAID.get(listed.verdict, ""), " ", html.B(listed.reason) if listed.reason else None]),
                *routing_decision(decided),
                *([] if decided and found.result is None else _result(found.result, zone)),
                *_request(found.request),
            ],
            className="drawer-body delivery",
        ),
        html.Div(
            [html.Span("Numbers show their last digits only, secrets not at all."), html.Span("Esc closes")],
            className="drawer-foot small second",
        ),
    ]


def gone() -> list[Component]:
    return [
        empty("inbox", "This delivery is not kept any more", "Old deliveries are deleted; their events stay.")
    ]


def _result(result: Result | None, zone: ZoneInfo) -> list[Component]:
    if result is None:
        return [html.H3("Call"), html.P("No call stands behind it.", className="second")]
    look = OUTCOME[Outcome(result.outcome)] if result.outcome else Look("ringing", "telephone", "Under way")
    direction = DIRECTION[Direction(result.direction)][1] if result.direction else "Direction not told"
    lead = (
        html.A(result.lead, href=f"/lead/{result.lead_id}?via=link", className="strong")
        if result.lead_id
        else "no lead"
    )
    talked = f", talked {words.duration(result.talk_seconds)}" if result.talk_seconds else ""
    who = f" with {result.counselor}" if result.counselor and result.talk_seconds else ""
    rang = f"Rang {words.join(result.rang)}." if result.rang else "Nobody was rung."
    events = [
        html.Tr(
            [
                html.Td(
                    f"{each.at.astimezone(zone):%H:%M:%S}", className="num", title=words.full(each.at, zone)
                ),
                html.Td(each.kind, className="strong" if each.ours else ""),
                html.Td(each.who, className="second num"),
                html.Td(each.says, className="second"),
                html.Td(
                    icon("arrow-left-short") if each.ours else "",
                    title="from this delivery" if each.ours else "",
                ),
            ],
            className="is-ours" if each.ours else "",
        )
        for each in result.events
    ]
    heads = [html.Th(each) for each in ("At", "Event", "Who", "Says", "")]
    return [
        html.H3("The call it speaks of"),
        html.P(
            [
                chip(look.tone, look.icon, look.word),
                " ",
                f"{direction} with ",
                lead,
                f", {words.full(result.started_at, zone)}{talked}{who}. {rang}",
            ],
            className="delivery-call",
        ),
        html.Table([html.Thead(html.Tr(heads)), html.Tbody(events)], className="table-plain delivery-events"),
    ]


def _request(sent: Request) -> list[Component]:
    parts: list[Component] = [
        html.H3("The request"),
        html.P([html.B(sent.method), " ", html.Code(sent.url)], className="delivery-line"),
        html.P(
            f"{sent.content_type or 'no content type'}, from {sent.remote or 'an unknown address'}",
            className="second small",
        ),
    ]
    if sent.fields:
        parts += [html.H4("Fields"), _pairs(sent.fields)]
    if sent.body:
        parts += [html.H4("Body"), html.Pre(sent.body)]
    parts.append(
        html.Details([html.Summary(words.plural(len(sent.headers), "header")), _pairs(sent.headers)])
    )
    return parts


def _pairs(pairs: Sequence[tuple[str, str]]) -> Component:
    rows = [html.Tr([html.Td(name, className="second"), html.Td(html.Code(value))]) for name, value in pairs]
    return html.Table(html.Tbody(rows), className="pairs")


def verdict_words(before: str, now: str) -> str:
    """What a replay came to."""
    return f"Replayed, and still {now}." if before == now else f"Replayed: it was {before}, now it is {now}."
