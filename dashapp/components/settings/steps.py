"""Settings › Stages: where a lead can stand, and what is below each."""

from collections.abc import Sequence
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import words
from dashapp.components.page import button
from dashapp.components.settings import parts
from dashapp.components.settings.saying import said, triggered
from dashapp.context import store, viewer
from models.store import stages
from models.store.stages import Stage, SubStage

FIELD, DO, NEW, PLACE = "settings-stage", "settings-stage-do", "settings-stage-new", "settings-stages"


def section() -> list[Component]:
    """The list as it is now; while nobody defined one, an offer to begin with what is in use."""
    kept = store()
    with kept.read() as tx:
        found = stages.defined(tx, retired=True)
        used = stages.choosable(tx)
    new = parts.adding(
        {"type": NEW, "id": 0},
        "Another stage",
        stages.LONGEST,
        button("Add", "plus-lg", ident={"type": DO, "what": "add", "id": "0"}),
    )
    if not found:
        return [_none(used), new]
    active = [each for each in found if each.active]
    rows: list[Component] = []
    for at, each in enumerate(active):
        rows.append(_row(each, at, len(active)))
        subs = [sub for sub in each.subs if sub.active]
        rows += [_row(sub, place, len(subs), within=each) for place, sub in enumerate(subs)]
        rows.append(_below(each))
    gone: list[Stage | SubStage] = [each for each in found if not each.active]
    gone += [sub for each in active for sub in each.subs if not sub.active]
    return [parts.table(("Stage", "Needs a follow-up", ""), rows), new, *_retired(gone)]


def _none(used: Sequence[Stage]) -> Component:
    """Leads are moved among the stages they are in as long as there is no list."""
    if not used:
        return html.P("No stage yet: add the first one.", className="second")
    names = words.join([each.name for each in used], 8)
    return html.Div(
        [
            html.P(
                f"There is no list yet: leads can be moved among the stages some lead is in ({names}).",
                className="second",
            ),
            button("Begin with these", "list-check", ident={"type": DO, "what": "begin", "id": "0"}),
        ],
        className="settings-none",
    )


def _row(of: Stage | SubStage, at: int, count: int, *, within: Stage | None = None) -> Component:
    def act(what: str) -> parts.Ident:
        return {"type": DO, "what": what, "id": str(of.id)}

    name = f"{within.name} › {of.name}" if within else of.name
    return html.Tr(
        [
            html.Td(
                parts.text(
                    {"type": FIELD, "field": "name", "id": of.id}, of.name, f"Name of {name}", stages.LONGEST
                )
            ),
            html.Td(
                parts.switch(
                    {"type": FIELD, "field": "needs", "id": of.id},
                    of.needs_follow_up,
                    f"{name} needs a follow-up",
                )
            ),
            html.Td(
                [
                    parts.act(act("up"), "arrow-up", f"{name} up", off=at == 0),
                    parts.act(act("down"), "arrow-down", f"{name} down", off=at == count - 1),
                    parts.act(act("retire"), "archive", f"Retire {name}"),
                ],
                className="nowrap end",
            ),
        ],
        className="is-below" if within else "",
    )


def _below(of: Stage) -> Component:
    add = button("Add", ident={"type": DO, "what": "add", "id": str(of.id)}, look="plain")
    field = parts.adding({"type": NEW, "id": of.id}, f"Another sub-stage of {of.name}", stages.LONGEST, add)
    return html.Tr(html.Td(field, colSpan=3), className="is-below is-adding")


def _retired(found: Sequence[Stage | SubStage]) -> list[Component]:
    if not found:
        return []
    back = [
        html.Li(
            [
                html.Span(each.name),
                button("Take back", ident={"type": DO, "what": "back", "id": str(each.id)}, look="plain"),
            ]
        )
        for each in found
    ]
    return [
        html.Div("Retired: leads stay in them, none is moved there", className="small hint"),
        html.Ul(back, className="settings-retired"),
    ]


@callback(
    Output(PLACE, "children", allow_duplicate=True),
    Input({"type": FIELD, "field": ALL, "id": ALL}, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _changed(_values: Any) -> Any:
    """A name or a switch was changed: save it. What cannot be is said, and the list shows again what holds."""
    asked, value = ctx.triggered_id, triggered()
    if not isinstance(asked, dict) or value is None:
        return no_update
    kept, who, one = store(), viewer(), int(asked["id"])
    with kept.read() as tx:
        found = stages.defined(tx, retired=True)
    known: dict[int, Stage | SubStage] = {each.id: each for each in found}
    known |= {sub.id: sub for each in found for sub in each.subs}
    before = known.get(one)
    if before is None:
        return section()
    if asked["field"] == "needs":
        if bool(value) != before.needs_follow_up:
            said(
                lambda: stages.change(kept, who, one, needs_follow_up=bool(value)),
                f"{before.name}: saved",
            )
        return no_update
    if str(value) == before.name:
        return no_update
    said(lambda: stages.rename(kept, who, one, str(value)), f"{value}: saved")
    return section()


@callback(
    Output(PLACE, "children"),
    Input({"type": DO, "what": ALL, "id": ALL}, "n_clicks"),
    Input({"type": NEW, "id": ALL}, "n_submit"),
    State({"type": NEW, "id": ALL}, "value"),
    State({"type": NEW, "id": ALL}, "id"),
    prevent_initial_call=True,
)
@allow("admin")
def _act(_clicks: Any, _submits: Any, names: Any, idents: Any) -> Any:
    """A button was pressed, or Enter in a field for a new name."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not triggered():
        return no_update
    kept, who, one = store(), viewer(), int(asked["id"])
    if asked["type"] == NEW or asked["what"] == "add":
        typed = {ident["id"]: str(name or "") for ident, name in zip(idents, names, strict=True)}
        name = typed.get(one, "")
        done = said(lambda: stages.add(kept, who, name, parent_id=one or None), f"{name}: added")
        return section() if done else no_update
    match asked["what"]:
        case "begin":
            _begin()
        case "up" | "down" as step:
            said(lambda: stages.move(kept, who, one, -1 if step == "up" else 1), "")
        case "retire" | "back" as what:
            word = "Taken back" if what == "back" else "Retired"
            said(lambda: stages.change(kept, who, one, active=what == "back"), word)
    return section()


def _begin() -> None:
    """Define what is in use; a second press finds it defined."""
    kept = store()
    with kept.read() as tx:
        names = [] if stages.defined(tx, retired=True) else [each.name for each in stages.choosable(tx)]
    for name in names:
        said(lambda name=name: stages.add(kept, viewer(), name), "")  # type: ignore[misc]
