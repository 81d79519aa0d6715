"""``POST /search.json``: leads while somebody types, and those they had open lately.

A POST, because what is typed may be a number: it must stand in no address and so in no access log. Nothing of it is
kept.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from dashapp import auth
from dashapp.context import store, viewer
from dashapp.jsonbody import posted
from ingest.dialing import modes
from models.rules.access import Role
from models.store import searching
from models.store.leads import LeadRow

LONGEST = 80


def blueprint() -> Blueprint:
    doors = Blueprint("finding", __name__)

    @doors.post("/search.json")
    @auth.policy(auth.SIGNED_IN)
    def search() -> Response:
        asked, ids = _asked(posted())
        kept, who = store(), viewer()
        with kept.read() as tx:
            found = searching.find(kept, tx, who, asked) if asked else searching.recent(tx, who, ids)
            # a counselor without a seat is told why by the button itself
            calls = who.role is Role.COUNSELOR or not all(modes(tx, who.person_id).values())
        answer: Response = jsonify(
            rows=[_row(row) for row in found.rows],
            total=found.total,
            by_number=found.by_number,
            may_call=calls,
        )
        return answer

    return doors


def _asked(body: Mapping[str, Any]) -> tuple[str, list[int]]:
    asked, ids = body.get("q"), body.get("recent")
    return (
        asked.strip()[:LONGEST] if isinstance(asked, str) else "",
        [one for one in ids if type(one) is int and 0 < one < 2**62][: searching.RECENT]
        if isinstance(ids, list)
        else [],
    )


def _row(row: LeadRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "programme": row.programme,
        "city": row.city,
        "stage": row.stage,
        "mask": row.mask,
        "owner": row.owner,
        "waiting": row.waiting,
    }
