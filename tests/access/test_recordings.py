"""Who may hear a recording, what each is told who may not, and what is kept of every play."""

from collections.abc import Callable, Iterator

import pytest
from dash import Dash
from flask import Flask, Response, request
from sqlalchemy import select, update

from dashapp import recordings
from models.store.base import Store
from models.store.callrows import RECORDING
from models.tables.calls import call
from models.tables.people import audit
from models.tables.telephony import connection
from simulator.faces.desk import Desk, served
from tests.cast import INDORE_DID, PUNE_DID, Cast, Person
from tests.databases import Clock
from tests.reconciling import heard, record
from tests.webapp import Visitor, Web

SOUND = b"ID3" + bytes(range(256)) * 500
Visit = Callable[[Person | None], Visitor]


def _face(_: Desk) -> Flask:
    app = Flask("recordings")

    @app.get("/<name>")
    def play(name: str) -> Response:
        if name == "page.mp3":
            return Response("<script>alert(1)</script>", content_type="text/html")
        answer = Response(SOUND, content_type="audio/mpeg")
        answer.make_conditional(request, accept_ranges=True, complete_length=len(SOUND))
        return answer

    return app


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with served(_face, Desk()) as url:
        yield url


@pytest.fixture
def calls(
    app: Dash,
    store: Store,
    cast: Cast,
    clock: Clock,
    provider: str,
    web: Web,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, int]:
    """Calls with recordings by name: of whom they are, and who owns the lead."""
    settings = web.settings.model_copy(update={"private_hosts": ("127.0.0.1",)})
    monkeypatch.setitem(app.server.extensions, "callboard.settings", settings)
    cast.lead("+919811100001", owner=cast.asha)
    cast.lead("+919811100002", owner=cast.chitra)
    with store.db.begin() as tx:
        tx.execute(update(connection).values(settings='{"recording_hosts": ["127.0.0.1"]}'))
    told = {
        "asha": ("+919811100001", cast.asha, INDORE_DID, "talk.mp3"),
        "chitra": ("+919811100002", cast.chitra, PUNE_DID, "talk.mp3"),
        "asha talked, chitra's lead": ("+919811100002", cast.asha, INDORE_DID, "talk.mp3"),
        "a page": ("+919811100001", cast.asha, INDORE_DID, "page.mp3"),
        "unrecorded": ("+919811100001", cast.asha, INDORE_DID, ""),
    }
    heard(
        store,
        cast.connection.id,
        [
            record(name, str(who.seat), clock.ago(minutes=5), 60)
            | {"applicant_no": phone, "did_no": did, "resource_url": f"{provider}/{file}" if file else ""}
            for name, (phone, who, did, file) in told.items()
        ],
    )
    with store.read() as tx:
        return {row.provider_call_id: row.id for row in tx.execute(select(call))}


def _plays(store: Store) -> list[tuple[int, str]]:
    with store.read() as tx:
        rows = tx.execute(
            select(audit.c.person_id, audit.c.subject)
            .where(audit.c.action == "recording.play")
            .order_by(audit.c.id)
        )
        return [(row.person_id, row.subject) for row in rows]


MAY = {
    "asha": {"asha", "meera", "dev"},
    "chitra": {"chitra", "dev"},
    "asha talked, chitra's lead": {"asha", "meera", "chitra", "dev"},
}


@pytest.mark.parametrize("which", MAY)
def test_each_hears_what_is_theirs_and_knows_of_nothing_else(
    cast: Cast, visit: Visit, store: Store, calls: dict[str, int], which: str
) -> None:
    path = f"/recordings/{calls[which]}"
    for name, person in cast.known.people.items():
        before = _plays(store)
        answer = visit(person).client.get(path)
        nothing = visit(person).client.get("/recordings/987654")
        assert nothing.status_code == 404
        if name in MAY[which]:
            assert answer.status_code == 200, name
            assert answer.data == SOUND
            assert _plays(store) == [*before, (person.id, f"call:{calls[which]}")]
        else:
            assert (answer.status_code, answer.data) == (404, nothing.data), name
            assert _plays(store) == before
    assert visit(None).client.get(path).status_code == 401


def test_the_answer_can_be_nothing_but_sound(cast: Cast, visit: Visit, calls: dict[str, int]) -> None:
    answer = visit(cast.asha).client.get(f"/recordings/{calls['asha']}")
    told = answer.headers
    assert told["Content-Type"] == "audio/mpeg"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Content-Disposition"] == f'inline; filename="call-{calls["asha"]}.mp3"'
    assert told["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert told["Cache-Control"] == "private, no-store"
    assert told["Accept-Ranges"] == "bytes"
    assert "9811100001" not in str(told)


def test_a_player_asks_for_pieces_and_that_is_one_play(
    cast: Cast, visit: Visit, store: Store, clock: Clock, calls: dict[str, int]
) -> None:
    path, browser = f"/recordings/{calls['asha']}", visit(cast.asha).client
    for span, body in (
        ("bytes=0-", SOUND),
        ("bytes=5000-5999", SOUND[5000:6000]),
        ("bytes=-10", SOUND[-10:]),
    ):
        answer = browser.get(path, headers={"Range": span})
        assert (answer.status_code, answer.data) == (206, body)
    assert len(_plays(store)) == 1
    browser.get(path)
    assert len(_plays(store)) == 2, "from the beginning: another play"
    clock.advance(hours=2)
    browser.get(path, headers={"Range": "bytes=5000-"})
    assert len(_plays(store)) == 3, "no piece is heard without a row"


def test_what_cannot_be_played_says_why(cast: Cast, visit: Visit, calls: dict[str, int]) -> None:
    answer = visit(cast.asha).client.get(f"/recordings/{calls['a page']}")
    assert answer.status_code == 502
    assert answer.json == {"error": "The provider answered with something that is no recording."}
    assert "script" not in answer.text
    assert visit(cast.asha).client.get(f"/recordings/{calls['unrecorded']}").status_code == 404


def test_players_do_not_take_all_threads(
    cast: Cast, visit: Visit, calls: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer that is not read to its end holds a place, and gives it back when it is closed."""
    browser = visit(cast.asha).client
    held = [browser.get(f"/recordings/{calls['asha']}", buffered=False) for _ in range(recordings.AT_ONCE)]
    assert {answer.status_code for answer in held} == {200}
    assert browser.get(f"/recordings/{calls['asha']}").status_code == 503
    for answer in held:
        answer.close()
    assert browser.get(f"/recordings/{calls['asha']}").status_code == 200


def test_an_address_we_refuse_to_go_to_is_no_fault_of_the_provider(
    cast: Cast, visit: Visit, store: Store, calls: dict[str, int]
) -> None:
    sealed = store.vault.seal(b"http://169.254.169.254/latest/meta-data/", RECORDING)
    with store.db.begin() as tx:
        tx.execute(update(call).where(call.c.id == calls["asha"]).values(recording_ct=sealed))
    answer = visit(cast.asha).client.get(f"/recordings/{calls['asha']}")
    assert answer.status_code == 404
    assert "The recording is not fetched: " in answer.text
