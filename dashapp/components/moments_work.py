"""What people did with a lead, in words: notes, follow-ups, stages, merges, dials that became no call."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import status, words
from models.rules.dialling import says
from models.store.timeline_work import (
    DialMoment,
    MergeMoment,
    NoteMoment,
    PromiseMoment,
    StageMoment,
    WorkMoment,
)


class Said(NamedTuple):
    """One entry: its mark, its first words in bold, the rest, and which filter shows it."""

    mark: Component
    title: str
    tail: str
    sort: str
    more: Component | None = None


MOVED = {
    "call": ("call", "calls"),
    "note": ("note", "notes"),
    "follow_up": ("follow-up", "follow-ups"),
    "application": ("application", "applications"),
    "lead_phone": ("number", "numbers"),
}
"""Of what a merge moved, the kinds that are told."""


def said(moment: WorkMoment, zone: ZoneInfo) -> Said:
    """One moment; times in ``zone``."""
    match moment:
        case NoteMoment():
            return Said(_mark("sticky"), "Note", f"by {_by(moment)}", "note", _text(moment.text))
        case PromiseMoment():
            return _promise(moment, zone)
        case StageMoment():
            who = "you" if moment.by_me else moment.by or "another system"
            return Said(_mark("arrow-up-right"), "Stage", f"{moment.was} → {moment.to} · by {who}", "stage")
        case MergeMoment():
            tail = f"“{moment.name}” became part of this lead, by {_by(moment)}"
            return Said(_mark("intersect"), "Merged", tail, "entry", _moved(moment.moved))
        case DialMoment():
            return _dial(moment)


def due(at: datetime, zone: ZoneInfo) -> str:
    """``Tue 24 Nov, 17:30`` in the zone."""
    return f"{words.short_day(at, zone)}, {words.clock(at, zone)}"


def _promise(moment: PromiseMoment, zone: ZoneInfo) -> Said:
    when = due(moment.due_at, zone)
    if moment.state == "open":
        whose = f", for {moment.whose}" if moment.whose else ""
        tail = f"for {when}{whose} · by {_by(moment)}"
        return Said(_mark("calendar-plus"), "Follow-up promised", tail, "entry", _text(moment.why))
    if moment.state == "done":
        return Said(_mark("calendar-check"), "Follow-up done", f"of {when} · by {_by(moment)}", "entry")
    return Said(_mark("calendar-x"), "Follow-up cancelled", f"of {when} · by {_by(moment)}", "entry")


def _dial(moment: DialMoment) -> Said:
    if moment.state == "refused":
        mark = status.mark("unknown", "telephone-x", small=True)
        return Said(mark, "Call not placed", f"{_by(moment)} dialled", "entry", _line(says(moment.reason)))
    mark = status.mark("unknown", "question-circle", small=True)
    words_ = says(moment.reason) or "The provider told nothing of this call."
    return Said(mark, "Call unknown", f"{_by(moment)} dialled", "entry", _line(words_))


def _mark(name: str) -> Component:
    return status.mark("plain", name, small=True)


def _by(moment: NoteMoment | PromiseMoment | MergeMoment | DialMoment) -> str:
    return "you" if moment.by_me else moment.by


def _text(text: str) -> Component | None:
    return html.Div(text, className="moment-note") if text else None


def _line(text: str) -> Component | None:
    return html.Div(text, className="moment-more") if text else None


def _moved(moved: dict[str, int]) -> Component | None:
    told = [words.plural(moved[kind], *names) for kind, names in MOVED.items() if moved.get(kind)]
    return _line(f"With it came {words.join(told, 5)}.") if told else None
