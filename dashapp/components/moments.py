"""A lead's timeline in words: one entry a call, a clearing or a look at the profile, under its day."""

from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import status, words
from dashapp.components.icon import icon
from dashapp.components.moments_work import Said, said
from dashapp.components.page import empty
from models.rules.call import Direction, MissReason, Outcome
from models.store.timeline import CallMoment, ClearedMoment, Moment, OpenedMoment, Ring

HOW = {
    "popup": "from the pop-up",
    "queue": "from the queue",
    "board": "from the board",
    "bell": "from the bell",
    "search": "from search",
    "leads": "from the list of leads",
    "seen": "by marking it as seen",
}
NAMED = 3
UNSAID = (MissReason.UNKNOWN, MissReason.CALLER_LEFT)
"""Reasons that say nothing about the counselor; the call's own line tells that the caller left."""


def moments(found: list[Moment], now: datetime, zone: ZoneInfo) -> list[Component]:
    """The whole list, newest first, grouped by the day in ``zone``; without the reader's own look at it just now."""
    if found and isinstance(found[0], OpenedMoment) and found[0].by_me:
        found = found[1:]
    if not found:
        return [
            empty(
                "clock-history",
                "Nothing has happened yet",
                "Calls with this lead, and who looked after them, appear here by themselves.",
            )
        ]
    today = now.astimezone(zone).date()
    days = groupby(found, key=lambda moment: moment.at.astimezone(zone).date())
    return [
        html.Section(
            [
                html.H2(words.day(of, today), className="day-head"),
                html.Ol([_line(moment, zone) for moment in group], className="timeline"),
            ],
            className="day",
        )
        for of, group in days
    ]


def _line(moment: Moment, zone: ZoneInfo) -> Component:
    told = _said(moment, zone)
    at = words.clock(moment.at, zone)
    return html.Li(
        [
            told.mark,
            html.Div([html.B(told.title), f" {told.tail}"], className="moment-text"),
            html.Time(at, dateTime=moment.at.isoformat(), title=words.full(moment.at, zone)),
            told.more,
            _play(moment, at),
        ],
        className="moment",
        **{"data-sort": told.sort},
    )


def _play(moment: Moment, at: str) -> Component | None:
    """What plays the call's recording, for whoever may hear it."""
    if not isinstance(moment, CallMoment) or not moment.recorded:
        return None
    said = f"Call of {at}" + (f", {moment.by}" if moment.by else "")
    return html.Button(
        [icon("play-circle"), html.Span("Play recording")],
        type="button",
        className="btn btn-plain moment-play",
        **{"data-recording": str(moment.call_id), "data-said": said},
    )


def _said(moment: Moment, zone: ZoneInfo) -> Said:
    match moment:
        case CallMoment():
            return _call(moment)
        case ClearedMoment():
            return _cleared(moment)
        case OpenedMoment():
            return _opened(moment)
        case _:
            return said(moment, zone)


def _call(call: CallMoment) -> Said:
    if not call.over:
        talking = any(ring.answered for ring in call.rings)
        title = "Talking now" if talking else "Ringing now"
        mark = status.mark("connected" if talking else "ringing", _icon(call.direction), small=True)
        return Said(mark, title, _dots(_direction(call), call.connection), "call")
    if call.outcome is Outcome.CONNECTED:
        return _connected(call)
    look = status.OUTCOME[call.outcome or Outcome.UNKNOWN]
    inbound = call.direction is not Direction.OUTBOUND and call.direction is not Direction.CAMPAIGN
    title = "Missed inbound" if inbound else look.word
    tone = "missed" if call.entry_state == "open" or inbound else look.tone
    why = {Outcome.CANCELLED: "caller hung up", Outcome.VOICEMAIL: "voicemail"}.get(
        call.outcome or Outcome.UNKNOWN, ""
    )
    tail = _dots(
        _rang(call) if inbound else _direction(call),
        why if inbound else _seconds(call),
        _disposed(call),
        _open(call),
    )
    return Said(status.mark(tone, _icon(call.direction), small=True), title, tail, "call", _reasons(call))


def _connected(call: CallMoment) -> Said:
    who = "you" if call.by_me else call.by or "a counselor who is not mapped yet"
    if call.entry == "pending" and call.entry_state == "open":
        mark = status.mark("pending", "hourglass-split", small=True)
        tail = f"talked {words.duration(call.talk_seconds)} with {who}, profile not opened yet"
        return Said(mark, "Pending", tail, "call", _reasons(call))
    did = "called" if call.direction is Direction.OUTBOUND else "answered"
    late = "profile opened later" if call.entry == "pending" else ""
    tail = _dots(
        f"{who} {did}",
        _campaign(call) if call.direction is Direction.CAMPAIGN else "",
        _disposed(call),
        late,
    )
    mark = status.mark("connected", _icon(call.direction), small=True)
    return Said(mark, f"Connected {words.duration(call.talk_seconds)}", tail, "call", _reasons(call))


def _disposed(call: CallMoment) -> str:
    """What the counselor made of it; who did is told where it was another than who talked."""
    if not call.disposition:
        return ""
    other = call.disposed_by if call.disposed_by and call.disposed_by != call.by else None
    return f"{call.disposition}, said {other}" if other else call.disposition


def _cleared(moment: ClearedMoment) -> Said:
    missed, pending = moment.kinds.count("missed"), moment.kinds.count("pending")
    title = what_cleared(missed, pending)
    if moment.by_me:
        tail = f"{_for_you(moment)}, {HOW.get(moment.how) or 'by opening this page'}"
    else:
        tail = f"by {moment.by}, {HOW.get(moment.how) or 'by opening the profile'}"
    return Said(status.mark("plain", "check2-all", small=True), title, tail, "entry")


def what_cleared(missed: int, pending: int) -> str:
    """``Missed call cleared``, ``2 missed calls and 1 pending cleared``."""
    if missed + pending == 1:
        return "Missed call cleared" if missed else "Pending call cleared"
    parts = [words.plural(missed, "missed call")] if missed else []
    parts += [words.plural(pending, "pending call")] if pending else []
    return f"{' and '.join(parts)} cleared"


def _for_you(moment: ClearedMoment) -> str:
    others = words.plural(moment.colleagues, "colleague")
    if not moment.colleagues:
        return "for you"
    return f"for you and {others}" if moment.for_me else f"for {others}"


def _opened(moment: OpenedMoment) -> Said:
    who = "you" if moment.by_me else moment.by
    tail = f"by {who} {HOW.get(moment.how, '')}".rstrip()
    return Said(status.mark("plain", "eye", small=True), "Profile opened", tail, "entry")


def _icon(direction: Direction | None) -> str:
    return status.DIRECTION[direction][0] if direction else "telephone"


def _direction(call: CallMoment) -> str:
    if call.direction is Direction.CAMPAIGN:
        return _campaign(call)
    if call.direction is Direction.OUTBOUND:
        return "you called" if call.by_me else f"{call.by} called" if call.by else "outbound"
    return "inbound"


def _campaign(call: CallMoment) -> str:
    return f"campaign “{call.campaign}”" if call.campaign else "campaign"


def _seconds(call: CallMoment) -> str:
    return f"rang {words.duration(call.ring_seconds)}" if call.ring_seconds else ""


def _rang(call: CallMoment) -> str:
    if not call.rings:
        return "nobody was rung"
    if len(call.rings) > NAMED:
        return f"rang {len(call.rings)} counselors"
    return "rang " + ", ".join(_ring(ring) for ring in call.rings)


def _ring(ring: Ring) -> str:
    who = "you" if ring.me else ring.name
    return f"{who} {words.duration(ring.seconds)}" if ring.seconds else who


def _open(call: CallMoment) -> str:
    return "still open" if call.entry_state == "open" else ""


def _reasons(call: CallMoment) -> Component | None:
    """Who was rung and did not pick up, by why not."""
    silent: dict[MissReason, list[str]] = {}
    for ring in call.rings:
        if not ring.answered and ring.reason and ring.reason not in UNSAID:
            silent.setdefault(ring.reason, []).append("you" if ring.me else ring.name)
    if not silent:
        return None
    return html.Ul(
        [_reason(status.NOT_PICKED_UP[reason], names) for reason, names in silent.items()],
        className="moment-more rungs",
    )


def _reason(look: status.Look, names: list[str]) -> Component:
    said = look.word[0].upper() + look.word[1:]
    return html.Li([icon(look.icon), f" {said}: {', '.join(dict.fromkeys(names))}"])


def _dots(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
