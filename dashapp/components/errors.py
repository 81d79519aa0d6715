"""Pages for what is not here, and for what went wrong, in the house's style."""

from html import escape

from dash.development.base_component import Component

from dashapp.components import document
from dashapp.components.page import empty, link_button, page


def not_here() -> Component:
    """Inside the shell: the same words whether the thing doesn't exist or isn't for this person."""
    return page(
        empty(
            "signpost-split",
            "Nothing for you at this address",
            "It does not exist, or it belongs to somebody else's work. If a colleague sent you the link, ask them to check it.",
            link_button("Go to the start", "/", "house", look="primary"),
        )
    )


def document_for(status: int, reference: str = "") -> str:
    """A whole document for what went wrong outside the shell. ``reference`` is what the log knows it by."""
    if status == 403:
        icon, title = "shield-lock", "This is not open to you"
        text = "Your role does not include it. An administrator can change that."
    elif status < 500:
        icon, title = "signpost-split", "Nothing at this address"
        text = "The link may be old or mistyped."
    else:
        icon, title = "exclamation-octagon", "Something went wrong"
        text = "It has been logged. Please try again in a moment."
    said = f'<p class="reference">Reference {escape(reference)}</p>' if reference else ""
    body = f"""<main class="plain-page"><div class="empty">
<i class="bi bi-{icon}" aria-hidden="true"></i>
<h1 class="heading">{title}</h1>
<p>{text}</p>{said}
<div class="actions"><a class="btn btn-primary" href="/">Go to the start</a></div>
</div></main>"""
    return document.plain(title, body)
