"""Signing in and out: plain HTML from Flask, so that it works before any script does.

In demo mode three cards enter as one of the demo people; the passwords come from the data directory's
``demo.json``, so this is the ordinary sign-in with the typing left out.
"""

import json
from html import escape
from typing import Any

from flask import Blueprint, Response, redirect, request

from dashapp import auth
from dashapp.components import document
from dashapp.config import Settings
from dashapp.context import store, viewer
from models.store import presence

WRONG = (
    "That e-mail and password do not belong together. After ten wrong tries there is a pause of five minutes."
)
STALE = "This form had been open for too long. Please try once more."

ROLES = {
    "counselor": ("telephone", "Enter as a counselor", "Your calls, pop-ups and the queue of missed ones"),
    "supervisor": (
        "layout-three-columns",
        "Enter as a supervisor",
        "Live boards and productivity of your teams",
    ),
    "admin": ("sliders", "Enter as an administrator", "Everything, and the telephony providers"),
}


def blueprint(settings: Settings) -> Blueprint:
    """``/login``, ``/login/demo`` (only in demo mode) and ``/logout``."""
    doors = Blueprint("sign_in", __name__)

    @doors.get("/login")
    @auth.policy(auth.PUBLIC)
    def form() -> Response:
        return _form(settings)

    @doors.post("/login")
    @auth.policy(auth.PUBLIC)
    def sign_in() -> Response:
        if not auth.check_login_csrf(request):
            return _form(settings, STALE, 400)
        secret = auth.sign_in(request.form.get("email", ""), request.form.get("password", ""))
        return _enter(secret) if secret else _form(settings, WRONG, 401)

    @doors.post("/logout")
    @auth.policy(auth.SIGNED_IN)
    def sign_out() -> Response:
        answer = auth.sign_out(_to("/login"))
        presence.signed_out(store(), viewer())
        return answer

    if settings.demo:

        @doors.post("/login/demo")
        @auth.policy(auth.PUBLIC)
        def demo() -> Response:
            if not auth.check_login_csrf(request):
                return _form(settings, STALE, 400)
            person = next(
                (one for one in _demo_people(settings) if one["role"] == request.form.get("role")), None
            )
            secret = auth.sign_in(person["email"], person["password"]) if person else None
            return _enter(secret) if secret else _form(settings, WRONG, 401)

    return doors


def _enter(secret: str) -> Response:
    return auth.set_session_cookie(_to(_inside(request.form.get("next", ""))), secret)


def _to(path: str) -> Response:
    answer = redirect(path, 303)
    return Response(answer.get_data(), 303, headers=[("Location", path)])


def _inside(path: str) -> str:
    """``path`` if it leads to a page of this site, else the start: a link must not send people elsewhere."""
    here = path.startswith("/") and not path.startswith("//")  # browsers read a backslash as a slash
    return path if here and "\\" not in path and path.isprintable() else "/"


def _demo_people(settings: Settings) -> list[dict[str, Any]]:
    path = settings.data / "demo.json"
    if not path.is_file():
        return []
    people: list[dict[str, Any]] = json.loads(path.read_text())["people"]
    return people


def _form(settings: Settings, error: str = "", status: int = 200) -> Response:
    # One token a browser, not one a form: two tabs of this page must both work.
    token = auth.cookie(auth.LOGIN_COOKIE) or auth.new_login_token()
    asked = request.form if request.method == "POST" else request.args
    onward = _inside(asked.get("next", ""))
    hidden = f'<input type="hidden" name="csrf" value="{escape(token)}"><input type="hidden" name="next" value="{escape(onward)}">'
    said = (
        f'<div class="sign-in-error" role="alert"><i class="bi bi-exclamation-triangle-fill" aria-hidden="true"></i><span>{escape(error)}</span></div>'
        if error
        else ""
    )
    email = escape(request.form.get("email", ""))
    name = escape(settings.institution_name)
    card = f"""<section class="sign-in-card">
<div class="sign-in-brand"><img src="{document.asset("brand/mark.svg")}" alt=""><span>{name}</span></div>
<h1>Sign in</h1><p class="lead-in">With the account your administrator made for you.</p>{said}
<form method="post" action="/login">{hidden}
<label for="email">E-mail</label>
<input class="form-control" id="email" name="email" type="email" autocomplete="username" required maxlength="200" value="{email}"{"" if settings.demo else " autofocus"}>
<label for="password">Password</label>
<input class="form-control" id="password" name="password" type="password" autocomplete="current-password" required maxlength="256">
<button class="btn btn-primary" type="submit">Sign in</button>
</form></section>"""
    cards = _demo_cards(hidden) if settings.demo else ""
    body = f'<main class="sign-in{" is-demo" if settings.demo else ""}">{cards}{card}</main>'
    answer = Response(document.plain("Sign in", body), status, content_type="text/html; charset=utf-8")
    return auth.login_csrf(answer, token)


def _demo_cards(hidden: str) -> str:
    cards = [
        f"""<form method="post" action="/login/demo">{hidden}<input type="hidden" name="role" value="{role}">
<button class="demo-card" type="submit"><span class="mark"><i class="bi bi-{icon}" aria-hidden="true"></i></span>
<span class="heading">{title}</span><span class="hint small">{text}</span><i class="bi bi-arrow-right" aria-hidden="true"></i></button></form>"""
        for role, (icon, title, text) in ROLES.items()
    ]
    return f'<section class="demo" aria-label="Demo">{"".join(cards)}</section>'
