"""MyOperator's API node: what is said to the caller, and whom to dial afterwards."""

import json

from ingest.contract import ConnectionInfo, RouteAnswer, RouteQuestion, RouteReply
from ingest.readings import Reading
from ingest.vendors.myoperator.people import user_ids

_GREETING = "Connecting you to your counselor."
_BUSY = "All our counselors are busy at the moment. We will call you back soon."


def question(reading: Reading) -> RouteQuestion:
    """The node names the caller and the call. The number dialled is ours to add to the address (``?did=``)."""
    return RouteQuestion(reading.number("clid"), reading.number("did"), reading.text("uid"))


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """Users of the account where all are known, else their numbers, one after the other.

    Settings of the connection: ``users`` (which seat is which user id), ``greeting``, ``busy_message``.
    """
    settings = connection.settings
    numbers = [seat for seat in answer.to_ring if seat.startswith("+")]
    known = user_ids(connection)
    users = [known[seat] for seat in answer.to_ring if seat in known]
    said: dict[str, object] = {"action": "tts"}
    if not numbers and not users:
        said |= {"value": str(settings.get("busy_message") or _BUSY), "operation": "hangup"}
        return RouteReply(json.dumps(said))
    by_user = len(users) >= len(numbers)
    said |= {
        "value": str(settings.get("greeting") or _GREETING),
        "operation": "dial-users" if by_user else "dial-numbers",
        "operation-data": {"data": users if by_user else numbers, "dial_method": "serial"},
    }
    return RouteReply(json.dumps(said))
