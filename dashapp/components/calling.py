"""Call buttons, and the bar of a lead's head: the button with the call's progress inside it, and the choice of mode.

Anything with ``data-call-lead`` calls that lead; assets/js/dial.js does it, and shows how it goes on.
"""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.components import dial_words
from dashapp.components.icon import icon
from dashapp.context import store, viewer
from ingest.dialing import modes
from models.rules.access import Role
from models.rules.dialling import Mode
from models.store import intents, preferences
from models.store.leads import Profile


def call_button(lead_id: int, name: str, *, small: bool = False, application: int | None = None) -> Component:
    """A button that calls this lead; ``small``: an icon, for rows."""
    marks = {"data-call-lead": str(lead_id), "data-call-name": name}
    if application is not None:
        marks["data-call-application"] = str(application)
    if small:
        return html.Button(
            icon("telephone"),
            type="button",
            className="icon-button call-small",
            title=f"Call {name}",
            **marks,
            **{"aria-label": f"Call {name}"},
        )
    return html.Button(
        [icon("telephone-fill"), html.Span("Call", className="call-word"), html.Kbd("C")],
        type="button",
        className="btn call-button",
        **marks,
    )


def may_call() -> bool:
    """Is it worth offering this person call buttons? Counselors without a seat are told why they can't call."""
    who = viewer()
    if who.role is Role.COUNSELOR:
        return True
    with store().read() as tx:
        return not all(modes(tx, who.person_id).values())


def call_bar(profile: Profile) -> Component | None:
    """For the head of a lead; None for whoever never calls: no counselor, and without a seat."""
    kept, who = store(), viewer()
    with kept.read() as tx:
        why_not = modes(tx, who.person_id)
        chosen = Mode(preferences.of(tx, who.person_id)["mode"])
        holder = intents.holder_of(tx, profile.id, kept.now())
    if who.role is not Role.COUNSELOR and all(why_not.values()):
        return None
    button = call_button(profile.id, profile.name)
    problem = None if profile.masks else "No number of this lead is known"
    if all(why_not.values()):
        problem = next(iter(why_not.values()))
    if problem:
        button.disabled = True
        button.title = problem
    held = holder[1] if holder is not None and holder[0] != who.person_id else ""
    return html.Div(
        [
            button,
            html.Div(
                [_mode(mode, chosen, why_not[mode]) for mode in dial_words.MODES],
                className="seg call-modes",
                role="group",
                **{"aria-label": "Call with"},
            ),
            html.Div(
                dial_words.held(held) if held else None,
                className="call-said",
                role="status",
                hidden=not held,
            ),
        ],
        className="call-bar",
        **{"data-call-bar": str(profile.id), "data-held": held},
    )


def _mode(mode: Mode, chosen: Mode, why_not: str | None) -> Component:
    name, sign, meaning = dial_words.MODES[mode]
    marks: dict[str, Any] = {"data-call-mode": mode.value, "aria-pressed": str(mode is chosen).lower()}
    if why_not:  # still there for the keyboard and for screen readers, which are told why
        marks["aria-disabled"] = "true"
    return html.Button([icon(sign), html.Span(name)], type="button", title=why_not or meaning, **marks)
