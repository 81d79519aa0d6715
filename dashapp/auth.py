"""Sign-in, sessions, and who may call what. Default: nobody.

Every Flask view carries a policy, every server callback the roles that may call it; ``undeclared`` lists
what carries none, and the application refuses to start while that list is not empty.
"""

import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from dash import Dash
from flask import Flask, Request, Response, current_app, g, redirect, request
from sqlalchemy.exc import SQLAlchemyError

from dashapp.config import Settings
from dashapp.context import EXTENSION, store
from models.rules.access import Role
from models.store import sessions
from models.store.base import Store
from models.store.sessions import Session
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

SESSION_COOKIE = "callboard_session"
CSRF_COOKIE = "callboard_csrf"
CSRF_HEADER = "X-CSRFToken"
LOGIN_COOKIE = "callboard_login"
HOST_ONLY = "__Host-"
"""With secure cookies their names begin so: browsers then take them from this very host only, over https."""

PUBLIC, SIGNED_IN, PAGE = "public", "signed-in", "page"

# What Dash itself serves: the files any browser may have, and the rest for people with a session.
DASH_POLICIES = {
    "static": PUBLIC,
    "_dash_assets.static": PUBLIC,
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": PUBLIC,
    "/_favicon.ico": PUBLIC,
    "/_dash-layout": SIGNED_IN,
    "/_dash-dependencies": SIGNED_IN,
    "/_dash-update-component": SIGNED_IN,
    "/_reload-hash": SIGNED_IN,
    "/": PAGE,
    "/<path:path>": PAGE,
}
OWN_CHECK = frozenset({"api", "webhooks"})
"""Blueprints whose views check a key or token of their own."""

PAGES_CALLBACK = "_pages_content"

F = TypeVar("F", bound=Callable[..., Any])


def policy(name: str) -> Callable[[F], F]:
    """Declare who may call a Flask view: "public", "signed-in", "page", or a role."""

    def declare(view: F) -> F:
        view.callboard_policy = name  # type: ignore[attr-defined]
        return view

    return declare


def allow(*roles: str) -> Callable[[F], F]:
    """Declare which roles may call a server callback. Goes under ``@callback``."""
    granted = frozenset(Role(role) for role in roles)

    def declare(function: F) -> F:
        function.callboard_roles = granted  # type: ignore[attr-defined]
        return function

    return declare


def install(app: Dash, settings: Settings) -> None:
    """Put the guard before every request of this application."""
    server: Flask = app.server
    server.extensions["callboard.settings"] = settings
    server.extensions["callboard.limiter"] = Limiter()

    def guard() -> Response | None:
        return _guard(app)

    server.before_request_funcs.setdefault(None, []).insert(0, guard)


def undeclared(app: Dash) -> list[str]:
    """Endpoints and server callbacks without a policy, in words; must be empty."""
    server: Flask = app.server
    missing = [
        f"route {rule.rule}"
        for rule in server.url_map.iter_rules()
        if _policy_of(server, rule.endpoint) is None
    ]
    missing += [
        f"callback {output}"
        for output, entry in app.callback_map.items()
        if "callback" in entry and _roles_of(output, entry) is None
    ]
    return missing


def cookie_name(name: str, settings: Settings) -> str:
    """What the cookie is called in browsers."""
    return HOST_ONLY + name if settings.secure_cookies else name


def cookie(name: str) -> str | None:
    """Its value in this request."""
    return request.cookies.get(cookie_name(name, _settings()))


def sign_in(email: str, password: str) -> str | None:
    """A new session's secret, or None. The same None, in the same time, for every kind of failure."""
    limiter: Limiter = current_app.extensions["callboard.limiter"]
    address, who = str(request.remote_addr), email.strip().lower()
    if not limiter.may_try(address, who):
        return None
    with store().read() as tx:
        person_id = sessions.check_password(tx, email, password)
    if person_id is None:
        limiter.failed(address, who)
        return None
    secret, csrf = sessions.start(store(), person_id, timedelta(hours=_settings().session_hours))
    g.new_csrf = csrf
    return secret


def set_session_cookie(response: Response, secret: str) -> Response:
    """Hand the session ``sign_in`` opened in this request to the browser."""
    settings = _settings()
    lasting = settings.session_hours * 3600
    shared: dict[str, Any] = {"secure": settings.secure_cookies, "samesite": "Lax", "max_age": lasting}
    response.set_cookie(cookie_name(SESSION_COOKIE, settings), secret, httponly=True, **shared)
    # The renderer must read this one to send it back as a header, so it cannot be HttpOnly.
    response.set_cookie(cookie_name(CSRF_COOKIE, settings), g.new_csrf, httponly=False, **shared)
    return _forget(response, LOGIN_COOKIE)


def sign_out(response: Response) -> Response:
    """End the session for good, here and on the server."""
    secret = cookie(SESSION_COOKIE)
    if secret:
        sessions.end(store(), secret)
    return _forget(response, SESSION_COOKIE, CSRF_COOKIE)


def login_csrf(response: Response, token: str) -> Response:
    """Remember in the browser which sign-in form we gave out (see ``new_login_token``)."""
    settings = _settings()
    name, secure = cookie_name(LOGIN_COOKIE, settings), settings.secure_cookies
    response.set_cookie(name, token, httponly=True, secure=secure, samesite="Strict")
    return response


def _forget(response: Response, *names: str) -> Response:
    for name in names:
        response.delete_cookie(cookie_name(name, _settings()), secure=_settings().secure_cookies)
    return response


def new_login_token() -> str:
    return secrets.token_urlsafe(24)


def check_login_csrf(req: Request) -> bool:
    """Does the posted form carry the token we gave to this browser?"""
    given, kept = req.form.get("csrf", ""), cookie(LOGIN_COOKIE) or ""
    return bool(kept) and hmac.compare_digest(given.encode(), kept.encode())


def session() -> Session | None:
    """The session behind this request, if any."""
    found: Session | None = g.get("session")
    return found


def still_valid(kept: Store, secret: str) -> Session | None:
    """The session of this cookie as of now: for streams, which outlive the request's own check."""
    with kept.read() as tx:
        return sessions.find(tx, secret, kept.now())


class Limiter:
    """Slows down guessing: after ``TRIES`` failures with one name, or ``TRIES_OF_ONE_ADDRESS`` with any names,
    an address has to wait until they are ``WINDOW`` seconds old."""

    TRIES, TRIES_OF_ONE_ADDRESS, WINDOW = 10, 100, 300.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[tuple[str, str], list[float]] = {}

    def may_try(self, address: str, who: str) -> bool:
        with self._lock:
            return (
                len(self._recent(address, who)) < self.TRIES
                and len(self._recent(address, "")) < self.TRIES_OF_ONE_ADDRESS
            )

    def failed(self, address: str, who: str) -> None:
        with self._lock:
            if len(self._failures) > 10_000:
                self._failures.clear()
            for counted in {who, ""}:
                self._failures[address, counted] = [*self._recent(address, counted), time.monotonic()]

    def _recent(self, address: str, who: str) -> list[float]:
        since = time.monotonic() - self.WINDOW
        return [at for at in self._failures.get((address, who), ()) if at > since]


def _settings() -> Settings:
    return current_app.extensions["callboard.settings"]  # type: ignore[no-any-return]


def _policy_of(server: Flask, endpoint: str | None) -> str | None:
    if endpoint is None:
        return PUBLIC  # no such route: Flask answers 404
    if endpoint in DASH_POLICIES:
        return DASH_POLICIES[endpoint]
    declared: str | None = getattr(server.view_functions.get(endpoint), "callboard_policy", None)
    return declared


def _roles_of(output: str, entry: dict[str, Any]) -> frozenset[Role] | None:
    if PAGES_CALLBACK in output:
        return frozenset(Role)  # each page checks its own roles where its layout is built
    roles: frozenset[Role] | None = getattr(entry["callback"], "callboard_roles", None)
    return roles


def _guard(app: Dash) -> Response | None:
    server: Flask = app.server
    if request.blueprint in OWN_CHECK:
        return None
    wanted = _policy_of(server, request.endpoint)
    if wanted == PUBLIC:
        return None
    if wanted is None:
        return _refuse(403, "nobody may call this")
    try:
        found = _find_session(server.extensions[EXTENSION])
    except (SQLAlchemyError, Unavailable):
        log.exception("the session could not be read")
        return _refuse(503, "the database is away; try again")
    if found is None:
        if wanted == PAGE and request.method == "GET":
            onward = quote(request.full_path.rstrip("?"), safe="/")
            return redirect(f"/login?next={onward}")  # type: ignore[return-value]
        return _refuse(401, "sign in first")
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _csrf_fits(found):
        return _refuse(403, "this request did not come from our own page")
    if wanted not in (SIGNED_IN, PAGE) and found.viewer.role != wanted:
        return _refuse(403, "not for your role")
    if request.endpoint == "/_dash-update-component":
        return _check_callback(app, found)
    return None


def _find_session(kept: Store) -> Session | None:
    secret = cookie(SESSION_COOKIE)
    if not secret:
        return None
    found = still_valid(kept, secret)
    if found:
        g.session, g.viewer = found, found.viewer
        sessions.touch(kept, found)
    return found


def _csrf_fits(found: Session) -> bool:
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.mimetype == "application/x-www-form-urlencoded":
        given = request.form.get("csrf", "")
    return hmac.compare_digest(given.encode(), found.csrf.encode())


def _check_callback(app: Dash, found: Session) -> Response | None:
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    entry = app.callback_map.get(output) if isinstance(output, str) else None
    if entry is None or "callback" not in entry:
        return _refuse(400, "no such callback")
    roles = _roles_of(str(output), entry)
    if roles is None or found.viewer.role not in roles:
        log.warning("%s may not call %s", found.viewer.role, output)
        return _refuse(403, "not for your role")
    return None


def _refuse(status: int, why: str) -> Response:
    return Response(f'{{"error":"{why}"}}', status, content_type="application/json")
