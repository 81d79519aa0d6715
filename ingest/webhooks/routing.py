"""The routing answer: the caller's lead and who is free, put to the rules."""

from ingest.contract import ConnectionInfo, RouteAnswer, RouteQuestion
from models.rules import routing
from models.store import availability
from models.store.base import Store


def answer(store: Store, connection: ConnectionInfo, question: RouteQuestion) -> RouteAnswer:
    """Seats to ring for this caller, best first; none when nobody can take the call."""
    now = store.now()
    with store.read() as tx:
        caller = availability.caller(tx, store.vault, question.customer, question.did, connection.id)
        candidates, names = availability.candidates(tx, store.vault, connection.id, now)
    choice = routing.choose(
        candidates,
        owner_id=caller.owner_id,
        sticky_id=caller.sticky_id,
        did_team=caller.did_team,
        now=now,
    )
    return RouteAnswer(
        seats=choice.seats,
        strategy=choice.strategy,
        names=[names[person_id] for person_id in choice.person_ids],
        found=bool(choice.seats),
        provider_call_id=question.provider_call_id,
    )
