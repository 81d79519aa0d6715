"""The one writer: what waits for it is bounded, in number and in memory."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection

from models.store import writer
from models.store.base import Store
from models.store.journal import Item
from models.store.writer import Job, Unavailable
from tests.databases import Clock


@dataclass(frozen=True)
class Parcel:
    weight: int


@pytest.fixture
def handed(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hands in parcels that nobody writes before ``handed.released`` is set."""
    monkeypatch.setattr(writer, "MAX_WAITING_BYTES", 1000)

    class Handed:
        def __init__(self) -> None:
            self.released, self.busy = threading.Event(), threading.Event()
            self.done: list[threading.Event] = []
            self.fails = False

        def work(self, tx: Connection, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
            self.busy.set()
            self.released.wait(60)
            if self.fails:
                raise ZeroDivisionError
            return parcels

        def hand_in(self, weight: int) -> None:
            settled = threading.Event()
            store.writer.hand_in(Job(self.work, Parcel(weight), settled.set))
            self.done.append(settled)

        def settle(self) -> None:
            self.released.set()
            assert all(each.wait(30) for each in self.done)

    return Handed()


@pytest.mark.parametrize("fails", [False, True])
def test_what_waits_is_bounded_in_memory_and_what_is_settled_makes_room(handed: Any, fails: bool) -> None:
    handed.fails = fails
    handed.hand_in(400)
    assert handed.busy.wait(30)
    handed.hand_in(300)
    handed.hand_in(300)
    for _ in range(3):
        with pytest.raises(Unavailable, match="too much"):
            handed.hand_in(1)
    handed.settle()
    handed.hand_in(1000)
    handed.settle()
    handed.hand_in(1000)
    handed.settle()


def test_a_delivery_weighs_what_it_and_its_request_hold(clock: Clock) -> None:
    bare = Item(1, "log", clock(), raw=None)
    assert bare.weight == 0
    assert replace(bare, raw=b"x" * 1_000_000).weight == 2_000_000
