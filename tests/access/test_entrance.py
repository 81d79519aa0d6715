"""The sign-in form: where it leads, what it gives away, and how often it may be tried."""

import re
import time
from urllib.parse import unquote, urlsplit

import argon2
import pytest
from werkzeug.test import TestResponse

from dashapp import auth
from models.store import people, sessions
from tests.access.house import House
from tests.cast import PASSWORD
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

ELSEWHERE = [
    "https://evil.example",
    "https://evil.example/boards",
    "http:evil.example",
    "https:/evil.example",
    "https:evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "//evil.example@localhost",
    "//localhost@evil.example",
    "https://localhost.evil.example",
    "https://localhost@evil.example",
    "//[::1]evil.example",
    "//[evil",
    "//evil.example%2f..",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "mailto:a@evil.example",
    "//\u3002evil.example",
    "/\u2028/evil.example",
    "evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "",
    "/ok\r\nSet-Cookie: planted=1",
    "/ok\r\n\r\n<script>alert(1)</script>",
]
WITHIN = [
    "/",
    "/boards",
    "/boards?kind=pending&team=1",
    "/lead/7?via=bell",
    "/%2f/evil.example",
    "/.//evil.example",
]


@pytest.mark.parametrize("onward", [*ELSEWHERE, *WITHIN])
def test_signing_in_leads_to_a_page_of_ours(house: House, onward: str) -> None:
    stranger = house.visit(None)
    form = stranger.get("/login", query_string={"next": onward})
    assert form.status_code == 200
    hidden = re.search(r'name="next" value="([^"]*)"', form.text)
    assert hidden
    assert _stays(hidden[1].replace("&amp;", "&"))
    answer = _sign_in(stranger, house.cast.asha.email, PASSWORD, next=onward)
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location == (onward if onward in WITHIN else "/")
    assert _stays(location)
    assert "planted" not in str(answer.headers)


def _stays(location: str) -> bool:
    """Would a browser stay on our site? It drops tabs and line ends, and reads backslashes as slashes."""
    read = re.sub(r"[\t\r\n]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    parts = urlsplit(read)
    return read.startswith("/") and not read.startswith("//") and not parts.scheme and not parts.netloc


def test_the_way_back_is_kept(house: House) -> None:
    """Whoever opens a link to filtered boards and must sign in first comes to just these."""
    wanted = "/boards?kind=pending&team=1,2"
    away = house.visit(None).get(wanted)
    assert away.status_code == 302
    stranger = house.visit(None)
    form = stranger.get(away.headers["Location"])
    hidden = re.search(r'name="next" value="([^"]*)"', form.text)
    assert hidden
    assert hidden[1].replace("&amp;", "&") == wanted


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%5cevil.example"]
)
def test_no_address_of_ours_leads_elsewhere(house: House, path: str) -> None:
    for browser in (house.visit(None), house.visit(house.cast.asha)):
        answer = browser.get("/", environ_overrides={"PATH_INFO": unquote(path), "RAW_URI": path})
        location = answer.headers.get("Location", "/")
        host = urlsplit(re.sub(r"\\", "/", location)).netloc
        assert host in ("", "localhost"), location


def test_a_stranger_is_not_told_who_works_here(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, wrong, shut out: the same words, status and headers, and the same work with the password."""
    with house.store.db.begin() as tx:
        people.set_active(tx, house.cast.ravi.email, active=False)
    verified = _counted(monkeypatch)
    tried = {
        "unknown": ("nobody@example.org", "a wrong password"),
        "wrong": (house.cast.asha.email, "a wrong password"),
        "shut out": (house.cast.ravi.email, PASSWORD),
        "empty": ("", ""),
        "huge": ("x" * 5000 + "@example.org", "y" * 100_000),
        "nul": ("asha@example.org\x00", PASSWORD),
        "injection": ("' OR 1=1 --", "' OR 1=1 --"),
    }
    seen = {}
    for what, (email, password) in tried.items():
        stranger = house.visit(None)
        before = len(verified)
        answer = _sign_in(stranger, email, password)
        assert len(verified) == before + 1, f"{what}: not as much work as for the others"
        seen[what] = (answer.status_code, _without(answer, stranger), sorted(answer.headers.keys()))
        assert stranger.client.get_cookie(auth.SESSION_COOKIE) is None
    assert len({repr(each) for each in seen.values()}) == 1, seen


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with every password that is really checked."""
    verified: list[str] = []
    real = sessions._hasher

    class Counting(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
            verified.append("verified")
            return real.verify(hash, password)

    monkeypatch.setattr(sessions, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    return verified


def _without(answer: TestResponse, stranger: Visitor) -> str:
    """The page without what it was given: the e-mail that was typed, and this browser's token."""
    token = stranger.client.get_cookie(auth.LOGIN_COOKIE)
    assert token
    text = answer.text.replace(token.value, "TOKEN")
    return re.sub(r'(id="email".*?value=")[^"]*"', r'\1"', text)


def test_guessing_is_slowed_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = house.visit(None)
    for _ in range(auth.Limiter.TRIES):
        assert _sign_in(stranger, house.cast.asha.email, "a wrong password").status_code == 401
    assert _sign_in(stranger, house.cast.asha.email, PASSWORD).status_code == 401, "the pause"
    assert _sign_in(stranger, house.cast.asha.email.upper(), PASSWORD).status_code == 401, (
        "as she may be written"
    )
    assert _sign_in(house.visit(None), f" {house.cast.asha.email} ", PASSWORD).status_code == 401
    assert _sign_in(stranger, house.cast.ravi.email, PASSWORD).status_code == 303, "others are let in"
    later = time.monotonic() + auth.Limiter.WINDOW + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert _sign_in(stranger, house.cast.asha.email, PASSWORD).status_code == 303


def test_one_address_cannot_try_everybody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One likely password on many names is guessing too."""
    assert auth.Limiter.TRIES < auth.Limiter.TRIES_OF_ONE_ADDRESS <= 100
    monkeypatch.setattr(auth.Limiter, "TRIES_OF_ONE_ADDRESS", 12)
    stranger = house.visit(None)
    for number in range(12):
        assert _sign_in(stranger, f"somebody{number}@example.org", "Welcome2026").status_code == 401
    assert _sign_in(stranger, house.cast.asha.email, PASSWORD).status_code == 401
    elsewhere = house.visit(None)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert _sign_in(elsewhere, house.cast.asha.email, PASSWORD).status_code == 303


def test_what_was_typed_comes_back_as_text(house: House) -> None:
    payload = '"><script>alert(1)</script>'
    answer = _sign_in(house.visit(None), payload, "x", next=f"/x{payload}")
    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    shown = house.visit(None).get("/login", query_string={"next": f"/x{payload}"})
    assert "<script>alert" not in shown.text


def _sign_in(browser: Visitor, email: str, password: str, **more: str) -> TestResponse:
    browser.get("/login")
    token = browser.client.get_cookie(auth.LOGIN_COOKIE)
    assert token
    body = {"email": email, "password": password, "csrf": token.value, **more}
    return browser.client.post("/login", data=body)
