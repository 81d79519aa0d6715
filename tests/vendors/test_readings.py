"""What a provider's text means."""

from datetime import UTC, datetime

import pytest

from ingest.contract import ConnectionInfo
from ingest.readings import Reading, given, moment, number, seat, seconds

TEN = datetime(2024, 6, 20, 4, 30, tzinfo=UTC)  # ten o'clock in Kolkata


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-20 10:00:00",
        "2024-06-20T10:00:00",
        "2024-06-20 10:00:00+05:30",
        "2024-06-20T04:30:00Z",
        "2024-06-20T04:30:00.000Z",
        "20-06-2024 10:00:00",
        "20/06/2024 10:00",
        "2024/06/20 10:00:00",
        "20/06/2024 10:00:00 AM",
        "20240620100000",
        "Thu, 20 Jun 2024 04:30:00 +0000",
        "Thu, 20 Jun 2024 10:00:00",
        "20 Jun 2024 04:30:00 GMT",
        "1718857800",
        "1718857800000",
        "1718857800.0",
        " 2024-06-20 10:00:00 ",
    ],
)
def test_moments(text: str) -> None:
    assert moment(text, "Asia/Kolkata") == TEN


def test_a_time_without_offset_is_the_connections() -> None:
    assert moment("2024-06-20 10:00:00", "Asia/Singapore") == datetime(2024, 6, 20, 2, 0, tzinfo=UTC)
    assert moment("2024-01-15 10:00:00", "Europe/London") == datetime(2024, 1, 15, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "null",
        "None",
        "[StartTime]",
        "{{start}}",
        "--A--start--B--",
        "0000-00-00 00:00:00",
        "00-00-0000 00:00:00",
        "1970-01-01 05:30:00",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31 23:59:59",
        "0",
        "000000000",
    ],
)
def test_moments_that_were_not_told(text: str | None) -> None:
    assert moment(text, "Asia/Kolkata") is None


@pytest.mark.parametrize(
    "text", ["soon", "2024-06-20", "10:00:00", "2024-02-31 10:00:00", "12", "1e9", "٢٠٢٤"]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        moment(text, "Asia/Kolkata")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("84", 84),
        ("84.9", 84),
        ("01:24", 84),
        ("0:01:24", 84),
        (" 84 ", 84),
        ("0", 0),
        ("null", None),
        ("", None),
    ],
)
def test_seconds(text: str, expected: int | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["-1", "-nan", "inf", "1e9", "172801", "a minute", "1::", "9" * 30])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9876543210", "+919876543210"),
        ("09876543210", "+919876543210"),
        ("919876543210", "+919876543210"),
        ("+91 98765-43210", "+919876543210"),
        ("sip:+919876543210@host", "+919876543210"),
        ("tel:+919876543210", "+919876543210"),
        ("56161", "56161"),
        ("0XXXXXX4890", None),
        ("98******10", None),
        ("Anonymous", None),
        ("client:asha", None),
        ("null", None),
        (None, None),
    ],
)
def test_numbers(text: str | None, expected: str | None) -> None:
    assert number(text, "IN") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09876543210", "+919876543210"),
        ("1001", "1001"),
        ("client:Asha_7", "client:Asha_7"),
        ("sip:Asha@pbx", "sip:Asha@pbx"),
        ("Asha.Rao@Example.EDU", "asha.rao@example.edu"),
        ("Extension-06", "Extension-06"),
        ("", None),
        ("None", None),
    ],
)
def test_seats(text: str, expected: str | None) -> None:
    assert seat(text, "IN") == expected


def test_a_seat_is_never_matched_by_its_last_ten_digits() -> None:
    assert seat("449876543210", "IN") != seat("9876543210", "IN")


@pytest.mark.parametrize("text", ["Asha", "[draft] x", "{x} y", "0", "false", "50%"])
def test_real_words_are_kept(text: str) -> None:
    assert given(text) == text


def test_a_reading_counts_what_it_cannot_read_and_hides_numbers() -> None:
    reading = Reading({"start": "at noon", "length": "call 9876543210"}, ConnectionInfo(1, "main", "open"))
    assert reading.moment("start") is None
    assert reading.seconds("length") is None
    assert reading.unknown == [("start", "at noon"), ("length", "call …")]
    assert reading.words("start", "length", "missing") == "at noon / call …"


@pytest.mark.parametrize(
    "told", ["rang 98111 00001", "x" * 50 + " 98111 00001", "+91-98111-00001", "(981) 110 0001"]
)
def test_a_word_nobody_knows_shows_no_number(told: str) -> None:
    reading = Reading({}, ConnectionInfo(1, "c", "v"))
    reading.puzzled("status", told)
    ((_, word),) = reading.unknown
    assert sum(sign.isdigit() for sign in word) <= 3
    assert len(word) <= 60


def test_the_rest_is_bounded_and_holds_no_secret() -> None:
    told = {f"k{i}": "x" * 999 for i in range(99)} | {
        "Apikey": "s",
        "x-token": "s",
        "password": "s",
        "empty": "null",
    }
    rest = Reading(told, ConnectionInfo(1, "main", "open")).rest(["k0"])
    assert len(rest) == 40
    assert "k0" not in rest
    assert {len(text) for text in rest.values()} == {200}
    assert Reading({"Apikey": "s", "x-token": "s"}, ConnectionInfo(1, "main", "open")).rest([]) == {}
