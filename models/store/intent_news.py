"""What screens are told of clicks on "call". No number is among it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.rules import dialling
from models.rules.dialling import State
from models.store import directory, feed
from models.store.base import Store
from models.store.feed import Audience, News
from models.tables.leads import lead
from models.tables.work import intent


def bodies(tx: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What screens are told of these clicks, in the ids' order; no number among it."""
    rows = {
        row.id: row
        for row in tx.execute(
            select(intent, lead.c.name.label("lead"))
            .join(lead, lead.c.id == intent.c.lead_id)
            .where(intent.c.id.in_(ids))
        )
    }
    lines = directory.of(tx).lines
    return [_body(rows[each], lines) for each in ids if each in rows]


_MOMENTS = ("requested", "accepted", "agent_ringing", "lead_ringing", "talking", "ended")


def _body(row: Any, lines: Mapping[int, directory.Line]) -> dict[str, Any]:
    line = lines.get(row.connection_id)
    moments = {f"{name}_at": getattr(row, f"{name}_at") for name in _MOMENTS}
    return {
        "id": row.id,
        "reference": row.reference,
        "person_id": row.person_id,
        "lead_id": row.lead_id,
        "lead": row.lead,
        "state": row.state,
        "live": row.live,
        "mode": row.mode,
        "connection": line.label if line else None,
        "reason": row.reason,
        "say": dialling.says(row.reason, row.words),
        "call_id": row.call_id,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }


def tell(store: Store, tx: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Tell each click's own person how it stands, and the team that its lead is being called; returns ``bodies``."""
    found = bodies(tx, ids)
    people = directory.of(tx).people
    news: list[News] = []
    for body in found:
        whose = people.get(body["person_id"])
        news.append(News("intent", Audience(frozenset({body["person_id"]})), body))
        if whose is not None and whose.team_id and (body["state"] == State.REQUESTED or not body["live"]):
            team = frozenset({whose.team_id})
            told = {
                "lead_id": body["lead_id"],
                "person_id": whose.id,
                "name": whose.name,
                "live": body["live"],
            }
            news.append(News("dialling", Audience(teams=team, pool=team), told))
    feed.append(tx, store.db, store.now(), news)
    return found
