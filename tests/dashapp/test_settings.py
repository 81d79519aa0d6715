"""The settings page: what an admin changes holds, is audited, and is nobody else's to see or change."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash
from sqlalchemy import select

from models.store import choices, dispositions, stages
from models.store.base import Store
from models.tables.people import audit
from tests.cast import Cast, Person
from tests.webapp import Visitor, outputs_of

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def press(
    browser: Visitor, app: Dash, output: str, ident: dict[str, Any], prop: str, value: Any, **names: Any
) -> Any:
    """Call the callback as the page does when one of many fields changes. ``names``: new names by stage id."""
    entry = app.callback_map[output]

    def given(one: dict[str, Any]) -> Any:
        pattern = json.loads(one["id"])
        if pattern["type"] == ident["type"] and one["property"] == prop:
            return [{"id": ident, "property": prop, "value": value}]
        if pattern["type"].endswith("-new") and one["property"] in ("value", "id"):
            kind = pattern["type"]
            return [
                {
                    "id": {"type": kind, "id": int(key[1:])},
                    "property": one["property"],
                    "value": name if one["property"] == "value" else {"type": kind, "id": int(key[1:])},
                }
                for key, name in names.items()
            ]
        return []

    changed = json.dumps(ident, sort_keys=True, separators=(",", ":"))
    return browser.post(
        "/_dash-update-component",
        {
            "output": output,
            "outputs": outputs_of(output),
            "inputs": [given(one) for one in entry["inputs"]],
            "state": [given(one) for one in entry["state"]],
            "changedPropIds": [f"{changed}.{prop}"],
        },
    )


def key(app: Dash, place: str, of: str) -> str:
    """The output key of the callback that writes to ``place`` and hears ``of``."""
    return next(
        output
        for output, entry in app.callback_map.items()
        if place in output and any(f'"{of}"' in one["id"] for one in entry["inputs"])
    )


def audited(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(row.action, row.detail) for row in tx.execute(select(audit).order_by(audit.c.id))]


def test_only_an_admin_sees_settings(visit: Visit, cast: Cast, store: Store) -> None:
    for person in cast.all():
        shown = visit(person).page("/settings").text
        assert ("Dispositions" in shown) == (person is cast.dev), person.name
        assert ("Nothing for you" in shown) != (person is cast.dev), person.name


def test_a_disposition_is_changed_in_its_row(visit: Visit, cast: Cast, app: Dash, store: Store) -> None:
    dev = visit(cast.dev)
    assert "Interested" in dev.page("/settings").text
    output = key(app, "settings-results", "settings-result")
    with store.read() as tx:
        first = dispositions.listed(tx)[0]

    def change(who: Visitor, field: str, value: Any) -> Any:
        return press(
            who, app, output, {"type": "settings-result", "field": field, "id": first.id}, "value", value
        )

    assert change(dev, "label", "Rang out").status_code == 200
    assert change(dev, "needs_follow_up", True).status_code == 200
    assert change(dev, "directions", ["campaign"]).status_code == 200
    assert "saved" not in change(dev, "directions", ["campaign"]).text, "the same again is no change"
    refused = change(dev, "directions", [])
    assert "Not saved: choose at least one kind of call" in refused.text
    for person in (cast.asha, cast.ravi, cast.meera, cast.chitra):
        assert change(visit(person), "label", "Mine").status_code == 403
    with store.read() as tx:
        now = dispositions.listed(tx)[0]
    assert (now.label, now.directions, now.needs_follow_up) == ("Rang out", ("campaign",), True)
    assert [action for action, _ in audited(store)].count("disposition.changed") == 3
    assert "Rang out (outbound campaign" in audited(store)[0][1]


def test_dispositions_are_added_ordered_and_retired(
    visit: Visit, cast: Cast, app: Dash, store: Store
) -> None:
    dev = visit(cast.dev)
    dev.page("/settings")
    output = key(app, "settings-results", "settings-result-do")

    def act(what: str, one: int, **names: str) -> str:
        ident = {"type": "settings-result-do", "what": what, "id": str(one)}
        return str(press(dev, app, output, ident, "n_clicks", 1, **names).text)

    assert "Visited campus: added" in act("add", 0, n0="Visited campus")
    assert "already" in act("add", 0, n0="visited CAMPUS")
    with store.read() as tx:
        found = dispositions.listed(tx)
    assert found[-1].label == "Visited campus"
    act("up", found[-1].id)
    act("retire", found[0].id)
    with store.read() as tx:
        labels = [each.label for each in dispositions.listed(tx)]
    assert labels[-2:] == ["Visited campus", "Not interested"]
    assert found[0].label not in labels
    act("back", found[0].id)
    with store.read() as tx:
        assert found[0].label in [each.label for each in dispositions.listed(tx)]


def test_stages_begin_with_what_is_in_use(visit: Visit, cast: Cast, app: Dash, store: Store) -> None:
    cast.lead(stage="Fee pending")
    dev = visit(cast.dev)
    assert "Begin with these" in dev.page("/settings").text
    output = key(app, "settings-stages", "settings-stage-do")

    def act(what: str, one: int, **names: str) -> str:
        ident = {"type": "settings-stage-do", "what": what, "id": str(one)}
        return str(press(dev, app, output, ident, "n_clicks", 1, **names).text)

    act("begin", 0)
    act("begin", 0)
    with store.read() as tx:
        [made] = stages.defined(tx)
    assert made.name == "Fee pending"
    act("add", made.id, **{"n0": "wrong field", f"n{made.id}": "Loan asked for"})
    act("add", 0, n0="Enrolled")
    fields = key(app, "settings-stages", "settings-stage")
    ident = {"type": "settings-stage", "field": "needs", "id": made.id}
    press(dev, app, fields, ident, "value", True)
    press(dev, app, fields, {**ident, "field": "name"}, "value", "Fees pending")
    with store.read() as tx:
        found = stages.defined(tx)
    assert [each.name for each in found] == ["Fees pending", "Enrolled"]
    assert found[0].needs_follow_up
    assert [sub.name for sub in found[0].subs] == ["Loan asked for"]
    assert press(visit(cast.meera), app, fields, ident, "value", False).status_code == 403


def test_rules_hold_within_their_limits(visit: Visit, cast: Cast, app: Dash, store: Store) -> None:
    dev = visit(cast.dev)
    output = key(app, "settings-choices", "settings-choice")

    def decide(who: Visitor, name: str, value: Any) -> Any:
        return press(who, app, output, {"type": "settings-choice", "name": name}, "value", value)

    decide(dev, "wrap_up_seconds", 90)
    decide(dev, "require_outbound", True)
    assert "must be between" in decide(dev, "wrap_up_seconds", 99_999).text
    assert "whole number" in decide(dev, "claim_minutes", None).text
    assert decide(visit(cast.asha), "wrap_up_seconds", 5).status_code == 403
    with store.read() as tx:
        now = choices.of(tx)
    assert (now["wrap_up_seconds"], now["require_outbound"], now["claim_minutes"]) == (90, 1, 15)
    assert [action for action, _ in audited(store)] == ["choice", "choice"]


def test_the_bar_is_for_those_who_may_open_the_lead(visit: Visit, cast: Cast, store: Store) -> None:
    lead = cast.lead(owner=cast.asha, name="Zubeida Bar")
    for person in cast.all():
        mine = person not in (cast.chitra, cast.ravi)
        browser = visit(person)
        assert browser.get(f"/after/{lead.id}").status_code == (200 if mine else 404), person.name
        answer = browser.post("/after", {"lead": lead.id, "note": f"by {person.name}"})
        assert answer.status_code == (200 if mine else 404), person.name
    bodies: tuple[Any, ...] = (
        {},
        [],
        {"lead": "1"},
        {"lead": True, "note": "x"},
        {"lead": lead.id, "note": 5},
        {"lead": lead.id, "at": 1},
    )
    for body in bodies:
        answer = visit(cast.asha).post("/after", body)
        assert answer.status_code == 409
        assert "cannot be read" in answer.text
    past = visit(cast.asha).post("/after", {"lead": lead.id, "at": "2020-01-01T10:00"})
    assert (past.status_code, "in the past" in past.text) == (409, True)
    assert visit(cast.asha).get(f"/after/{2**63}").status_code == 404
