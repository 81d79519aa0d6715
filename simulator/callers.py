"""The kinds of calls a day holds, and which comes next. Pure."""

from collections.abc import Collection, Sequence
from random import Random

from simulator.story import Ending, Script

SCRIPTS: tuple[Script, ...] = (
    Script("inbound-answered", "inbound", Ending.TALK, 28),
    Script("inbound-rerouted", "inbound", Ending.TALK, 8, picks=1),
    Script("inbound-third", "inbound", Ending.TALK, 3, picks=2),
    Script("inbound-missed", "inbound", Ending.NOBODY, 7),
    Script("inbound-hangup", "inbound", Ending.CALLER_LEFT, 5),
    Script("inbound-hangup-rerouted", "inbound", Ending.CALLER_LEFT, 2, picks=1),
    Script("inbound-nobody", "inbound", Ending.NONE_FREE, 1),
    Script("inbound-unknown-answered", "inbound", Ending.TALK, 4, known=False),
    Script("inbound-unknown-missed", "inbound", Ending.NOBODY, 2, known=False),
    Script("outbound-answered", "outbound", Ending.TALK, 15),
    Script("outbound-no-answer", "outbound", Ending.LEAD_SILENT, 6),
    Script("outbound-busy", "outbound", Ending.LEAD_BUSY, 2),
    Script("outbound-rejected", "outbound", Ending.LEAD_REJECTED, 1.5),
    Script("outbound-failed", "outbound", Ending.FAILED, 0.5),
    Script("outbound-agent-missed", "outbound", Ending.AGENT_MISSED, 2),
    Script("campaign-connected", "campaign", Ending.TALK, 8),
    Script("campaign-no-answer", "campaign", Ending.LEAD_SILENT, 3.5),
    Script("campaign-busy", "campaign", Ending.LEAD_BUSY, 0.5),
    Script("campaign-abandoned", "campaign", Ending.ABANDONED, 1),
)

BY_NAME = {script.name: script for script in SCRIPTS}


def next_script(rng: Random, directions: Collection[str] = ("inbound", "outbound", "campaign")) -> Script:
    """One kind of call, by its share of the day, among the directions a connection can do."""
    possible = [script for script in SCRIPTS if script.direction in directions]
    return rng.choices(possible, weights=[script.weight for script in possible])[0]


def next_pause(rng: Random, calls_per_hour: float, speed: float) -> float:
    """Seconds until the next call: callers don't know of each other, so the pauses are exponential."""
    return min(rng.expovariate(calls_per_hour * speed / 3600), 6 * 3600 / (calls_per_hour * speed))


def hunt_order(asked: Sequence[str], free: Sequence[str], rng: Random) -> list[str]:
    """Whom the exchange tries: those it was told, in order, as far as they are free; then others at random."""
    told = [who for who in dict.fromkeys(asked) if who in free]
    rest = [who for who in free if who not in told]
    rng.shuffle(rest)
    return told + rest
