"""What the browser is told not to do, and that one person's answer never reaches another's browser."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping

import pytest
from werkzeug.test import TestResponse

from dashapp import auth
from tests.access.house import House, filled
from tests.access.scanner import unpacked
from tests.access.test_matrix import ROUTES
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

ENCODINGS = ("br", "gzip", "zstd", "deflate", "br, gzip", "identity", "")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
HANDLER = re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE)


def _documents(house: House) -> Iterator[tuple[str, TestResponse]]:
    stranger, asha = house.visit(None), house.visit(house.cast.asha)
    for path in ("/login", "/login?next=/boards", "/assets/nothing.js", "/_dash-component-suites/none/x.js"):
        yield path, stranger.get(path, headers={"Accept": "text/html"})
    yield (
        "wrong password",
        stranger.client.post("/login", data={"email": "a@b.c"}, headers={"Accept": "text/html"}),
    )
    for path in ("/", "/boards", f"/lead/{house.zubeida.id}", "/nowhere"):
        yield path, asha.get(path)
    yield "wrong method", asha.client.delete("/login", headers={"Accept": "text/html"})


def _policy(answer: TestResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


def test_every_document_has_a_strict_policy(house: House) -> None:
    for path, answer in _documents(house):
        assert answer.mimetype == "text/html", f"{path}: {answer.mimetype}"
        policy = _policy(answer)
        scripts = policy["script-src"]
        assert scripts[0] == "'self'", path
        assert all(each.startswith("'sha256-") for each in scripts[1:]), f"{path}: {scripts}"
        assert policy["default-src"] == ["'self'"], path
        for name, wanted in {"object-src": "none", "frame-ancestors": "none", "base-uri": "self"}.items():
            assert policy[name] == [f"'{wanted}'"], path
        for name in ("connect-src", "form-action"):
            assert policy[name] == ["'self'"], path
        everywhere = " ".join(" ".join(each) for each in policy.values())
        for loose in ("'unsafe-eval'", "*", "http:", "https:", "ws:"):
            assert loose not in everywhere.split(), path
        assert "'unsafe-inline'" not in " ".join(scripts), path


def test_documents_hold_no_script_the_policy_refuses(house: House) -> None:
    for path, answer in _documents(house):
        text, allowed = answer.text, _policy(answer)["script-src"]
        assert not HANDLER.search(text), path
        assert "javascript:" not in text.lower(), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), f"{path} asks another host"
        for script in INLINE.findall(text):
            if script.strip() and not script.lstrip().startswith("{"):  # Dash's configuration is data
                digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
                assert f"'sha256-{digest}'" in allowed, f"{path}: {script[:80]}"


def test_every_answer_has_the_common_headers(house: House) -> None:
    for browser in (house.visit(None), house.visit(house.cast.asha)):
        for path in set(ROUTES) - {"/live/stream"}:
            with browser.get(filled(path, "1")) as answer:
                pass
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
            assert "Access-Control-Allow-Origin" not in answer.headers, path


def test_no_personal_answer_is_kept_by_anybody(house: House) -> None:
    asha = house.visit(house.cast.asha)
    answers = [asha.get(path) for path in ("/", "/_dash-layout", "/live/mine", "/login", "/lead/1")]
    answers += [asha.page("/"), asha.callback("shell-missed-list.children")]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store", answer.request.path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_two_browsers_get_two_answers(house: House, encoding: str) -> None:
    """Compressed answers were once kept by their address alone, and went to whoever asked next."""
    packed = {"Accept-Encoding": encoding}
    names = ("asha", "chitra", "meera")
    browsers = [house.visit(getattr(house.cast, name)) for name in names]
    for path in ("/_dash-layout", "/live/mine"):
        told = [_body(browser.get(path, headers=packed)) for browser in browsers]
        assert len(set(told)) == len(told), f"{path}: two people got the same"
    for browser, name in zip(browsers, names, strict=True):
        layout = _body(browser.get("/_dash-layout", headers=packed)).decode()
        for other in names:
            assert (f"{other}@example.org" in layout) == (other == name)
    output = "home-profile.children"
    values = {"home-open.data": {"lead": house.zubeida.id, "via": "queue"}}
    asha, chitra = (_called(browser, output, values, packed) for browser in browsers[:2])
    assert house.zubeida.name.encode() in asha
    assert house.zubeida.name.encode() not in chitra


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_two_sign_in_forms_have_two_tokens(house: House, encoding: str) -> None:
    forms = [_body(house.visit(None).get("/login", headers={"Accept-Encoding": encoding})) for _ in range(2)]
    tokens = [re.search(rb'name="csrf" value="([^"]+)"', form) for form in forms]
    assert tokens[0]
    assert tokens[1]
    assert tokens[0][1] != tokens[1][1]


def test_a_person_who_leaves_takes_their_answers_along(house: House) -> None:
    """The same address, asked again by nobody, by another, and after the data changed."""
    packed = {"Accept-Encoding": "br"}
    asha = house.visit(house.cast.asha)
    first = _body(asha.get("/live/mine", headers=packed))
    asha.page(f"/lead/{house.zubeida.id}")
    assert _body(asha.get("/live/mine", headers=packed)) != first
    assert house.visit(None).get("/live/mine", headers=packed).status_code == 401
    asha.client.post("/logout", data={"csrf": asha.csrf})
    assert asha.get("/live/mine", headers=packed).status_code == 401


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_files_are_still_packed(house: House) -> None:
    """(Flask-Compress leaves the closing of a file it has read to the garbage collector.)"""
    stranger = house.visit(None)
    for path in ("/assets/js/core.js", "/assets/css/tokens.css"):
        with stranger.get(path, headers={"Accept-Encoding": "identity"}) as plain:
            content = plain.get_data()
        for _ in range(2):
            answer = stranger.get(path, headers={"Accept-Encoding": "br"})
            assert answer.headers["Content-Encoding"] == "br"
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert _body(answer) == content


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "application/json", "*/*", ""])
def test_faults_are_told_to_people_and_to_programs(house: House, accept: str) -> None:
    answer = house.visit(None).get("/assets/nothing.js", headers={"Accept": accept})
    assert answer.status_code == 404
    if accept.startswith("text/html"):
        assert answer.mimetype == "text/html"
        assert "Nothing at this address" in answer.text
    else:
        assert answer.mimetype == "application/json"
        assert json.loads(answer.text)["error"] == "Not Found"


def _called(browser: Visitor, output: str, values: Mapping[str, object], headers: Mapping[str, str]) -> bytes:
    app = browser.app
    entry = app.callback_map[output]
    body = {
        "output": output,
        "outputs": {"id": output.split(".", maxsplit=1)[0], "property": output.split(".")[1]},
        "inputs": [
            {"id": one["id"], "property": one["property"], "value": values[f"{one['id']}.{one['property']}"]}
            for one in entry["inputs"]
        ],
        "state": [],
        "changedPropIds": list(values),
    }
    answer = browser.client.post(
        "/_dash-update-component", json=body, headers={auth.CSRF_HEADER: browser.csrf, **headers}
    )
    assert answer.status_code == 200
    return _body(answer)


def _body(answer: TestResponse) -> bytes:
    return unpacked(answer.get_data(), answer.headers.get("Content-Encoding", ""))
