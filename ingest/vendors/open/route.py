"""The routing answer of the open protocol."""

import json
from itertools import zip_longest

from ingest.contract import ConnectionInfo, RouteAnswer, RouteReply

_PLAIN = "text/plain; charset=utf-8"


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """``status`` 1 with the seats to ring in order; 0 when nobody was found (``data`` then holds the fallback).

    Setting of the connection: ``route_format`` "text" answers with nothing but the seats, comma separated, for
    providers that cannot read JSON.
    """
    if connection.settings.get("route_format") == "text":
        return RouteReply(",".join(answer.to_ring), _PLAIN)
    seats = zip_longest(answer.to_ring, answer.names[: len(answer.seats)], fillvalue="")
    said = {
        "status": 1 if answer.found and answer.seats else 0,
        "data": [{"agent_number": seat, "name": name} for seat, name in seats],
        "strategy": answer.strategy,
    }
    return RouteReply(json.dumps(said, ensure_ascii=False))
