"""What counselors did after their calls in the demo's past: results, notes, promises to call again, stages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from dashapp.cli.demo import leads, texts
from dashapp.cli.demo.lists import CALL_BACK, DISPOSITIONS, OF_THE_PROVIDER, PATH, SHORT, STAGES
from models.rules.call import Outcome
from models.store import bulk_work as bulk
from models.store.base import Store
from models.store.bulk_work import PastCall

WRAPPED, WRAPPED_UNANSWERED = 0.86, 0.5
NOTED, NOTED_UNANSWERED = 0.24, 0.03
PROMISED = {CALL_BACK: 0.85, "Interested": 0.3, "Documents sent": 0.3}
NEGLECTED = 0.35  # of the promises of the last days, not kept so far
STILL_OPEN = timedelta(days=3)
"""What was promised for a day longer ago has been done or given up."""

_OPENS, _CLOSES = time(9, 30), time(19)
_UNANSWERED: Mapping[Outcome, Sequence[str]] = {
    Outcome.NO_ANSWER: ("No answer", "No answer", "No answer", "Switched off"),
    Outcome.BUSY: ("Busy",),
    Outcome.REJECTED: ("Busy", "No answer", CALL_BACK),
    Outcome.FAILED: ("Not reachable", "Wrong number"),
    Outcome.CANCELLED: ("No answer",),
    Outcome.ABANDONED: ("No answer",),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A lead as far as its counselors write about it."""

    id: int
    programme: str
    city: str


@dataclass(slots=True)
class Work:
    """What is to be written. The notes and promises of ``ends`` stand at the places it names, -1: none."""

    notes: list[bulk.PastNote] = field(default_factory=list)
    promises: list[bulk.PastFollowUp] = field(default_factory=list)
    ends: list[tuple[PastCall, int, datetime, int, int]] = field(default_factory=list)


def decide(tx: Connection) -> dict[str, int]:
    """Write the institution's lists, unless it has its own; the dispositions' ids by label."""
    bulk.add_stages(tx, STAGES)
    return bulk.add_dispositions(tx, DISPOSITIONS)


def write(store: Store, known: Iterable[Known], rng: Random) -> None:
    """All of it. The calls must be on file."""
    now, zone = store.now(), store.rules.zone
    with store.db.begin() as tx:
        ids = decide(tx)
        work = _after_calls(rng, bulk.past_calls(tx), {one.id: one for one in known}, ids, now, zone)
        notes = bulk.add_notes(tx, store.vault, work.notes)
        promises = bulk.add_follow_ups(tx, store.vault, work.promises)
        bulk.add_wrap_ups(
            tx,
            [
                bulk.PastWrapUp(
                    done.id,
                    done.lead_id,
                    done.person_id,
                    result,
                    done.ended_at,
                    until,
                    notes[noted] if noted >= 0 else None,
                    promises[promised] if promised >= 0 else None,
                )
                for done, result, until, noted, promised in work.ends
            ],
        )


def _after_calls(
    rng: Random,
    calls: Sequence[PastCall],
    known: Mapping[int, Known],
    ids: Mapping[str, int],
    now: datetime,
    zone: ZoneInfo,
) -> Work:
    work = Work()
    following = _next_calls(calls)
    open_with: dict[tuple[int, int], int] = {}
    for done in calls:
        label = _result(rng, done)
        if label is None:
            continue
        talked = done.outcome is Outcome.CONNECTED
        until = min(done.ended_at + timedelta(seconds=rng.uniform(8, 75)), following.get(done.id, now), now)
        noted = promised = -1
        if rng.random() < (NOTED if talked else NOTED_UNANSWERED):
            text = _text(rng, label if talked else None, known.get(done.lead_id))
            noted = len(work.notes)
            work.notes.append(bulk.PastNote(done.lead_id, done.person_id, until, text, done.id))
        if rng.random() < PROMISED.get(label, 0):
            promised = len(work.promises)
            pair = (done.person_id, done.lead_id)
            before = open_with.get(pair)
            if before is not None:  # promising the next one settles the one before
                work.promises[before] = _settled(work.promises[before], until)
            promise = _promise(rng, done, until, now, zone)
            work.promises.append(promise)
            if promise.state == "open":
                open_with[pair] = promised
        work.ends.append((done, ids[label], until, noted, promised))
    return work


def _next_calls(calls: Sequence[PastCall]) -> dict[int, datetime]:
    """When the same person's next call was over, less its length: their wrap-up ended before it."""
    last: dict[int, PastCall] = {}
    found: dict[int, datetime] = {}
    for one in calls:
        if before := last.get(one.person_id):
            began = one.ended_at - timedelta(seconds=one.talk_seconds + 2)
            found[before.id] = max(before.ended_at, began)
        last[one.person_id] = one
    return found


def _result(rng: Random, done: PastCall) -> str | None:
    """The disposition's label; None: the counselor chose none."""
    if done.outcome is Outcome.CONNECTED:
        if rng.random() >= WRAPPED:
            return None
        return OF_THE_PROVIDER.get(done.word or "") or leads.pick(rng, SHORT)
    if done.direction == "inbound" or rng.random() >= WRAPPED_UNANSWERED:
        return None
    words = _UNANSWERED.get(done.outcome)
    return rng.choice(words) if words else None


def _text(rng: Random, label: str | None, lead: Known | None) -> str:
    chosen = rng.choice(texts.NOTES[label] if label else texts.DIALLED)
    number = f"9{rng.randrange(10**4):04} {rng.randrange(10**5):05}"
    return chosen.format(
        programme=(lead and lead.programme) or "the course",
        city=(lead and lead.city) or "their town",
        phone=number,
    )


def _promise(rng: Random, done: PastCall, made: datetime, now: datetime, zone: ZoneInfo) -> bulk.PastFollowUp:
    due = _working(made, made + timedelta(hours=rng.choice((3, 22, 26, 47, 72, 96, 120, 168))), rng, zone)
    common = (done.lead_id, done.person_id, made, due, rng.choice(texts.WHY))
    if due > now:
        return bulk.PastFollowUp(*common, "open", call_id=done.id)
    if due > now - STILL_OPEN and rng.random() < NEGLECTED:
        return bulk.PastFollowUp(*common, "open", reminded_at=due, call_id=done.id)
    settled = max(made, min(due + timedelta(minutes=rng.uniform(-20, 90)), now))
    state = "cancelled" if rng.random() < 0.05 else "done"
    return bulk.PastFollowUp(*common, state, settled, due, done.id)


def _settled(promise: bulk.PastFollowUp, at: datetime) -> bulk.PastFollowUp:
    return promise._replace(state="done", done_at=at, reminded_at=promise.reminded_at or at)


def _working(after: datetime, at: datetime, rng: Random, zone: ZoneInfo) -> datetime:
    """The same day within working hours, on a quarter of an hour; Sunday becomes Monday, and what is not ``after``
    is a day later."""
    local = at.astimezone(zone)
    if local.weekday() == 6:
        local += timedelta(days=1)
    local = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
    if local.time() < _OPENS:
        local = local.replace(hour=10, minute=rng.choice((0, 15, 30, 45)))
    elif local.time() > _CLOSES:
        local = local.replace(hour=rng.choice((16, 17, 18)))
    if local <= after:
        local += timedelta(days=1)
    return local.astimezone(at.tzinfo)


def _by_day(at: datetime, rng: Random, zone: ZoneInfo) -> datetime:
    """What would be in the night is on the day after it."""
    local = at.astimezone(zone)
    if _OPENS <= local.time() <= _CLOSES:
        return at
    morning = local.replace(hour=10, minute=rng.randrange(60)) + timedelta(hours=rng.randrange(8))
    return (morning if local.time() < _OPENS else morning + timedelta(days=1)).astimezone(at.tzinfo)


def stage_changes(
    rng: Random, people: Iterable[tuple[int, leads.Prospect, int | None]], now: datetime, zone: ZoneInfo
) -> Iterator[bulk.PastChange]:
    """How leads came to the stage they are in, by day; ``people`` are (lead id, lead, owner's person id)."""
    for lead_id, one, owner in people:
        if owner is None or one.stage == STAGES[0].name:
            continue
        if one.stage in PATH:
            way = [step for step in PATH[: PATH.index(one.stage)] if rng.random() < 0.7] + [one.stage]
        else:
            way = [*(["Contacted"] if rng.random() < 0.8 else []), one.stage]
        span = now - one.created_at
        any_time = (one.created_at + span * rng.uniform(0.02, 0.95) for _ in way)
        moments = sorted(min(_by_day(at, rng, zone), now) for at in any_time)
        was: tuple[str, str | None] = (STAGES[0].name, None)
        for at, step in zip(moments, way, strict=True):
            last = step == one.stage
            reached = (step, one.sub_stage if last else None)
            yield bulk.PastChange(lead_id, owner, at, *was, *reached)
            was = reached
