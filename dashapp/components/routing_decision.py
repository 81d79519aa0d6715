"""How a routing question was answered, strategy by strategy, for the inspector of its delivery."""

from dash import html
from dash.development.base_component import Component

from dashapp.components.status import chip
from models.store.decisions import FALLBACK, Decision

_CHOSEN = chip("connected", "check-circle-fill", "Chosen")


def routing_decision(found: Decision | None) -> list[Component]:
    """A heading, the answer in a sentence, and a line for each strategy; nothing for a delivery that asked nothing."""
    if found is None:
        return []
    rows = [
        html.Tr(
            [
                html.Td(
                    [html.Div(line.strategy, className="second"), _CHOSEN if line.chosen else None],
                ),
                html.Td([html.Div(one) for one in line.wanted] or html.Span("nobody", className="second")),
            ]
        )
        for line in found.lines
    ]
    return [
        html.H3("Whom to ring"),
        html.P(_answer(found), className="delivery-call"),
        html.Table(html.Tbody(rows), className="pairs") if rows else None,
    ]


def _answer(found: Decision) -> list[Component | str]:
    if found.strategy != FALLBACK:
        return ["We answered: ", html.B(found.answer), "."]
    why = f"The rules were not asked: {found.fault}." if found.fault else "Nobody could take the call."
    return [f"{why} We answered: ", html.B(found.answer), "."]
