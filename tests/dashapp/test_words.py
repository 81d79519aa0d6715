"""Durations, ages and names in the words of the product."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashapp.components import words

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # 00:30 on Tuesday in Kolkata


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1m 00s"),
        (252, "4m 12s"),
        (3599, "59m 59s"),
        (3840, "1h 04m"),
    ],
)
def test_durations(seconds: int | None, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=26), "26 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_ages(ago: timedelta, said: str) -> None:
    assert words.age(NOW - ago, NOW) == said


def test_days_are_those_of_the_zone() -> None:
    assert words.moment(NOW - timedelta(minutes=10), NOW, ZONE) == "today 00:20"
    assert words.moment(NOW - timedelta(hours=1), NOW, ZONE) == "yesterday 23:30"
    assert words.moment(NOW - timedelta(days=3), NOW, ZONE) == "Sat 21 Nov"
    assert words.full(NOW, ZONE) == "Tue 24 Nov 2026, 00:30:00 IST"


def test_day_heads() -> None:
    today = date(2026, 11, 23)
    assert words.day(today, today) == "Today"
    assert words.day(date(2026, 11, 22), today) == "Yesterday"
    assert words.day(date(2026, 11, 21), today) == "Saturday 21 November"
    assert words.day(date(2025, 12, 31), today) == "Wednesday 31 December 2025"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ananya Kulkarni", "AK"),
        ("Mohammed Irfan Shaikh", "MS"),
        ("Madonna", "M"),
        ("Unknown caller ••321", "?"),
        ("Withheld number", "?"),
        ("", "?"),
        ("••• 12", "?"),
        ("Śrī Lakṣmī", "ŚL"),
    ],
)
def test_initials(name: str, said: str) -> None:
    assert words.initials(name) == said


def test_lists_of_names() -> None:
    assert words.join([]) == ""
    assert words.join(["Sana"]) == "Sana"
    assert words.join(["you", "Sana"]) == "you and Sana"
    assert words.join(["you", "Sana", "Vikram", "Dev", "Ritika"]) == "you, Sana and 3 more"
    assert [words.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21, 113)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "113th",
    ]  # fmt: skip
