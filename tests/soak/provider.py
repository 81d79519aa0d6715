"""A provider that makes many calls at once and remembers what was acknowledged: the truth of a crash test."""

import itertools
import queue
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from tests.cast import INDORE_DID, PUNE_DID, Cast, Person

SENDERS = 16
ZONE = ZoneInfo("Asia/Kolkata")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of the reference protocol; ``key`` is its own among all that are ever sent."""

    key: str
    door: str
    body: dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """One call: what is said of it in order, and what must stand in the books once all of it was heard.

    ``entry`` is the kind of entry it leaves, if any, and ``people`` the e-mails of those it waits for.
    """

    call_id: str
    deliveries: tuple[Delivery, ...]
    direction: str
    outcome: str
    counselor: str | None
    offered: tuple[str, ...]
    talk_seconds: int
    entry: str | None = None
    people: tuple[str, ...] = ()


@dataclass(slots=True)
class Memory:
    """What the provider knows: who answered what. ``unanswered`` counts attempts without a 2xx."""

    stories: dict[str, Story] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)  # delivery key → the id we were told
    unanswered: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    attempts: int = 0


class Provider:
    """``begin`` sends until ``stop``: first what earlier rounds left unsaid, then new calls. Each sender gives up
    its round at the first request without an answer, as all of them soon do when the server dies."""

    def __init__(self, cast: Cast, url: str) -> None:
        self.memory = Memory()
        self._hook = f"{url}/webhooks/v1/{cast.connection.token}"
        self._unsaid: queue.Queue[tuple[Story, int]] = queue.Queue()
        self._new = stories(cast)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, *, new_calls: bool = True) -> None:
        self._stop.clear()
        self._threads = [
            threading.Thread(target=self._send, args=(new_calls,), name=f"sender-{number}")
            for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send nothing more; returns when every sender has its last answer, or none."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def finish(self) -> None:
        """Say all that is still unsaid, and make no new calls."""
        self.begin(new_calls=False)
        for thread in self._threads:
            thread.join()

    @property
    def acknowledged(self) -> int:
        return len(self.memory.acknowledged)

    def _send(self, new_calls: bool) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            while not self._stop.is_set():
                task = self._task(new_calls)
                if task is None:
                    return
                story, place = task
                while place < len(story.deliveries) and self._told(client, story.deliveries[place]):
                    place += 1
                if place < len(story.deliveries):
                    self._unsaid.put((story, place))
                    return

    def _task(self, new_calls: bool) -> tuple[Story, int] | None:
        try:
            return self._unsaid.get_nowait()
        except queue.Empty:
            if not new_calls:
                return None
        with self._lock:
            story = next(self._new)
            self.memory.stories[story.call_id] = story
            self.memory.deliveries |= {delivery.key: delivery for delivery in story.deliveries}
            return story, 0

    def _told(self, client: httpx.Client, delivery: Delivery) -> bool:
        memory = self.memory
        with self._lock:
            memory.attempts += 1
        try:
            answer = client.post(f"{self._hook}/{delivery.door}", json=delivery.body)
        except httpx.TransportError:
            answer = None
        with self._lock:
            if answer is not None and answer.is_success:
                memory.acknowledged[delivery.key] = int(answer.json()["delivery"])
                return True
            memory.unanswered[delivery.key] += 1
            if answer is not None:
                memory.refused.append(f"{delivery.key}: {answer.status_code}")
            return False


def stories(cast: Cast) -> Iterator[Story]:
    """Unique calls without end: talked and missed, inbound, outbound and campaign, of one and of two counselors."""
    for number in itertools.count(1):
        first, second = ((cast.asha, cast.ravi), (cast.ravi, cast.asha), (cast.chitra, cast.chitra))[
            number % 3
        ]
        yield (_talked, _missed, _dialled, _campaign)[number % 4](number, first, second)


def _talked(number: int, first: Person, _: Person) -> Story:
    call = _Call(number, "inbound", first)
    return call.story(
        [call.rings(first), call.log(first, talk=1 + number % 9)], "connected", first, (first,), "pending"
    )


def _missed(number: int, first: Person, second: Person) -> Story:
    call = _Call(number, "inbound", first)
    tried = tuple(dict.fromkeys((first, second)))
    said = [call.rings(person) for person in tried] + [call.log(person) for person in tried]
    return call.story(said, "agent_missed", None, tried, "missed")


def _dialled(number: int, first: Person, _: Person) -> Story:
    call = _Call(number, "outbound", first)
    talk = number % 8
    return call.story(
        [call.log(first, talk=talk)],
        "connected" if talk else "no_answer",
        first,
        (first,),
        None if talk else "missed",
    )


def _campaign(number: int, first: Person, _: Person) -> Story:
    call = _Call(number, "campaign", first)
    return call.story([call.rings(first), call.log(first, talk=5)], "connected", first, (first,), "pending")


class _Call:
    """Writes the deliveries of one call."""

    def __init__(self, number: int, direction: str, first: Person) -> None:
        self._call_id = f"soak-{number}"
        self._direction = direction
        self._talk = 0
        self._began = datetime.now(UTC) - timedelta(seconds=20)  # so that all of it has happened
        self._basis = {
            "call_id": self._call_id,
            "applicant_no": f"+9197{number:08}",
            "did_no": PUNE_DID if "chitra" in first.email else INDORE_DID,
            "call_type": direction,
        }

    def rings(self, person: Person) -> Delivery:
        assert person.seat
        return self._delivery("popup", person, {"event": "ringing", "event_time": self._at(0)})

    def log(self, person: Person, talk: int = 0) -> Delivery:
        self._talk = talk
        return self._delivery(
            "call-log",
            person,
            {
                "start_time": self._at(0),
                "end_time": self._at(10 + talk),
                "call_duration": str(talk),
                "status": "1" if talk else "0",
                "resource_url": "",
            },
        )

    def story(
        self,
        said: list[Delivery],
        outcome: str,
        counselor: Person | None,
        offered: tuple[Person, ...],
        entry: str | None,
    ) -> Story:
        tried = tuple(sorted(person.email for person in offered))
        return Story(
            self._call_id,
            tuple(said),
            self._direction,
            outcome,
            counselor.email if counselor else None,
            tried,
            self._talk,
            entry,
            tried if entry else (),
        )

    def _delivery(self, door: str, person: Person, more: dict[str, str]) -> Delivery:
        assert person.seat
        key = f"{self._call_id}/{door}/{person.email}"
        return Delivery(key, door, {**self._basis, "agent_no": person.seat, **more, "marker": key})

    def _at(self, seconds: int) -> str:
        return (self._began + timedelta(seconds=seconds)).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
