"""The softphone's place on every page, and its own window. Scripts in ``assets/js`` draw into both: see softphone.js."""

from html import escape

from dash import html
from dash.development.base_component import Component

from dashapp.components import document
from dashapp.context import store
from models.rules.access import Viewer
from models.store import preferences, sip_seats

LIBRARY = "/assets/vendor/jssip-3.13.8/jssip.min.js"
"""Loaded by the page that is the telephone, and by no other."""

WINDOW_SCRIPTS = (
    "words",
    "clock",
    "toast",
    "softphone-line",
    "softphone-call",
    "softphone-caller",
    "softphone-devices",
    "softphone-ring",
    "softphone-core",
    "softphone",
    "softphone-dock",
)


def dock(who: Viewer) -> Component:
    """Hidden until there is something to say; a person without a softphone seat never sees it."""
    return html.Section(
        [
            html.Div(className="dock-body"),
            html.Div(className="dock-said visually-hidden", role="status", **{"aria-live": "polite"}),
        ],
        id="softphone",
        hidden=True,
        **{f"data-{name}": value for name, value in _told(who, window=False).items()},
        **{"aria-label": "Softphone"},
    )


def window(who: Viewer) -> str:
    """The document of the softphone's own window."""
    told = " ".join(f'data-{name}="{escape(value)}"' for name, value in _told(who, window=True).items())
    scripts = "\n".join(
        f'<script src="{document.asset(f"js/{name}.js")}"></script>' for name in WINDOW_SCRIPTS
    )
    none = ""
    if not _has_line(who):
        none = (
            "<p>You have no softphone yet. Ask your administrator for one, or call with your desk phone.</p>"
        )
    body = f"""<main class="phone-window">
<h1>Softphone</h1>
{none}<section id="softphone" aria-label="Softphone" {told}>
<div class="dock-body"></div>
<div class="dock-said visually-hidden" role="status" aria-live="polite"></div>
</section>
<p class="second">Keep this window open while you work: it is your telephone. The other pages may be reloaded or closed.</p>
</main>
<div id="toasts" role="status" aria-live="polite"></div>
<div id="live-cursor" hidden data-now="{store().now().isoformat()}" data-zone="{escape(str(store().rules.zone))}"></div>
{scripts}"""
    return document.plain("Softphone", body, body_class="phone-body", css=("softphone",))


def _told(who: Viewer, *, window: bool) -> dict[str, str]:
    with store().read() as tx:
        chosen = preferences.of(tx, who.person_id)
        line = sip_seats.has_line(tx, who)
    return {
        "me": str(who.person_id),
        "mode": chosen["mode"],
        "sound": chosen["sound"],
        "line": "yes" if line else "no",
        "window": "yes" if window else "no",
        "library": LIBRARY,
    }


def _has_line(who: Viewer) -> bool:
    with store().read() as tx:
        return sip_seats.has_line(tx, who)
