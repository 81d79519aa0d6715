"""What a choice on the mapping page does: the document in the text field is the one truth, everything else is drawn
from it."""

from dataclasses import replace
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components.mapping import draft, legs, preview, proofs, samples, tables
from dashapp.components.mapping.draft import Document
from dashapp.components.providers import replaying
from dashapp.components.providers.lists_acting import TICK, toast
from dashapp.context import store, viewer
from ingest import intake, trying
from ingest.contract import Configurable, ConnectionInfo
from ingest.vendors import registry
from models.store import deliveries, mappings
from models.store.hooks import TokenBook
from models.store.mappings import Mapped

OF, SAMPLES, JSON = "mapping-of", "mapping-samples", "mapping-json"


def of(data: Any) -> Mapped | None:
    """The connection, if it is read by a mapping and the viewer may see it."""
    connection_id = data.get("connection") if isinstance(data, dict) else None
    if not isinstance(connection_id, int):
        return None
    try:
        with store().read() as tx:
            found = mappings.of(tx, viewer(), connection_id)
    except LookupError:
        return None
    return found if _vendor(found) is not None else None


def _vendor(found: Mapped) -> Configurable | None:
    return registry.configurable(found.vendor) if found.vendor in registry.all_slugs() else None


def _connection(found: Mapped, document: Document) -> ConnectionInfo | None:
    account = TokenBook(store()).by_id(found.id)
    if account is None:
        return None
    told = intake.info(account)
    # Its own id: what is tried out must not take the place of what is in use.
    return replace(told, id=-told.id, settings={**told.settings, mappings.SETTING: document})


def versions(found: Mapped) -> Component:
    """The saved versions."""
    kept = store()
    with kept.read() as tx:
        listed = mappings.versions(tx, viewer(), found.id)
    return preview.versions(listed, kept.now(), kept.rules.zone)


def waiting(found: Mapped) -> Component:
    """A button to replay what waits for review, if anything does."""
    if not found.version:
        return html.Div()
    with store().read() as tx:
        count = len(deliveries.waiting_for_review(tx, 1000, connection_id=found.id))
    return html.Div(replaying.opener(count))


@callback(
    Output("mapping-fields", "children"),
    Output("mapping-split", "children"),
    Output("mapping-meanings", "children"),
    Output("mapping-preview", "children"),
    Output("mapping-problems", "children"),
    Output("mapping-save", "disabled"),
    Output("mapping-secrets", "children"),
    Input(SAMPLES, "data"),
    Input(JSON, "value"),
    State(OF, "data"),
)
@allow("admin")
def _draw(told: Any, text: str | None, told_of: Any) -> tuple[Any, ...]:
    found = of(told_of)
    vendor = _vendor(found) if found else None
    if found is None or vendor is None:
        return (no_update,) * 7
    document, trouble = draft.read(text)
    lines = [trouble] if document is None else list(vendor.problems(document))
    usable = document if document is not None and not lines else None
    picked = samples.opened(store(), viewer(), found.id, told)
    seen, closed = samples.fields(vendor, picked, usable)
    shown = document if document is not None else draft.blank()
    connection = _connection(found, usable) if usable is not None else None
    became = (
        [(sample.label, trying.attempt(vendor, connection, sample.delivery)) for sample in picked]
        if connection is not None
        else []
    )
    drawn: list[Component] = preview.tried(became, store().rules.zone)
    if not drawn:
        drawn = [html.P(_hint(picked, closed), className="second")]
    return (
        tables.fields(seen, shown),
        tables.split(seen, shown),
        [tables.meanings(seen, shown), legs.drawn(seen, shown)],
        drawn,
        preview.problems(lines),
        usable is None,
        proofs.drawn(vendor.secrets_named(usable), found.id) if usable is not None else None,
    )


def _hint(picked: list[samples.Sample], closed: list[str]) -> str:
    if closed:
        return " ".join(closed)
    return (
        "Nothing can be shown until the mapping can be used."
        if picked
        else "Add a message to see what it becomes."
    )


@callback(
    Output(SAMPLES, "data"),
    Output("mapping-paste", "value"),
    Input("mapping-add", "n_clicks"),
    Input("mapping-clear", "n_clicks"),
    Input({"type": preview.PICK, "delivery": ALL}, "n_clicks"),
    State("mapping-paste", "value"),
    State("mapping-door", "value"),
    State(SAMPLES, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _add(_added: Any, _cleared: Any, _picked: Any, body: Any, door: Any, told: Any) -> tuple[Any, Any]:
    by, value = ctx.triggered_id, _triggered()
    have = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    if not value:
        return no_update, no_update
    if by == "mapping-clear":
        return [], ""
    if by == "mapping-add":
        if not isinstance(body, str) or not body.strip() or len(body) > samples.LONGEST:
            return no_update, no_update
        return [*have, {"body": body, "door": str(door)}][-samples.MOST :], ""
    if isinstance(by, dict) and str(by.get("delivery", "")).isdecimal():
        one = {"delivery": int(by["delivery"])}
        return [*(each for each in have if each != one), one][-samples.MOST :], no_update
    return no_update, no_update


@callback(
    Output(JSON, "value"),
    Input({"type": tables.EDIT, "what": ALL, "key": ALL}, "value"),
    State(JSON, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _edit(_values: Any, text: str | None) -> Any:
    # Choices that were only just drawn report all at once; somebody's hand changes one.
    document, _ = draft.read(text)
    if document is None or len(ctx.triggered) != 1 or not isinstance(ctx.triggered_id, dict):
        return no_update
    made = _edited(document, ctx.triggered_id, _triggered())
    return draft.text_of(made) if made != document else no_update


def _edited(document: Document, by: dict[str, Any], value: Any) -> Document:
    key, told = tables.key_of(by), value if isinstance(value, str) and value != tables.NOTHING else ""
    what = by.get("what")
    if told == draft.CUSTOM or not key:
        return document
    if what == "means":
        return document if draft.meaning_of(document, key[0]) == told else draft.means(document, key[0], told)
    if what == "path":
        return draft.assign(document, key[0], told, *key[1:2])
    if what == "how":
        return draft.set_how(document, key[0], told)
    if what == "word" and len(key) > 1:
        return draft.set_word(document, key[0], key[1], told)
    if what == "leg":
        return legs.choose(document, key[0], told)
    if what == "leg-word":
        return legs.set_word(document, key[0], told)
    return draft.set_split(document, told) if what == "split" else document


@callback(
    Output("mapping-versions", "children"),
    Output("mapping-waiting", "children"),
    Output("mapping-note", "value"),
    Input("mapping-save", "n_clicks"),
    State(JSON, "value"),
    State("mapping-note", "value"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _save(clicks: int | None, text: str | None, note: Any, told_of: Any) -> tuple[Any, ...]:
    found = of(told_of)
    vendor = _vendor(found) if found else None
    document, trouble = draft.read(text)
    if not clicks or found is None or vendor is None:
        return no_update, no_update, no_update
    problems = [trouble] if document is None else vendor.problems(document)
    if problems or document is None:
        toast(f"Not saved: {problems[0]}", "exclamation-triangle")
        return no_update, no_update, no_update
    kept, who, told = store(), viewer(), document
    said = note if isinstance(note, str) else ""
    version = kept.write(lambda tx: mappings.save(tx, kept, who, found.id, told, said))
    toast(f"Version {version} is saved and in use.")
    now = replace(found, version=version)
    return versions(now), waiting(now), ""


@callback(
    Output(JSON, "value", allow_duplicate=True),
    Output("mapping-versions", "children", allow_duplicate=True),
    Input({"type": preview.BACK, "version": ALL}, "n_clicks"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _back(_clicks: Any, told_of: Any) -> tuple[Any, Any]:
    by, found = ctx.triggered_id, of(told_of)
    if (
        not isinstance(by, dict)
        or not _triggered()
        or found is None
        or not str(by.get("version")).isdecimal()
    ):
        return no_update, no_update
    version, kept, who = int(by["version"]), store(), viewer()
    try:
        kept.write(lambda tx: mappings.back(tx, kept, who, found.id, version))
    except LookupError as error:
        toast(f"Not done: {error}.", "exclamation-triangle")
        return no_update, no_update
    toast(f"Version {version} is in use again.", "arrow-counterclockwise")
    again = of(told_of)
    return draft.text_of(again.document) if again and again.document else no_update, versions(found)


@callback(
    Output("mapping-waiting", "children", allow_duplicate=True),
    Input(TICK, "data"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _replayed(_tick: Any, told_of: Any) -> Any:
    found = of(told_of)
    return waiting(found) if found is not None else no_update


def _triggered() -> Any:
    return ctx.triggered[0]["value"] if ctx.triggered else None
