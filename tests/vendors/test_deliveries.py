"""Every delivery file of every vendor, and everything that may happen to a delivery on its way."""

import json
from dataclasses import replace

import pytest

from ingest.contract import Door, Parsed, Unreadable
from models.rules.call import Outcome
from tests.vendors.library import Case, cases, name, reading_of, word_fields

every = pytest.mark.parametrize("case", cases(), ids=name)


def parsed_or_none(case: Case) -> Parsed | None:
    try:
        return case.parse()
    except Unreadable:
        return None


@every
def test_it_is_read_as_expected(case: Case, request: pytest.FixtureRequest) -> None:
    said = reading_of(case)
    if request.config.getoption("--write-expected", default=False):
        case.expected.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert said == json.loads(case.expected.read_text("utf-8"))


@every
def test_the_file_says_why_it_is_here_and_whence(case: Case) -> None:
    assert case.told["why"].endswith((".", "?"))
    assert case.told["source"]


@pytest.mark.parametrize(
    "case", [case for case in cases() if case.delivery.door is not Door.PULLED], ids=name
)
def test_it_is_let_in(case: Case) -> None:
    assert case.parser.verify(case.delivery, case.connection)


@every
def test_read_twice_it_says_the_same(case: Case) -> None:
    assert reading_of(case) == reading_of(case)


@every
def test_json_form_and_query_say_the_same(case: Case) -> None:
    flat = case.flat()
    if flat is None:
        return  # nothing in it can be read, in any dress
    assert reading_of(case.telling(flat)) == reading_of(case)


@every
def test_any_field_may_be_missing(case: Case) -> None:
    flat = case.flat() or {}
    for missing in flat:
        parsed = parsed_or_none(case.telling({key: text for key, text in flat.items() if key != missing}))
        if parsed is not None:
            assert all(event.provider_call_id for event in parsed.events)


@every
@pytest.mark.parametrize("junk", ["", "null", "[x]", "0", "-1", "\x00", "9" * 400, "<b>", "٣", "1e999", "😀"])
def test_any_field_may_be_junk(case: Case, junk: str) -> None:
    flat = case.flat() or {}
    for spoiled in flat:
        parsed_or_none(case.telling(flat | {spoiled: junk}))


def told_words() -> list[tuple[Case, str]]:
    found = []
    for case in cases():
        flat = case.flat()
        if flat is None or not (read := parsed_or_none(case)) or not read.events:
            continue
        field = next((field for field in word_fields(case.vendor) if flat.get(field)), None)
        if field is not None:
            found.append((case, field))
    return found


@pytest.mark.parametrize(
    ("case", "field"), told_words(), ids=lambda one: name(one) if isinstance(one, Case) else one
)
def test_an_unknown_word_is_counted_and_never_guessed(case: Case, field: str) -> None:
    flat = case.flat() or {}
    before = case.parse()
    after = case.telling(flat | {field: "flurb"}).parse()
    assert (field, "flurb") in after.unknown_words
    # What other fields tell for themselves still holds; the word adds nothing to it.
    allowed = {None, Outcome.UNKNOWN, *(event.outcome for event in before.events)}
    assert {event.outcome for event in after.events} <= allowed


@every
def test_it_fits_the_columns_it_is_kept_in(case: Case) -> None:
    parsed = parsed_or_none(case)
    for event in parsed.events if parsed else ():
        assert 0 < len(event.provider_call_id) <= 120
        assert len(event.did or "") <= 24
        assert len(event.campaign or "") <= 120
        assert len(event.intent or "") <= 120
        assert len(event.disposition or "") <= 120
        assert len(event.extra) <= 45
        assert all(len(text) <= 200 for text in event.extra.values())
    for _, word in parsed.unknown_words if parsed else ():
        assert len(word) <= 60


def test_an_unknown_word_with_a_number_in_it_hides_the_number() -> None:
    case = next(case for case in cases("open") if case.name == "log-status-unknown-word")
    assert case.parse().unknown_words == (("status", "FLURB …"),)


def test_secrets_are_not_kept() -> None:
    case = next(case for case in cases("open") if case.name == "popup-secrets-and-extra-fields")
    assert "k-123" not in str(case.parse())
    assert "t-123" not in str(case.parse())


def test_a_guessed_call_id_is_the_same_for_the_same_delivery_heard_again_and_says_nothing_of_the_number() -> (
    None
):
    case = next(case for case in cases("open") if case.name == "log-without-call-id")
    again = replace(
        case, delivery=replace(case.delivery, received_at=case.delivery.received_at.replace(hour=15))
    )
    (event,), (repeated,) = case.parse().events, again.parse().events
    assert event.provider_call_id == repeated.provider_call_id
    assert event.extra["low_confidence"] == "1"
    assert "9999" not in event.provider_call_id
