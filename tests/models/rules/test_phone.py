"""Numbers: read as libphonenumber reads them, masked so that nothing can be rebuilt."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.rules import phone
from models.rules.phone import e164, looks_like_seat, mask, seat_label


@pytest.mark.parametrize(
    "raw",
    [
        "9876543210",
        "09876543210",
        "919876543210",
        "+919876543210",
        "00919876543210",
        "0919876543210",
        " 98765 43210 ",
        "98765-43210",
        "+91 (98765) 43210",
        "(+91) 98765 43210",
        "+91 (0) 98765 43210",
        "+91.98765.43210",
        "tel:+91-98765-43210",
        "TEL:9876543210",
        "\u202a+91 98765 43210\u202c",
        "९८७६५४३२१०",
        "\uff0b919876543210",
    ],
)
def test_one_indian_mobile_in_every_way_it_is_written(raw: str) -> None:
    assert e164(raw, "IN") == "+919876543210"


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("9123456789", "IN", "+919123456789"),  # begins like the country code and is none
        ("919123456789", "IN", "+919123456789"),
        ("08047112233", "IN", "+918047112233"),
        ("02222881234", "IN", "+912222881234"),
        ("1600123456", "IN", "+911600123456"),
        ("18001234567", "IN", "+9118001234567"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("+442079460000", "IN", "+442079460000"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("+15551234567", "IN", "+15551234567"),  # no such exchange yet, but a possible number
        ("+971501234567", "IN", "+971501234567"),
    ],
)
def test_other_numbers(raw: str, country: str, number: str) -> None:
    assert e164(raw, country) == number
    assert e164(number, country) == number


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "   ", "null", "None", "unknown", "anonymous", "Restricted", "-", "+", "0", "0000000000",
        "client:asha", "sip:101@pbx.example.test", "asha@example.test", "Extension-06", "Ext 101",
        "agent_7", "98XXXXXX21", "98******21", "9876543210x12", "9876543210;ext=5",
        "100", "139", "1909", "56767", "2001", "12345678", "1", "987654321", "98765432101", "1" * 41,
        "9876543210, 9876543211", "9876543210/9876543211", "<script>", "=9876543210", "\"9876543210\"",
    ],
)  # fmt: skip
def test_what_is_no_subscriber_s_number(raw: str | None) -> None:
    assert e164(raw, "IN") is None


def test_never_the_last_ten_digits() -> None:
    numbers = {e164(raw, "IN") for raw in ("+919876543210", "+19876543210", "+449876543210", "9876543210")}
    assert len(numbers - {None}) == 2 + ("+449876543210" in numbers)
    assert e164("559876543210", "IN") != "+919876543210"


@given(st.from_regex(phone._INDIAN_MOBILE, fullmatch=True))
@settings(max_examples=1500, deadline=None)
def test_the_quick_way_agrees_with_libphonenumber(raw: str) -> None:
    assert e164(raw, "IN") == phone._parsed(raw, "IN")


@given(
    st.from_regex(r"\A[6-9][0-9]{9}\Z"),
    st.sampled_from(["", "0", "91", "+91", "0091", "+91 ", "tel:+91", "(+91) ", "+91-"]),
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(" -.()")), max_size=3),
)
@settings(max_examples=500, deadline=None)
def test_however_it_is_written_it_is_one_number(
    digits: str, prefix: str, marks: list[tuple[int, str]]
) -> None:
    written = digits
    for place, mark in marks:
        written = written[:place] + mark + written[place:]
    assert e164(prefix + written, "IN") == "+91" + digits


@given(st.text(max_size=45))
@settings(max_examples=500, deadline=None)
def test_whatever_is_sent_the_answer_is_e164_or_nothing(raw: str) -> None:
    number = e164(raw, "IN")
    assert number is None or (number[0] == "+" and number[1:].isascii() and number[1:].isdigit())
    assert number is None or e164(number, "IN") == number


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+919876543321", "+91 ••••• ••321"),
        ("+12024561111", "+1 ••••• ••111"),
        ("+971501234567", "+971 ••••• ••567"),
        ("+442079460000", "+44 ••••• ••000"),
        ("+9118001234567", "+91 ••••• ••567"),
        ("9876543321", "••••• ••321"),
        ("2001", "••••• ••"),
        ("+9711234", "+971 ••••• ••"),
        ("+\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2", "••••• ••"),
        ("", "••••• ••"),
        ("client:asha", "••••• ••"),
    ],
)
def test_mask(number: str, masked: str) -> None:
    assert mask(number) == masked


@given(st.text(max_size=40) | st.from_regex(r"\A\+?[0-9]{0,15}\Z"))
@settings(max_examples=500, deadline=None)
def test_a_mask_shows_three_digits_and_a_country_at_most(number: str) -> None:
    shown = mask(number)
    prefix, _, tail = shown.rpartition("••••• ••")
    assert len(tail) in (0, 3)
    assert prefix == "" or (prefix[0] == "+" and prefix[-1] == " " and len(prefix) <= 5)
    hidden = sum(c.isdecimal() for c in number) - sum(c.isdecimal() for c in shown)
    assert hidden >= 4 or not tail


@pytest.mark.parametrize(
    "raw", ["client:asha", "sip:101@pbx", "SIPS:x@y", "Extension-06", "ext 5", "a@b.c", "2001"]
)
def test_seats(raw: str) -> None:
    assert looks_like_seat(raw)
    assert e164(raw, "IN") is None


@pytest.mark.parametrize("raw", ["9876543210", "+919876543210", "022 2288 1234"])
def test_phones_are_no_seats(raw: str) -> None:
    assert not looks_like_seat(raw)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("2044", "2044"),
        ("Extension-06", "Extension-06"),
        ("client:asha", "client:asha"),
        ("asha.kulkarni@example.org", "asha.kulkarni@example.org"),
        ("sip:101@pbx.example.org", "sip:101@pbx.example.org"),
        ("+919876543321", "+91 ••••• ••321"),
        ("9876543321", "••••• ••321"),
        ("sip:+919876543321@pbx", "sip:+••••• ••321@pbx"),
        ("client:9876543321", "client:••••• ••321"),
        ("98765 43321", "••••• ••321"),
        ("a" * 120, "a" * 59 + "…"),
    ],
)
def test_of_a_seat_only_numbers_are_hidden(address: str, shown: str) -> None:
    assert seat_label(address) == shown


@given(st.text(max_size=20), st.integers(6_000_000_000, 9_999_999_999), st.text(max_size=90))
@settings(max_examples=200, deadline=None)
def test_no_number_hides_in_a_seat(before: str, number: int, after: str) -> None:
    assume(not before[-1:].isdecimal() and not before.endswith(("%", "u")) and not after[:1].isdecimal())
    shown = seat_label(f"{before}{number}{after}")
    assert str(number) not in shown
    assert len(shown) <= 60
