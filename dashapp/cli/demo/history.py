"""Ninety working days of telephony, told as providers tell it: call events, and who then looked at whom."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dashapp.cli.demo.calls import Agent, Caller, Told, campaign_call, inbound_call, night_call, outbound_call
from models.rules.call import Direction

DAYS = 90
OPENS, CLOSES = time(9), time(20)
# How busy an hour is, 09:00 to 20:00: the forenoon, a slow lunch, the early evening when parents are home.
HOURS = (0.6, 1.2, 1.45, 1.3, 0.75, 0.7, 1.1, 1.25, 1.3, 1.05, 0.5)
SATURDAY, SUNDAY = 0.65, 0.14
ABSENT = 0.06
CALLS_A_DAY = 29
LUNCH = timedelta(minutes=40)
KINDS, SHARES = ("outbound", "inbound", "campaign"), (52, 33, 15)
CALLED_BACK = 0.85
STRANGERS_SHARE = 0.01  # of the inbound calls

CAMPAIGNS = (  # name, first day of the window (days ago), length
    ("JEE rank holders – B.Tech", 80, 12),
    ("MBA scholarship deadline", 62, 9),
    ("Application incomplete", 45, 30),
    ("Online MBA webinar", 24, 6),
    ("Fee reminder – July intake", 12, 13),
)


@dataclass(frozen=True, slots=True)
class Shift:
    """One day of one counselor at work, with the break in it."""

    agent: Agent
    begins: datetime
    pause: datetime
    resumes: datetime
    ends: datetime


@dataclass(slots=True)
class Book:
    """The leads in order of creation, for "somebody who was known by then"."""

    own: dict[int, list[Caller]]
    all: list[Caller]
    _created: dict[int, list[datetime]] = field(default_factory=dict)

    def known(self, rng: Random, leads: list[Caller], at: datetime) -> Caller | None:
        """One of ``leads`` created before ``at``, recent ones first; None when there was none yet."""
        created = self._created.get(id(leads))
        if created is None:
            created = self._created[id(leads)] = [lead.created_at for lead in leads]
        count = bisect_left(created, at)
        if count == 0:
            return None
        back = int(rng.expovariate(1 / (count * 0.35)))
        return leads[count - 1 - back % count]


def shifts(rng: Random, agents: Sequence[Agent], now: datetime, zone: ZoneInfo) -> list[Shift]:
    """Who worked when, over the last ``DAYS`` days and today (which everybody began)."""
    today = now.astimezone(zone).date()
    found = []
    for ago in range(DAYS, -1, -1):
        day = today - timedelta(days=ago)
        for agent in agents:
            turnout = SUNDAY if day.weekday() == 6 else 1 - ABSENT
            if rng.random() < turnout:
                found.append(_shift(rng, agent, day, zone))
    return found


def _shift(rng: Random, agent: Agent, day: date, zone: ZoneInfo) -> Shift:
    begins = datetime.combine(day, OPENS, zone) + timedelta(minutes=rng.gauss(20, 18) + agent.late * 90)
    pause = datetime.combine(day, time(13), zone) + timedelta(minutes=rng.uniform(-20, 60))
    ends = datetime.combine(day, CLOSES, zone) - timedelta(minutes=rng.uniform(0, 100) - agent.late * 60)
    return Shift(agent, begins, pause, pause + LUNCH, ends)


class Past:
    """Makes the calls of past shifts."""

    def __init__(
        self, rng: Random, book: Book, strangers: Iterator[Caller], now: datetime, zone: ZoneInfo
    ) -> None:
        self._rng, self._book, self._strangers = rng, book, strangers
        self._now, self._zone = now, zone

    def calls(self, worked: Sequence[Shift]) -> list[Told]:
        """Every call of these shifts that was over before now, oldest first."""
        told: list[Told] = []
        colleagues: dict[date, list[Agent]] = {}
        for shift in worked:
            colleagues.setdefault(shift.begins.date(), []).append(shift.agent)
        for shift in worked:
            if shift.begins < self._now:
                told += self._shift(shift, colleagues[shift.begins.date()])
        for day in colleagues:
            told += self._after_hours(day)
        told += self._callbacks(told)
        return sorted((one for one in told if one.ended_at < self._now), key=lambda one: one.ended_at)

    def _shift(self, shift: Shift, colleagues: list[Agent]) -> Iterator[Told]:
        agent, rng = shift.agent, self._rng
        team = [other for other in colleagues if other.team == agent.team]
        weekday = shift.begins.weekday()
        pace = CALLS_A_DAY * agent.diligence * (SATURDAY if weekday == 5 else 0.5 if weekday == 6 else 1)
        gap = (shift.ends - shift.begins).total_seconds() / pace - 95
        at = shift.begins + timedelta(seconds=rng.expovariate(1 / gap))
        while at < shift.ends:
            if shift.pause <= at < shift.resumes:
                at = shift.resumes
            call = self._call(agent, team, at)
            if call is not None:
                yield call
                at = call.ended_at.astimezone(self._zone)
            busy = HOURS[min(max(at.hour - OPENS.hour, 0), len(HOURS) - 1)]
            at += timedelta(seconds=12 + rng.expovariate(1 / gap) / busy)

    def _call(self, agent: Agent, team: list[Agent], at: datetime) -> Told | None:
        rng = self._rng
        kind = rng.choices(KINDS, SHARES)[0]
        caller = self._caller(agent, kind, at)
        if caller is None:
            return None
        campaign = self._campaign(at) if kind == "campaign" else None
        if campaign is not None:
            return campaign_call(rng, agent, caller, at, campaign)
        if kind == "inbound":
            return inbound_call(rng, agent, team, caller, at)
        return outbound_call(rng, agent, caller, at)

    def _caller(self, agent: Agent, kind: str, at: datetime) -> Caller | None:
        rng, book = self._rng, self._book
        if kind == "inbound" and rng.random() < STRANGERS_SHARE:
            stranger = next(self._strangers, None)
            if stranger is not None:
                stranger.created_at = at
                return stranger
        own = kind == "outbound" or rng.random() < 0.8
        return book.known(rng, book.own[agent.place] if own else book.all, at)

    def _callbacks(self, told: Sequence[Told]) -> list[Told]:
        """Most callers whom nobody picked up are called back once somebody has looked at the entry."""
        rng = self._rng
        return [
            outbound_call(rng, one.look.by, one.caller, self._soon_after(one.look.at))
            for one in told
            if one.due
            and one.look
            and one.direction is Direction.INBOUND
            and not one.connected
            and rng.random() < CALLED_BACK
        ]

    def _soon_after(self, looked: datetime) -> datetime:
        return looked.astimezone(self._zone) + timedelta(seconds=self._rng.uniform(15, 70))

    def _campaign(self, at: datetime) -> str | None:
        """One of the campaigns that ran on that day."""
        ago = (self._now - at).days
        running = [name for name, since, length in CAMPAIGNS if since - length < ago <= since]
        return self._rng.choice(running) if running else None

    def _after_hours(self, day: date) -> Iterator[Told]:
        """Callers whom nobody was there to be offered to."""
        for _ in range(self._rng.choice((0, 1, 1, 2, 3))):
            minutes = math.floor(self._rng.triangular(5, 150, 20))
            at = datetime.combine(day, CLOSES, self._zone) + timedelta(minutes=minutes)
            caller = self._book.known(self._rng, self._book.all, at)
            if caller is not None:
                yield night_call(self._rng, caller, at)
