"""After the call: the bar at the foot of a lead with results, note, next follow-up and "Save, next".

The server draws its frame and tells its state; assets/js/after-call.js fills it, so that what is being typed
survives whatever else on the page is drawn anew.
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component
from sqlalchemy import Connection

from dashapp.components import words
from dashapp.context import store
from models.rules import promises
from models.rules.access import Viewer
from models.store import dispositions, follow_ups, unwrapped
from models.store.base import Store
from models.store.leads import Profile
from models.store.unwrapped import Waiting


def bar(profile: Profile, who: Viewer) -> Component:
    """The bar for this lead, bound to the viewer's latest call with it that has no result yet, if there is one."""
    kept = store()
    dispositions.ensure(kept)
    with kept.read() as tx:
        now_is = state(kept, tx, who, profile.id)
    return html.Section(
        className="after",
        **{"data-after": str(profile.id), "data-state": json.dumps(now_is), "aria-label": "After the call"},
    )


def state(kept: Store, tx: Connection, who: Viewer, lead_id: int) -> dict[str, Any]:
    """What the bar must know, without any number. The caller has made sure that the viewer may open the lead."""
    now, zone = kept.now(), kept.rules.zone
    call = unwrapped.waiting(tx, who, lead_id, now=now)
    fitting = dispositions.listed(tx) if call else []
    promised = [each for each in follow_ups.of_lead(kept, tx, lead_id) if each["person_id"] == who.person_id]
    return {
        "lead": lead_id,
        "call": _call(call) if call else None,
        "results": [
            {"id": each.id, "label": each.label, "follow_up": each.needs_follow_up}
            for each in fitting
            if call and each.fits(call.direction, call.end)
        ],
        "presets": [
            {"label": each.label, "at": _local(each.at), "said": said(each.at, zone)}
            for each in promises.presets(now, zone)
        ],
        "earliest": _local(now.astimezone(zone)),
        "latest": _local((now + promises.FARTHEST).astimezone(zone)),
        "zone": words.zone_name(now, zone),
        "promised": [said(datetime.fromisoformat(each["due_at"]), zone) for each in promised],
    }


def said(at: datetime, zone: ZoneInfo) -> str:
    """``Tue 24 Nov, 17:30`` in the zone."""
    return f"{words.short_day(at, zone)}, {words.clock(at, zone)}"


def _call(call: Waiting) -> dict[str, Any]:
    return {
        "id": call.call_id,
        "over": call.ended_at is not None,
        "direction": call.direction,
        "end": call.end,
        "required": call.required,
        "lapses_at": call.lapses_at.isoformat() if call.lapses_at else None,
    }


def _local(at: datetime) -> str:
    """As a browser's field for a local time has it."""
    return at.strftime("%Y-%m-%dT%H:%M")
