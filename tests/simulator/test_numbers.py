from random import Random

import phonenumbers
import pytest

from simulator.numbers import FASHIONS, hidden, invent, last3, same, written


def test_invented_numbers_are_indian_mobiles():
    rng = Random(3)
    for _ in range(500):
        parsed = phonenumbers.parse(invent(rng))
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


@pytest.mark.parametrize("fashion", FASHIONS)
def test_every_fashion_is_the_same_number_to_a_reader(fashion: str):
    text = written("+919312345678", fashion)
    assert phonenumbers.format_number(
        phonenumbers.parse(text, "IN"), phonenumbers.PhoneNumberFormat.E164
    ) == ("+919312345678")


def test_a_foreign_number_keeps_its_form():
    assert written("+14155550100", "0") == "+14155550100"


@pytest.mark.parametrize("other", ["09312345678", "9312345678", "919312345678", "+91 93123 45678"])
def test_a_telephone_is_recognised_in_any_fashion(other: str):
    assert same("+919312345678", other)


@pytest.mark.parametrize(
    ("one", "other"), [("client:asha", "client:ravi"), ("+919312345678", "+919312345679"), ("101", "9101")]
)
def test_different_seats_stay_different(one: str, other: str):
    assert not same(one, other)


def test_no_full_number_is_ever_shown():
    shown = hidden({"From": "09312345678", "call_id": "sim-1", "Legs": [{"Number": "+919312345678"}], "n": 5})
    assert shown == {"From": "••678", "call_id": "sim-1", "Legs": [{"Number": "••678"}], "n": 5}
    assert last3("+919312345678") == "••678"
