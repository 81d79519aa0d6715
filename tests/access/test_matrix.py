"""Every route and every callback × everybody: first by what is declared, then by what must never be."""

import re

import pytest
from werkzeug.test import TestResponse

from dashapp import auth
from models.rules.access import Role
from models.store import sessions
from tests.access.house import House, filled, pages, stream
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

READING = ("GET", "HEAD", "OPTIONS")
METHODS = (*READING, "POST", "PUT", "PATCH", "DELETE")
OUTSIDE = ("nobody", "left")
EVERYBODY = frozenset(Role)
WATCHERS = frozenset({Role.SUPERVISOR, Role.ADMIN})

ROUTES = {
    "/": "page",
    "/<path:path>": "page",
    "/login": "public",
    "/logout": "signed-in",
    "/live/stream": "signed-in",
    "/live/mine": "signed-in",
    "/live/viewing": "signed-in",
    "/live/presence": "signed-in",
    "/recordings/<int:call_id>": "signed-in",
    "/reveal": "signed-in",
    "/dial": "signed-in",
    "/dial/live": "signed-in",
    "/dial/mode": "signed-in",
    "/dial/over": "signed-in",
    "/softphone": "page",
    "/softphone/credentials": "signed-in",
    "/softphone/colleagues": "signed-in",
    "/softphone/event": "signed-in",
    "/after": "signed-in",
    "/after/<int:lead_id>": "signed-in",
    "/claim": "signed-in",
    "/preference": "signed-in",
    "/last-words/<int:lead_id>": "signed-in",
    "/claim/<int:entry_id>/people": "signed-in",
    "/lead-details": "signed-in",
    "/lead-stage": "signed-in",
    "/search.json": "signed-in",
    "/lead-merge": "signed-in",
    "/lead-merge/compare": "signed-in",
    "/healthz": "public",
    "/readyz": "public",
    "/assets/<path:filename>": "public",
    "/_favicon.ico": "public",
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": "public",
    "/_dash-layout": "signed-in",
    "/_dash-dependencies": "signed-in",
    "/_dash-update-component": "signed-in",
    "/_reload-hash": "signed-in",
    "/webhooks/v1/<token>/<word>": "token",
    "/api/v1/": "public",
    "/api/v1/<path:rest>": "public",
    "/api/v1/openapi.json": "public",
    "/api/v1/calls": "key",
    "/api/v1/missed": "key",
    "/api/v1/pending": "key",
    "/api/v1/leads": "key",
    "/api/v1/leads/search": "key",
    "/api/v1/leads/<lead_id>": "key",
    "/api/v1/leads/<lead_id>/openings": "key",
    "/api/v1/counselors": "key",
}
"""Who each address is for, written by hand: a new one must be added here by somebody who thought of it."""

PAGES = {
    "/": EVERYBODY,
    "/lead/<lead_id>": EVERYBODY,
    "/leads": EVERYBODY,
    "/application/<application_id>": EVERYBODY,
    "/boards": WATCHERS,
    "/audit": WATCHERS,
    "/productivity": EVERYBODY,
    "/glossary": EVERYBODY,
    "/providers": frozenset({Role.ADMIN}),
    "/providers/<connection_id>": frozenset({Role.ADMIN}),
    "/providers/<connection_id>/mapping": frozenset({Role.ADMIN}),
    "/reconciliation": frozenset({Role.ADMIN}),
    "/settings": frozenset({Role.ADMIN}),
    "/reconciliation/certificate": frozenset({Role.ADMIN}),
    "/404": EVERYBODY,
}

CALLBACKS = {
    "_pages": EVERYBODY,
    "shell": EVERYBODY,
    "profile": EVERYBODY,
    "leads": EVERYBODY,
    "home": frozenset({Role.COUNSELOR}),
    "boards": WATCHERS,
    "audit": WATCHERS,
    "productivity": EVERYBODY,
    "providers": frozenset({Role.ADMIN}),
    "reconciliation": frozenset({Role.ADMIN}),
    "certificate": frozenset({Role.ADMIN}),
    "connection": frozenset({Role.ADMIN}),
    "mapping": frozenset({Role.ADMIN}),
    "settings": frozenset({Role.ADMIN}),
}
"""By the first word of what they write to; ``productivity`` looks at each row's person itself (see below)."""


def test_every_address_is_known_to_this_test(house: House) -> None:
    assert {rule.rule for rule in house.app.server.url_map.iter_rules()} == set(ROUTES)
    known = {path: PAGES.get(path) for path, _ in pages()}
    assert known == dict(pages()), "a page is for others than this test says"


def test_each_route_answers_as_declared(house: House) -> None:
    rules = list(house.app.server.url_map.iter_rules())
    inside = _everybody(house)
    for path, wanted in ROUTES.items():
        taken = {method for rule in rules if rule.rule == path for method in rule.methods or ()}
        for method in METHODS:
            everybody = _everybody(house) if path == "/logout" else inside
            for name, browser in everybody.items():
                if path == "/live/stream" and method == "GET" and name not in OUTSIDE:
                    continue  # it never ends by itself; see below
                answer = browser.client.open(
                    filled(path, "1"),
                    method=method,
                    headers={auth.CSRF_HEADER: browser.csrf},
                    json=None if method in READING else {},
                )
                told = f"{name}: {method} {path} → {answer.status}"
                if method in taken and method != "OPTIONS":
                    _as_declared(wanted, name, answer, told)
                elif method in ("GET", "HEAD") and answer.status_code not in (404, 405):
                    # what no route takes is a page's; of the API, another route's
                    _as_declared("key" if path.startswith("/api/") else "page", name, answer, told)
                else:
                    assert answer.status_code in (200, 400, 401, 404, 405), told
                    assert house.zubeida.name not in answer.text, told


def _as_declared(wanted: str, name: str, answer: TestResponse, told: str) -> None:
    inside = name not in OUTSIDE
    match wanted:
        case "public":
            assert answer.status_code not in (401, 403), told
            assert answer.status_code < 500, told
        case "token" | "key":  # a session opens neither
            assert answer.status_code in (401, 404), told
        case "signed-in":
            assert (answer.status_code == 401) == (not inside), told
            assert answer.status_code != 403, told
        case "page":
            if inside:
                assert answer.status_code == 200, told
            elif answer.status_code != 401:
                assert answer.status_code == 302, told
                assert answer.headers["Location"].startswith("/login?next=/"), told
        case _:
            raise AssertionError(wanted)


def test_each_callback_answers_as_declared(house: House) -> None:
    everybody = _everybody(house)
    for output, entry in house.app.callback_map.items():
        if "callback" not in entry:
            continue
        word = next(
            (known for known in CALLBACKS if f"{known}-" in output or known == "_pages" in output), None
        )
        word = word or ("_pages" if "_pages" in output else None)
        assert word, f"{output}: whose is it? Add it to this test."
        for name, browser in everybody.items():
            status = browser.callback(output).status_code
            told = f"{name}: {output} → {status}"
            if name in OUTSIDE:
                assert status == 401, told
            else:
                assert browser.person
                assert (status != 403) == (browser.person.role in CALLBACKS[word]), told


def test_the_stream_is_for_people_inside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, browser in _everybody(house).items():
        if name in OUTSIDE:
            assert browser.get("/live/stream?last=0").status_code == 401
        else:
            answer = stream(browser, monkeypatch)
            assert answer.status_code == 200
            assert answer.mimetype == "text/event-stream"


def _everybody(house: House) -> dict[str, Visitor]:
    """A visitor for each of the cast, a stranger, and one whose session was ended."""
    found = {person.name: house.visit(person) for person in house.cast.all()}
    found["nobody"] = house.visit(None)
    found["left"] = house.visit(house.cast.dev)
    cookie = found["left"].client.get_cookie(auth.SESSION_COOKIE)
    assert cookie
    sessions.end(house.store, cookie.value)
    return found


# ---- What must never be, said in so many words


def test_chitra_and_ashas_lead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    chitra, asha = house.visit(house.cast.chitra), house.visit(house.cast.asha)
    hers, nobodys = house.zubeida.id, 999_999
    for path, search in (("/lead/{}", ""), ("/", "?lead={}")):
        shown, missing = (chitra.page(path.format(one), search.format(one)).text for one in (hers, nobodys))
        assert house.zubeida.name not in shown
        same = re.sub(r'"data-lead":"\d+"', "", shown) == re.sub(r'"data-lead":"\d+"', "", missing)
        assert same, "what is not hers must look like what is not there"
    opened = chitra.callback("home-profile.children", {"home-open.data": {"lead": hers, "via": "queue"}})
    assert house.zubeida.name not in opened.text
    again = chitra.callback(
        '{"lead":["MATCH"],"type":"profile-timeline"}.children',
        {'{"lead":["MATCH"],"type":"profile-refresh"}.data': {"lead": hers}},
    )
    assert "Asha" not in again.text
    assert house.waiting(hers), "her look must not clear anything"

    opening = house.opening_of(asha.page(f"/lead/{hers}"))
    assert chitra.post("/live/viewing", {"opening_id": opening}).json == {"ok": False}
    assert asha.post("/live/viewing", {"opening_id": opening}).json == {"ok": True}
    mine = chitra.get("/live/mine").json
    assert mine
    assert [entry["id"] for entry in mine["entries"]] == house.waiting(house.wilma.id)
    heard = stream(chitra, monkeypatch).text
    for word in ("Zubeida", "Firoz", "Zubin", "Asha", "Ravi"):
        assert word not in heard


def test_a_counselor_sees_no_board_no_provider_no_file(house: House) -> None:
    asha = house.visit(house.cast.asha)
    for path in ("/boards", "/providers", f"/providers/{house.cast.connection.id}"):
        shown = asha.page(path).text
        assert "Nothing for you" in shown
        assert house.firoz.name not in shown
    for output, entry in house.app.callback_map.items():
        if "callback" in entry and any(
            word in output for word in ("boards-", "providers-", "connection-", "mapping-", "replay")
        ):
            answer = asha.callback(output)
            assert answer.status_code == 403, output
            assert house.firoz.name not in answer.text


def test_a_counselors_productivity_is_their_own(house: House) -> None:
    asha = house.visit(house.cast.asha)
    everybody = {
        "counselor": "1,2,3,4,5",
        "person": 2,
        "by": "counselor",
        "team": "1,2",
        "id": house.cast.ravi.id,
    }
    told = asha.page("/productivity", "?counselor=1,2,3,4,5&team=1,2").text
    for output, entry in house.app.callback_map.items():
        if "callback" in entry and "productivity-" in output:
            names = [f"{one['id']}.{one['property']}" for one in (*entry["inputs"], *entry["state"])]
            told += asha.callback(output, dict.fromkeys(names, everybody)).text
    for word in ("Ravi", "Chitra", "Firoz", "Wilma"):
        assert word not in told


def test_a_supervisor_sees_no_provider_and_no_other_team(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    meera = house.visit(house.cast.meera)
    for path in ("/providers", f"/providers/{house.cast.connection.id}"):
        assert "Nothing for you" in meera.page(path).text
    for output, entry in house.app.callback_map.items():
        if "callback" in entry and any(word in output for word in ("providers-", "connection-", "replay")):
            assert meera.callback(output).status_code == 403, output
    for heard in house.everything(meera, monkeypatch):
        from tests.access.scanner import unpacked

        text = unpacked(heard.data, heard.encoding).decode("utf-8", "replace")
        for word in ("Wilma", "Chitra"):
            assert word not in text, f"{heard.where} tells Meera of {word}"


def test_a_search_by_number_does_not_tell_whether_it_exists(house: House) -> None:
    chitra = house.visit(house.cast.chitra)
    output = next(key for key in house.app.callback_map if "leads-found.children" in key)
    there, nowhere = (
        chitra.callback(output, {"leads-number.data": {"number": number}}).text
        for number in (house.zubeida.phone, "+919700000017")
    )
    assert there == nowhere
    mine = chitra.callback(output, {"leads-number.data": {"number": house.wilma.phone}}).text
    assert house.wilma.name in mine
