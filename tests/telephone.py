"""A provider at the connection "open", as tests make it speak: each method is one thing that happens to calls."""

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.cast import INDORE_DID, Person

Post = Callable[[str, Mapping[str, Any]], str]
"""Posts a body to one of the connection's doors and tells the verdict."""

_numbers = itertools.count(1)


class Telephone:
    """``post`` reaches the doors, ``now`` is the clock of the server behind them."""

    def __init__(self, post: Post, now: Callable[[], datetime]) -> None:
        self._post = post
        self._now = now

    def rings(self, phone: str, *people: Person, call: str = "", **more: Any) -> str:
        """The phones of these counselors ring. Returns the call's id, for what happens next."""
        call = call or f"call-{next(_numbers)}"
        for person in people:
            self._say("popup", call, phone, person, event="ringing", event_time=self._at(), **more)
        return call

    def answers(self, call: str, phone: str, person: Person, **more: Any) -> None:
        self._say("popup", call, phone, person, event="answered", event_time=self._at(), **more)

    def missed(self, phone: str, *people: Person, call: str = "", seconds: float = 20, **more: Any) -> str:
        """Nobody picked up. Without people nobody was rung. ``seconds``: how long it rang."""
        call = call or f"call-{next(_numbers)}"
        for person in people or (None,):
            self._say(
                "call-log",
                call,
                phone,
                person,
                **{"start_time": self._at(-seconds), "end_time": self._at(), "call_duration": 0, "status": 0}
                | more,
            )
        return call

    def talked(self, phone: str, person: Person, *, call: str = "", seconds: int = 60, **more: Any) -> str:
        """The two talked for so long, until now."""
        call = call or f"call-{next(_numbers)}"
        self._say(
            "call-log",
            call,
            phone,
            person,
            **{"start_time": self._at(-seconds - 5), "end_time": self._at(), "status": 1}
            | {"call_duration": seconds, "talk_seconds": seconds}
            | more,
        )
        return call

    def _say(self, door: str, call: str, phone: str, person: Person | None, **fields: Any) -> None:
        body = {
            "call_id": call,
            "agent_no": person.seat if person else "",
            "applicant_no": phone,
            "did_no": INDORE_DID,
            "call_type": "inbound",
        }
        verdict = self._post(door, body | fields)
        assert verdict == "recorded", verdict

    def _at(self, seconds: float = 0) -> str:
        return (self._now() + timedelta(seconds=seconds)).isoformat()
