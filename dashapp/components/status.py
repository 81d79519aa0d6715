"""Status as icon + word, in one place for every screen.

``chip`` is the pill on a soft ground, ``word`` the same without a ground, ``mark`` the square that leads
a row. ``OUTCOME`` and ``DIRECTION`` give a call's look: (tone, icon, word) and (icon, word). Tones are
``connected missed pending ringing unknown``, and ``accent``, ``outline``, ``plain`` for chips without status.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon
from models.rules.call import Direction, MissReason, Outcome

Tone = Literal["connected", "missed", "pending", "ringing", "unknown", "accent", "outline", "plain", "quiet"]


class Look(NamedTuple):
    tone: Tone
    icon: str
    word: str


OUTCOME: dict[Outcome, Look] = {
    Outcome.CONNECTED: Look("connected", "telephone-fill", "Connected"),
    Outcome.NO_ANSWER: Look("missed", "telephone-x", "No answer"),
    Outcome.BUSY: Look("missed", "telephone-minus", "Busy"),
    Outcome.REJECTED: Look("missed", "x-circle-fill", "Rejected"),
    Outcome.CANCELLED: Look("missed", "telephone-x", "Caller hung up"),
    Outcome.AGENT_MISSED: Look("missed", "telephone-x", "Counselor did not pick up"),
    Outcome.AGENT_CANCELLED: Look("missed", "telephone-x", "Counselor hung up"),
    Outcome.ABANDONED: Look("missed", "telephone-x", "Nobody free"),
    Outcome.VOICEMAIL: Look("unknown", "voicemail", "Voicemail"),
    Outcome.FAILED: Look("missed", "exclamation-triangle-fill", "Failed"),
    Outcome.UNKNOWN: Look("unknown", "question-circle-fill", "Outcome unknown"),
}

DIRECTION: dict[Direction, tuple[str, str]] = {
    Direction.INBOUND: ("telephone-inbound", "Inbound"),
    Direction.OUTBOUND: ("telephone-outbound", "Outbound"),
    Direction.CAMPAIGN: ("megaphone", "Campaign"),
}

NOT_PICKED_UP: dict[MissReason, Look] = {
    MissReason.FREE: Look("missed", "x", "free, did not pick up"),
    MissReason.BUSY: Look("unknown", "telephone-fill", "on another call"),
    MissReason.AWAY: Look("unknown", "moon-fill", "away"),
    MissReason.REJECTED: Look("missed", "x", "declined"),
    MissReason.TAKEN: Look("unknown", "check", "taken by a colleague"),
    MissReason.CALLER_LEFT: Look("unknown", "telephone-x", "caller hung up first"),
    MissReason.UNKNOWN: Look("unknown", "question", "reason not told"),
}


def chip(tone: Tone, icon_name: str | None, text: str, title: str | None = None) -> Component:
    """``chip("missed", "exclamation-triangle-fill", "4 min late")``."""
    parts = [icon(icon_name), html.Span(text)] if icon_name else [html.Span(text)]
    return html.Span(parts, className=f"chip is-{tone}", title=title)


def word(tone: Tone, icon_name: str, text: str) -> Component:
    """Icon and word in the status colour, for tables and lines of text."""
    return html.Span([icon(icon_name), html.Span(text)], className=f"word is-{tone}")


def mark(tone: Tone, icon_name: str, *, small: bool = False, title: str | None = None) -> Component:
    """The square icon that leads a queue item (32 px) or a timeline entry (``small``, 24 px)."""
    return html.Span(icon(icon_name), className=f"mark is-{tone}{' is-small' if small else ''}", title=title)


def dot(tone: Tone) -> Component:
    return html.Span(className=f"dot is-{tone}", **{"aria-hidden": "true"})


def count(n: int, tone: Tone = "unknown", **attrs: str) -> Component:
    """A number in a pill; grey by itself while it is zero."""
    return html.Span(f"{n:,}", className=f"count is-{tone}", **{"data-count": str(n), **attrs})


def direction(of: Direction | None) -> Component:
    """Icon and word, never coloured; a call whose direction nobody told says so."""
    name, text = DIRECTION[of] if of else ("question-circle", "Not told")
    return html.Span([icon(name), html.Span(text)], className="word is-quiet")


def due(raised_at: datetime, due_at: datetime, now: datetime) -> Component:
    """Time left to call back: plain before half, amber from half, red once late. The browser keeps it ticking."""
    half = raised_at + (due_at - raised_at) / 2
    tone: Tone = "plain" if now < half else "pending" if now < due_at else "missed"
    name = {"plain": "clock", "pending": "hourglass-split", "missed": "exclamation-triangle-fill"}[tone]
    minutes = int(abs((due_at - now).total_seconds()) // 60)
    text = f"{minutes} min late" if now >= due_at else f"{minutes + 1} min left"
    return html.Span(
        [icon(name), html.Span(text)],
        className=f"chip is-{tone}",
        **{"data-due": due_at.isoformat(), "data-raised": raised_at.isoformat()},
    )
