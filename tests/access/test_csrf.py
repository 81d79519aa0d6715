"""A post that another site made: the cookie goes along with it, our proof does not."""

from collections.abc import Iterator

import pytest

from dashapp import auth
from models.store import presence
from tests.access.house import House, filled
from tests.access.test_matrix import ROUTES
from tests.cast import PASSWORD
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def _posts(house: House) -> Iterator[str]:
    for rule in house.app.server.url_map.iter_rules():
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            if ROUTES[rule.rule] in ("signed-in", "page"):
                assert method == "POST"
                yield filled(rule.rule, "1")


def _wrong_proofs(house: House, browser: Visitor) -> dict[str, str]:
    other, own = house.visit(house.cast.dev).csrf, browser.csrf
    return {
        "none": "",
        "made up": "x" * len(own),
        "of another session": other,
        "of the same person's other session": house.visit(browser.person).csrf,
        "cut short": own[:-1],
        "one letter more": own + "A",
        "in other letters": own.swapcase(),
        "not ascii": "ü" + own[1:],
    }


def test_every_post_wants_proof(house: House) -> None:
    asked = 0
    for path in _posts(house):
        browser = house.visit(house.cast.asha)
        for what, proof in _wrong_proofs(house, browser).items():
            headers = {auth.CSRF_HEADER: proof} if proof else {}
            for given in ({"json": {"state": "break"}}, {"data": {"state": "break"}}, {"data": b"state"}):
                answer = browser.client.post(path, headers=headers, **given)
                assert answer.status_code == 403, f"{path} with proof {what}"
                asked += 1
    assert asked >= 4 * 24
    with house.store.read() as tx:
        assert presence.current(tx, house.cast.asha.id)["state"] == "out", "nothing may have happened"


def test_the_cookie_alone_is_no_proof(house: House) -> None:
    """Double submit alone could be satisfied by whoever can plant a cookie: ours belongs to the session."""
    browser = house.visit(house.cast.asha)
    browser.client.set_cookie(auth.CSRF_COOKIE, "planted")
    answer = browser.post("/live/presence", {"state": "break"}, headers={auth.CSRF_HEADER: "planted"})
    assert answer.status_code == 403


def test_a_form_proves_itself_by_its_field(house: House) -> None:
    browser = house.visit(house.cast.asha)
    assert browser.client.post("/logout", data={"csrf": "made up"}).status_code == 403
    assert browser.get("/live/mine").status_code == 200
    # A body that is no form is not read for a proof.
    as_json = browser.client.post("/logout", json={"csrf": browser.csrf})
    assert as_json.status_code == 403
    assert browser.client.post("/logout", data={"csrf": browser.csrf}).status_code == 303
    assert browser.get("/live/mine").status_code == 401


def test_reading_changes_nothing(house: House) -> None:
    """A link or an image of another site can make a browser GET: no route may act on that, save opening a
    profile, which is what the person then sees."""
    browser = house.visit(house.cast.asha)
    before = house.waiting(house.zubeida.id)
    for rule in house.app.server.url_map.iter_rules():
        if rule.rule not in ("/live/stream", "/login") and "GET" in (rule.methods or ()):
            browser.get(filled(rule.rule, str(house.zubeida.id)))
    browser.get("/logout")
    assert browser.get("/live/mine").status_code == 200
    assert house.waiting(house.zubeida.id) == before


def test_the_sign_in_form_wants_the_token_of_this_browser(house: House) -> None:
    """Else another site could sign somebody in as somebody else."""
    good = {"email": house.cast.asha.email, "password": PASSWORD}
    stranger = house.visit(None).client
    assert stranger.post("/login", data=good).status_code == 400
    assert stranger.post("/login", data={**good, "csrf": ""}).status_code == 400
    stranger.get("/login")
    assert stranger.post("/login", data={**good, "csrf": "made up"}).status_code == 400
    other = house.visit(None).client
    other.get("/login")
    token = other.get_cookie(auth.LOGIN_COOKIE)
    assert token
    assert stranger.post("/login", data={**good, "csrf": token.value}).status_code == 400
    assert stranger.get_cookie(auth.SESSION_COOKIE) is None
    assert other.post("/login", data={**good, "csrf": token.value}).status_code == 303
    assert other.get_cookie(auth.SESSION_COOKIE)
