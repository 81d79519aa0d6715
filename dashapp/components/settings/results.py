"""Settings › Dispositions: the results of a call, in the order of their keys."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components.page import button, info
from dashapp.components.settings import parts
from dashapp.components.settings.saying import said, triggered
from dashapp.context import store, viewer
from models.store import dispositions, stages
from models.store.dispositions import Disposition

FIELD, DO, NEW, PLACE = "settings-result", "settings-result-do", "settings-result-new", "settings-results"
DIRECTIONS = {"inbound": "Inbound", "outbound": "Outbound", "campaign": "Campaign"}
ENDS = {"talked": "Talked", "unanswered": "Unanswered"}
KEYS = 9
NOWHERE = "-"
"""The choice of no stage: browsers show an empty value as nothing chosen."""


def section() -> list[Component]:
    """The list as it is now, retired ones below."""
    kept = store()
    dispositions.ensure(kept)
    with kept.read() as tx:
        found = dispositions.listed(tx, retired=True)
        known = [each.name for each in stages.choosable(tx)]
    used = [each for each in found if each.active]
    retired = [each for each in found if not each.active]
    heads = (
        "Order",
        "Name",
        "Calls",
        ["Ends ", info("Talked: both sides spoke. Unanswered: everything else.")],
        "Needs a follow-up",
        "Moves the lead to",
        "",
    )
    rows = [_row(each, at, len(used), known) for at, each in enumerate(used)]
    new = parts.adding(
        {"type": NEW, "id": 0},
        "Another disposition",
        dispositions.LONGEST,
        button("Add", "plus-lg", ident={"type": DO, "what": "add", "id": "0"}),
    )
    return [parts.table(heads, rows), new, *_retired(retired)]


def _row(of: Disposition, at: int, count: int, known: Sequence[str]) -> Component:
    def ident(field: str) -> parts.Ident:
        return {"type": FIELD, "field": field, "id": of.id}

    def act(what: str) -> parts.Ident:
        return {"type": DO, "what": what, "id": str(of.id)}

    places = {NOWHERE: "Nowhere"} | {name: name for name in known}
    if of.stage and of.stage not in places:
        places[of.stage] = f"{of.stage} (not on the list: moves nobody)"
    key = html.Span(str(at + 1), className="num")
    return html.Tr(
        [
            html.Td(key),
            html.Td(parts.text(ident("label"), of.label, f"Name of {of.label}", dispositions.LONGEST)),
            html.Td(parts.several(ident("directions"), of.directions, DIRECTIONS, f"Calls of {of.label}")),
            html.Td(parts.several(ident("ends"), of.ends, ENDS, f"Ends of {of.label}")),
            html.Td(
                parts.switch(ident("needs_follow_up"), of.needs_follow_up, f"{of.label} needs a follow-up")
            ),
            html.Td(
                parts.select(ident("stage"), of.stage or NOWHERE, places, f"Where {of.label} moves the lead")
            ),
            html.Td(
                [
                    parts.act(act("up"), "arrow-up", f"{of.label} up", off=at == 0),
                    parts.act(act("down"), "arrow-down", f"{of.label} down", off=at == count - 1),
                    parts.act(act("retire"), "archive", f"Retire {of.label}"),
                ],
                className="nowrap end",
            ),
        ]
    )


def _retired(found: Sequence[Disposition]) -> list[Component]:
    if not found:
        return []
    back = [
        html.Li(
            [
                html.Span(each.label),
                button("Take back", ident={"type": DO, "what": "back", "id": str(each.id)}, look="plain"),
            ]
        )
        for each in found
    ]
    return [
        html.Div("Retired: calls keep them, nobody chooses them", className="small hint"),
        html.Ul(back, className="settings-retired"),
    ]


@callback(
    Output(PLACE, "children", allow_duplicate=True),
    Input({"type": FIELD, "field": ALL, "id": ALL}, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _changed(_values: Any) -> Any:
    """A field was changed: save it. What cannot be is said, and the list shows again what holds."""
    asked, value = ctx.triggered_id, triggered()
    if not isinstance(asked, dict) or value is None:
        return no_update
    kept = store()
    with kept.read() as tx:
        all_ = {each.id: each for each in dispositions.listed(tx, retired=True)}
    before = all_.get(asked["id"])
    if before is None:
        return section()
    wanted = replace(before, **{asked["field"]: _typed(asked["field"], value)})
    if wanted == before:
        return no_update
    done = said(lambda: dispositions.change(kept, viewer(), before.id, wanted), f"{wanted.label}: saved")
    # The words around a name carry it too.
    return section() if not done or asked["field"] == "label" else no_update


def _typed(field: str, value: Any) -> Any:
    match field:
        case "label":
            return " ".join(str(value).split())
        case "directions" | "ends":
            known = dispositions.DIRECTIONS if field == "directions" else dispositions.ENDS
            return tuple(word for word in known if word in value)
        case "stage":
            return None if value == NOWHERE else str(value)
        case _:
            return bool(value)


@callback(
    Output(PLACE, "children"),
    Input({"type": DO, "what": ALL, "id": ALL}, "n_clicks"),
    Input({"type": NEW, "id": ALL}, "n_submit"),
    State({"type": NEW, "id": ALL}, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _act(_clicks: Any, _submits: Any, names: Any) -> Any:
    """A button was pressed, or Enter in the field for a new name."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not triggered():
        return no_update
    kept, who = store(), viewer()
    if asked["type"] == NEW or asked["what"] == "add":
        name = str((names or [""])[0] or "")
        new = Disposition(0, name, dispositions.DIRECTIONS, dispositions.ENDS)
        return section() if said(lambda: dispositions.add(kept, who, new), f"{name}: added") else no_update
    one = int(asked["id"])
    match asked["what"]:
        case "up" | "down" as step:
            said(lambda: dispositions.move(kept, who, one, -1 if step == "up" else 1), "")
        case "retire" | "back" as what:
            with kept.read() as tx:
                found = next((each for each in dispositions.listed(tx, retired=True) if each.id == one), None)
            if found is not None:
                wanted = replace(found, active=what == "back")
                word = "taken back" if what == "back" else "retired"
                said(lambda: dispositions.change(kept, who, one, wanted), f"{found.label}: {word}")
    return section()
