"""Smartflo's API Dialplan: to whom the call is transferred, as JSON."""

import json

from ingest.contract import ConnectionInfo, RouteAnswer, RouteReply


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """A transfer to one telephone; an empty list when there is none, and the platform's own plan goes on.

    Only the transfer to one number is documented: how several would be rung, and what an extension is called
    here, is not.
    """
    phones = [seat for seat in answer.to_ring if seat.startswith("+") and seat[1:].isdigit()]
    if not phones:
        return RouteReply("[]")
    first = phones[0].removeprefix("+91") if connection.country == "IN" else phones[0]
    return RouteReply(json.dumps([{"transfer": {"type": "number", "data": [first.removeprefix("+")]}}]))
