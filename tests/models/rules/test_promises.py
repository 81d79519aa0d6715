"""When to call again: the choices offered, and the times that can be typed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.promises import BadMoment, presets, read

INDIA = ZoneInfo("Asia/Kolkata")
MONDAY = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)  # 14:40 in India


def said(now: datetime, zone: ZoneInfo = INDIA) -> dict[str, str]:
    return {each.label: f"{each.at:%a %H:%M}" for each in presets(now, zone)}


def test_choices_in_the_institutions_words() -> None:
    assert said(MONDAY) == {
        "Later today": "Mon 17:00",
        "Tomorrow": "Tue 10:00",
        "In 3 days": "Thu 10:00",
        "Next week": "Mon 10:00",
    }
    assert "Later today" not in said(MONDAY + timedelta(hours=4))
    assert "Next week" not in said(MONDAY - timedelta(days=1)), "on a Sunday that is tomorrow"


@given(st.integers(0, 2 * 365 * 86_400))
def test_every_choice_can_be_saved_and_none_is_there_twice(later: int) -> None:
    now = MONDAY + timedelta(seconds=later)
    for zone in (INDIA, ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns")):
        found = presets(now, zone)
        moments = [each.at for each in found]
        assert moments == sorted(set(moments), key=moments.index)
        for each in found:
            assert each.at > now
            assert read(each.at.replace(tzinfo=None).isoformat(), zone, now) == each.at


def test_a_typed_time_is_the_institutions() -> None:
    assert read("2026-11-24T17:30", INDIA, MONDAY) == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    just_now = MONDAY.astimezone(INDIA).replace(tzinfo=None)
    later = MONDAY + timedelta(minutes=3)
    assert read(just_now.isoformat(timespec="minutes"), INDIA, later) <= later


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "cannot be read"),
        ("tomorrow", "cannot be read"),
        ("2026-11-24T17:30+05:30", "institution's zone"),
        ("2026-11-23T14:00", "in the past"),
        ("2028-01-01T10:00", "a year away"),
    ],
)
def test_a_time_that_cannot_be(typed: str, why: str) -> None:
    with pytest.raises(BadMoment, match=why):
        read(typed, INDIA, MONDAY)


def test_an_hour_the_clocks_skip() -> None:
    now = datetime(2026, 3, 28, 9, tzinfo=UTC)
    with pytest.raises(BadMoment, match="does not exist"):
        read("2026-03-29T02:30", ZoneInfo("Europe/Berlin"), now)
