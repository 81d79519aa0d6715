"""What a server writes of itself holds no number, token or password, even while everything goes wrong."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dashapp import auth
from dashapp.cli import logs
from models.store import sessions
from tests.access.scanner import Scanner
from tests.cast import PASSWORD, Known
from tests.databases import Databases
from tests.servers import Running, running

NUMBERS = [f"+9193{4871 + 613 * at}{7129 + 277 * at}" for at in range(8)]


@pytest.fixture(scope="module")
def talkative(
    databases: Databases, known_casts: dict[str, Known], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(
        databases, known_casts, "sqlite", tmp_path_factory.mktemp("talkative"), LOG_LEVEL="debug"
    ) as started:
        yield started


def test_a_day_of_mishaps_leaves_no_trace_of_anybody(talkative: Running) -> None:
    server, cast = talkative, talkative.cast
    secret, csrf = sessions.start(server.store, cast.asha.id, timedelta(hours=1))
    cookies = {auth.SESSION_COOKIE: secret, auth.CSRF_COOKIE: csrf}
    lead = cast.lead(NUMBERS[0], name="Zubeida Canary", owner=cast.asha)
    door = f"{server.url}/webhooks/v1/{cast.connection.token}"
    key = {"Authorization": f"Bearer {cast.api_key}"}
    with httpx.Client(timeout=20, headers={"Connection": "close"}) as provider:
        for at, number in enumerate(NUMBERS):
            body = {
                "call_id": f"{at}-{number}",
                "agent_no": cast.asha.seat,
                "applicant_no": number,
                "status": 0,
            }
            provider.post(f"{door}/call-log", json=body)
            provider.post(f"{door}/call-log", data={**body, "start_time": number, "call_duration": number})
            provider.get(f"{door}/route", params={"applicant_no": number, "did_no": number})
            provider.post(f"{door}/call-log", content=f"<call from='{number}'>".encode())
            provider.post(f"{door}/popup", content=number.encode() * 90_000)
            provider.get(f"{door}/{number}")
            provider.get(f"{server.url}/webhooks/v1/{number}/call-log", params={"From": number})
            provider.get(f"{server.url}/lead/{number}?q={number}")
            provider.request("BREW", f"{door}/call-log?from={number}")
            provider.post(f"{server.url}/api/v1/leads", headers=key, json={"phone": number, "owner": number})
            provider.post(f"{server.url}/api/v1/leads/search", headers=key, json={"phone": number})
            provider.get(f"{server.url}/api/v1/calls?since={number}", headers=key)
    with httpx.Client(timeout=20, cookies=cookies) as browser:
        csrf_header = {auth.CSRF_HEADER: csrf}
        for page in ("/", "/_dash-layout", "/live/mine", f"/lead/{lead.id}?q={NUMBERS[1]}"):
            browser.get(server.url + page)
        for value in (NUMBERS[1], {"lead": NUMBERS[2], "via": NUMBERS[2]}, {"number": NUMBERS[3]}):
            for output, source in (
                ("home-profile.children", "home-open.data"),
                ("..leads-found.children...leads-said.children..", "leads-number.data"),
            ):
                browser.post(
                    f"{server.url}/_dash-update-component",
                    headers=csrf_header,
                    json=_asked(output, source, value),
                )
        browser.post(f"{server.url}/live/presence", headers=csrf_header, json={"state": NUMBERS[4]})
        browser.post(f"{server.url}/login", data={"email": NUMBERS[5], "password": PASSWORD})
    written = server.log.read_bytes()
    assert b"callback failed" in written, "something must have gone wrong, or this proves nothing"
    assert Scanner(NUMBERS).find(written) == set()
    secrets = {
        "the hook's token": cast.connection.token,
        "the session": secret,
        "the proof of origin": csrf,
        "the API's key": cast.api_key,
        "the password": PASSWORD,
        "SECRET_KEY": server._environment["SECRET_KEY"],
        "DATA_KEY": server._environment["DATA_KEY"],
    }
    for what, value in secrets.items():
        assert value.encode() not in written, what


def _asked(output: str, source: str, value: Any) -> dict[str, Any]:
    name, _, prop = source.partition(".")
    parts = output.strip(".").split("...")
    outputs = [dict(zip(("id", "property"), part.split("."), strict=True)) for part in parts]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": [{"id": name, "property": prop, "value": value}],
        "changedPropIds": [source],
        "state": [],
    }


@pytest.mark.parametrize(
    "quoted",
    [
        NUMBERS[0],
        f"invalid literal for int() with base 10: '{NUMBERS[0][1:]}'",
        f"/webhooks/v1/0123456789abcdef0123456789abcdef/route?applicant_no={NUMBERS[0][3:]}",
        f"From=%2B{NUMBERS[0][1:]}&To=1",
        f"+91 {NUMBERS[0][3:8]}-{NUMBERS[0][8:]}",
    ],
)
def test_an_error_that_quotes_its_input(quoted: str, caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(quoted)
    except ValueError:
        logging.getLogger("dashapp").exception("Exception on %s [POST]", quoted)
    handler = logging.StreamHandler()
    handler.setFormatter(logs.Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    written = handler.format(caplog.records[-1])
    assert Scanner(NUMBERS).find(written.encode()) == set()
    assert "0123456789abcdef" not in written
    assert "test_an_error_that_quotes_its_input" in written, "where it happened stays readable"
    assert written.partition(" ERROR ")[0].count("•") == 0, "and when"
