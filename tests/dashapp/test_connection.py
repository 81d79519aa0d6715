"""A connection's page: what to paste, what to fill in, tokens and secrets in rotation, test events."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from dashapp.components.providers import guide, shares
from dashapp.components.providers.adding import slug_of
from ingest import intake
from ingest.contract import Capability
from ingest.vendors import registry
from models.rules.access import Role
from models.store import connections, rotation
from models.store.base import Store
from models.store.hooks import TokenBook
from models.tables.people import audit
from models.tables.telephony import connection, delivery
from tests.cast import Cast, Line, Person
from tests.dashapp.drawn import attributes, nodes, text
from tests.dashapp.test_providers import hear, log, output
from tests.databases import Clock
from tests.house.code import ROOT
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
Visit = Callable[[Person | None], Visitor]
WITH_SECRET = next(
    slug for slug in registry.all_slugs() if any(each.secret for each in registry.get(slug).set_up.entries)
)


@pytest.fixture
def line(cast: Cast) -> Line:
    """A connection whose vendor wants a secret."""
    return cast.line("second", WITH_SECRET)


def secret_of(vendor: str) -> str:
    return next(entry.name for entry in registry.get(vendor).set_up.entries if entry.secret)


def call(visitor: Visitor, start: str, trigger: str, connection_id: int, **values: Any) -> Any:
    """Press the button ``trigger`` on the page of a connection."""
    key = output(visitor, start, trigger)
    given = {trigger: 1, "connection-of.data": {"connection": connection_id}, **values}
    return visitor.callback(key, given, trigger)


def live_tokens(store: Store, connection_id: int) -> list[rotation.Token]:
    with store.read() as tx:
        return rotation.tokens(tx, connection_id, store.now())


def token_in(shown: Any) -> str:
    found = re.search(r"/webhooks/v1/([0-9a-f]{32})/", json.dumps(shown.get_json()))
    assert found
    return found[1]


def pressed(
    visitor: Visitor, start: str, kind: str, ident: dict[str, Any], value: Any, connection_id: int
) -> Any:
    """A callback of many buttons of one kind, as the browser sends it."""
    key = next(
        key
        for key, entry in visitor.app.callback_map.items()
        if key.removeprefix("..").startswith(start) and any(kind in one["id"] for one in entry["inputs"])
    )
    entry = visitor.app.callback_map[key]
    prop = entry["inputs"][0]["property"]
    body = {
        "output": key,
        "outputs": {"id": key.split(".")[0].lstrip("."), "property": key.rsplit(".", 1)[1]},
        "inputs": [[{"id": ident, "property": prop, "value": value}]],
        "state": [{"id": "connection-of", "property": "data", "value": {"connection": connection_id}}]
        if entry["state"]
        else [],
        "changedPropIds": [f"{json.dumps(ident, sort_keys=True, separators=(',', ':'))}.{prop}"],
    }
    return visitor.post("/_dash-update-component", body)


def test_only_administrators_come_in(visit: Visit, cast: Cast, line: Line) -> None:
    for person in cast.all():
        shown = visit(person).page(f"/providers/{line.id}")
        allowed = person.role is Role.ADMIN
        assert ("Addresses to paste" in shown.text) == allowed
        assert ("Nothing for you" in shown.text) != allowed
    for path in ("/providers/999", "/providers/x", "/providers/-1", "/providers/99999999999999999999"):
        assert "Nothing for you" in visit(cast.dev).page(path).text


def test_every_vendors_page_is_drawn_from_its_set_up(visit: Visit, cast: Cast) -> None:
    for slug in registry.all_slugs():
        vendor = registry.get(slug)
        made = cast.line(f"line-{slug}", slug)
        shown = visit(cast.dev).page(f"/providers/{made.id}")
        said = text(shown.get_json())
        for address in vendor.set_up.addresses:
            assert address.where in said
            assert f"••••/{address.word}" in said
        for entry in vendor.set_up.entries:
            assert entry.label in said
        assert vendor.set_up.unproved in said
        hrefs = attributes(shown.get_json(), "href")
        assert (f"/providers/{made.id}/mapping" in hrefs) == vendor.set_up.mapped
        asked = Capability.PULL_LOG in vendor.capabilities
        assert (f"/reconciliation?connection={made.id}" in hrefs) == asked
        assert ("connection-try" in attributes(shown.get_json(), "id")) == bool(vendor.set_up.sample)
        assert made.token not in shown.text
        links = re.findall(r"\]\(([^)]*)", guide._readme(slug))
        assert all(link.startswith("https://") for link in links), (
            "a file of the repository cannot be opened here"
        )


def test_a_new_address_is_shown_once_and_the_old_one_lives_on(
    visit: Visit, store: Store, cast: Cast, clock: Clock
) -> None:
    dev, here = visit(cast.dev), cast.connection.id
    issued = call(
        dev, "connection-once", "connection-issue.n_clicks", here, **{"connection-overlap.value": "72"}
    )
    fresh = token_in(issued)
    assert "data-copy" in issued.text
    assert [token.ends_at is None for token in live_tokens(store, here)] == [True, False]
    again = dev.page(f"/providers/{here}")
    assert fresh not in again.text
    assert "Ends in 3 days" in text(again.get_json())
    for token in (fresh, cast.connection.token):
        assert TokenBook(store).find(token)
    newest, older = live_tokens(store, here)
    told = pressed(
        dev, "providers-tick", "connection-revoke", {"token": older.id, "type": "connection-revoke"}, 1, here
    )
    assert told.status_code == 200
    assert [token.id for token in live_tokens(store, here)] == [newest.id]
    assert TokenBook(store).find(cast.connection.token) is None
    with store.read() as tx:
        actions = list(
            tx.scalars(select(audit.c.action).where(audit.c.person_id == cast.dev.id).order_by(audit.c.id))
        )
    assert actions == ["connection.token", "connection.revoke"]


def test_a_token_of_another_connection_is_not_revoked(
    visit: Visit, store: Store, cast: Cast, line: Line
) -> None:
    [theirs] = live_tokens(store, line.id)
    ident = {"token": theirs.id, "type": "connection-revoke"}
    pressed(visit(cast.dev), "providers-tick", "connection-revoke", ident, 1, cast.connection.id)
    assert live_tokens(store, line.id) == [theirs]


def test_a_secret_goes_in_and_never_comes_back(visit: Visit, store: Store, cast: Cast, line: Line) -> None:
    dev, name = visit(cast.dev), secret_of(line.vendor)

    def save(value: str, keep: str = "24") -> Any:
        key = output(dev, "connection-entries", "connection-save.n_clicks")
        entry = dev.app.callback_map[key]
        ident = {"name": name, "type": "connection-entry"}
        states: list[Any] = [
            [{"id": ident, "property": "value", "value": value}],
            [{"id": ident, "property": "id", "value": ident}],
            {"id": "connection-keep", "property": "value", "value": keep},
            {"id": "connection-of", "property": "data", "value": {"connection": line.id}},
        ]
        body = {
            "output": key,
            "outputs": [
                dict(zip(("id", "property"), each.rsplit(".", 1), strict=True))
                for each in key.strip(".").split("...")
            ],
            "inputs": [{"id": "connection-save", "property": "n_clicks", "value": 1}],
            "state": states,
            "changedPropIds": ["connection-save.n_clicks"],
        }
        assert len(entry["state"]) == 4
        return dev.post("/_dash-update-component", body)

    def live() -> tuple[str, ...]:
        account = TokenBook(store).by_id(line.id)
        assert account
        return intake.info(account).live(name)

    shown = save("first-sesame").text
    assert "Set today" in shown
    assert live() == ("first-sesame",)
    shown += save("").text
    assert live() == ("first-sesame",), "an empty field changes nothing"
    rotated = save("second-sesame").text
    assert "the old one ends in" in rotated
    assert live() == ("second-sesame", "first-sesame")
    shown += rotated + dev.page(f"/providers/{line.id}").text
    ended = pressed(
        dev, "connection-entries", "connection-end", {"name": name, "type": "connection-end"}, 1, line.id
    )
    assert live() == ("second-sesame",)
    save("third-sesame", keep="0")
    assert live() == ("third-sesame",)
    assert "sesame" not in shown + ended.text
    with store.read() as tx:
        assert "sesame" not in repr(tx.execute(select(audit)).all())


def test_a_mapping_names_what_there_is_to_fill_in(visit: Visit, store: Store, cast: Cast) -> None:
    mapped = next(slug for slug in registry.all_slugs() if registry.get(slug).set_up.mapped)
    made = cast.line("by-mapping", mapped)
    known = ROOT / f"tests/vendors/{mapped}/deliveries/helpdesk-ended.json"
    settings = json.loads(known.read_text("utf-8"))["settings"]
    assert "webhook_token" not in visit(cast.dev).page(f"/providers/{made.id}").text
    with store.db.begin() as tx:
        connections.change(tx, store.vault, made.id, settings=settings)
    shown = visit(cast.dev).page(f"/providers/{made.id}")
    assert {"type": "connection-entry", "name": "webhook_token"} in [
        props.get("id") for props in nodes(shown.get_json())
    ]


def test_a_test_event_is_read_and_no_call_is_made(visit: Visit, store: Store, cast: Cast) -> None:
    dev, here = visit(cast.dev), cast.connection.id
    told = text(call(dev, "connection-tried", "connection-try.n_clicks", here).get_json())
    assert "Read. The door, the reader, the writer and the disk did their part." in told
    assert "callboard-test-" in told
    with store.read() as tx:
        assert list(tx.scalars(select(delivery.c.verdict))) == ["test event"]
    assert "Nothing has come yet" in text(dev.page(f"/providers/{here}").get_json())


def test_it_is_switched_off_and_on(visit: Visit, store: Store, cast: Cast) -> None:
    dev, here = visit(cast.dev), cast.connection.id
    call(dev, "providers-tick", "connection-switch.n_clicks", here)
    assert TokenBook(store).find(cast.connection.token) is None
    assert "Switched off" in text(dev.page(f"/providers/{here}").get_json())
    call(dev, "providers-tick", "connection-switch.n_clicks", here)
    assert TokenBook(store).find(cast.connection.token)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"label": ""}, "a name has"),
        ({"zone": "Here"}, "no time zone"),
        ({"country": "Z9"}, "no ISO code"),
        ({"team": "999"}, "no such team"),
        ({"label": {"a": 1}, "zone": [1]}, "no time zone"),
        ({}, ""),
    ],
)
def test_details_are_checked(
    visit: Visit, store: Store, cast: Cast, given: dict[str, Any], said: str
) -> None:
    wanted = {
        "label": "Main",
        "zone": "Asia/Dubai",
        "country": "ae",
        "team": str(cast.teams["Pune"]),
        **given,
    }
    values = {f"connection-details-{name}.value": value for name, value in wanted.items()}
    answer = call(
        visit(cast.dev),
        "connection-details-told",
        "connection-details-save.n_clicks",
        cast.connection.id,
        **values,
    )
    assert said in answer.text
    with store.read() as tx:
        row = tx.execute(select(connection).where(connection.c.id == cast.connection.id)).one()
    expected = (
        ("Reference line", "Asia/Kolkata", "IN", None)
        if said
        else ("Main", "Asia/Dubai", "AE", cast.teams["Pune"])
    )
    assert (row.label, row.zone, row.country, row.team_id) == expected


def test_a_connection_is_added_from_the_screen(visit: Visit, store: Store, cast: Cast) -> None:
    dev = visit(cast.dev)
    key = output(dev, "providers-add-body", "providers-add-do.n_clicks")
    values = {"providers-add-do.n_clicks": 1}
    for name, value in {
        "vendor": "open",
        "label": "Línea 2!",
        "zone": "Asia/Kolkata",
        "country": "IN",
        "team": "",
    }.items():
        values[f"providers-add-{name}.value"] = value  # type: ignore[assignment]
    shown = dev.callback(key, values, "providers-add-do.n_clicks")
    account = TokenBook(store).find(token_in(shown))
    assert account
    assert (account.slug, account.vendor) == ("l-nea-2", "open")
    wrong = dev.callback(
        key, {**values, "providers-add-vendor.value": "nobody"}, "providers-add-do.n_clicks"
    ).text
    assert "Choose a provider." in wrong
    assert slug_of("Main", {"main", "main-2"}) == "main-3"
    assert slug_of("!!", set()) == "connection"
    with store.read() as tx:
        assert len(connections.listed(tx)) == 2


def test_shares_are_told_in_percent(visit: Visit, store: Store, cast: Cast) -> None:
    dials = [slug for slug in registry.all_slugs() if registry.get(slug).capabilities & shares.DIALS]
    assert dials
    one, two = (cast.line(f"dials-{place}", dials[0]) for place in range(2))
    with store.db.begin() as tx:
        for line in (one, two):
            connections.change(tx, store.vault, line.id, settings={"dial_url": "https://pbx.example/dial"})
        connections.change(tx, store.vault, cast.connection.id, active=False)
        connections.change(tx, store.vault, one.id, share=3)
    shown = visit(cast.dev).page("/providers").get_json()
    said = text(shown)
    assert "Of the dialling" in said
    assert "75 %" in said
    assert "25 %" in said
    assert {"connection": two.id, "type": "providers-share"} in [props.get("id") for props in nodes(shown)]
    assert shares.percent(0, 0) == "0 %"


def test_what_a_connection_lacks_is_said_and_not_claimed(visit: Visit, store: Store, cast: Cast) -> None:
    """Without the address that places calls nothing can be dialled: no share, no tick, no word on its card."""
    dev, here = visit(cast.dev), cast.connection.id
    why = 'fill in "Address that places calls"'

    def page() -> str:
        return text(dev.page(f"/providers/{here}").get_json())

    def card() -> str:
        return text(dev.page("/providers").get_json())

    with store.db.begin() as tx:
        connections.change(tx, store.vault, here, settings={"dial_url": None})
    assert why in page()
    assert "Dialling" not in card()
    assert "No connection that is switched on can dial" in card()
    with store.db.begin() as tx:
        connections.change(tx, store.vault, here, settings={"dial_url": "https://pbx.example/dial"})
    assert why not in page()
    assert "Dialling" in card()
    assert "No connection that is switched on can dial" not in card()


def test_shares_are_changed_within_bounds(visit: Visit, store: Store, cast: Cast) -> None:
    dev, here = visit(cast.dev), cast.connection.id

    def share(value: Any) -> int:
        ident = {"connection": here, "type": "providers-share"}
        pressed(dev, "providers-tick", "providers-share", ident, value, here)
        with store.read() as tx:
            return connections.shares(tx, cast.viewer("dev"))[here]

    assert share(3) == 3
    for wrong in (-1, 1001, "7", None, 2.5, True, [1]):
        assert share(wrong) == 3
    assert share(0) == 0


def test_all_that_failed_is_replayed_in_steps(visit: Visit, store: Store, cast: Cast, line: Line) -> None:
    for place in range(30):
        hear(cast, f"unreadable {place}".encode())
    read = hear(cast, log(cast, "c-1"))
    with store.db.begin() as tx:
        tx.execute(delivery.update().where(delivery.c.id == read).values(verdict="for review"))
        tx.execute(
            insert(delivery).values(
                connection_id=line.id,
                door="status",
                received_at=store.now(),
                raw_ct=b"x",
                verdict="for review",
                reason="",
            )
        )
    dev = visit(cast.dev)
    start = output(dev, "providers-replaying", "providers-replay-all.n_clicks")
    of = {"connection": cast.connection.id}
    begun = dev.callback(
        start, {"providers-replay-all.n_clicks": 1, "providers-replay-of.data": of}
    ).get_json()
    now = begun["response"]["providers-replaying"]["data"]
    assert now["total"] == 31, "another connection's is left alone"
    step = output(dev, "providers-progress", "providers-replaying.data")
    first = dev.callback(step, {"providers-replaying.data": now}).get_json()["response"]
    assert "Replaying: 25 of 31" in text(first["providers-progress"])
    following = first["providers-replay-step"]["data"]
    last = dev.callback(step, {"providers-replaying.data": following})
    assert "Replayed 31: 30 for review, 1 nothing new." in last.text
    assert last.get_json()["response"]["providers-replay-step"]["data"] is None
    for junk in ({"after": "x"}, {"after": 0, "counts": {"a": "b"}, "total": "z"}, 7, None):
        assert dev.callback(step, {"providers-replaying.data": junk}).status_code in (200, 204)


def test_a_seat_is_given_with_one_choice(visit: Visit, store: Store, cast: Cast) -> None:
    body = json.loads(log(cast, "c-9"))
    hear(cast, json.dumps({**body, "agent_no": "front-desk"}).encode())
    dev = visit(cast.dev)
    page = dev.page(f"/providers/{cast.connection.id}").get_json()
    ident = next(
        props["id"]
        for props in nodes(page)
        if isinstance(props.get("id"), dict) and props["id"]["type"] == "providers-seat"
    )
    nothing = pressed(dev, "providers-tick", "providers-seat", ident, None, cast.connection.id)
    assert "toast" not in nothing.text
    done = pressed(dev, "providers-tick", "providers-seat", ident, str(cast.ravi.id), cast.connection.id)
    assert (
        f"front-desk is {cast.ravi.name}'s. 1 earlier call counted for them now."
        in done.get_json()["sideUpdate"]["toast"]["data"]["text"]
    )
    again = pressed(dev, "providers-tick", "providers-seat", ident, str(cast.asha.id), cast.connection.id)
    assert "Not done" in again.text


def test_only_what_changed_is_drawn_anew(visit: Visit, store: Store, cast: Cast) -> None:
    """What is redrawn loses the focus."""
    dev, here = visit(cast.dev), cast.connection.id
    key = output(dev, "connection-head", "providers-tick.data")
    page = dev.page(f"/providers/{here}").get_json()
    known = next(props["data"] for props in nodes(page) if props.get("id") == "connection-marks")

    def redrawn(marks: Any) -> set[str]:
        values = {
            "providers-tick.data": 1, "connection-of.data": {"connection": here}, "connection-marks.data": marks,
        }  # fmt: skip
        answer = dev.callback(key, values)
        return set((answer.get_json() or {}).get("response", {})) - {"connection-marks"}

    assert redrawn(known) == set()
    for junk in (None, 7, {"head": 3}):
        assert "connection-head" in redrawn(junk)
    with store.db.begin() as tx:
        connections.issue_token(tx, here, store.now())
    assert redrawn(known) == {"connection-tokens"}
