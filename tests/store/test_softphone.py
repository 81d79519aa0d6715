"""Softphone seats: what a person's browser is given, and what it tells of itself."""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from models.rules import softphone
from models.rules.access import Viewer
from models.rules.dialling import Mode
from models.store import connections, intents, phone_events, sip_seats
from models.store.base import Store
from models.tables.people import person
from models.tables.telephony import seat
from models.tables.work import phone_event
from tests.cast import Cast, Line, Person
from tests.databases import Clock

SETTINGS = {"sip_wss_url": "wss://sip.example:7443/ws", "sip_domain": "sip.example"}


def line(
    store: Store, cast: Cast, settings: Mapping[str, object] | None = None, *, secret: str = "shared"
) -> Line:
    made = cast.line("pbx", "open", secrets={"sip_secret": secret} if secret else None)
    with store.db.begin() as tx:
        connections.change(tx, store.vault, made.id, settings={**SETTINGS, **(settings or {})})
    return made


def sit(store: Store, made: Line, who: Person, password: str | None = None, address: str = "") -> None:
    with store.db.begin() as tx:
        sip_seats.give(
            tx,
            store.vault,
            connection_id=made.id,
            person_id=who.id,
            address=address or f"sip:{who.email.partition('@')[0]}@sip.example",
            password=password,
        )


def lines(store: Store, viewer: Viewer) -> list[sip_seats.Line]:
    with store.read() as tx:
        return sip_seats.lines(tx, store.vault, viewer, store.now())


def test_a_person_gets_their_own_lines_with_a_password_that_ends(store: Store, cast: Cast) -> None:
    made = line(store, cast)
    sit(store, made, cast.asha)
    sit(store, made, cast.chitra)
    [mine] = lines(store, cast.viewer("asha"))
    until = store.now() + timedelta(seconds=300)
    assert (mine.aor, mine.url, mine.until, mine.arm) == (
        "sip:asha@sip.example",
        SETTINGS["sip_wss_url"],
        until,
        "header",
    )
    assert mine.user == f"{int(until.timestamp())}:asha"
    assert lines(store, cast.viewer("ravi")) == []
    with store.read() as tx:
        assert sip_seats.has_line(tx, cast.viewer("asha"))
        assert not sip_seats.has_line(tx, cast.viewer("ravi"))
        assert sip_seats.origins(tx, cast.viewer("asha")) == ["wss://sip.example:7443"]
        assert sip_seats.origins(tx, cast.viewer("ravi")) == []
    with store.db.begin() as tx:
        connections.change(tx, store.vault, made.id, active=False)
    assert lines(store, cast.viewer("asha")) == []


def test_a_seat_s_own_password_is_kept_sealed(store: Store, cast: Cast) -> None:
    made = line(store, cast, secret="")
    sit(store, made, cast.asha, "correct horse")
    sit(store, made, cast.ravi)
    [mine] = lines(store, cast.viewer("asha"))
    assert (mine.user, mine.password, mine.until) == ("asha", "correct horse", None)
    [his] = lines(store, cast.viewer("ravi"))
    assert "SIP secret" in his.problem
    assert not his.password
    with store.read() as tx:
        kept = tx.scalar(
            select(seat.c.secret_ct).where(seat.c.person_id == cast.asha.id, seat.c.kind == "sip")
        )
    assert kept
    assert b"correct horse" not in bytes(kept)
    sit(store, made, cast.asha)  # given again without one: it stays
    assert lines(store, cast.viewer("asha"))[0].password == "correct horse"
    with pytest.raises(ValueError, match="somebody else's"):
        sit(store, made, cast.ravi, address="sip:asha@sip.example")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"sip_wss_url": None}, "sip_wss_url"),
        ({"sip_wss_url": "ws://sip.example"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://x; script-src *"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://u:p@sip.example"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://:p@sip.example"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://@sip.example"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://*"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://*:7443/ws"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://*.sip.example"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://sip.b%20x/ws"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://[::x]/ws"}, "sip_wss_url"),
        ({"sip_wss_url": "wss://sip.example:x"}, "sip_wss_url"),
        ({"sip_domain": "a b"}, "sip_domain"),
        ({"sip_domain": 5}, "sip_domain"),
        ({"sip_arm": "any"}, "sip_arm"),
    ],
)
def test_a_wrong_setting_is_named_and_opens_nothing(
    store: Store, cast: Cast, settings: dict[str, object], why: str
) -> None:
    sit(store, line(store, cast, settings), cast.asha)
    [mine] = lines(store, cast.viewer("asha"))
    assert why in mine.problem
    assert not mine.password
    with store.read() as tx:
        origins = sip_seats.origins(tx, cast.viewer("asha"))
    assert all(";" not in each and " " not in each and each.startswith("wss://sip") for each in origins)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("address", ["sip:+919812345678@x.y", "9812345678", "sip:a b@x", "sip:@x"])
def test_a_number_or_nonsense_is_no_softphone(store: Store, cast: Cast, address: str) -> None:
    with pytest.raises(softphone.BadAddress):
        sit(store, line(store, cast), cast.asha, address=address)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("wss://sip.example:7443/ws", "wss://sip.example:7443"),
        ("wss://SIP.Example", "wss://sip.example"),
        ("wss://10.0.0.7/ws", "wss://10.0.0.7"),
        ("wss://[2001:db8::1]:7443/ws", "wss://[2001:db8::1]:7443"),
        ("ws://[::1]:1/", "ws://[::1]:1"),
        ("ws://localhost:5066", "ws://localhost:5066"),
    ],
)
def test_a_server_has_a_name_or_an_address(store: Store, cast: Cast, url: str, origin: str) -> None:
    sit(store, line(store, cast, {"sip_wss_url": url}), cast.asha)
    with store.read() as tx:
        assert sip_seats.origins(tx, cast.viewer("asha")) == [origin]


@pytest.mark.parametrize(
    "address", ["desk1", "sip:desk1@other.example", "sips:desk1@pbx.example", "sip:Desk1@pbx.example"]
)
def test_two_people_are_never_one_sip_user(store: Store, cast: Cast, address: str) -> None:
    made = line(store, cast)
    sit(store, made, cast.asha, address="sip:desk1@pbx.example")
    with pytest.raises(ValueError, match="SIP user"):
        sit(store, made, cast.chitra, address=address)
    assert lines(store, cast.viewer("chitra")) == []
    sit(store, made, cast.asha, "a new password", address="sip:desk1@pbx.example")  # her own, again
    sit(store, made, cast.chitra, address="desk2")
    second = cast.line("second", "open")
    sit(store, second, cast.ravi, address="desk1")  # another server's


def test_a_call_is_handed_on_within_the_team_only(store: Store, cast: Cast) -> None:
    made = line(store, cast)
    for who in (cast.asha, cast.ravi, cast.chitra, cast.meera):
        sit(store, made, who)

    def theirs(name: str) -> list[tuple[str, str]]:
        with store.read() as tx:
            found = sip_seats.colleagues(tx, store.vault, cast.viewer(name))
        return [(each.name, each.uri) for each in found]

    assert theirs("asha") == [(cast.ravi.name, "sip:ravi@sip.example")]
    assert theirs("chitra") == []
    assert [name for name, _ in theirs("meera")] == [cast.asha.name, cast.ravi.name]
    with store.db.begin() as tx:
        tx.execute(update(person).where(person.c.id == cast.ravi.id).values(active=False))
    assert theirs("asha") == []


def clicked(store: Store, viewer: Viewer, cast: Cast, reference: str) -> str:
    lead = cast.lead(owner=cast.ravi if viewer.person_id == cast.ravi.id else cast.asha)
    intents.begin(store, viewer, lead_id=lead.id, reference=reference, mode=Mode.DOCKED)
    return reference


def test_a_phone_that_tells_without_end_is_told_to_stop(store: Store, cast: Cast, clock: Clock) -> None:
    def tell(who: str, number: int) -> bool:
        told = {"id": f"{who}-event-{number}", "kind": "muted", "at": "2026-11-23T09:30:00Z"}
        return phone_events.record(store, cast.viewer(who), told)

    assert all(tell("asha", number) for number in range(phone_events.MOST_A_MINUTE))
    with pytest.raises(phone_events.TooMany):
        tell("asha", 500)
    assert not tell("asha", 0), "told again it is no new one"
    assert tell("ravi", 500), "somebody else's phone"
    clock.set(store.now() + timedelta(seconds=61))
    assert tell("asha", 500)


def test_the_limit_holds_for_events_told_at_the_same_moment(
    store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look while there is room for one, and neither is written yet."""
    asha, told, looked = cast.viewer("asha"), phone_events._told, threading.Barrier(3, timeout=20)
    event = {"kind": "muted", "at": "2026-11-23T09:30:00Z"}
    for number in range(phone_events.MOST_A_MINUTE - 1):
        assert phone_events.record(store, asha, event | {"id": f"event-{number:03}"})
    readers = set()

    def counted(tx: Connection, viewer: Viewer, now: datetime) -> int:
        found = told(tx, viewer, now)
        if threading.current_thread().name.startswith("phone") and found < phone_events.MOST_A_MINUTE:
            readers.add(threading.current_thread().name)
            looked.wait()
        return found

    monkeypatch.setattr(phone_events, "_told", counted)
    with ThreadPoolExecutor(2, thread_name_prefix="phone") as both:
        waiting = [
            both.submit(phone_events.record, store, asha, event | {"id": f"at-once-{n}"}) for n in (1, 2)
        ]
        looked.wait()
        became = [each.exception(20) or each.result() for each in waiting]
    assert len(readers) == 2, "one looked after the other was written"
    assert [became.count(True), [type(each) for each in became].count(phone_events.TooMany)] == [1, 1]
    with store.read() as tx:
        kept = tx.scalar(select(func.count()).select_from(phone_event))
    assert kept == phone_events.MOST_A_MINUTE


def test_an_event_is_of_one_of_the_persons_own_clicks(store: Store, cast: Cast) -> None:
    told = {"id": "12345678", "kind": "ended", "at": "2026-11-23T09:30:00Z"}
    his = clicked(store, cast.viewer("ravi"), cast, "his0click0123456")
    for reference in (his, "nobodys012345678"):
        with pytest.raises(phone_events.BadEvent, match="reference"):
            phone_events.record(store, cast.viewer("asha"), told | {"reference": reference})
    assert phone_events.record(store, cast.viewer("ravi"), told | {"reference": his})


def test_an_event_is_kept_once_and_without_numbers(store: Store, cast: Cast) -> None:
    told = {
        "id": "0b7c6c0e-1111-4222-8333-444455556666",
        "kind": "ended",
        "reference": "a1b2c3d4e5f60718",
        "detail": "remote: sip:+919812345678@x",
        "at": "2026-11-23T09:30:00.000Z",
    }
    viewer = cast.viewer("asha")
    clicked(store, viewer, cast, "a1b2c3d4e5f60718")
    assert phone_events.record(store, viewer, told)
    assert not phone_events.record(store, viewer, told | {"kind": "ringing"})
    assert not phone_events.record(store, cast.viewer("ravi"), told)
    with store.read() as tx:
        [row] = tx.execute(select(phone_event)).all()
    assert (row.person_id, row.kind, row.at) == (
        viewer.person_id,
        "ended",
        datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    )
    assert "9812345" not in json.dumps(row.detail)
    with store.db.begin() as tx:
        assert phone_events.forget(tx, store.now() + timedelta(seconds=1)) == 1
        assert tx.scalar(select(func.count()).select_from(phone_event)) == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong",
    [{"id": "x"}, {"id": 5}, {"kind": "party"}, {"reference": "+9198"}, {"at": "now"}, {"at": "2026-11-23T09:30:00"}, {"at": None}],
)  # fmt: skip
def test_what_is_no_event_is_refused_in_words(store: Store, cast: Cast, wrong: dict[str, object]) -> None:
    right = {"id": "12345678", "kind": "ended", "at": "2026-11-23T09:30:00Z"}
    with pytest.raises(phone_events.BadEvent, match=next(iter(wrong))):
        phone_events.record(store, cast.viewer("asha"), right | wrong)
    with pytest.raises(phone_events.BadEvent):
        phone_events.record(store, cast.viewer("asha"), [right])
    assert phone_events.record(store, cast.viewer("asha"), right)
