"""A call that quotes a click's reference is the click's only where all else fits: other systems use the same field."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ingest.contract import Door
from models.rules.dialling import State
from models.store.base import Store
from models.tables.calls import call
from tests.cast import Cast, Lead
from tests.databases import Clock
from tests.dialing.conftest import Office, share
from tests.dialing.test_answers import DOWN

WORD = "autumncampaign26"


def _log(office: Office, connection_id: int, customer: str, **more: Any) -> None:
    now = office.store.now()
    body = {
        "call_id": "o-x", "agent_no": office.cast.chitra.seat, "applicant_no": customer, "call_type": "outbound",
        "start_time": now.isoformat(), "end_time": (now + timedelta(seconds=60)).isoformat(), "status": 1,
        "call_duration": 60, "talk_seconds": 50, "reference": WORD,
    }  # fmt: skip
    office.hook(connection_id, Door.LOG, **body | more)


def _filed(store: Store, call_id: str = "o-x") -> int | None:
    with store.read() as tx:
        return tx.scalar(select(call.c.lead_id).where(call.c.provider_call_id == call_id))


def _leads(cast: Cast) -> tuple[Lead, Lead]:
    return cast.lead(owner=cast.asha), cast.lead(owner=cast.chitra)


def test_a_call_with_somebody_else_stays_theirs(office: Office, store: Store, cast: Cast) -> None:
    mine, theirs = _leads(cast)
    begun = office.click(cast.asha, mine, WORD)
    _log(office, cast.connection.id, theirs.phone)
    row = office.row(begun)
    assert (_filed(store), row.state, row.call_id) == (theirs.id, State.ACCEPTED, None)


def test_a_number_told_later_takes_the_call_from_the_click(office: Office, store: Store, cast: Cast) -> None:
    mine, theirs = _leads(cast)
    office.click(cast.asha, mine, WORD)
    nothing: dict[str, Any] = {"applicant_no": "", "event": "ringing", "event_time": store.now().isoformat()}
    office.hook(
        cast.connection.id, Door.POPUP, call_id="o-x", call_type="outbound", reference=WORD, agent_no=cast.chitra.seat,
        **nothing,
    )  # fmt: skip
    assert _filed(store) == mine.id
    _log(office, cast.connection.id, theirs.phone)
    assert _filed(store) == theirs.id


def test_a_connection_that_was_never_asked_cannot_quote(
    office: Office, second: int, store: Store, cast: Cast
) -> None:
    mine, theirs = _leads(cast)
    used = office.row(office.click(cast.asha, mine, WORD)).connection_id
    other = second if used != second else cast.connection.id
    _log(office, other, "", call_id="o-y")
    _log(office, other, theirs.phone)
    assert (_filed(store), _filed(store, "o-y") == mine.id) == (theirs.id, False)


def test_a_call_that_came_in_is_nobodys_click(office: Office, store: Store, cast: Cast) -> None:
    mine, _ = _leads(cast)
    begun = office.click(cast.asha, mine, WORD)
    _log(office, cast.connection.id, mine.phone, call_type="inbound")
    assert (_filed(store), office.row(begun).call_id) == (mine.id, None)


def test_a_reference_is_quoted_for_some_hours(office: Office, store: Store, cast: Cast, clock: Clock) -> None:
    mine, _ = _leads(cast)
    begun = office.click(cast.asha, mine, WORD)
    clock.advance(hours=6, minutes=1)
    _log(office, cast.connection.id, "", call_id="o-late")
    assert _filed(store, "o-late") != mine.id
    assert office.row(begun).call_id is None


@pytest.mark.parametrize(
    ("began_after", "word", "believed"),
    [
        (timedelta(minutes=-5), WORD, True),
        (timedelta(minutes=-5, seconds=-1), WORD, False),
        (timedelta(hours=6), WORD, True),
        (timedelta(hours=6, seconds=1), WORD, False),
        (timedelta(0), WORD + "x", False),
        (timedelta(0), WORD[:-1], False),
        (timedelta(0), WORD.upper(), False),
    ],
    ids=["clocks differ", "too early", "late", "too late", "longer", "shorter", "another case"],
)
def test_what_is_believed_to_the_second_and_the_letter(
    office: Office, store: Store, cast: Cast, clock: Clock, began_after: timedelta, word: str, believed: bool
) -> None:
    mine, _ = _leads(cast)
    office.click(cast.asha, mine, WORD)
    began = clock() + began_after
    clock.advance(hours=7)
    _log(
        office, cast.connection.id, "", start_time=began.isoformat(), reference=word, call_id="o-q",
        end_time=(began + timedelta(seconds=60)).isoformat(),
    )  # fmt: skip
    assert (_filed(store, "o-q") == mine.id) is believed


def test_a_connection_that_refused_and_called_all_the_same_is_filed(
    office: Office, second: int, store: Store, cast: Cast
) -> None:
    first, mine = cast.connection.id, cast.lead(owner=cast.asha)
    share(store, first, 9)
    office.desks[first].faults.append(DOWN)
    row = office.row(office.click(cast.asha, mine, WORD))
    assert row.connection_id == second
    _log(office, first, "", agent_no=cast.asha.seat)
    assert _filed(store) == mine.id
