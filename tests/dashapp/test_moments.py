"""A lead's story in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashapp.components.moments import moments, what_cleared
from models.rules.call import Direction, MissReason, Outcome
from models.store.timeline import CallMoment, ClearedMoment, Moment, OpenedMoment, Ring
from models.store.timeline_work import DialMoment, MergeMoment, NoteMoment, PromiseMoment, StageMoment
from tests.dashapp.drawn import plain, text

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

CALL = CallMoment(
    at=NOW - timedelta(minutes=5),
    call_id=1,
    direction=Direction.INBOUND,
    over=True,
    outcome=Outcome.AGENT_MISSED,
    talk_seconds=None,
    ring_seconds=22,
    by=None,
    by_me=False,
    connection="Main line",
    did="Helpline",
    campaign=None,
    disposition=None,
    entry="missed",
    entry_state="open",
    reason="no_answer",
    rings=[
        Ring("Asha Kulkarni", me=True, answered=False, seconds=22, reason=MissReason.BUSY),
        Ring("Ravi Deshmukh", me=False, answered=False, seconds=None, reason=MissReason.AWAY),
    ],
)
CLEARED = ClearedMoment(NOW, ["missed"], "Ravi Deshmukh", False, "popup", for_me=True, colleagues=1)


def said(*story: Moment) -> str:
    return text(plain(moments(list(story), NOW, ZONE)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Missed inbound rang you 22 s, Ravi Deshmukh · still open"),
        ({"entry_state": "cleared"}, "Missed inbound rang you 22 s, Ravi Deshmukh"),
        ({"outcome": Outcome.CANCELLED}, "rang you 22 s, Ravi Deshmukh · caller hung up"),
        ({"rings": []}, "Missed inbound nobody was rung"),
        ({"rings": CALL.rings * 2}, "rang 4 counselors"),
        ({"direction": None}, "Missed inbound"),
        ({"direction": Direction.OUTBOUND, "outcome": Outcome.BUSY, "by": "Asha", "by_me": True}, "Busy you called · rang 22 s"),
        ({"direction": Direction.CAMPAIGN, "outcome": Outcome.NO_ANSWER, "campaign": "CSE early"}, "No answer campaign “CSE early” · rang 22 s"),
        ({"over": False, "outcome": None}, "Ringing now inbound · Main line"),
        ({"outcome": Outcome.UNKNOWN, "direction": Direction.OUTBOUND, "entry": None, "entry_state": None}, "Outcome unknown outbound"),
        ({"outcome": Outcome.CONNECTED, "talk_seconds": 408, "by": "Asha", "by_me": True, "entry": None, "disposition": "Interested"}, "Connected 6m 48s you answered · Interested"),
        ({"outcome": Outcome.CONNECTED, "talk_seconds": 151, "by": "Vikram", "entry": "pending"}, "Pending talked 2m 31s with Vikram, profile not opened yet"),
        ({"outcome": Outcome.CONNECTED, "talk_seconds": 151, "by": "Vikram", "entry": "pending", "entry_state": "cleared"}, "Connected 2m 31s Vikram answered · profile opened later"),
    ],
)  # fmt: skip
def test_calls(changed: dict[str, object], words: str) -> None:
    assert words in said(replace(CALL, **changed))  # type: ignore[arg-type]


def test_why_nobody_picked_up() -> None:
    told = said(CALL)
    assert "On another call: you" in told
    assert "Away: Ravi Deshmukh" in told


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Missed call cleared by Ravi Deshmukh, from the pop-up"),
        ({"by_me": True, "how": "link"}, "Missed call cleared for you and 1 colleague, by opening this page"),
        ({"by_me": True, "colleagues": 0}, "cleared for you, from the pop-up"),
        ({"by_me": True, "for_me": False, "colleagues": 3}, "cleared for 3 colleagues"),
        ({"kinds": ["pending"]}, "Pending call cleared"),
    ],
)
def test_clearings(changed: dict[str, object], words: str) -> None:
    assert words in said(replace(CLEARED, **changed))  # type: ignore[arg-type]


def test_how_many_were_cleared() -> None:
    assert what_cleared(2, 0) == "2 missed calls cleared"
    assert what_cleared(2, 1) == "2 missed calls and 1 pending call cleared"


def test_my_own_look_just_now_is_not_news() -> None:
    mine = OpenedMoment(NOW, "Asha", by_me=True, how="link")
    hers = OpenedMoment(NOW - timedelta(hours=1), "Meera Joshi", by_me=False, how="board")
    assert said(mine, CALL).startswith("Today Missed")
    assert "Profile opened by Meera Joshi from the board" in said(mine, CALL, hers)
    assert "Nothing has happened yet" in said(mine)


def test_days_are_headed() -> None:
    older = replace(CALL, at=NOW - timedelta(days=2))
    assert said(CALL, older).index("Today") < said(CALL, older).index("Saturday 21 November")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NoteMoment(NOW, "Ravi", False, "Wants the hostel fee"), "Note by Ravi 14:30 Wants the hostel fee"),
        (NoteMoment(NOW, "Asha", True, "x"), "Note by you"),
        (PromiseMoment(NOW, "Asha", True, "open", NOW, "fee", "Ravi"), "Follow-up promised for Mon 23 Nov, 14:30, for Ravi · by you 14:30 fee"),
        (PromiseMoment(NOW, "Ravi", False, "done", NOW, "", None), "Follow-up done of Mon 23 Nov, 14:30 · by Ravi"),
        (StageMoment(NOW, None, False, "Enquiry", "Applied › Fee due"), "Stage Enquiry → Applied › Fee due · by another system"),
        (MergeMoment(NOW, "Asha", True, "Ananya K", {"call": 2, "note": 1, "turn": 3}), "Merged “Ananya K” became part of this lead, by you 14:30 With it came 2 calls and 1 note."),
        (DialMoment(NOW, "Asha", True, "refused", "no_balance"), "Call not placed you dialled 14:30 The account at the provider is empty."),
        (DialMoment(NOW, "Ravi", False, "unknown", None), "Call unknown Ravi dialled 14:30 The provider told nothing of this call."),
    ],
)  # fmt: skip
def test_what_people_did(moment: Moment, words: str) -> None:
    assert words in said(moment)
