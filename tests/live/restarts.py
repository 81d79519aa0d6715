"""Live streams while the server dies and comes back: what each person heard, against all they should have heard."""

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select

from models.tables.calls import call
from tests.cast import Known
from tests.databases import Databases
from tests.live.listener import Listener, meant_for
from tests.servers import Running, running
from tests.soak.provider import Provider

PATIENCE = 60


def wrong(
    databases: Databases, known: dict[str, Known], kind: str, folder: Path, ends: Sequence[str]
) -> list[str]:
    """Sixteen senders, the five of the cast listening (Asha twice), and a server that is killed or stopped at each
    of ``ends``. What somebody lost, heard twice or should not have heard, in words."""
    rng = random.Random(f"resume {kind}")
    workers = {"sqlite": "1", "postgres": "2"}[kind]
    with running(databases, known, kind, folder, WORKERS=workers) as server:
        everybody = server.cast.all()
        listeners = [Listener(server, person) for person in (*everybody, server.cast.asha)]
        provider = Provider(server.cast, server.url)
        try:
            for end in ends:
                _say_and_end(server, provider, listeners, rng.randint(30, 90), end)
                server.start()
            provider.finish()
            expected = {person.id: meant_for(server, person) for person in everybody}
            for listener in listeners:
                until_heard(listener, expected[listener.person.id][-1])
        finally:
            provider.stop()
            for listener in listeners:
                listener.close()
        found = _others_calls(listeners, provider, server)
        for listener in listeners:
            found += _differences(listener, expected[listener.person.id], len(ends))
        return found


def until(done: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)


def until_heard(listener: Listener, last: int) -> None:
    until(lambda: listener.last >= last, f"{listener.person.name} still waits for {last}")


def _say_and_end(
    server: Running, provider: Provider, listeners: list[Listener], deliveries: int, end: str
) -> None:
    """The server ends in the midst of it all, when some have heard something new and are about to hear more."""
    enough = provider.acknowledged + deliveries
    heard = sum(len(listener.heard) for listener in listeners)
    provider.begin()
    until(lambda: provider.acknowledged >= enough, "the provider is not heard")
    until(lambda: sum(len(listener.heard) for listener in listeners) > heard, "nobody hears anything")
    if end == "kill":
        server.kill()
    else:
        server.stop()
    provider.stop()


def _differences(listener: Listener, expected: list[int], restarts: int) -> list[str]:
    name, heard = listener.person.name, set(listener.ids)
    found = []
    if heard != set(expected):
        found.append(f"{name} lost {set(expected) - heard} and was told {heard - set(expected)}")
    if listener.ids != sorted(heard):
        found.append(f"{name} was told something twice, or in another order")
    if listener.resets or listener.refused:
        found.append(f"{name} was sent away: {listener.resets} resets, {listener.refused}")
    if listener.connections <= restarts:
        found.append(f"{name} connected {listener.connections} times over {restarts} restarts")
    return found


def _others_calls(listeners: list[Listener], provider: Provider, server: Running) -> list[str]:
    """Not by the feed's own audience but by what the provider sent: whose calls did each hear of?"""
    with server.store.read() as tx:
        rows = tx.execute(select(call.c.id, call.c.provider_call_id))
        stories = {row.id: provider.memory.stories[row.provider_call_id] for row in rows}
    team = {"asha": "Indore", "ravi": "Indore", "chitra": "Pune"}
    kinds: dict[str, set[str]] = {name: set() for name in ("asha", "ravi", "meera", "chitra", "dev")}
    found = []
    for listener in listeners:
        first = listener.person.email.partition("@")[0]
        for _, event, body in listener.heard:
            concerned = {email.partition("@")[0] for email in stories[body["call_id"]].offered}
            theirs = {"meera": "Indore" in {team[name] for name in concerned}, "dev": True}
            if not theirs.get(first, first in concerned):
                found.append(f"{first} heard of a call of {concerned}")
            kinds[first].add(event)
    for first, heard in kinds.items():
        cards = {"popup", "popup_gone"} if first in team else set()
        if heard != {"call", "entry"} | cards:
            found.append(f"{first} heard {heard}")
    return found
