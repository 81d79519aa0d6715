"""Replaying all that waits for review: a few at a time, with a bar that moves.

The browser asks for the next few when it has the last (assets/js/providers.js). So it works with any number of
server processes; who leaves the page stops it, and what is left keeps waiting.
"""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components.page import button
from dashapp.components.providers.lists_acting import TICK, toast
from dashapp.context import store, viewer
from ingest import intake
from models.store import deliveries

ALL, OF, BAR = "providers-replay-all", "providers-replay-of", "providers-progress"
NOW, STEP = "providers-replaying", "providers-replay-step"
AT_ONCE = 25


def parts(connection_id: int | None = None) -> list[Component]:
    """What the page must hold; ``connection_id``: only that one's deliveries."""
    return [
        html.Div(id=BAR, className="replay-bar", role="status"),
        dcc.Store(id=OF, data={"connection": connection_id}),
        dcc.Store(id=NOW),
        dcc.Store(id=STEP),
    ]


def opener(waiting: int) -> Component | None:
    """The button, while anything waits."""
    if not waiting:
        return None
    return button(f"Replay all {waiting:,} for review", "arrow-counterclockwise", look="primary", ident=ALL)


@callback(
    Output(NOW, "data"),
    Input(ALL, "n_clicks"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _start(clicks: int | None, of: dict[str, Any] | None) -> Any:
    if not clicks:
        return no_update
    connection_id = _connection(of)
    with store().read() as tx:
        total = len(deliveries.waiting_for_review(tx, 100_000, connection_id=connection_id))
    return {"after": 0, "done": 0, "total": total, "counts": {}, "connection": connection_id}


@callback(
    Output(BAR, "children"),
    Output(STEP, "data"),
    Output(TICK, "data", allow_duplicate=True),
    Input(NOW, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _step(now: dict[str, Any] | None) -> tuple[Any, Any, Any]:
    if not isinstance(now, dict) or not isinstance(now.get("after"), int):
        return no_update, no_update, no_update
    counts, last = intake.replay_next(
        store(), viewer(), after=now["after"], limit=AT_ONCE, connection_id=_connection(now)
    )
    before = now.get("counts") if isinstance(now.get("counts"), dict) else {}
    told = {str(word): count for word, count in (before or {}).items() if isinstance(count, int)}
    for verdict, count in counts.items():
        told[verdict] = told.get(verdict, 0) + count
    done, total = sum(told.values()), max(_number(now.get("total")), sum(told.values()))
    if last is None:
        toast(counts_words(told), "arrow-counterclockwise")
        return None, None, -done
    following = {**now, "after": last, "done": done, "total": total, "counts": told}
    return bar(done, total), following, no_update


def bar(done: int, total: int) -> Component:
    """How far it got."""
    return html.Div(
        [
            html.Span(f"Replaying: {done:,} of {total:,}", className="num"),
            html.Span(
                html.Span(style={"width": f"{done / total * 100 if total else 0:.1f}%"}), className="bar grow"
            ),
            html.Span("Leaving this page stops it; the rest keeps waiting.", className="hint small"),
        ],
        className="replay-line",
    )


def counts_words(counts: dict[str, int]) -> str:
    """What replaying everything came to."""
    if not counts:
        return "Nothing waits for review."
    told = [f"{count:,} {verdict}" for verdict, count in sorted(counts.items())]
    return f"Replayed {sum(counts.values()):,}: {', '.join(told)}."


def _number(given: Any) -> int:
    return given if isinstance(given, int) else 0


def _connection(given: dict[str, Any] | None) -> int | None:
    found = given.get("connection") if isinstance(given, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="providersReplayOn"),
    Input(STEP, "data"),
    prevent_initial_call=True,
)
