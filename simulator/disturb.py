"""What goes wrong between a provider and us: copies, changed order, records that come late. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from simulator.speakers.language import Delivery


@dataclass(frozen=True, slots=True)
class Knobs:
    """Shares between 0 and 1. ``duplicates``: of deliveries sent twice; ``shuffle``: of calls whose deliveries
    arrive in another order, up to ``window`` seconds after the end; ``late``: of calls whose records come up
    to ``late_seconds`` late."""

    duplicates: float = 0.0
    shuffle: float = 0.0
    late: float = 0.0
    window: float = 20.0
    late_seconds: float = 600.0


def disturb(deliveries: Sequence[Delivery], knobs: Knobs, rng: Random) -> list[Delivery]:
    """The deliveries as they will be sent, by time. Nothing is sent before it happened, nothing is lost."""
    sent = list(deliveries)
    if rng.random() < knobs.late:
        delay = timedelta(seconds=knobs.late_seconds * rng.uniform(0.5, 1.0))
        sent = [replace(item, due=item.due + delay) if item.final else item for item in sent]
    if len(sent) > 1 and rng.random() < knobs.shuffle:
        sent = _shuffled(sent, knobs, rng)
    sent += [
        replace(item, due=item.due + timedelta(seconds=rng.uniform(0.05, knobs.window)))
        for item in sent
        if rng.random() < knobs.duplicates
    ]
    return sorted(sent, key=lambda item: item.due)


def _shuffled(sent: Sequence[Delivery], knobs: Knobs, rng: Random) -> list[Delivery]:
    end = max(item.due for item in sent) + timedelta(seconds=knobs.window)
    order = list(sent)
    while order == list(sent):
        rng.shuffle(order)
    moved: list[Delivery] = []
    earliest = min(item.due for item in sent)
    for item in order:
        due = max(item.due, earliest)
        moved.append(replace(item, due=due))
        earliest = due + (end - due) * rng.uniform(0.02, 0.3)
    return moved
