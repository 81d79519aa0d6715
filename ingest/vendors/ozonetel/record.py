"""What Ozonetel says of a call that is over: the summary callback, and the rows of its call detail report.

Both tell each side's status by itself. The report's times are clock times beside a date, and its ``Duration`` is
the whole call where the callback's is the talk.
"""

from datetime import datetime, timedelta

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.vendors.ozonetel.fields import Told
from ingest.vendors.ozonetel.words import (
    AGENTS,
    CUSTOMERS,
    DIALLED,
    HANGUPS,
    NOT_DISPOSED,
    WHOLE,
    direction,
    looked_up,
    side,
)
from models.rules.call import Direction, Kind, Outcome

_READ = (
    "monitorucid",
    "callid",
    "ucid",
    "uui",
    "did",
    "callerid",
    "e164",
    "starttime",
    "endtime",
    "calldate",
    "pickuptime",
    "timetoanswer",
    "talktime",
    "customerringtime",
    "callduration",
    "dialednumber",
    "type",
    "calltype",
    "agentphonenumber",
    "disposition",
    "hangupby",
    "status",
    "audiofile",
    "callaudio",
    "dialstatus",
    "agentstatus",
    "agentdialstatus",
    "customerstatus",
    "customerdialstatus",
    "username",
)


def record(reading: Told, call_id: str, delivery: Delivery) -> Parsed:
    """One record: of the whole call, or of the agent it names (a call that hunts has one for each)."""
    towards = direction(reading)
    agent = side(reading, AGENTS, "agentstatus", "agentdialstatus")
    seat = None if agent is Outcome.ABANDONED else reading.seat("agentid", "agentphonenumber")
    talk, total, read = _durations(reading)
    outcome = _outcome(reading, towards, agent, seat, talk)
    connected = outcome is Outcome.CONNECTED
    started_at = reading.on_the_day("starttime")
    ended_at = reading.on_the_day("endtime", started_at)
    named = () if seat is None else ("agentid",)
    is_campaign = towards is Direction.CAMPAIGN
    extra = reading.rest((*_READ, *read, *named, *(("campaignname",) if is_campaign else ())))
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=delivery.received_at,
        at=ended_at,
        leg=reading.text("ucid"),
        seat=seat,
        direction=towards,
        customer=reading.number("e164", "callerid"),
        did=reading.number("did"),
        campaign=reading.text("campaignname") if is_campaign else None,
        intent=reading.text("uui") if towards in (Direction.OUTBOUND, Direction.CAMPAIGN) else None,
        started_at=started_at,
        answered_at=_answered_at(reading, started_at) if connected else None,
        ended_at=ended_at,
        talk_seconds=talk if connected else None,
        ring_seconds=None if connected else reading.seconds("customerringtime") or None,
        total_seconds=total,
        outcome=outcome,
        hung_up_by=looked_up(reading, HANGUPS, "hangupby"),
        recording=reading.text("audiofile", "callaudio", limit=2000),
        disposition=_disposition(reading, extra),
        words=reading.words("status", *_statuses(reading)),
        extra=extra,
    )
    return Parsed((event,), tuple(reading.unknown))


def _statuses(reading: Told) -> tuple[str, ...]:
    pairs = (("customerstatus", "customerdialstatus"), ("agentstatus", "agentdialstatus"), ("dialstatus",))
    return tuple(next((name for name in names if reading.text(name)), names[0]) for names in pairs)


def _outcome(
    reading: Told, towards: Direction | None, agent: Outcome | None, seat: str | None, talk: int | None
) -> Outcome | None:
    """Connected means that both sides were on the line; neither side's "answered" is enough."""
    customer = side(reading, CUSTOMERS, "customerstatus", "customerdialstatus")
    dialled = side(reading, DIALLED, "dialstatus")
    whole = looked_up(reading, WHOLE, "status")
    if towards is Direction.INBOUND:
        if agent is None and dialled is not None:
            agent = Outcome.AGENT_MISSED if dialled is Outcome.NO_ANSWER else dialled
        ended = _inbound(agent, customer, seat, talk)
    elif towards is None:
        both = agent is Outcome.CONNECTED and customer is Outcome.CONNECTED
        return Outcome.CONNECTED if both else Outcome.UNKNOWN
    else:
        ended = _placed(agent, customer or dialled, towards)
    if ended is not None or not reading.text("status"):
        return ended
    if whole is None or (whole and not talk):
        return Outcome.UNKNOWN  # somebody answered, and nobody says who
    if whole:
        return Outcome.CONNECTED
    if towards is Direction.INBOUND:
        return Outcome.AGENT_MISSED if seat else Outcome.NO_ANSWER
    return None


def _inbound(
    agent: Outcome | None, customer: Outcome | None, seat: str | None, talk: int | None
) -> Outcome | None:
    if agent is Outcome.CONNECTED:
        # A caller who "did not answer" contradicts the agent who talked with him, unless somebody timed the talk.
        agreed = customer in (None, Outcome.CONNECTED) or bool(talk)
        return Outcome.CONNECTED if agreed else Outcome.UNKNOWN
    if agent is Outcome.ABANDONED:
        return Outcome.NO_ANSWER  # the call never got as far as an agent
    if agent is Outcome.AGENT_MISSED and seat is None:
        return Outcome.NO_ANSWER
    return agent


def _placed(agent: Outcome | None, customer: Outcome | None, towards: Direction) -> Outcome | None:
    if customer is not None and customer is not Outcome.CONNECTED:
        agent_first = towards is Direction.OUTBOUND and agent is Outcome.AGENT_MISSED
        return Outcome.AGENT_MISSED if agent_first else customer
    if customer is None and agent is not Outcome.AGENT_MISSED:
        return None if agent is not Outcome.UNKNOWN else agent
    # The lead had answered, and was gone before an agent picked up.
    return Outcome.ABANDONED if agent is Outcome.CANCELLED else agent


def _durations(reading: Told) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Talk and whole call in seconds, and which fields told them.

    ``Duration`` beside ``CallDuration`` is the talk, beside ``TalkTime`` the whole call. By itself it may be
    either, for documents and captures contradict each other: then it stays a word of the vendor's.
    """
    if reading.text("talktime"):
        return reading.seconds("talktime"), reading.seconds("duration"), ("duration",)
    if reading.text("callduration"):
        return reading.seconds("duration"), reading.seconds("callduration"), ("duration",)
    return None, None, ()


def _answered_at(reading: Told, started_at: datetime | None) -> datetime | None:
    """Told as a time, or as the seconds from the start of the call to the agent's answer."""
    if reading.text("pickuptime"):
        return reading.on_the_day("pickuptime", started_at)
    waited = reading.seconds("timetoanswer")
    return None if started_at is None or waited is None else started_at + timedelta(seconds=waited)


def _disposition(reading: Told, extra: dict[str, str]) -> str | None:
    told = reading.text("disposition")
    if told is not None and told.lower().startswith(NOT_DISPOSED):
        extra["Disposition"] = told
        return None
    return told
