"""POST /leads/<id>/openings: an opening in another system clears as one of ours does."""

from sqlalchemy import select

from models.store.base import Store
from models.tables.leads import opening
from models.tables.people import audit
from tests.cast import Cast
from tests.ingest.api.calling import Caller
from tests.ingest.api.rows import add_entry


def test_it_clears_for_everybody_once(store: Store, cast: Cast, caller: Caller) -> None:
    lead, other = cast.lead(), cast.lead()
    missed = add_entry(store, cast, lead, people=[cast.asha, cast.ravi])
    pending = add_entry(store, cast, lead, people=[cast.ravi], kind="pending", reason="not_opened")
    kept = add_entry(store, cast, other, people=[cast.asha])
    answer = caller.post(f"/leads/{lead.id}/openings", {"counselor": "Asha@example.org", "how": "popup"})
    assert (answer.status_code, answer.json) == (200, {"cleared": [missed, pending]})
    again = caller.post(f"/leads/{lead.id}/openings", {"counselor": "ravi@example.org"})
    assert again.json == {"cleared": []}
    assert [item["id"] for item in caller.items("/missed")] == [kept]
    (item,) = caller.items("/missed", state="cleared")
    assert (item["cleared_by"], item["cleared_how"]) == ("asha@example.org", "popup")
    with store.read() as tx:
        rows = tx.execute(select(opening.c.person_id, opening.c.how).order_by(opening.c.id)).all()
        noted = tx.execute(select(audit.c.subject, audit.c.detail).order_by(audit.c.id)).all()
    assert [tuple(row) for row in rows] == [(cast.asha.id, "popup"), (cast.ravi.id, "api")]
    assert [tuple(row) for row in noted] == [
        (f"lead:{lead.id}", f"key everything: for person {who.id}") for who in (cast.asha, cast.ravi)
    ]


def test_who_and_what_must_exist(store: Store, cast: Cast, caller: Caller) -> None:
    lead = cast.lead(owner=cast.asha)
    path = f"/leads/{lead.id}/openings"
    assert caller.post("/leads/999/openings", {"counselor": "asha@example.org"}).status_code == 404
    for body, field in (
        ({"counselor": "nobody@example.org"}, "counselor"),
        ({"counselor": "meera@example.org"}, "counselor"),
        ({"counselor": "asha@example.org", "how": "telepathy"}, "how"),
        ({}, "counselor"),
    ):
        answer = caller.post(path, body)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    stranger = caller.post(path, {"counselor": "chitra@example.org"})
    assert (stranger.status_code, stranger.json["type"]) == (403, "urn:callboard:problem:not-theirs")
    with store.read() as tx:
        assert tx.execute(select(opening)).all() == []
