"""A session ends when it should: at once for every request, within seconds for a stream that is open."""

import queue
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from dashapp import auth, live
from models.rules.access import Role
from models.store import people, sessions
from models.store.base import Store
from models.tables.people import person as people_table
from tests.access.house import House
from tests.cast import PASSWORD, Person
from tests.servers import Running
from tests.webapp import Visitor

SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
STREAM_ENDS_WITHIN = 5.0


def _signed_out(browser: Visitor, store: Store) -> None:
    assert browser.client.post("/logout", data={"csrf": browser.csrf}).status_code == 303


def _shut_out(browser: Visitor, store: Store) -> None:
    with store.db.begin() as tx:
        people.set_active(tx, _of(browser).email, active=False)


def _new_password(browser: Visitor, store: Store) -> None:
    with store.db.begin() as tx:
        people.set_password(tx, _of(browser).email, "another long password")


def _of(browser: Visitor) -> Person:
    assert browser.person
    return browser.person


@SQLITE
@pytest.mark.parametrize("end", [_signed_out, _shut_out, _new_password])
def test_an_ended_session_opens_nothing(house: House, end: Callable[[Visitor, Store], None]) -> None:
    browser = house.visit(house.cast.asha)
    copied = house.visit(None)  # whoever has stolen the cookies
    for name in (auth.SESSION_COOKIE, auth.CSRF_COOKIE):
        cookie = browser.client.get_cookie(name)
        assert cookie
        copied.client.set_cookie(name, cookie.value)
    copied.csrf = browser.csrf
    assert copied.get("/live/mine").status_code == 200
    end(browser, house.store)
    for one in (browser, copied):
        assert one.get("/live/mine").status_code == 401
        assert one.get("/live/stream").status_code == 401
        assert one.get("/_dash-layout").status_code == 401
        assert one.page(f"/lead/{house.zubeida.id}").status_code == 401
        assert one.post("/live/presence", {"state": "in"}).status_code == 401
        assert one.get("/boards").headers["Location"] == "/login?next=/boards"


@SQLITE
def test_signing_out_ends_this_session_only(house: House) -> None:
    here, there = house.visit(house.cast.asha), house.visit(house.cast.asha)
    _signed_out(here, house.store)
    assert here.get("/live/mine").status_code == 401
    assert there.get("/live/mine").status_code == 200


@SQLITE
def test_a_new_password_ends_them_all(house: House) -> None:
    both = house.visit(house.cast.asha), house.visit(house.cast.asha)
    _new_password(both[0], house.store)
    assert [one.get("/live/mine").status_code for one in both] == [401, 401]


@SQLITE
def test_who_was_shut_out_cannot_sign_in(house: House) -> None:
    with house.store.db.begin() as tx:
        people.set_active(tx, house.cast.asha.email, active=False)
    stranger = house.visit(None)
    assert sign_in(stranger, house.cast.asha.email, PASSWORD) == 401
    with house.store.db.begin() as tx:
        people.set_active(tx, house.cast.asha.email, active=True)
    assert sign_in(stranger, house.cast.asha.email, PASSWORD) == 303


@SQLITE
def test_another_role_counts_from_the_next_request(house: House) -> None:
    browser = house.visit(house.cast.dev)
    board = "boards-grid.rowData"
    assert browser.callback(board, {"boards-query.data": {}}).status_code == 200
    with house.store.db.begin() as tx:
        tx.execute(
            update(people_table)
            .where(people_table.c.id == house.cast.dev.id)
            .values(role=Role.COUNSELOR.value, team_id=house.cast.teams["Pune"])
        )
    assert browser.callback(board, {"boards-query.data": {}}).status_code == 403
    assert house.zubeida.name not in browser.page(f"/lead/{house.zubeida.id}").text


@SQLITE
def test_a_session_expires_by_itself(house: House, clock: Callable[[], object]) -> None:
    browser = house.visit(house.cast.asha)
    assert browser.get("/live/mine").status_code == 200
    clock.advance(hours=12, seconds=1)  # type: ignore[attr-defined]
    assert browser.get("/live/mine").status_code == 401


@SQLITE
def test_cookies_made_up_are_nobodys(house: House) -> None:
    secret, _ = sessions.start(house.store, house.cast.asha.id, timedelta(hours=1))
    for made_up in (
        "",
        "x",
        secret[:-1],
        secret + "x",
        secret.swapcase(),
        "' OR 1=1 --",
        "é" * 43,
        "a" * 4000,
    ):
        stranger = house.visit(None)
        stranger.client.set_cookie(auth.SESSION_COOKIE, made_up)
        assert stranger.get("/live/mine").status_code == 401, made_up


@SQLITE
def test_each_sign_in_is_a_new_session(house: House) -> None:
    """An identifier that somebody knew before, or planted, is worth nothing afterwards."""
    stranger = house.visit(None)
    stranger.client.set_cookie(auth.SESSION_COOKIE, "planted")
    seen = {"planted"}
    for _ in range(3):
        assert sign_in(stranger, house.cast.asha.email, PASSWORD) == 303
        cookie = stranger.client.get_cookie(auth.SESSION_COOKIE)
        assert cookie
        assert cookie.value not in seen
        assert len(cookie.value) >= 40
        seen.add(cookie.value)


@SQLITE
@pytest.mark.parametrize("secure", [True, False])
def test_the_cookies_flags(house: House, secure: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = house.app.server.extensions["callboard.settings"]
    with monkeypatch.context() as patch:
        patch.setitem(
            house.app.server.extensions,
            "callboard.settings",
            settings.model_copy(update={"secure_cookies": secure}),
        )
        stranger = house.visit(None)
        base = "https://localhost" if secure else "http://localhost"
        form = stranger.get("/login", base_url=base)
        token = form.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
        body = {"email": house.cast.asha.email, "password": PASSWORD, "csrf": token}
        answer = stranger.client.post("/login", data=body, base_url=base)
        assert answer.status_code == 303
        flags = {
            header.split("=")[0]: {part.strip().split("=")[0].lower() for part in header.split(";")[1:]}
            for header in (*form.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie"))
            if "max-age=0" not in header.lower()
        }
        prefix = "__Host-" if secure else ""
        assert set(flags) == {
            prefix + name for name in (auth.LOGIN_COOKIE, auth.SESSION_COOKIE, auth.CSRF_COOKIE)
        }
        for name, given in flags.items():
            assert ("secure" in given) == secure, name
            assert {"path", "samesite"} <= given, name
            assert "domain" not in given, name
            assert ("httponly" in given) == (name != prefix + auth.CSRF_COOKIE), name
            assert "path=/" in str(answer.headers).lower()
        strict = form.headers["Set-Cookie"]
        assert "SameSite=Strict" in strict
        assert all("SameSite=Lax" in one for one in answer.headers.getlist("Set-Cookie")[:2])
        assert ("Strict-Transport-Security" in answer.headers) == secure
        inside = stranger.client.get("/live/mine", base_url=base)
        assert inside.status_code == 200
        planted = house.visit(None)
        planted.client.set_cookie(auth.SESSION_COOKIE, _value(answer, prefix + auth.SESSION_COOKIE))
        assert (planted.client.get("/live/mine", base_url=base).status_code == 200) != secure


def _value(answer: TestResponse, name: str) -> str:
    """What a cookie was set to."""
    found = (one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}="))
    return next(found).partition("=")[2].partition(";")[0]


def sign_in(browser: Visitor, email: str, password: str) -> int:
    """The status that the sign-in form answers to these."""
    browser.get("/login")
    token = browser.client.get_cookie(auth.LOGIN_COOKIE)
    assert token
    body = {"email": email, "password": password, "csrf": token.value}
    return browser.client.post("/login", data=body).status_code


def test_an_open_stream_ends_with_its_session(server: Running) -> None:
    """On a real server: five people watch, and to each something happens."""
    store = server.store
    ends: dict[str, Callable[[str, str], None]] = {
        "signed out": lambda email, secret: sessions.end(store, secret),
        "shut out": lambda email, secret: _write(
            store, lambda tx: people.set_active(tx, email, active=False)
        ),
        "new password": lambda email, secret: _write(
            store, lambda tx: people.set_password(tx, email, "another long password")
        ),
        "another role": lambda email, secret: _write(
            store,
            lambda tx: tx.execute(
                update(people_table).where(people_table.c.email == email).values(role="supervisor")
            ),
        ),
        "nothing": lambda email, secret: None,
    }
    lasted: dict[str, float] = {}
    open_now = threading.Barrier(len(ends) + 1, timeout=30)
    began = 0.0

    def watch(what: str, secret: str) -> None:
        with (
            httpx.Client(timeout=httpx.Timeout(10, read=STREAM_ENDS_WITHIN + 0.5)) as client,
            client.stream(
                "GET", f"{server.url}/live/stream", headers={"Cookie": f"{auth.SESSION_COOKIE}={secret}"}
            ) as answer,
        ):
            assert answer.status_code == 200
            open_now.wait()
            try:
                for _ in answer.iter_raw():
                    pass
            except httpx.ReadTimeout:
                return  # still open: nothing was said, nothing was closed
            lasted[what] = time.monotonic() - began

    watchers, known = [], {}
    for at, what in enumerate(ends):
        email = f"watcher{at}@example.org"
        with store.db.begin() as tx:
            person_id = people.add(
                tx,
                name=f"Watcher {at}",
                email=email,
                role=Role.COUNSELOR,
                password=PASSWORD,
                at=store.now(),
                team_id=server.cast.teams["Pune"],
            )
        secret, _ = sessions.start(store, person_id, timedelta(hours=1))
        known[what] = (email, secret)
        watchers.append(threading.Thread(target=watch, args=(what, secret), daemon=True))
    for watcher in watchers:
        watcher.start()
    open_now.wait()
    began = time.monotonic()
    for what, (email, secret) in known.items():
        ends[what](email, secret)
        if what != "nothing":
            status = httpx.get(
                f"{server.url}/live/mine", headers={"Cookie": f"{auth.SESSION_COOKIE}={secret}"}
            ).status_code
            assert status == (200 if what == "another role" else 401), what
    for watcher in watchers:
        watcher.join(STREAM_ENDS_WITHIN + 6)
    assert set(lasted) == set(ends) - {"nothing"}
    assert max(lasted.values()) <= STREAM_ENDS_WITHIN, lasted


@SQLITE
def test_events_do_not_put_off_the_look_at_the_session(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event just before each look is due: the stream must still end on time."""
    at = [1000.0]
    asked: list[float] = []

    class Busy:
        def get(self, timeout: float) -> tuple[int, str]:
            asked.append(timeout)
            if timeout > 3:
                at[0] += 3
                return 10_000 + len(asked), "data: {}\n\n"
            at[0] += timeout
            raise queue.Empty

    subscriber = live.Subscriber(house.cast.asha.viewer, Busy())  # type: ignore[arg-type]
    hub = live.Hub()
    monkeypatch.setattr(hub, "subscribe", lambda viewer: subscriber)
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    secret, _ = sessions.start(house.store, house.cast.asha.id, timedelta(hours=1))
    told = live.events(house.store, hub, house.cast.asha.viewer, None, secret)
    assert next(told).startswith("retry:")
    assert next(told) == "data: {}\n\n"
    sessions.end(house.store, secret)
    ended_at = at[0]
    assert "data" not in "".join(told)
    assert at[0] - ended_at <= STREAM_ENDS_WITHIN


def _write(store: Store, work: Callable[..., object]) -> None:
    with store.db.begin() as tx:
        work(tx)
