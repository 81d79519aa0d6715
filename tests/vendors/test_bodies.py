"""Bytes to fields: every dress a body comes in."""

import pytest

from ingest.bodies import MAX_FIELDS, MAX_TEXT, clean, form_pairs, read
from ingest.contract import Delivery, Door, Unreadable
from tests.vendors.library import BASE, HEARD

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def fields(body: bytes = b"", content_type: str = "", query: bytes = b"") -> dict[str, str]:
    return read(
        Delivery(
            door=Door.STATUS,
            method="POST",
            url=BASE + "status",
            query=query,
            headers={},
            content_type=content_type,
            body=body,
            received_at=HEARD,
        )
    )


@pytest.mark.parametrize("content_type", ["", JSON, FORM, "text/plain", "multipart/form-data", "nonsense"])
@pytest.mark.parametrize("body", [b'{"a": "1"}', b' \n{"a":1}', b"a=1", b"\xef\xbb\xbfa=1", b"a=1&"])
def test_the_label_does_not_matter(body: bytes, content_type: str) -> None:
    assert fields(body, content_type) == {"a": "1"}


def test_json_values_are_told_as_text() -> None:
    told = fields(
        b'{"int":1,"big":90071992547409931,"float":1.50,"yes":true,"no":false,"nothing":null,"nan":NaN}'
    )
    assert told == {
        "int": "1",
        "big": "90071992547409931",
        "float": "1.50",
        "yes": "true",
        "no": "false",
        "nothing": "",
        "nan": "",
    }


def test_nested_json_is_written_as_php_forms_write_it() -> None:
    assert fields(b'{"Legs":[{"Status":"busy"},{"Status":"ok"}],"who":{"name":"x"}}') == {
        "Legs[0][Status]": "busy",
        "Legs[1][Status]": "ok",
        "who[name]": "x",
    }


def test_what_nests_deeper_than_anybody_needs_is_left_out() -> None:
    assert fields(b'{"x":"1","a":' + b"[" * 20 + b"1" + b"]" * 20 + b"}") == {"x": "1"}


def test_the_body_is_told_over_the_query_but_an_empty_value_hides_nothing() -> None:
    assert fields(b"a=2&b=", FORM, query=b"a=1&b=1&c=1") == {"a": "2", "b": "1", "c": "1"}


def test_multipart_fields_are_read_and_files_are_not() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n2\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="r.mp3"\r\n\r\nbytes\r\n--x--\r\n'
    )
    assert fields(body, 'multipart/form-data; boundary="x"') == {"a": "1\r\n2"}


@pytest.mark.parametrize("raw", ["José", "naïve ☎"])
def test_utf_8_is_read(raw: str) -> None:
    assert fields(f'{{"a":"{raw}"}}'.encode()) == {"a": raw}


def test_latin_1_is_read_when_it_is_no_utf_8() -> None:
    assert fields('{"a":"José"}'.encode("latin-1")) == {"a": "José"}
    assert fields(b"a=Jos%E9") == {"a": "José"}


def test_text_fit_for_any_database() -> None:
    assert clean("\0a\0b ") == "ab"
    assert clean("x\ud800y").encode() == "x�y".encode()
    assert clean("\ud83d\ude00") == "😀"
    assert len(clean("é" * 9999)) == MAX_TEXT


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no fields"),
        (b"   ", "no fields"),
        (b"[]", "not an object"),
        (b"{}", "no fields"),
        (b'{"a":', "broken"),
        (b"<x a='1'/>", "XML"),
        (b"hello", "neither JSON nor a form"),
        (b'{"a":' + b"[" * 100_000 + b"}", "nested too deeply"),
        (b"&".join(b"f%d=1" % i for i in range(MAX_FIELDS + 1)), "More than"),
        (b"{" + b",".join(b'"f%d":1' % i for i in range(MAX_FIELDS + 1)) + b"}", "More than"),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n", "multipart"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        fields(body, "multipart/form-data; boundary=x" if body.startswith(b"--") else "")


def test_json_labelled_json_but_truly_a_scalar() -> None:
    for body in (b'"text"', b"12", b"null", b"true"):
        with pytest.raises(Unreadable):
            fields(body, JSON)


def test_form_pairs_keep_every_pair() -> None:
    assert form_pairs(b"b=2&a=&b=1&b=2") == [("b", "2"), ("a", ""), ("b", "1"), ("b", "2")]
