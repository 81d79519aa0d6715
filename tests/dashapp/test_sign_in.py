"""Signing in and out, without a browser."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dashapp import auth, config
from dashapp.components import sign_in
from models.store.base import Store
from tests.cast import PASSWORD, Cast, Person
from tests.webapp import SETTINGS, Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def enter(visitor: Visitor, email: str, password: str, onward: str = "/") -> TestResponse:
    csrf = token(visitor.get("/login").text)
    form = {"csrf": csrf, "email": email, "password": password, "next": onward}
    return visitor.client.post("/login", data=form)


def test_the_right_password_opens_the_door(visit: Visit, cast: Cast) -> None:
    visitor = visit(None)
    answer = enter(visitor, f" {cast.asha.email.upper()} ", PASSWORD, "/lead/5?via=link")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lead/5?via=link")
    assert visitor.get("/live/mine").status_code == 200


def test_an_unknown_person_and_a_wrong_password_look_the_same(visit: Visit, cast: Cast) -> None:
    pages = []
    for email in (cast.asha.email, "nobody@example.org"):
        answer = enter(visit(None), email, "not this one")
        assert answer.status_code == 401
        page = re.sub(r'name="csrf" value="[^"]+"', "", answer.text).replace(email, "")
        pages.append(page)
    assert pages[0] == pages[1]


@pytest.mark.parametrize("csrf", ["", "guessed"])
def test_a_form_that_is_not_ours_is_refused(visit: Visit, cast: Cast, csrf: str) -> None:
    visitor = visit(None)
    visitor.get("/login")
    form = {"csrf": csrf, "email": cast.asha.email, "password": PASSWORD}
    answer = visitor.client.post("/login", data=form)
    assert answer.status_code == 400
    assert visitor.get("/live/mine").status_code == 401


def test_two_open_forms_both_work(visit: Visit, cast: Cast) -> None:
    visitor = visit(None)
    first = token(visitor.get("/login").text)
    visitor.get("/login")
    form = {"csrf": first, "email": cast.asha.email, "password": PASSWORD}
    assert visitor.client.post("/login", data=form).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\tx", "evil", ""],
)
def test_nobody_is_sent_to_another_site(visit: Visit, cast: Cast, elsewhere: str) -> None:
    answer = enter(visit(None), cast.asha.email, PASSWORD, elsewhere)
    assert answer.headers["Location"] == "/"


def test_what_was_typed_is_shown_as_text(visit: Visit, cast: Cast) -> None:
    answer = enter(visit(None), '"><script>alert(1)</script>', "x", '"><b>')
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text


def test_signing_out_ends_the_session_for_good(visit: Visit, cast: Cast) -> None:
    visitor = visit(cast.asha)
    assert visitor.client.post("/logout", data={"csrf": "wrong"}).status_code == 403
    assert visitor.get("/live/mine").status_code == 200
    answer = visitor.client.post("/logout", data={"csrf": visitor.csrf})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert visitor.get("/live/mine").status_code == 401


def test_there_are_no_demo_cards_outside_the_demo(visit: Visit, cast: Cast) -> None:
    visitor = visit(None)
    csrf = token(visitor.get("/login").text)
    assert "Enter as a counselor" not in visitor.get("/login").text
    visitor.client.post("/login/demo", data={"csrf": csrf, "role": "admin"})
    assert visitor.get("/live/mine").status_code == 401


def test_a_demo_card_signs_in_with_the_demos_own_password(store: Store, cast: Cast, tmp_path: Path) -> None:
    settings = config.load(CALLBOARD_DATA=tmp_path, DEMO=True, **SETTINGS)
    people = [
        {"name": one.name, "email": one.email, "role": one.role, "password": PASSWORD} for one in cast.all()
    ]
    (tmp_path / "demo.json").write_text(json.dumps({"people": people}))
    server = Flask("demo")
    server.extensions |= {
        "callboard": store,
        "callboard.settings": settings,
        "callboard.limiter": auth.Limiter(),
    }
    server.register_blueprint(sign_in.blueprint(settings))
    client = server.test_client()
    page = client.get("/login").text
    assert "Enter as a counselor" in page
    answer = client.post("/login/demo", data={"csrf": token(page), "role": "supervisor"})
    assert answer.status_code == 303
    assert any(cookie.startswith("callboard_session=") for cookie in answer.headers.getlist("Set-Cookie"))
    assert (
        client.post(
            "/login/demo", data={"csrf": token(client.get("/login").text), "role": "root"}
        ).status_code
        == 401
    )
