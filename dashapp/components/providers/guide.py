"""What a connection can do, what is not proved of it, and the vendor's own page from its folder."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components.icon import icon
from dashapp.components.providers.cards import CAN
from ingest import abilities
from ingest.contract import Vendor


def able(vendor: Vendor, settings: Mapping[str, Any]) -> Component:
    """Each capability with a tick or without, why it is without, and what nobody has proved yet."""
    lacking = abilities.lacking(vendor, settings)
    rows = [
        html.Li(
            [
                icon("check-lg" if has else "dash", "tick"),
                icon(name),
                html.Span(text),
                html.Span(f": {lacking[can]}", className="small")
                if can in lacking
                else html.Span("" if has else ", not with this provider", className="visually-hidden"),
            ],
            className="" if has else "is-off",
        )
        for can, (name, text) in CAN.items()
        for has in [can in vendor.capabilities and can not in lacking]
    ]
    unproved = None
    if vendor.set_up.unproved:
        unproved = html.P(
            [icon("exclamation-circle"), html.Span(vendor.set_up.unproved)], className="unproved small"
        )
    phone = html.P(vendor.set_up.softphone, className="second small") if vendor.set_up.softphone else None
    return html.Div([html.Ul(rows, className="plain-list abilities"), phone, unproved], className="stack")


def page(slug: str) -> Component | None:
    """The vendor's README, folded: oddities, traps, what is known and what is not."""
    text = _readme(slug)
    if not text:
        return None
    return html.Details(
        [
            html.Summary("All we know of this provider: set-up, oddities, what is unproved"),
            html.Div(dcc.Markdown(text, link_target="_blank"), className="guide"),
        ],
        className="guide-fold",
    )


@cache
def _readme(slug: str) -> str:
    """Without its title. Links to other files of the repository lead nowhere from here, so their words remain."""
    readme = files(f"ingest.vendors.{slug}").joinpath("README.md")
    if not readme.is_file():
        return ""
    lines = readme.read_text("utf-8").splitlines()
    return _without_links("\n".join(line for line in lines if not line.startswith("# ")).strip())


def _without_links(text: str) -> str:
    out, rest = "", text
    while "](" in rest:
        before, _, after = rest.partition("](")
        target, _, following = after.partition(")")
        start = before.rfind("[")
        if start < 0:
            return out + rest
        words = before[start + 1 :]
        outside = target.startswith("https://")
        out += before[:start] + (f"[{words}]({target})" if outside else words)
        rest = following
    return out + rest
