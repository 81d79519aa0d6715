"""The routing answer of the open protocol."""

import json
from itertools import zip_longest

from ingest.contract import RouteAnswer, RouteReply


def reply(answer: RouteAnswer) -> RouteReply:
    """``status`` 1 with the seats to ring in order; 0 when nobody was found (``data`` then holds fallbacks)."""
    seats = zip_longest(answer.seats, answer.names[: len(answer.seats)], fillvalue="")
    said = {
        "status": 1 if answer.found and answer.seats else 0,
        "data": [{"agent_number": seat, "name": name} for seat, name in seats],
        "strategy": answer.strategy,
    }
    return RouteReply(json.dumps(said, ensure_ascii=False))
